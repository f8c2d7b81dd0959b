"""The ways in that are open: browser sessions and API tokens. Closing them counts at the next request.

Runs as the login (`app.security.crossing.as_login`).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import CursorResult, text

from app.clock import now
from app.extensions import session

_SESSIONS = text("""
    update sign_in_session set ended_at = :now
     where ended_at is null and key_hash <> :except_key
       and membership_id in (select id from membership where person_id = :person)""")
_TOKENS = text("""
    update api_token set revoked_at = :now
     where revoked_at is null and membership_id in (select id from membership where person_id = :person)""")
_OF_MEMBERSHIP = (
    text("update sign_in_session set ended_at = :now where ended_at is null and membership_id = :membership"),
    text("update api_token set revoked_at = :now where revoked_at is null and membership_id = :membership"),
)


def end_sessions(person_id: int, *, except_key: str = "") -> int:
    """Every browser of this person has to sign in again.

    :param except_key: hash of the key of a session that stays
    :returns: how many there were
    """
    found: CursorResult[Any] = session.execute(_SESSIONS, {"now": now(), "person": person_id, "except_key": except_key})  # type: ignore[assignment]
    return found.rowcount


def revoke_tokens(person_id: int) -> int:
    """Every machine of this person is out.

    :returns: how many tokens there were
    """
    found: CursorResult[Any] = session.execute(_TOKENS, {"now": now(), "person": person_id})  # type: ignore[assignment]
    return found.rowcount


def close(membership_id: int) -> None:
    """Browsers and machines that act in this membership are out."""
    for statement in _OF_MEMBERSHIP:
        session.execute(statement, {"now": now(), "membership": membership_id})
