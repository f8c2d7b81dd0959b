"""The portal's settings of a customer: what its own administrator decides, and what only we decide.

A customer's scope may read these settings and not write them, so that no order path can change them by mistake. After
the policy has said yes the one row is written as staff, named by its customer, in the transaction that records it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects import postgresql

from app.audit.recorder import Change, record
from app.audit.tags import Tag
from app.errors import Unprocessable
from app.extensions import session
from app.models.configuration import CustomerAccount
from app.security.actor import Actor
from app.security.crossing import as_staff
from app.security.permissions import Permission
from app.security.policy import require
from app.security.predicates import Belonging
from app.services.company.profile import account_of
from app.services.customers import facts_of
from app.services.lifecycle import author
from app.words import t

REPEATED_REFERENCE = ("notice", "offer", "block")


def change(actor: Actor, *, repeated_reference: str, substitutes_allowed: bool) -> None:
    """What a company decides for itself.

    :param repeated_reference: how a PO number that was used before is treated: notice, offer or block
    :raises Unprocessable: there is no such treatment
    """
    customer_id = actor.customer_id or 0
    require(actor, Permission.COMPANY_SETTINGS, Belonging(customer_id))
    if repeated_reference not in REPEATED_REFERENCE:
        raise Unprocessable(
            t("Say how a PO number that was used before is treated."), t("Choose one of the three ways.")
        )
    _store(customer_id, {"repeated_reference": repeated_reference, "substitutes_allowed": substitutes_allowed})


def always_look(actor: Actor, customer_id: int, wanted: bool) -> None:
    """Whether every order of this customer goes to the review desk, or only those with a point.

    :raises NotFound: no such customer within the scope
    :raises NotAllowed: this customer is looked after by somebody else
    """
    facts_of(customer_id)
    require(actor, Permission.CUSTOMER_LOOK, Belonging(customer_id))
    _store(customer_id, {"always_look": wanted})


def _store(customer_id: int, wanted: dict[str, Any]) -> None:
    stored = account_of(customer_id)
    before = {name: getattr(stored, name) for name in wanted}
    number = facts_of(customer_id).number
    differ = [name for name in wanted if before[name] != wanted[name]]
    if not differ:
        return
    session.expunge_all()
    statement = postgresql.insert(CustomerAccount.__table__).values(customer_id=customer_id, **wanted)
    with as_staff():
        session.execute(statement.on_conflict_do_update(index_elements=["customer_id"], set_=wanted))
    change = Change(
        Tag.COMPANY_SETTINGS,
        "customer",
        number,
        before={name: before[name] for name in differ},
        after={name: wanted[name] for name in differ},
    )
    record([change], customer_id=customer_id, author=author())
