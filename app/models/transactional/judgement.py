"""What the rules said about an order: the facts it was judged by, the rule-set version, and every finding."""

from __future__ import annotations

from typing import Any

from flask_appbuilder import Model
from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, Integer, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Key, Now


class Judgement(Model):
    """One run of all four layers over one version of an order. The newest one counts."""

    __tablename__ = "judgement"
    __table_args__ = (
        ForeignKeyConstraint(
            ["order_id", "customer_id"], ["customer_order.id", "customer_order.customer_id"], ondelete="CASCADE"
        ),
        UniqueConstraint("id", "customer_id"),
        Index("ix_judgement_order", "order_id", "id"),
    )

    id: Mapped[Key]
    order_id: Mapped[int] = mapped_column(BigInteger)
    customer_id: Mapped[int] = mapped_column(BigInteger)
    order_version: Mapped[int] = mapped_column(Integer)
    rule_set_version: Mapped[str] = mapped_column(Text)
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    judged_at: Mapped[Now]


class OrderFinding(Model):
    """`texts` holds message, fix, desk and the wording without amounts, each by language."""

    __tablename__ = "finding"
    __table_args__ = (
        ForeignKeyConstraint(
            ["judgement_id", "customer_id"], ["judgement.id", "judgement.customer_id"], ondelete="CASCADE"
        ),
        Index("ix_finding_judgement", "judgement_id"),
    )

    id: Mapped[Key]
    judgement_id: Mapped[int] = mapped_column(BigInteger)
    order_id: Mapped[int] = mapped_column(BigInteger)
    customer_id: Mapped[int] = mapped_column(BigInteger)
    rule: Mapped[str] = mapped_column(Text)
    layer: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(Text)
    line_number: Mapped[int | None] = mapped_column(Integer)
    texts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    offers: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
