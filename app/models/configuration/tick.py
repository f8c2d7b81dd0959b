"""When each scheduled job ran last; claimed by compare-and-set, so that two schedulers never ring twice."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import DateTime, Text
from sqlalchemy.orm import Mapped, mapped_column


class ScheduleTick(Model):
    __tablename__ = "schedule_tick"

    job: Mapped[str] = mapped_column(Text, primary_key=True)
    ran_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
