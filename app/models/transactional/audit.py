"""The audit record: append-only, partitioned by month. Personal values lie in a side table, codes in the record."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from flask_appbuilder import Model
from sqlalchemy import BigInteger, DateTime, Identity, Index, Integer, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Now, String


class AuditEvent(Model):
    """`tag` names what happened, like `order:line:changed`; before and after hold the fields that changed."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_object", "object_kind", "object_number"),
        Index("ix_audit_event_customer", "customer_id", "at"),
        Index("ix_audit_event_actor", "actor_id", "at"),
        {"postgresql_partition_by": "RANGE (at)"},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True, server_default=text("now()"))
    customer_id: Mapped[int | None] = mapped_column(BigInteger)
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    actor_kind: Mapped[str] = mapped_column(Text)
    actor_code: Mapped[UUID | None] = mapped_column(PG_UUID)
    ip_code: Mapped[UUID | None] = mapped_column(PG_UUID)
    tag: Mapped[str] = mapped_column(Text)
    object_kind: Mapped[str] = mapped_column(Text)
    object_number: Mapped[str] = mapped_column(Text)
    object_version: Mapped[int | None] = mapped_column(Integer)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    erp_call_id: Mapped[int | None] = mapped_column(BigInteger)
    correlation_id: Mapped[String]


class AuditPersonal(Model):
    """A name or an address behind a code of the record. Erasing a person removes these rows; the record stays whole."""

    __tablename__ = "audit_personal"
    __table_args__ = (
        UniqueConstraint("customer_id", "person_id", "kind", "value", postgresql_nulls_not_distinct=True),
    )

    code: Mapped[UUID] = mapped_column(PG_UUID, primary_key=True, server_default=text("gen_random_uuid()"))
    customer_id: Mapped[int | None] = mapped_column(BigInteger)
    person_id: Mapped[int | None] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(Text)
    value: Mapped[str] = mapped_column(Text)
    first_seen: Mapped[Now]
