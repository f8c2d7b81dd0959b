"""What left the warehouse, by order line, with the carrier's tracking number."""

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

from app.models.base import Key, Quantity, Reference, String


class Shipment(Reference, Model):
    __tablename__ = "shipment"
    __table_args__ = (
        UniqueConstraint("source", "erp_key"),
        UniqueConstraint("id", "customer_id"),
        Index("ix_shipment_order_number", "source", "order_number"),
        Index("ix_shipment_customer", "customer_id", "shipped_on"),
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("customer.id"))
    number: Mapped[str] = mapped_column(Text)
    order_number: Mapped[String]
    order_key: Mapped[String]
    shipped_on: Mapped[date] = mapped_column(Date)
    carrier: Mapped[String]
    tracking_number: Mapped[String]
    tracking_url: Mapped[String]
    modified_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ShipmentLine(Model):
    """`order_line` is the number of the order line it fulfils; quantity in `unit`."""

    __tablename__ = "shipment_line"
    __table_args__ = (
        ForeignKeyConstraint(["shipment_id", "customer_id"], ["shipment.id", "shipment.customer_id"]),
        UniqueConstraint("shipment_id", "position"),
    )

    id: Mapped[Key]
    shipment_id: Mapped[int] = mapped_column(BigInteger)
    customer_id: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(Integer)
    order_line: Mapped[int] = mapped_column(Integer)
    item_number: Mapped[String]
    unit: Mapped[String]
    quantity: Mapped[Quantity]
