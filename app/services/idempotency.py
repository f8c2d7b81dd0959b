"""One key, one order: the first answer is kept with the order and repeated word for word. Keys never expire."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, text

from app.errors import BadRequest, Conflict, Unprocessable
from app.extensions import session
from app.models.transactional import IdempotencyKey
from app.words import n_, t

LONGEST_KEY = 255

_TRY_LOCK = text("select pg_try_advisory_xact_lock(hashtextextended(:customer || ':' || :key, 4711))")


class KeyReused(Unprocessable):
    code = "idempotency_key_reused"
    title = n_("This key belongs to another request")


@dataclass(frozen=True, slots=True)
class Answer:
    """`order_id` is what the key stands for; `repeated` tells that nothing was done this time."""

    status: int
    body: dict[str, Any]
    order_id: int
    repeated: bool = False


def checked_key(key: str | None) -> str:
    """:raises BadRequest: there is none, or it is too long to keep"""
    if not key:
        raise BadRequest(
            t("The header Idempotency-Key is missing, so a repeat could not be told from a second order."),
            t("Make a UUID before the first try and send the same one with every repeat."),
        )
    if len(key) > LONGEST_KEY:
        raise BadRequest(t("The Idempotency-Key is longer than 255 characters."), t("A UUID is long enough."))
    return key


def fingerprint(body: Any) -> str:
    """The same for the same content, whatever the order of the names."""
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), default=str, ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def earlier(customer_id: int, key: str, print_: str) -> Answer | None:
    """The kept answer to this key, if there is one.

    :raises KeyReused: the key was used for another body
    """
    kept = session.execute(
        select(IdempotencyKey.__table__).where(IdempotencyKey.customer_id == customer_id, IdempotencyKey.key == key)
    ).one_or_none()
    if kept is None:
        return None
    if kept.fingerprint != print_:
        raise KeyReused(
            t("This Idempotency-Key was used for an order with other content."),
            t("Make a new key for a new order; repeat the old one only with the same body."),
        )
    status = 200 if kept.status == 201 else kept.status
    return Answer(status, kept.answer, kept.order_id, repeated=True)


def once(customer_id: int, key: str, print_: str, do: Callable[[], Answer]) -> Answer:
    """Do it, or repeat the first answer; within the caller's transaction.

    :raises Conflict: the same key is being worked on at this moment
    :raises KeyReused: the key was used for another body
    """
    free = session.execute(_TRY_LOCK, {"customer": str(customer_id), "key": key}).scalar_one()
    if not free:
        raise Conflict(t("The first request with this key is still running."), t("Wait a second and send it again."))
    kept = earlier(customer_id, key, print_)
    if kept is not None:
        return kept
    answer = do()
    session.execute(
        insert(IdempotencyKey.__table__).inline(),
        {
            "customer_id": customer_id,
            "key": key,
            "fingerprint": print_,
            "order_id": answer.order_id,
            "status": answer.status,
            "answer": answer.body,
        },
    )
    return answer
