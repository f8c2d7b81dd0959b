"""Why this price: one item in one quantity, as a receipt read from top to bottom, and the same short as JSON for script.

Prices of the mirror with their age; asking the ERP live is for drafts and sending.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from flask import jsonify, render_template, request
from werkzeug.wrappers import Response

from app.clock import today
from app.domain.pricing import Price, line_total
from app.domain.quantities import LARGEST
from app.errors import NotFound
from app.extensions import transaction
from app.security.actor import Actor
from app.security.permissions import Permission
from app.security.policy import may_at_all
from app.services import pricing
from app.services.catalogue.items import ItemFacts, find_typed
from app.services.catalogue.price_days import days_of_change
from app.services.customers import CustomerFacts, facts_of
from app.services.pricing import Prices
from app.views.door import current_actor, door
from app.views.formats import unit_choice
from app.views.portal import blueprint, explaining, fields
from app.views.portal.explaining import Step
from app.views.portal.fields import Unread
from app.views.portal.shelf import Asked, Choice, PriceView, least, price_view
from app.views.portal.words import price_label, stock_label
from app.words import t


@dataclass(frozen=True, slots=True)
class NextPrice:
    """The next lower price: from this quantity on, what that many cost together, and what is saved by taking them."""

    quantity: Decimal
    each: Decimal
    total: Decimal
    saving: Decimal


@dataclass(frozen=True, slots=True)
class Change:
    """From this day on one costs so much; `ends` names what has ended."""

    day: date
    each: Decimal | None
    ends: str


@dataclass(frozen=True, slots=True)
class PriceSheet:
    """`typed` is the quantity as it was asked for; a problem says why it could not be read."""

    item: ItemFacts
    typed: str
    unit: str
    units: Sequence[Choice]
    problem: str
    currency: str
    quantity: Decimal
    each: Decimal | None
    total: Decimal | None
    label: str
    stock: str
    steps: Sequence[Step]
    following: NextPrice | None
    changes: Sequence[Change]
    manager: str
    manager_phone: str
    can_order: bool


@blueprint.get("/find/price")
@door(Permission.PRICE_READ)
def price_of_quantity() -> tuple[Response, int]:
    """The price of a typed quantity in words, for script that follows the typing; changes nothing."""
    if not request.args.get("item"):
        return jsonify(problem=t("Please say which item.")), 422
    with transaction():
        customer = facts_of(current_actor().customer_id or 0)
        item = _item(customer, request.args["item"])
        try:
            asked = _asked(item)
        except Unread as problem:
            return jsonify(problem=str(problem)), 422
        prices = pricing.from_mirror(customer, [pricing.ask_for(item, asked.quantity, asked.unit)], on=today())
        return jsonify(_words(price_view(item, prices.prices[0], prices))), 200


def _words(view: PriceView) -> dict[str, Any]:
    return {"each": view.each, "label": view.label, "total": view.total, "breaks": list(view.breaks)}


@blueprint.get("/price/<path:number>")
@door(Permission.PRICE_READ)
def show_price(number: str) -> str:
    actor = current_actor()
    with transaction():
        customer = facts_of(actor.customer_id or 0)
        item = _item(customer, number)
        sheet = _sheet(customer, item, can_order=_may_add(actor))
    return render_template("portal/price.html", sheet=sheet)


def _may_add(actor: Actor) -> bool:
    """From a line of a draft one only looks; adding there would order twice."""
    return may_at_all(actor, Permission.ORDER_CREATE) and "look" not in request.args


def _item(customer: CustomerFacts, typed: str) -> ItemFacts:
    """:raises NotFound: no such item in the assortment"""
    number = fields.clean(typed)[: fields.LONGEST_ITEM + 1]
    item = find_typed(customer, [number]).get(number)
    if item is None or len(number) > fields.LONGEST_ITEM:
        raise NotFound()
    return item


def _asked(item: ItemFacts) -> Asked:
    """:raises Unread: the quantity cannot be priced; the text says why"""
    usual = least(item)
    quantity = fields.quantity(request.args["quantity"]) if "quantity" in request.args else usual.quantity
    unit = fields.unit_code(request.args.get("unit", "")) or item.base_unit
    if not 0 < quantity <= LARGEST:
        raise Unread(t("How many? Please type a number above zero."))
    if unit not in item.units:
        raise Unread(t("{item} is not sold in {unit}. Please choose another unit.", item=item.number, unit=unit))
    return Asked(quantity, unit)


def _sheet(customer: CustomerFacts, item: ItemFacts, *, can_order: bool) -> PriceSheet:
    problem = ""
    try:
        asked = _asked(item)
    except Unread as unread:
        problem, asked = str(unread), least(item)
    ask = pricing.ask_for(item, asked.quantity, asked.unit)
    prices = pricing.from_mirror(customer, [ask], on=today())
    price = prices.prices[0]
    return PriceSheet(
        item=item,
        typed=f"{asked.quantity.normalize():f}",
        unit=asked.unit,
        units=[Choice(code, unit_choice(code, factor, item.base_unit)) for code, factor in item.units.items()],
        problem=problem,
        currency=customer.currency,
        quantity=asked.quantity,
        each=price.net_unit_price,
        total=price.total,
        label=price_label(prices.promise_of(price), prices.as_of),
        stock=stock_label(item, today()),
        steps=explaining.steps(pricing.explanation(price)),
        following=_following(price, customer.currency),
        changes=_changes(customer, item, asked, prices),
        manager=customer.account_manager,
        manager_phone=customer.account_manager_phone,
        can_order=can_order and not item.blocked,
    )


def _following(price: Price, currency: str) -> NextPrice | None:
    tier = price.next_tier
    if tier is None or price.total is None:
        return None
    total = line_total(tier.quantity, tier.unit_price, tier.discount_percent, currency)
    return NextPrice(tier.quantity, tier.net_unit_price, total, price.total - total)


def _changes(customer: CustomerFacts, item: ItemFacts, asked: Asked, now: Prices) -> list[Change]:
    """Days on which this very quantity will cost something else, with what ends on them."""
    ask = pricing.ask_for(item, asked.quantity, asked.unit)
    found, before = [], now.prices[0]
    for day in days_of_change(customer, item.number, today=today()):
        price = pricing.from_mirror(customer, [ask], on=day).prices[0]
        if price.net_unit_price != before.net_unit_price:
            ended = [step for step in before.steps if step.valid_to is not None and step.valid_to < day]
            found.append(Change(day, price.net_unit_price, ", ".join(step.name or step.code for step in ended)))
            before = price
    return found
