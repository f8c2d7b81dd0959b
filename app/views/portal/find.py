"""Find: search in the own assortment at the own prices, beside the draft things are added to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask import render_template, request

from app.clock import today
from app.domain.quantities import LARGEST
from app.extensions import transaction
from app.security.permissions import Permission
from app.security.policy import may_at_all
from app.services.catalogue.assortment import Category, categories, nearest
from app.services.catalogue.items import ItemFacts
from app.services.catalogue.search import search
from app.services.customers import CustomerFacts, facts_of
from app.services.ordering.reading import OrderSheet
from app.views.door import current_actor, door
from app.views.formats import count, unit
from app.views.portal import blueprint, fields
from app.views.portal.fields import Unread
from app.views.portal.in_hand import Added, draft_in_hand, just_added
from app.views.portal.shelf import Asked, Hit, hits

PAGE = 20
NEAREST = 5
LONGEST_SEARCH = 200
LARGEST_OFFSET = 10_000


@dataclass(frozen=True, slots=True)
class FindPage:
    """`near` are the closest items when there is no hit; `scan`: a hand scanner types, and what it types is added."""

    q: str
    category: str
    available: bool
    scan: bool
    offset: int
    more: int | None
    hits: Sequence[Hit]
    near: Sequence[Hit]
    categories: Sequence[Category]
    draft: str
    manager: str
    manager_phone: str
    can_order: bool
    added: Added | None


@dataclass(frozen=True, slots=True)
class _Wanted:
    q: str
    category: str
    available: bool
    offset: int
    draft: str


@blueprint.get("/find")
@door(Permission.CATALOG_READ)
def find() -> str:
    actor = current_actor()
    wanted = _wanted()
    with transaction():
        customer = facts_of(actor.customer_id or 0)
        in_hand = draft_in_hand(actor, wanted.draft)
        found = search(
            customer,
            q=wanted.q,
            category=wanted.category,
            available=wanted.available,
            today=today(),
            limit=PAGE,
            offset=wanted.offset,
        )
        close = nearest(customer, wanted.q, limit=NEAREST) if wanted.q and not found.items else []
        page = FindPage(
            q=wanted.q,
            category=wanted.category,
            available=wanted.available,
            scan=request.args.get("scan") == "1",
            offset=wanted.offset,
            more=found.next_offset,
            hits=_shown(customer, found.items, in_hand),
            near=_shown(customer, close, in_hand),
            categories=categories(customer.source),
            draft=in_hand.order.number if in_hand else "",
            manager=customer.account_manager,
            manager_phone=customer.account_manager_phone,
            can_order=may_at_all(actor, Permission.ORDER_CREATE),
            added=just_added(),
        )
    return render_template("portal/find.html", page=page)


def _wanted() -> _Wanted:
    args = request.args
    return _Wanted(
        q=fields.clean(args.get("q", ""))[:LONGEST_SEARCH],
        category=fields.clean(args.get("category", ""))[:LONGEST_SEARCH],
        available=args.get("available") == "1",
        offset=min(max(args.get("from", 0, type=int), 0), LARGEST_OFFSET),
        draft=fields.clean(args.get("draft", "")),
    )


def _shown(customer: CustomerFacts, items: Sequence[ItemFacts], in_hand: OrderSheet | None) -> list[Hit]:
    return hits(customer, items, asked=_asked(), in_draft=in_draft(in_hand))


def _asked() -> Mapping[str, Asked]:
    """The quantity somebody wants to see the price of, without having added it."""
    item = fields.clean(request.args.get("item", ""))[: fields.LONGEST_ITEM]
    try:
        quantity = fields.quantity(request.args.get("quantity", ""))
        code = fields.unit_code(request.args.get("unit", ""))
    except Unread:
        return {}
    return {item: Asked(quantity, code)} if item and code and 0 < quantity <= LARGEST else {}


def in_draft(in_hand: OrderSheet | None) -> dict[str, str]:
    """Item → how much of it stands in the draft, in words: the lines of an item added up, by unit."""
    sums: dict[str, dict[str, Decimal]] = {}
    for line in in_hand.lines if in_hand else ():
        units = sums.setdefault(line.item_number, {})
        units[line.unit] = units.get(line.unit, Decimal(0)) + line.quantity
    return {
        item: ", ".join(f"{count(quantity)} {unit(code, quantity)}" for code, quantity in units.items())
        for item, units in sums.items()
    }
