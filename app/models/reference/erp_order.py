"""Orders of every channel as the ERP holds them: by telephone, mail and EDI beside our own. Read only."""

from __future__ import annotations

from datetime import date, datetime

from flask_appbuilder import Model
from sqlalchemy import (
    BigInteger,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Amount, Key, Percent, Quantity, Reference, String, UnitPrice


class ErpOrder(Reference, Model):
    __tablename__ = "erp_order"
    __table_args__ = (
        UniqueConstraint("source", "erp_key"),
        UniqueConstraint("id", "customer_id"),
        Index("ix_erp_order_order_key", "order_key"),
        Index("ix_erp_order_customer", "customer_id", "ordered_on"),
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("customer.id"))
    number: Mapped[str] = mapped_column(Text)
    order_key: Mapped[String]
    reference: Mapped[String]
    channel: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    ordered_on: Mapped[date] = mapped_column(Date)
    currency: Mapped[str] = mapped_column(Text)
    net: Mapped[Amount]
    tax: Mapped[Amount]
    gross: Mapped[Amount]
    modified_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ErpOrderLine(Model):
    """Quantities in `unit`."""

    __tablename__ = "erp_order_line"
    __table_args__ = (
        ForeignKeyConstraint(["erp_order_id", "customer_id"], ["erp_order.id", "erp_order.customer_id"]),
        UniqueConstraint("erp_order_id", "line_number"),
    )

    id: Mapped[Key]
    erp_order_id: Mapped[int] = mapped_column(BigInteger)
    customer_id: Mapped[int] = mapped_column(BigInteger)
    line_number: Mapped[int] = mapped_column(Integer)
    item_number: Mapped[String]
    name: Mapped[String]
    unit: Mapped[String]
    quantity: Mapped[Quantity]
    unit_price: Mapped[UnitPrice]
    discount_percent: Mapped[Percent]
    net: Mapped[Amount]
    shipped: Mapped[Quantity]
    invoiced: Mapped[Quantity]
    cancelled: Mapped[Quantity]
    confirmed_date: Mapped[date | None] = mapped_column(Date)
