"""What people write to each other about an order, and the mails the portal writes to people."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Key, Now, String


class OrderMessage(Model):
    """`side` is buyer, desk or inside. An inside note never leaves the house: no customer's scope can read it."""

    __tablename__ = "order_message"
    __table_args__ = (
        ForeignKeyConstraint(
            ["order_id", "customer_id"], ["customer_order.id", "customer_order.customer_id"], ondelete="CASCADE"
        ),
        CheckConstraint("side in ('buyer', 'desk', 'inside')", name="side"),
        Index("ix_order_message_order", "order_id", "id"),
    )

    id: Mapped[Key]
    order_id: Mapped[int] = mapped_column(BigInteger)
    customer_id: Mapped[int] = mapped_column(BigInteger)
    side: Mapped[str] = mapped_column(Text)
    is_question: Mapped[bool] = mapped_column(server_default="false")
    author_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("person.id"))
    author_name: Mapped[String]
    body: Mapped[str] = mapped_column(Text)
    written_at: Mapped[Now]


class Mail(Model):
    """A mail to one person, written in the transaction of what it tells of. `dedup` makes it unique: never two.

    `state` is waiting, sent, kept (no mail server is set), or dead.
    """

    __tablename__ = "mail"
    __table_args__ = (
        CheckConstraint("state in ('waiting', 'sent', 'kept', 'dead')", name="state"),
        UniqueConstraint("dedup"),
        Index("ix_mail_due", "due_at", postgresql_where=text("state = 'waiting'")),
        Index("ix_mail_order", "order_id"),
    )

    id: Mapped[Key]
    customer_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("customer.id"))
    order_id: Mapped[int | None] = mapped_column(BigInteger)
    person_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(Text)
    dedup: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    to_name: Mapped[String]
    to_address: Mapped[String]
    subject: Mapped[str] = mapped_column(Text)
    body_text: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str] = mapped_column(Text)
    attachment: Mapped[bytes | None] = mapped_column(LargeBinary)
    attachment_name: Mapped[String]
    state: Mapped[str] = mapped_column(Text, server_default="waiting")
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    created_at: Mapped[Now]
    due_at: Mapped[Now]
    lease_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reason: Mapped[String]


class ErpEvent(Model):
    """Something an ERP told us, kept once (`source` and `event_key`). It is a hint: state is read from the ERP."""

    __tablename__ = "erp_event"
    __table_args__ = (UniqueConstraint("source", "event_key"),)

    id: Mapped[Key]
    source: Mapped[str] = mapped_column(Text)
    event_key: Mapped[str] = mapped_column(Text)
    entity: Mapped[String]
    change: Mapped[String]
    received_at: Mapped[Now]


class ReadingWish(Model):
    """Data an event said has changed, until it has been read: written in the transaction that keeps the event."""

    __tablename__ = "reading_wish"

    source: Mapped[str] = mapped_column(Text, primary_key=True)
    job: Mapped[str] = mapped_column(Text, primary_key=True)
    wished_at: Mapped[Now]
