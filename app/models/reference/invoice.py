"""Invoices and what is still open of them, as the ERP says."""

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

from app.models.base import Amount, Key, Quantity, Reference, String, UnitPrice


class Invoice(Reference, Model):
    __tablename__ = "invoice"
    __table_args__ = (
        UniqueConstraint("source", "erp_key"),
        UniqueConstraint("id", "customer_id"),
        Index("ix_invoice_order_number", "source", "order_number"),
        Index("ix_invoice_customer", "customer_id", "issued_on"),
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("customer.id"))
    number: Mapped[str] = mapped_column(Text)
    order_number: Mapped[String]
    order_key: Mapped[String]
    issued_on: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date | None] = mapped_column(Date)
    currency: Mapped[str] = mapped_column(Text)
    net: Mapped[Amount]
    tax: Mapped[Amount]
    gross: Mapped[Amount]
    remaining: Mapped[Amount]
    status: Mapped[str] = mapped_column(Text)
    modified_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class InvoiceLine(Model):
    __tablename__ = "invoice_line"
    __table_args__ = (
        ForeignKeyConstraint(["invoice_id", "customer_id"], ["invoice.id", "invoice.customer_id"]),
        UniqueConstraint("invoice_id", "line_number"),
    )

    id: Mapped[Key]
    invoice_id: Mapped[int] = mapped_column(BigInteger)
    customer_id: Mapped[int] = mapped_column(BigInteger)
    line_number: Mapped[int] = mapped_column(Integer)
    item_number: Mapped[String]
    name: Mapped[String]
    unit: Mapped[String]
    quantity: Mapped[Quantity]
    unit_price: Mapped[UnitPrice]
    net: Mapped[Amount]
