"""A customer on an administrator's form: typed by number, kept as `customer_id`. A list of all would be too long."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from wtforms import StringField
from wtforms.validators import ValidationError

from app.extensions import session
from app.models.reference import Customer
from app.words import t


class CustomerField(StringField):
    """:ivar customer_id: of the number that was typed, once it has been looked at"""

    customer_id: int | None = None

    def pre_validate(self, form: Any) -> None:
        """:raises ValidationError: no customer has the number, or customers of more than one ERP have it"""
        if not self.data:
            return
        found = session.scalars(select(Customer.id).where(Customer.number == self.data).limit(2)).all()
        if len(found) != 1:
            raise ValidationError(t("No customer can be told by this number."))
        self.customer_id = found[0]

    def populate_obj(self, obj: Any, name: str) -> None:
        """Into the column, which no form shows."""
        obj.customer_id = self.customer_id
