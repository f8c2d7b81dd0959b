"""Column types and mixins that all tables share; importing it names the constraints of FAB's tables, too.

FAB's `Model` is the one declarative base, so that our tables and its user tables live in one metadata.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from flask_appbuilder import Model
from sqlalchemy import BigInteger, DateTime, Identity, Numeric, Text, text
from sqlalchemy.orm import Mapped, mapped_column

Model.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

Key = Annotated[int, mapped_column(BigInteger, Identity(always=True), primary_key=True)]
BigInt = Annotated[int, mapped_column(BigInteger)]
String = Annotated[str, mapped_column(Text, server_default="")]
UnitPrice = Annotated[Decimal, mapped_column(Numeric(19, 6))]
Amount = Annotated[Decimal, mapped_column(Numeric(19, 4))]
Quantity = Annotated[Decimal, mapped_column(Numeric(19, 6))]
Percent = Annotated[Decimal, mapped_column(Numeric(9, 5))]
Moment = Annotated[datetime, mapped_column(DateTime(timezone=True))]
Now = Annotated[datetime, mapped_column(DateTime(timezone=True), server_default=text("now()"))]


class Reference:
    """A row mirrored from an ERP: unique by connection and the ERP's key, never deleted, written by the sync alone."""

    source: Mapped[str] = mapped_column(Text)
    erp_key: Mapped[str] = mapped_column(Text)
    synced_at: Mapped[Now]
    withdrawn_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
