"""Who sells: name, look, addresses, bank and terms. Every change is a new version; the newest one counts."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import BigInteger, DateTime, ForeignKey, Integer, LargeBinary, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Key, Now, String


class SellerProfile(Model):
    """What stands on pages, papers and mails. `logo` is PNG or JPEG; `colour` is #rrggbb."""

    __tablename__ = "seller_profile"

    id: Mapped[Key]
    version: Mapped[int] = mapped_column(Integer, unique=True)
    name: Mapped[str] = mapped_column(Text)
    legal_name: Mapped[String]
    address: Mapped[String]
    country: Mapped[String]
    email: Mapped[String]
    phone: Mapped[String]
    website: Mapped[String]
    vat_id: Mapped[String]
    register_entry: Mapped[String]
    bank_name: Mapped[String]
    iban: Mapped[String]
    bic: Mapped[String]
    mail_sender: Mapped[String]
    colour: Mapped[String]
    logo: Mapped[bytes | None] = mapped_column(LargeBinary)
    logo_type: Mapped[String]
    changed_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("person.id"))
    changed_at: Mapped[Now]


class Terms(Model):
    """Terms of sale by language; an order keeps the version that counted when it was sent."""

    __tablename__ = "terms"

    id: Mapped[Key]
    version: Mapped[int] = mapped_column(Integer, unique=True)
    texts: Mapped[dict[str, str]] = mapped_column(JSONB)
    published_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("person.id"))
    published_at: Mapped[Now]


class Subscription(Model):
    """A subscription with an ERP that tells us of changes; `client_state` is the secret it sends back."""

    __tablename__ = "erp_subscription"
    __table_args__ = (UniqueConstraint("source", "entity"),)

    id: Mapped[Key]
    source: Mapped[str] = mapped_column(Text)
    entity: Mapped[str] = mapped_column(Text)
    resource: Mapped[str] = mapped_column(Text)
    subscription_id: Mapped[String]
    client_state: Mapped[str] = mapped_column(Text, unique=True)
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    problem: Mapped[String]
