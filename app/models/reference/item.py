"""Items as the ERP keeps them, with the units they are sold in."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from flask_appbuilder import Model
from sqlalchemy import (
    BigInteger,
    Boolean,
    Computed,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Key, Quantity, Reference, String, UnitPrice

# A number without case, blanks, dashes and quotes: what may differ between what is typed and what is meant.
PLAIN_NUMBER = "upper(regexp_replace(number, '[^[:alnum:]]+', '', 'g'))"


class Item(Reference, Model):
    """`list_price` is per base unit; `trigrams` (of number, name, GTIN) carry the forgiving search."""

    __tablename__ = "item"
    __table_args__ = (
        UniqueConstraint("source", "erp_key"),
        UniqueConstraint("source", "number"),
        Index("ix_item_gtin", "source", "gtin"),
        Index("ix_item_plain_number", "source", "plain_number"),
        Index("ix_item_category", "source", "category"),
        Index("ix_item_trigrams", "trigrams", postgresql_using="gin"),
    )

    id: Mapped[Key]
    number: Mapped[str] = mapped_column(Text)
    plain_number: Mapped[str] = mapped_column(Text, Computed(PLAIN_NUMBER, persisted=True))
    name: Mapped[str] = mapped_column(Text)
    description: Mapped[String]
    category: Mapped[String]
    gtin: Mapped[String]
    blocked: Mapped[bool] = mapped_column(Boolean, server_default="false")
    base_unit: Mapped[str] = mapped_column(Text)
    list_price: Mapped[UnitPrice]
    tax_group: Mapped[String]
    lead_time_days: Mapped[int | None] = mapped_column(Integer)
    minimum_quantity: Mapped[Decimal | None] = mapped_column(Numeric(19, 6))
    order_multiple: Mapped[Decimal | None] = mapped_column(Numeric(19, 6))
    discontinued_on: Mapped[date | None] = mapped_column(Date)
    substitute_number: Mapped[String]
    modified_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    trigrams: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")

    def __repr__(self) -> str:
        return self.number


class ItemUnit(Model):
    """A unit an item is sold in: `factor` base units."""

    __tablename__ = "item_unit"
    __table_args__ = (UniqueConstraint("item_id", "code"),)

    id: Mapped[Key]
    item_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("item.id"))
    source: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text)
    factor: Mapped[Quantity]
    withdrawn_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
