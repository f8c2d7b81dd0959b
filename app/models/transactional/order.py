"""An order and its lines: born in the portal, moved by `app.services.lifecycle` alone.

`number` is for people and may have gaps; `key` is for the ERP, permanent and never reused.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Numeric,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.order_states import Ball, Payment, Process, Validation
from app.models.base import Amount, Key, Now, Percent, Quantity, String


def _one_of(column: str, values: Any) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} in ({listed})", name=column)


class Order(Model):
    """Sums are net, of rounded lines. `tax` and `gross` stay empty until the ERP has computed them.

    `title` is what its buyer calls a draft. `version` rises with every change a reader could see. `hold_reason` set means
    on hold, beside the axes. `promise` says how sure the prices are: confirmed, mirror, last_known, on_request. `charges`
    are surcharges beside the lines (code, label by language, amount, why, line), in `net` already. `choices` are offers
    the buyer took: finding → offer.
    """

    __tablename__ = "customer_order"
    __table_args__ = (
        UniqueConstraint("number"),
        UniqueConstraint("key"),
        UniqueConstraint("id", "customer_id"),
        Index("ix_customer_order_list", "customer_id", "id"),
        Index("ix_customer_order_reference", "customer_id", "reference"),
        Index(
            "ix_customer_order_review",
            "id",
            postgresql_where=text("process = 'in_validation' and validation = 'pending'"),
        ),
        Index("ix_customer_order_erp", "source", "erp_number"),
        _one_of("process", Process),
        _one_of("validation", Validation),
        _one_of("payment", Payment),
        _one_of("ball_with", Ball),
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("customer.id"))
    source: Mapped[str] = mapped_column(Text)
    number: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer, server_default="1")

    title: Mapped[String]
    reference: Mapped[String]
    comment: Mapped[String]
    ship_to_code: Mapped[String]
    ship_to_address: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    requested_date: Mapped[date | None] = mapped_column(Date)

    process: Mapped[str] = mapped_column(Text, server_default="draft")
    validation: Mapped[str] = mapped_column(Text, server_default="not_checked")
    payment: Mapped[str] = mapped_column(Text, server_default="none")
    moved_at: Mapped[Now]
    ball_with: Mapped[str] = mapped_column(Text, server_default="buyer")
    ball_since: Mapped[Now]
    hold_reason: Mapped[str | None] = mapped_column(Text)
    hold_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    hold_by: Mapped[String]

    currency: Mapped[str] = mapped_column(Text)
    net: Mapped[Amount] = mapped_column(server_default="0")
    tax: Mapped[Decimal | None] = mapped_column(Numeric(19, 4))
    gross: Mapped[Decimal | None] = mapped_column(Numeric(19, 4))
    promise: Mapped[str] = mapped_column(Text, server_default="mirror")
    priced_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    placed_by: Mapped[int] = mapped_column(BigInteger, ForeignKey("person.id"))
    placed_by_name: Mapped[String]
    created_at: Mapped[Now]
    submitted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    rule_set_version: Mapped[String]

    review_reason: Mapped[String]
    review_note: Mapped[String]
    reviewed_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("person.id"))
    claimed_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("person.id"))
    claimed_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    cancel_requested_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    cancel_reason: Mapped[String]

    charges: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    choices: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    terms_version: Mapped[int | None] = mapped_column(Integer)
    copied_from: Mapped[String]

    erp_number: Mapped[String]
    erp_status: Mapped[String]

    def __repr__(self) -> str:
        return self.number


class OrderLine(Model):
    """A line as typed and as understood: number, name, unit and price are copied, so that they stay what they were.

    `item_number` is empty while nobody knows what was typed. Delivered quantities are in the line's unit.
    """

    __tablename__ = "order_line"
    __table_args__ = (
        ForeignKeyConstraint(
            ["order_id", "customer_id"], ["customer_order.id", "customer_order.customer_id"], ondelete="CASCADE"
        ),
        UniqueConstraint("order_id", "line_number"),
    )

    id: Mapped[Key]
    order_id: Mapped[int] = mapped_column(BigInteger)
    customer_id: Mapped[int] = mapped_column(BigInteger)
    line_number: Mapped[int] = mapped_column(Integer)
    typed_item: Mapped[str] = mapped_column(Text)
    item_number: Mapped[String]
    item_name: Mapped[String]
    quantity: Mapped[Quantity]
    unit: Mapped[str] = mapped_column(Text)
    factor: Mapped[Quantity] = mapped_column(server_default="1")
    base_quantity: Mapped[Quantity]
    requested_date: Mapped[date | None] = mapped_column(Date)
    buyer_line: Mapped[String]
    cost_center: Mapped[String]
    comment: Mapped[String]

    unit_price: Mapped[Decimal | None] = mapped_column(Numeric(19, 6))
    discount_percent: Mapped[Percent] = mapped_column(server_default="0")
    net_unit_price: Mapped[Decimal | None] = mapped_column(Numeric(19, 6))
    net: Mapped[Decimal | None] = mapped_column(Numeric(19, 4))
    explanation: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    promise: Mapped[str] = mapped_column(Text, server_default="mirror")
    price_as_of: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    confirmed: Mapped[Quantity] = mapped_column(server_default="0")
    confirmed_date: Mapped[date | None] = mapped_column(Date)
    shipped: Mapped[Quantity] = mapped_column(server_default="0")
    invoiced: Mapped[Quantity] = mapped_column(server_default="0")
    cancelled: Mapped[Quantity] = mapped_column(server_default="0")
