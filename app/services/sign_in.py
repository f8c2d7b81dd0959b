"""Signing in with a password, and out again. A session is a row; the browser holds a random key, the row its hash.

Runs before a scope is entered and enters that of the person for the audit record. Not for reading who is signed in on
a request: see `app.security.identity`.
"""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Any

from sqlalchemy import Row
from werkzeug.security import check_password_hash, generate_password_hash

from app.audit.recorder import Author, Change, record
from app.audit.tags import Tag
from app.clock import now
from app.errors import PortalError
from app.extensions import session
from app.security.actor import Actor
from app.security.identity import actor_of, by_session, hash_of, new_secret
from app.security.queries import BY_LOGIN, END_SESSION, START_SESSION
from app.security.scopes import Scope, enter
from app.security.throttle import SIGN_IN
from app.words import n_, t

LONGEST_LOGIN = 200
LONGEST_PASSWORD = 1000


class SignInRefused(PortalError):
    """Login and password do not belong together; does not tell which of them was not right.

    :param actor: whose login was typed, for the audit record; None when nobody has it
    """

    code = "sign_in_refused"
    status = 401
    title = n_("We could not sign you in")

    def __init__(self, actor: Actor | None) -> None:
        super().__init__(
            t("This name and password do not belong together, or this access has ended."),
            t("Check both and try again. Passwords tell capital letters from small ones."),
        )
        self.actor = actor


def sign_in(login: str, password: str, *, ip: str) -> str:
    """Start a session.

    :returns: the key for the browser, which is stored nowhere
    :raises SignInRefused: hand it to `note_refusal` in a transaction of its own
    :raises TooMany: too many tries; carries `retry_after`
    """
    who = (hashlib.sha256(login.strip().lower().encode("utf-8", "replace")).hexdigest(), ip)
    SIGN_IN.count(*who)
    row = _find(login.strip())
    if not _fits(password, row.password if row is not None else None) or row is None:
        raise SignInRefused(None if row is None else actor_of(row))
    SIGN_IN.forget(*who)
    key = new_secret()
    session.execute(START_SESSION, {"membership_id": row.membership_id, "hash": hash_of(key), "now": now()})
    _note(Tag.SIGNED_IN, actor_of(row), ip)
    return key


def note_refusal(refusal: SignInRefused, *, ip: str) -> None:
    """Record a try that was refused; what was typed is not kept, people type passwords into the wrong field."""
    _note(Tag.SIGN_IN_REFUSED, refusal.actor, ip)


def sign_out(key: str, *, ip: str = "") -> None:
    """End a session; one that has ended already stays so."""
    actor = by_session(hash_of(key))
    session.execute(END_SESSION, {"hash": hash_of(key), "now": now()})
    if actor is not None:
        _note(Tag.SIGNED_OUT, actor, ip)


def _find(login: str) -> Row[Any] | None:
    if not login or len(login) > LONGEST_LOGIN or not login.isprintable():
        return None
    return session.execute(BY_LOGIN, {"typed": login, "lower": login.lower()}).first()


def _fits(password: str, hashed: str | None) -> bool:
    """Takes as long for a login nobody has as for one with another password."""
    return check_password_hash(hashed or _hash_of_nobody(), password[:LONGEST_PASSWORD]) and hashed is not None


@cache
def _hash_of_nobody() -> str:
    return generate_password_hash(new_secret())


def _note(tag: Tag, actor: Actor | None, ip: str) -> None:
    enter(actor.scope if actor is not None and actor.customer_id is not None else Scope.staff())
    author = Author(actor.person_id if actor else None, actor.name if actor else "", "person", ip)
    change = Change(tag, "person", str(actor.person_id) if actor else "unknown")
    record([change], customer_id=actor.customer_id if actor else None, author=author)
