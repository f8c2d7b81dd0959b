"""People, their memberships, and the doors they come through. Identity tables: only `app.security` reads them.

One identity, many memberships: a person may work for several companies and for the seller. `ab_user` holds the
password; its username and e-mail are synthetic, the real address stands here and need not be unique.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from flask_appbuilder import Model
from sqlalchemy import BigInteger, Boolean, CheckConstraint, DateTime, ForeignKey, Integer, Numeric, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Key, Now, String


class Person(Model):
    """`login` is what is typed at sign-in."""

    __tablename__ = "person"

    id: Mapped[Key]
    user_id: Mapped[int] = mapped_column(Integer, ForeignKey("ab_user.id"), unique=True)
    login: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    email: Mapped[String]
    phone: Mapped[String]
    language: Mapped[str] = mapped_column(Text, server_default="en")
    active: Mapped[bool] = mapped_column(Boolean, server_default="true")
    is_demo: Mapped[bool] = mapped_column(Boolean, server_default="false")

    def __repr__(self) -> str:
        return self.name


class Membership(Model):
    """What a person is for a customer, or for us when `customer_id` is empty.

    `order_limit` is the net amount this person may order without approval; empty means no limit, which is not zero.
    """

    __tablename__ = "membership"
    __table_args__ = (CheckConstraint("cardinality(roles) > 0", name="roles"),)

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("person.id"), index=True)
    customer_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("customer.id"), index=True)
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    order_limit: Mapped[Decimal | None] = mapped_column(Numeric(19, 4))
    portfolio: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), server_default="{}")
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ApiToken(Model):
    """A bearer token; only its hash is kept."""

    __tablename__ = "api_token"

    id: Mapped[Key]
    membership_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("membership.id"), index=True)
    token_hash: Mapped[str] = mapped_column(Text, unique=True)
    label: Mapped[String]
    created_at: Mapped[Now]
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class SignInSession(Model):
    """A browser that is signed in; the cookie holds a random key, the row its hash."""

    __tablename__ = "sign_in_session"

    id: Mapped[Key]
    membership_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("membership.id"), index=True)
    key_hash: Mapped[str] = mapped_column(Text, unique=True)
    created_at: Mapped[Now]
    seen_at: Mapped[Now]
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
