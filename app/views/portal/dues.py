"""Invoices that are due, as one line on the first page, for those who may see what is owed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from app.clock import today
from app.security.actor import Actor
from app.security.permissions import Permission
from app.security.policy import may_at_all
from app.services.customers import facts_of, overdue_invoices


@dataclass(frozen=True, slots=True)
class Dues:
    """How many invoices are past their day, and what is open of them; the ERP's sum."""

    count: int
    amount: Decimal
    currency: str


def dues_of(actor: Actor) -> Dues | None:
    """None where nothing is due, or this reader may not know."""
    if actor.customer_id is None or not may_at_all(actor, Permission.DEBT_READ):
        return None
    late = overdue_invoices(actor.customer_id, today())
    customer = facts_of(actor.customer_id)
    return Dues(len(late.numbers), customer.overdue, customer.currency) if late.numbers else None
