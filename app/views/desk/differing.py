"""The list of orders the ERP holds otherwise than their buyers agreed to, as the desk sees it. Not for settling them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.models.transactional import Order
from app.security.actor import Actor
from app.security.permissions import Permission
from app.security.policy import may
from app.services.agreeing import at_the_desk
from app.services.ordering.reading import sheet_of
from app.views.portal.proposals import ProposalView, proposal_view


@dataclass(frozen=True, slots=True)
class Differing:
    """One order of the list, with what its buyer declined. `cancelling`: the ERP has been asked already."""

    number: str
    customer: str
    erp_number: str
    version: int
    since: datetime | None
    declined: Sequence[ProposalView]
    cancelling: bool
    may_decide: bool


def differing(actor: Actor) -> list[Differing]:
    """What the desk has to settle, the oldest first."""
    return [_view(actor, order) for order in at_the_desk.waiting()]


def _view(actor: Actor, order: Order) -> Differing:
    found = sheet_of(order)
    return Differing(
        number=order.number,
        customer=found.customer_name,
        erp_number=order.erp_number,
        version=order.version,
        since=order.hold_since,
        declined=[proposal_view(row, order.currency) for row in found.proposals if row.state == "declined"],
        cancelling=order.cancel_requested_at is not None,
        may_decide=may(actor, Permission.REVIEW_DECIDE, order),
    )
