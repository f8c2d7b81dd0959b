"""What the ERP keeps about a company, with its age: addresses, terms, VAT id, credit. Read only; the ERP owns it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text

from app.errors import NotFound
from app.extensions import session
from app.models.configuration import CustomerAccount
from app.models.reference import Customer, ShipTo


@dataclass(frozen=True, slots=True)
class Profile:
    """`as_of` is when the mirror of the customers was last known to be current; None before the first sync."""

    customer: Customer
    ship_tos: Sequence[ShipTo]
    account: CustomerAccount
    as_of: datetime | None


_FRESH_AT = text("select fresh_at from sync_state where source = :source and entity = 'customers'")


def profile_of(customer_id: int) -> Profile:
    """Everything about one customer within the scope.

    :raises NotFound: there is none
    """
    customer = session.execute(select(Customer).where(Customer.id == customer_id)).scalar_one_or_none()
    if customer is None:
        raise NotFound()
    addresses = select(ShipTo).where(ShipTo.customer_id == customer_id, ShipTo.withdrawn_at.is_(None))
    return Profile(
        customer=customer,
        ship_tos=session.scalars(addresses.order_by(ShipTo.is_default.desc(), ShipTo.code)).all(),
        account=account_of(customer_id),
        as_of=session.execute(_FRESH_AT, {"source": customer.source}).scalar() or customer.synced_at,
    )


def account_of(customer_id: int) -> CustomerAccount:
    """The portal's own settings of a customer; what counts when nobody has set any."""
    stored = session.execute(
        select(CustomerAccount).where(CustomerAccount.customer_id == customer_id)
    ).scalar_one_or_none()
    return stored or CustomerAccount(
        customer_id=customer_id,
        account_manager="",
        account_manager_phone="",
        repeated_reference="offer",
        substitutes_allowed=True,
        always_look=False,
        look_at_first=3,
    )
