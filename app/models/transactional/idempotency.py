"""Keys a client made before it sent an order the first time, with the first answer. They never expire."""

from __future__ import annotations

from typing import Any

from flask_appbuilder import Model
from sqlalchemy import BigInteger, ForeignKey, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Now


class IdempotencyKey(Model):
    """`fingerprint` is a hash of the canonical body; `status` and `answer` are repeated word for word."""

    __tablename__ = "idempotency_key"

    customer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("customer.id"), primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    fingerprint: Mapped[str] = mapped_column(Text)
    order_id: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[int] = mapped_column(Integer)
    answer: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[Now]
