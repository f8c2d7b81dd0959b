"""Customers of the ERP, the tenants of the portal, and where their goods may go."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from flask_appbuilder import Model
from sqlalchemy import BigInteger, Boolean, DateTime, ForeignKey, Integer, Numeric, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Amount, Key, Reference, String


class Customer(Reference, Model):
    """`credit_limit` empty means no limit. `balance` and `overdue` are the ERP's sums as of `balance_as_of`.

    `block` is none, ship, invoice or all; `blocked_since` is when the portal first heard of it.
    """

    __tablename__ = "customer"
    __table_args__ = (UniqueConstraint("source", "erp_key"), UniqueConstraint("source", "number"))

    id: Mapped[Key]
    number: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    address_line1: Mapped[String]
    address_line2: Mapped[String]
    city: Mapped[String]
    state: Mapped[String]
    country: Mapped[String]
    postal_code: Mapped[String]
    email: Mapped[String]
    phone: Mapped[String]
    currency: Mapped[str] = mapped_column(Text)
    price_group: Mapped[String]
    salesperson: Mapped[String]
    vat_id: Mapped[String]
    tax_area: Mapped[String]
    payment_terms_code: Mapped[String]
    payment_terms_name: Mapped[String]
    payment_days: Mapped[int] = mapped_column(Integer, server_default="30")
    prepayment: Mapped[bool] = mapped_column(Boolean, server_default="false")
    credit_limit: Mapped[Decimal | None] = mapped_column(Numeric(19, 4))
    block: Mapped[str] = mapped_column(Text, server_default="none")
    blocked_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    balance: Mapped[Amount] = mapped_column(server_default="0")
    overdue: Mapped[Amount] = mapped_column(server_default="0")
    balance_as_of: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    modified_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    def __repr__(self) -> str:
        return f"{self.number} {self.name}"


class ShipTo(Reference, Model):
    __tablename__ = "ship_to"
    __table_args__ = (UniqueConstraint("source", "erp_key"), UniqueConstraint("customer_id", "code"))

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("customer.id"))
    code: Mapped[str] = mapped_column(Text)
    name: Mapped[String]
    address_line1: Mapped[String]
    address_line2: Mapped[String]
    city: Mapped[String]
    state: Mapped[String]
    country: Mapped[String]
    postal_code: Mapped[String]
    contact: Mapped[String]
    phone: Mapped[String]
    is_default: Mapped[bool] = mapped_column(Boolean, server_default="false")
