"""Messages to the ERP, written in the transaction of the business change, every call made for them, and the line to it.

The row is the truth; queues only wake somebody who reads it.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Key, Now, String


class OutboxMessage(Model):
    """`lease_until` and `attempts` fence: whoever finishes a message must hold the attempt it claimed.

    `reason` says in words why a message waits or is dead. `tries` counts tries by how they ended (passing, busy, unknown,
    misread). A dead message belongs to `owner_id` once somebody has taken it up. `handed_over` and `withdrawn` are final.
    """

    __tablename__ = "outbox_message"
    __table_args__ = (
        CheckConstraint("state in ('waiting', 'done', 'dead', 'withdrawn', 'handed_over')", name="state"),
        UniqueConstraint("kind", "order_key", "order_version"),
        Index("ix_outbox_message_due", "due_at", postgresql_where=text("state = 'waiting'")),
        Index("ix_outbox_message_order", "order_id"),
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("customer.id"))
    order_id: Mapped[int] = mapped_column(BigInteger)
    order_key: Mapped[str] = mapped_column(Text)
    order_version: Mapped[int] = mapped_column(Integer)
    connection: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    body: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(Text, server_default="waiting")
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    tries: Mapped[dict[str, int]] = mapped_column(JSONB, server_default="{}")
    owner_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("person.id"))
    owned_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[Now]
    due_at: Mapped[Now]
    lease_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reason_code: Mapped[String]
    reason: Mapped[String]
    correlation_id: Mapped[String]


class ErpCall(Model):
    """One request to the ERP and what came back, redacted and bounded. `customer_id` is empty for reference data."""

    __tablename__ = "erp_call"
    __table_args__ = (Index("ix_erp_call_order", "order_id"), Index("ix_erp_call_started", "started_at"))

    id: Mapped[Key]
    customer_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("customer.id"))
    order_id: Mapped[int | None] = mapped_column(BigInteger)
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    connection: Mapped[str] = mapped_column(Text)
    operation: Mapped[str] = mapped_column(Text)
    method: Mapped[str] = mapped_column(Text)
    url: Mapped[str] = mapped_column(Text)
    started_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    milliseconds: Mapped[int] = mapped_column(Integer)
    status: Mapped[int | None] = mapped_column(Integer)
    outcome: Mapped[str] = mapped_column(Text)
    request_body: Mapped[String]
    response_body: Mapped[String]
    erp_request_id: Mapped[String]
    correlation_id: Mapped[String]


class ErpCallMinute(Model):
    """The calls of one minute that were made for the same and ended the same, reading ones included.

    `buckets` counts them on the scale of `app.domain.durations`; `slowest` took so many milliseconds.
    """

    __tablename__ = "erp_call_minute"
    __table_args__ = (Index("ix_erp_call_minute_minute", "minute"),)

    connection: Mapped[str] = mapped_column(Text, primary_key=True)
    operation: Mapped[str] = mapped_column(Text, primary_key=True)
    outcome: Mapped[str] = mapped_column(Text, primary_key=True)
    minute: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    calls: Mapped[int] = mapped_column(Integer)
    buckets: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    slowest: Mapped[int] = mapped_column(Integer)


class ErpLine(Model):
    """How the line to one ERP is: its circuit breaker, its allowance of calls, and what it asked us to wait for.

    One row a connection, shared by every worker. `breaker` is closed, open or half_open; `recent` are the latest outcomes
    that say whether the ERP answers, newest last, as `[seconds since 1970, answered]`. `allowance` calls were left at
    `allowance_at`.
    """

    __tablename__ = "erp_line"
    __table_args__ = (CheckConstraint("breaker in ('closed', 'open', 'half_open')", name="breaker"),)

    connection: Mapped[str] = mapped_column(Text, primary_key=True)
    breaker: Mapped[str] = mapped_column(Text, server_default="closed")
    changed_at: Mapped[Now]
    openings: Mapped[int] = mapped_column(Integer, server_default="0")
    probe_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    probe_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    not_before: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    recent: Mapped[list[Any]] = mapped_column(JSONB, server_default="[]")
    allowance: Mapped[Decimal] = mapped_column(Numeric(12, 3), server_default="0")
    allowance_at: Mapped[Now]
    answered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reason: Mapped[String]
