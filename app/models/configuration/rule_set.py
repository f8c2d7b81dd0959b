"""Published rule sets: immutable text, addressed by its hash."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import DateTime, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Key, Now, String


class PublishedRuleSet(Model):
    """`texts` maps file names to YAML. The newest row whose `valid_from` has come is the one that judges."""

    __tablename__ = "rule_set"

    id: Mapped[Key]
    version: Mapped[str] = mapped_column(Text, unique=True)
    texts: Mapped[dict[str, str]] = mapped_column(JSONB)
    note: Mapped[String]
    published_at: Mapped[Now]
    valid_from: Mapped[datetime] = mapped_column(DateTime(timezone=True))
