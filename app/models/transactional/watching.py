"""What the portal notices about itself and the ERP: comparisons of the two, where they drift apart, and alerts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Key, Now, String


class ReconciliationRun(Model):
    """One comparison of portal and ERP. `reached` is how far a run has come, so that a killed one goes on there."""

    __tablename__ = "reconciliation_run"
    __table_args__ = (Index("ix_reconciliation_run_source", "source", "id"),)

    id: Mapped[Key]
    source: Mapped[str] = mapped_column(Text)
    started_at: Mapped[Now]
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    asked_by_name: Mapped[String]
    reached: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    counts: Mapped[dict[str, int]] = mapped_column(JSONB, server_default="{}")
    problem: Mapped[String]


class Drift(Model):
    """One difference between portal and ERP, from when it was first seen until it is gone or decided.

    `kind` says what differs, `object` which order, invoice or customer; `detail` holds both sides. `state` is open,
    healed (by itself), decided (by a person) or gone (no longer found).
    """

    __tablename__ = "drift"
    __table_args__ = (
        CheckConstraint("state in ('open', 'healed', 'decided', 'gone')", name="state"),
        Index(
            "uq_drift_open",
            "source",
            "kind",
            "object_type",
            "object",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_drift_found", "found_at"),
    )

    id: Mapped[Key]
    source: Mapped[str] = mapped_column(Text)
    customer_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("customer.id"))
    kind: Mapped[str] = mapped_column(Text)
    object_type: Mapped[str] = mapped_column(Text)
    object: Mapped[str] = mapped_column(Text)
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    found_at: Mapped[Now]
    seen_at: Mapped[Now]
    seen_in: Mapped[int] = mapped_column(BigInteger)
    times: Mapped[int] = mapped_column(Integer, server_default="1")
    state: Mapped[str] = mapped_column(Text, server_default="open")
    settled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    settled_by_name: Mapped[String]
    settlement: Mapped[String]


class Alert(Model):
    """Something people must be told of, raised once and cleared when it is over; `subject` tells apart two of a kind."""

    __tablename__ = "alert"
    __table_args__ = (
        Index("uq_alert_open", "kind", "subject", unique=True, postgresql_where=text("cleared_at is null")),
        Index("ix_alert_raised", "raised_at"),
    )

    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(Text)
    subject: Mapped[String]
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    raised_at: Mapped[Now]
    cleared_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
