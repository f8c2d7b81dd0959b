"""The own assortment at the own prices."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import request
from sqlalchemy import text

from app.clock import today
from app.errors import BadRequest, NotFound
from app.extensions import session, transaction
from app.security.permissions import Permission
from app.services import pricing
from app.services.catalogue.items import ItemFacts, find_typed
from app.services.catalogue.search import MOST, search
from app.services.customers import CustomerFacts, facts_of
from app.services.pricing import ask_for
from app.views.api import blueprint, shapes
from app.views.api.describing import describe
from app.views.door import api_door, current_actor
from app.words import t

PAGE = 50


def page_size() -> int:
    """`limit` of a list, from 1 to 100.

    :raises BadRequest: it is no number
    """
    typed = request.args.get("limit", str(PAGE))
    if not typed.isascii() or not typed.isdigit():
        raise BadRequest(t("limit has to be a whole number from 1 to 100."))
    return min(max(int(typed[:6]), 1), MOST)


@blueprint.get("/catalog/items")
@describe("Items of the own assortment", answer="ItemList", query=("q", "category", "available", "limit", "cursor"))
@api_door(Permission.CATALOG_READ)
def items() -> dict[str, Any]:
    actor = current_actor()
    words = _plain_text(request.args.get("q", ""))
    with transaction():
        customer = facts_of(actor.customer_id or 0)
        found = search(
            customer,
            q=words,
            category=_plain_text(request.args.get("category", "")),
            available=request.args.get("available", "") in ("1", "true", "yes"),
            today=today(),
            limit=page_size(),
            offset=shapes.from_cursor(request.args.get("cursor")) or 0,
        )
        shaped = _shaped(customer, found.items)
    return {"items": shaped, "next": shapes.cursor(found.next_offset)}


@blueprint.get("/catalog/items/<path:number>")
@describe("One item, with stock by warehouse and pallet data", answer="Item")
@api_door(Permission.CATALOG_READ)
def item(number: str) -> dict[str, Any]:
    actor = current_actor()
    word = _plain_text(number)
    with transaction():
        customer = facts_of(actor.customer_id or 0)
        found = find_typed(customer, [word]).get(word)
        if found is None:
            raise NotFound()
        shaped = _shaped(customer, [found])[0]
        return {**shaped, **_details(customer, found)}


def _shaped(customer: CustomerFacts, found: list[ItemFacts]) -> list[dict[str, Any]]:
    asks = [ask_for(each, Decimal(1), each.base_unit) for each in found]
    prices = pricing.from_mirror(customer, asks, on=today())
    return [shapes.item(each, price, prices) for each, price in zip(found, prices.prices, strict=True)]


def _details(customer: CustomerFacts, found: ItemFacts) -> dict[str, Any]:
    pallet, box = found.units.get("PAL"), found.units.get("BOX")
    return {
        "description": found.description,
        "substitute": found.substitute_number or None,
        "minimum_quantity": found.minimum_quantity and f"{found.minimum_quantity.normalize():f}",
        "order_multiple": found.order_multiple and f"{found.order_multiple.normalize():f}",
        "pallet": {"pieces": pallet and f"{pallet:f}", "box_pieces": box and f"{box:f}"},
        "stock": [
            {"warehouse": row.warehouse, "name": row.name, "quantity": f"{row.quantity.normalize():f}"}
            for row in session.execute(_BY_WAREHOUSE, {"source": customer.source, "item": found.number})
        ],
    }


_BY_WAREHOUSE = text("""
    select warehouse, max(warehouse_name) as name, sum(quantity) as quantity from stock
     where source = :source and item_number = :item and withdrawn_at is null group by warehouse order by warehouse""")


def _plain_text(typed: str) -> str:
    if "\x00" in typed:
        raise BadRequest(t("A search cannot hold this character."))
    return typed[:200]
