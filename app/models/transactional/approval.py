"""A question to the approvers of a company: may this order go out? What they see is a frozen snapshot."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Amount, Key, Now, String


class Approval(Model):
    __tablename__ = "approval"
    __table_args__ = (
        ForeignKeyConstraint(
            ["order_id", "customer_id"], ["customer_order.id", "customer_order.customer_id"], ondelete="CASCADE"
        ),
        CheckConstraint("state in ('waiting', 'approved', 'rejected', 'withdrawn')", name="state"),
        Index("ix_approval_waiting", "customer_id", postgresql_where=text("state = 'waiting'")),
        Index("ix_approval_order", "order_id", unique=True, postgresql_where=text("state = 'waiting'")),
    )

    id: Mapped[Key]
    order_id: Mapped[int] = mapped_column(BigInteger)
    customer_id: Mapped[int] = mapped_column(BigInteger)
    order_version: Mapped[int] = mapped_column(Integer)
    why: Mapped[str] = mapped_column(Text)
    amount: Mapped[Amount]
    currency: Mapped[str] = mapped_column(Text)
    snapshot: Mapped[dict[str, Any]] = mapped_column(JSONB)
    asked_by: Mapped[int] = mapped_column(BigInteger, ForeignKey("person.id"))
    asked_at: Mapped[Now]
    state: Mapped[str] = mapped_column(Text, server_default="waiting")
    decided_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reason: Mapped[String]
