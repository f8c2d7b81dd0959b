"""The draft a person is adding to at the moment, and what was added last; a convenience of this browser, not a right."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from flask import session

from app.errors import NotFound
from app.security.actor import Actor
from app.security.permissions import Permission
from app.security.policy import may_at_all
from app.services.ordering.reading import OrderSheet, recent, sheet
from app.views.portal import fields
from app.views.portal.draft_page import editable

KEY = "draft"
LAST = "added"


@dataclass(frozen=True, slots=True)
class Added:
    """What was added last, to show it and to take it back."""

    draft: str
    item: str
    quantity: str
    unit: str


def take_in_hand(number: str) -> None:
    """From now on things are added to this draft."""
    session[KEY] = number


def put_down(number: str) -> None:
    """It is a draft no more."""
    if session.get(KEY) == number:
        session.pop(KEY)


def remember(draft: str, item: str, quantity: Decimal, unit: str) -> None:
    """This was added; the next page says so and offers to take it back."""
    session[LAST] = {**asdict(Added(draft, item, f"{quantity:f}", unit)), "shown": False}


def just_added() -> Added | None:
    """What the last step added; said once."""
    kept: dict[str, Any] | None = session.get(LAST)
    if kept is None or kept["shown"]:
        return None
    session[LAST] = {**kept, "shown": True}
    return _added(kept)


def last_added() -> Added | None:
    """The same, for taking it back; after that it is forgotten."""
    kept: dict[str, Any] | None = session.pop(LAST, None)
    return _added(kept) if kept else None


def _added(kept: dict[str, Any]) -> Added:
    return Added(kept["draft"], kept["item"], kept["quantity"], kept["unit"])


def draft_in_hand(actor: Actor, named: str) -> OrderSheet | None:
    """The draft this person adds to: the one named, else the one opened last, else their newest one."""
    if not may_at_all(actor, Permission.ORDER_CHANGE):
        return None
    for candidate in filter(None, (named, session.get(KEY, ""))):
        found = _draft(candidate)
        if found is not None:
            return found
    for row in recent(process="draft", limit=3):
        found = sheet(row.number)
        if found.order.placed_by == actor.person_id:
            return found
    return None


def _draft(number: str) -> OrderSheet | None:
    try:
        found = sheet(fields.checked_number(number))
    except NotFound:
        return None
    return found if editable(found.order) else None
