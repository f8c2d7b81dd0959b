"""The draft a person is adding to at the moment; a convenience of this browser, not a right."""

from __future__ import annotations

from flask import session

from app.errors import NotFound
from app.security.actor import Actor
from app.security.permissions import Permission
from app.security.policy import may_at_all
from app.services.ordering.reading import OrderSheet, recent, sheet
from app.views.portal import fields
from app.views.portal.draft_page import editable

_KEY = "draft"


def take_in_hand(number: str) -> None:
    """From now on things are added to this draft."""
    session[_KEY] = number


def put_down(number: str) -> None:
    """It is a draft no more."""
    if session.get(_KEY) == number:
        session.pop(_KEY)


def draft_in_hand(actor: Actor, named: str) -> OrderSheet | None:
    """The draft this person adds to: the one named, else the one opened last, else their newest one."""
    if not may_at_all(actor, Permission.ORDER_CHANGE):
        return None
    for candidate in filter(None, (named, session.get(_KEY, ""))):
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
