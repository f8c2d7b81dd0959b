"""Writes the audit record, in the transaction of the change it describes: no action without its record.

Names and addresses go into `audit_personal`, the record holds their codes. Not for reading: see `app.audit.history`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from app.audit.tags import Tag
from app.extensions import session
from app.logs import correlation_id
from app.models.transactional.audit import AuditEvent


@dataclass(frozen=True, slots=True)
class Author:
    """Who did it, from where. `kind` is person, or the name of a job of ours."""

    person_id: int | None
    name: str
    kind: str
    ip: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happened. `before` and `after` hold only the fields that differ."""

    tag: Tag
    object_kind: str
    object_number: str
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    object_version: int | None = None
    erp_call_id: int | None = None


_FIND = text(
    "select code from audit_personal where customer_id is not distinct from :customer_id"
    " and person_id is not distinct from :person_id and kind = :kind and value = :value"
)
_ADD = text(
    "insert into audit_personal (customer_id, person_id, kind, value)"
    " values (:customer_id, :person_id, :kind, :value) on conflict do nothing"
)


def record(changes: Sequence[Change], *, customer_id: int | None, author: Author) -> None:
    """Append the changes, in order, within the open transaction.

    :param customer_id: whose object it is; None for objects of the seller
    """
    if not changes:
        return
    current = session()
    codes = {
        kind: _code(current, customer_id, author.person_id, kind, value) if value else None
        for kind, value in (("name", author.name), ("ip", author.ip))
    }
    rows = [
        {
            "customer_id": customer_id,
            "actor_id": author.person_id,
            "actor_kind": author.kind,
            "actor_code": codes["name"],
            "ip_code": codes["ip"],
            "tag": change.tag.value,
            "object_kind": change.object_kind,
            "object_number": change.object_number,
            "object_version": change.object_version,
            "before": _plain(change.before),
            "after": _plain(change.after),
            "erp_call_id": change.erp_call_id,
            "correlation_id": correlation_id.get(),
        }
        for change in changes
    ]
    current.execute(insert(AuditEvent.__table__).inline(), rows)


def _plain(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if values is None else dict(values)


def _code(current: Session, customer_id: int | None, person_id: int | None, kind: str, value: str) -> UUID:
    wanted = {"customer_id": customer_id, "person_id": person_id, "kind": kind, "value": value}
    known = current.execute(_FIND, wanted).scalar()
    if known is None:
        current.execute(_ADD, wanted)
        known = current.execute(_FIND, wanted).scalar_one()
    found: UUID = known
    return found
