"""Price list lines and tax rates of the ERP."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from flask_appbuilder import Model
from sqlalchemy import BigInteger, CheckConstraint, Date, DateTime, ForeignKey, Index, Numeric, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Key, Percent, Quantity, Reference, String


class PriceListLine(Reference, Model):
    """A price or a discount from a quantity on. `assigned_to` is all, group or customer; `source_code` names which.

    `customer_id` is set when the line is meant for one customer. `valid_to` is the last day on which it counts.
    """

    __tablename__ = "price"
    __table_args__ = (
        UniqueConstraint("source", "erp_key"),
        Index("ix_price_item", "source", "item_number"),
        CheckConstraint("assigned_to in ('all', 'group', 'customer')", name="assigned_to"),
        CheckConstraint("(assigned_to = 'customer') = (customer_id is not null)", name="customer"),
    )

    id: Mapped[Key]
    list_code: Mapped[str] = mapped_column(Text)
    list_name: Mapped[String]
    assigned_to: Mapped[str] = mapped_column(Text)
    source_code: Mapped[String]
    customer_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("customer.id"), index=True)
    item_number: Mapped[str] = mapped_column(Text)
    unit: Mapped[String]
    minimum_quantity: Mapped[Quantity] = mapped_column(server_default="0")
    currency: Mapped[String]
    unit_price: Mapped[Decimal | None] = mapped_column(Numeric(19, 6))
    discount_percent: Mapped[Decimal | None] = mapped_column(Numeric(9, 5))
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    modified_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class TaxRate(Reference, Model):
    __tablename__ = "tax_rate"
    __table_args__ = (UniqueConstraint("source", "erp_key"), UniqueConstraint("source", "tax_area", "tax_group"))

    id: Mapped[Key]
    tax_area: Mapped[str] = mapped_column(Text)
    tax_group: Mapped[str] = mapped_column(Text)
    percent: Mapped[Percent]
