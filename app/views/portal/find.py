"""Find: search in the own assortment at the own prices, beside the draft things are added to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask import render_template, request

from app.clock import today
from app.domain.pricing import Price, Tier
from app.extensions import transaction
from app.security.permissions import Permission
from app.security.policy import may_at_all
from app.services import pricing
from app.services.catalogue.items import ItemFacts
from app.services.catalogue.search import search
from app.services.customers import CustomerFacts, facts_of
from app.services.ordering.reading import OrderSheet
from app.services.pricing import Prices
from app.views.door import current_actor, door
from app.views.portal import blueprint, fields
from app.views.portal.draft_page import Choice
from app.views.portal.in_hand import draft_in_hand
from app.views.portal.words import count, number, price_label, stock_label, unit, unit_choice

PAGE = 20
LONGEST_SEARCH = 200
LARGEST_OFFSET = 10_000


@dataclass(frozen=True, slots=True)
class Hit:
    """One item of the list at the customer's own price for one. `in_draft` says how much of it is there already."""

    number: str
    own_number: str
    name: str
    unit: str
    unit_price: Decimal | None
    tiers: Sequence[Tier]
    price_label: str
    stock_label: str
    orderable: bool
    substitute: str
    quantity: str
    units: Sequence[Choice]
    in_draft: str


@dataclass(frozen=True, slots=True)
class DraftInHand:
    """The draft that things are added to."""

    number: str
    lines: int
    net: Decimal
    currency: str


@blueprint.get("/find")
@door(Permission.CATALOG_READ)
def find() -> str:
    actor = current_actor()
    q = fields.clean(request.args.get("q", ""))[:LONGEST_SEARCH]
    offset = min(max(request.args.get("from", 0, type=int), 0), LARGEST_OFFSET)
    with transaction():
        customer = facts_of(actor.customer_id or 0)
        in_hand = draft_in_hand(actor, fields.clean(request.args.get("draft", "")))
        found = search(customer, q=q, category="", available=False, today=today(), limit=PAGE, offset=offset)
        hits = _hits(customer, found.items, in_hand)
        draft = in_hand and _summary(in_hand)
    return render_template(
        "portal/find.html",
        q=q,
        hits=hits,
        offset=offset,
        more=found.next_offset,
        draft=draft,
        currency=customer.currency,
        can_order=may_at_all(actor, Permission.ORDER_CREATE),
    )


def _summary(found: OrderSheet) -> DraftInHand:
    return DraftInHand(found.order.number, len(found.lines), found.order.net, found.order.currency)


def _hits(customer: CustomerFacts, items: Sequence[ItemFacts], in_hand: OrderSheet | None) -> list[Hit]:
    asks = [pricing.ask_for(item, Decimal(1), item.base_unit) for item in items]
    prices = pricing.from_mirror(customer, asks, on=today())
    there = _in_draft(in_hand)
    return [
        _hit(item, price, prices, there.get(item.number, "")) for item, price in zip(items, prices.prices, strict=True)
    ]


def _hit(item: ItemFacts, price: Price, prices: Prices, in_draft: str) -> Hit:
    gone = item.is_discontinued(today()) and item.available <= 0
    return Hit(
        number=item.number,
        own_number=item.own_number,
        name=item.name,
        unit=unit(item.base_unit, Decimal(1)),
        unit_price=price.net_unit_price,
        tiers=[tier for tier in price.tiers if tier.quantity > 1],
        price_label=price_label(prices.promise_of(price), prices.as_of),
        stock_label=stock_label(item, today()),
        orderable=not item.blocked and not gone,
        substitute=item.substitute_number if gone or item.blocked else "",
        quantity=number(item.minimum_quantity or item.order_multiple or Decimal(1)),
        units=[Choice(code, unit_choice(code, factor, item.base_unit)) for code, factor in item.units.items()],
        in_draft=in_draft,
    )


def _in_draft(in_hand: OrderSheet | None) -> dict[str, str]:
    there: dict[str, str] = {}
    for line in in_hand.lines if in_hand else ():
        words = f"{count(line.quantity)} {unit(line.unit, line.quantity)}"
        there[line.item_number] = f"{there[line.item_number]}, {words}" if line.item_number in there else words
    return there
