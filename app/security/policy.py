"""Who may do what: one table. Any row of a permission suffices, all predicates of that row must hold; absent means no.

Services ask `require`; doors ask `may_at_all` before they look anything up; templates ask `may` to hide a button.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.errors import NotAllowed
from app.security.actor import Actor
from app.security.permissions import MEANINGS, Permission
from app.security.predicates import (
    Predicate,
    Thing,
    account_manager,
    administrator,
    approver,
    buyer,
    company_admin,
    for_a_customer,
    in_portfolio,
    not_own_order,
    of_same_customer,
    signed_in,
    validator,
)
from app.words import t

P = Permission

POLICY: Mapping[Permission, Sequence[Sequence[Predicate]]] = {
    P.ME_READ: [[signed_in]],
    P.ME_CHANGE: [[signed_in]],
    P.CATALOG_READ: [[signed_in, for_a_customer]],
    P.PRICE_READ: [[signed_in, for_a_customer]],
    P.ORDER_CREATE: [[buyer, for_a_customer]],
    P.ORDER_READ: [
        [signed_in, for_a_customer, of_same_customer],
        [account_manager, in_portfolio],
        [validator],
        [administrator],
    ],
    P.ORDER_CHANGE: [[buyer, of_same_customer]],
    P.ORDER_SUBMIT: [[buyer, of_same_customer]],
    P.ORDER_CANCEL: [[buyer, of_same_customer]],
    P.ORDER_WRITE: [[buyer, of_same_customer]],
    P.PROPOSAL_DECIDE: [[buyer, of_same_customer], [approver, of_same_customer, not_own_order]],
    P.APPROVAL_READ: [[approver, for_a_customer], [company_admin, for_a_customer]],
    P.APPROVAL_DECIDE: [[approver, of_same_customer, not_own_order]],
    P.REVIEW_READ: [[validator]],
    P.REVIEW_DECIDE: [[validator, not_own_order]],
    P.INVOICE_READ: [[signed_in, for_a_customer], [validator], [administrator]],
    P.DEBT_READ: [[approver, for_a_customer], [company_admin, for_a_customer], [validator], [administrator]],
    P.TOKEN_CREATE: [[signed_in]],
    P.COMPANY_READ: [[company_admin, for_a_customer, of_same_customer]],
    P.COMPANY_PEOPLE: [[company_admin, for_a_customer, of_same_customer]],
    P.COMPANY_ITEMS: [[company_admin, for_a_customer, of_same_customer]],
    P.COMPANY_SETTINGS: [[company_admin, for_a_customer, of_same_customer]],
    P.PORTFOLIO_READ: [[account_manager, in_portfolio]],
    P.CUSTOMER_LOOK: [[account_manager, in_portfolio], [administrator]],
    P.REFERENCE_READ: [[administrator]],
    P.CONFIGURATION_READ: [[administrator]],
    P.CONFIGURATION_CHANGE: [[administrator]],
    P.OUTBOX_READ: [[administrator]],
    P.OUTBOX_RETRY: [[administrator]],
    P.DEAD_LETTER_READ: [[administrator], [validator]],
    P.DEAD_LETTER_ACT: [[administrator], [validator]],
    P.RECONCILIATION_READ: [[administrator]],
    P.RECONCILIATION_DECIDE: [[administrator]],
    P.AUDIT_READ: [[administrator]],
    P.AUDIT_SEARCH: [[administrator], [company_admin, for_a_customer]],
    P.SELLER_READ: [[administrator]],
    P.SELLER_CHANGE: [[administrator]],
}


def may_at_all(actor: Actor, permission: Permission) -> bool:
    """Whether some thing could exist on which the actor holds the permission; looks nothing up."""
    rows = POLICY.get(permission, ())
    return any(all(each.test(actor, None) for each in row if not each.on_thing) for row in rows)


def may(actor: Actor, permission: Permission, thing: Thing | None = None) -> bool:
    """Whether the actor holds the permission, on this thing if one is given."""
    return any(all(each.test(actor, thing) for each in row) for row in POLICY.get(permission, ()))


def require(actor: Actor, permission: Permission, thing: Thing | None = None) -> None:
    """:raises NotAllowed: the actor does not hold the permission; says which condition is missing"""
    if not may(actor, permission, thing):
        raise _refusal(permission, _why_not(actor, permission, thing))


def require_at_all(actor: Actor, permission: Permission) -> None:
    """:raises NotAllowed: no role of the actor includes the permission"""
    if not may_at_all(actor, permission):
        raise _refusal(permission, _why_not(actor, permission, None, things=False))


def _refusal(permission: Permission, why: str) -> NotAllowed:
    return NotAllowed(t("You cannot {act}: {why}.", act=t(MEANINGS[permission]), why=why))


def _why_not(actor: Actor, permission: Permission, thing: Thing | None, *, things: bool = True) -> str:
    """The first unmet condition of the row that comes closest."""
    missing = [
        [each for each in row if (things or not each.on_thing) and not each.test(actor, thing)]
        for row in POLICY.get(permission, ())
    ]
    closest = min((row for row in missing if row), key=len, default=[])
    return t(closest[0].words) if closest else t("no role includes it")
