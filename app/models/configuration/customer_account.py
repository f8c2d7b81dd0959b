"""What the portal itself keeps about a customer, beside the ERP's data."""

from __future__ import annotations

from flask_appbuilder import Model
from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Index, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Key, String


class CustomerAccount(Model):
    """`repeated_reference` is how a PO number used before is treated: notice, offer or block.

    `always_look` sends every order to the desk; `look_at_first` the first so many of a customer new to the portal.
    """

    __tablename__ = "customer_account"
    __table_args__ = (CheckConstraint("repeated_reference in ('notice', 'offer', 'block')", name="repeated_reference"),)

    customer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("customer.id"), primary_key=True)
    account_manager: Mapped[String]
    account_manager_phone: Mapped[String]
    repeated_reference: Mapped[str] = mapped_column(Text, server_default="offer")
    substitutes_allowed: Mapped[bool] = mapped_column(Boolean, server_default="true")
    always_look: Mapped[bool] = mapped_column(Boolean, server_default="false")
    look_at_first: Mapped[int] = mapped_column(Integer, server_default="3")


class CustomerItemNumber(Model):
    """A customer's own number for one of our items."""

    __tablename__ = "customer_item_number"
    __table_args__ = (
        UniqueConstraint("customer_id", "own_number"),
        Index("ix_customer_item_number_item", "customer_id", "item_number"),
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("customer.id"))
    own_number: Mapped[str] = mapped_column(Text)
    item_number: Mapped[str] = mapped_column(Text)
