"""Which mail is next, and what came of it. A claim is a lease with a fencing number, the attempt, as in the outbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from app.extensions import session
from app.words import n_

LEASE_SECONDS = 120

NO_SERVER = n_("No mail server is set, so it is kept here to be read.")
NO_ADDRESS = n_("This person has no mail address.")
NOBODY = n_("Nobody who would get it works for this company any more.")
GONE = n_("The order it tells of is not there any more.")


@dataclass(frozen=True, slots=True)
class Claimed:
    """A mail we hold until its lease ends. `subject` is empty until it is written; `attempts` counts this one."""

    id: int
    customer_id: int
    order_id: int
    person_id: int | None
    kind: str
    dedup: str
    language: str
    to_name: str
    to_address: str
    subject: str
    body_text: str
    body_html: str
    attachment: bytes | None
    attachment_name: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Sent:
    """The mail server took it."""


@dataclass(frozen=True, slots=True)
class Later:
    """Not taken, but it may be: again at `due`. `stop`: the server does not answer, so the others need not be tried."""

    due: datetime
    reason: str
    stop: bool = False


@dataclass(frozen=True, slots=True)
class Dead:
    """It will never be taken like this; a person has to look."""

    reason: str


@dataclass(frozen=True, slots=True)
class Kept:
    """Nothing to send, for this reason."""

    reason: str


Result = Sent | Later | Dead | Kept

_CLAIM = text("""
    update mail m set attempts = attempts + 1, lease_until = now() + make_interval(secs => :lease)
     where m.id = (select id from mail where state = 'waiting' and due_at <= now()
                      and (lease_until is null or lease_until < now())
                    order by due_at, id limit 1 for update skip locked)
    returning m.id, m.customer_id, m.order_id, m.person_id, m.kind, m.dedup, m.language, m.to_name, m.to_address,
              m.subject, m.body_text, m.body_html, m.attachment, m.attachment_name, m.attempts""")


def claim() -> Claimed | None:
    """Take the mail that is due longest; the caller commits before it does anything with it."""
    row = session.execute(_CLAIM, {"lease": LEASE_SECONDS}).mappings().one_or_none()
    return None if row is None else Claimed(**row)


_SETTLE = text("""
    update mail set state = :state, due_at = coalesce(:due, due_at), sent_at = case when :state = 'sent' then now() end,
                    reason = :reason, lease_until = null
     where id = :id and attempts = :attempts and state = 'waiting' returning id""")


def settle(mail: Claimed, result: Result) -> bool:
    """Write down what came of it.

    :returns: False when somebody else has the claim by now, and nothing was written
    """
    values: dict[str, Any] = {"id": mail.id, "attempts": mail.attempts, "due": None, "reason": ""}
    match result:
        case Sent():
            values["state"] = "sent"
        case Later(due=due, reason=reason):
            values |= {"state": "waiting", "due": due, "reason": reason}
        case Dead(reason=reason):
            values |= {"state": "dead", "reason": reason}
        case Kept(reason=reason):
            values |= {"state": "kept", "reason": reason}
    return session.execute(_SETTLE, values).first() is not None
