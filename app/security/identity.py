"""Who is behind a session key or an API token. Only hashes are kept, so that a stolen database opens no door.

Not for signing in: see `app.services.sign_in`.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from sqlalchemy import Row

from app.clock import now
from app.extensions import session
from app.security.actor import Actor, Role
from app.security.queries import BY_SESSION, BY_TOKEN, MEMBERSHIPS
from app.security.scopes import Scope, entered

LONGEST_SESSION = timedelta(hours=24)
LONGEST_PAUSE = timedelta(hours=1)
NOTE_USE_EVERY = timedelta(minutes=1)

_KNOWN_ROLES = frozenset(role.value for role in Role)


def new_secret() -> str:
    """A session key or token: 256 random bits, safe in a cookie and a header."""
    return secrets.token_urlsafe(32)


def hash_of(secret: str) -> str:
    """What is stored of a secret. The secret is random and long, so a plain hash cannot be guessed back."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def by_session(key_hash: str) -> Actor | None:
    """The person of a browser session that has not ended: 24 hours at most, one hour at most without use."""
    moment = now()
    limits = {
        "oldest_start": moment - LONGEST_SESSION,
        "oldest_use": moment - LONGEST_PAUSE,
        "note_before": moment - NOTE_USE_EVERY,
    }
    return _first(session.execute(BY_SESSION, {"hash": key_hash, "now": moment, **limits}).first())


def by_token(token_hash: str) -> Actor | None:
    """The person of an API token that is neither revoked nor expired."""
    return _first(session.execute(BY_TOKEN, {"hash": token_hash, "now": now()}).first())


def memberships(actor: Actor) -> list[dict[str, Any]]:
    """What this person is, for whom: `company` is None for the seller, `active` marks the membership in use.

    Reads companies beyond the actor's scope, so call it outside a transaction.
    """
    with entered(Scope.staff()):
        rows = session.execute(MEMBERSHIPS, {"person_id": actor.person_id}).all()
    return [
        {
            "company": {"number": row.number, "name": row.name} if row.number is not None else None,
            "roles": sorted(row.roles),
            "active": row.id == actor.membership_id,
        }
        for row in rows
    ]


def actor_of(row: Row[Any]) -> Actor:
    """A row of `app.security.queries` as an actor; a role this version does not know gives nothing."""
    return Actor(
        person_id=row.person_id,
        membership_id=row.membership_id,
        name=row.name,
        login=row.login,
        language=row.language,
        roles=frozenset(Role(role) for role in row.roles if role in _KNOWN_ROLES),
        customer_id=row.customer_id,
        order_limit=row.order_limit,
        portfolio=tuple(row.portfolio),
        memberships=row.memberships,
    )


def _first(row: Row[Any] | None) -> Actor | None:
    return None if row is None else actor_of(row)
