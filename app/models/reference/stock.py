"""What lies where, per warehouse and lot, in base units."""

from __future__ import annotations

from datetime import date, datetime

from flask_appbuilder import Model
from sqlalchemy import Date, DateTime, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Key, Quantity, Reference, String


class Stock(Reference, Model):
    __tablename__ = "stock"
    __table_args__ = (UniqueConstraint("source", "erp_key"), Index("ix_stock_item", "source", "item_number"))

    id: Mapped[Key]
    item_number: Mapped[str] = mapped_column(Text)
    warehouse: Mapped[str] = mapped_column(Text)
    warehouse_name: Mapped[String]
    lot: Mapped[String]
    expires_on: Mapped[date | None] = mapped_column(Date)
    quantity: Mapped[Quantity]
    modified_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
