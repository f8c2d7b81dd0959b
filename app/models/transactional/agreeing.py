"""Where portal and ERP are not of one mind about an order: what is proposed to the buyer, and a number put right."""

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

from app.models.base import Key, Now, String


class Proposal(Model):
    """Something other than what was ordered, put to the buyer: `before` and `after` by name of the field.

    `code` is a reason code of the desk (`price_changed`, `date_not_possible`, ...). `origin` is erp (the ERP already holds
    `after`), prices (not sent yet, the price moved meanwhile) or desk. `line_number` is empty for the whole order.
    """

    __tablename__ = "proposal"
    __table_args__ = (
        ForeignKeyConstraint(
            ["order_id", "customer_id"], ["customer_order.id", "customer_order.customer_id"], ondelete="CASCADE"
        ),
        CheckConstraint("origin in ('erp', 'prices', 'desk')", name="origin"),
        CheckConstraint("state in ('open', 'accepted', 'declined', 'lapsed')", name="state"),
        Index("ix_proposal_order", "order_id", "id"),
    )

    id: Mapped[Key]
    order_id: Mapped[int] = mapped_column(BigInteger)
    customer_id: Mapped[int] = mapped_column(BigInteger)
    line_number: Mapped[int | None] = mapped_column(Integer)
    origin: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text)
    before: Mapped[dict[str, Any]] = mapped_column(JSONB)
    after: Mapped[dict[str, Any]] = mapped_column(JSONB)
    words: Mapped[String]
    state: Mapped[str] = mapped_column(Text, server_default="open")
    proposed_at: Mapped[Now]
    proposed_by_name: Mapped[String]
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decided_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("person.id"))
    decided_by_name: Mapped[String]


class Relink(Model):
    """An order's ERP number put right by two people: one asks, another one decides.

    `message_id` is the dead letter it closes, if there is one; `differences` is what the document there has otherwise.
    """

    __tablename__ = "relink"
    __table_args__ = (
        ForeignKeyConstraint(
            ["order_id", "customer_id"], ["customer_order.id", "customer_order.customer_id"], ondelete="CASCADE"
        ),
        CheckConstraint("state in ('asked', 'agreed', 'refused')", name="state"),
        Index("ix_relink_order", "order_id", "id"),
        Index("uq_relink_asked", "order_id", unique=True, postgresql_where=text("state = 'asked'")),
    )

    id: Mapped[Key]
    order_id: Mapped[int] = mapped_column(BigInteger)
    customer_id: Mapped[int] = mapped_column(BigInteger)
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    old_number: Mapped[String]
    new_number: Mapped[str] = mapped_column(Text)
    differences: Mapped[list[str]] = mapped_column(JSONB, server_default="[]")
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="asked")
    asked_at: Mapped[Now]
    asked_by: Mapped[int] = mapped_column(BigInteger, ForeignKey("person.id"))
    asked_by_name: Mapped[String]
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decided_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("person.id"))
    decided_by_name: Mapped[String]
