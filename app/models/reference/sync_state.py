"""How far the mirror of each kind of reference data has come, so that a broken run goes on where it stopped."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import BigInteger, DateTime, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Key, String


class SyncState(Model):
    """`cursor` belongs to the connector. `page_cursor` is set while a run is under way; `fresh_at` tells the age."""

    __tablename__ = "sync_state"
    __table_args__ = (UniqueConstraint("source", "entity"),)

    id: Mapped[Key]
    source: Mapped[str] = mapped_column(Text)
    entity: Mapped[str] = mapped_column(Text)
    cursor: Mapped[str | None] = mapped_column(Text)
    page_cursor: Mapped[str | None] = mapped_column(Text)
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    fresh_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    rows: Mapped[int] = mapped_column(BigInteger, server_default="0")
    quarantined: Mapped[int] = mapped_column(Integer, server_default="0")
    problem: Mapped[String]
