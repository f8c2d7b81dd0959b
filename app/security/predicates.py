"""The conditions of the policy table: what an actor is, and how they stand to a thing.

A predicate on the actor alone is decided before anything is looked up; one on a thing needs the thing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from app.security.actor import Actor, Role
from app.words import n_


class Thing(Protocol):
    """What predicates need to know of an order."""

    @property
    def customer_id(self) -> int: ...
    @property
    def placed_by(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Belonging:
    """A customer, or anything of it that nobody placed: people, item numbers, settings."""

    customer_id: int
    placed_by: int = 0


@dataclass(frozen=True, slots=True)
class Predicate:
    """`on_thing` tells whether `test` needs the thing; `words` say why not, in English, for `t`."""

    name: str
    test: Callable[[Actor, Thing | None], bool]
    words: str
    on_thing: bool = False


def _role(role: Role, words: str) -> Predicate:
    return Predicate(role.value, lambda actor, _: role in actor.roles, words)


buyer = _role(Role.BUYER, n_("only buyers may do this"))
approver = _role(Role.APPROVER, n_("only approvers may do this"))
company_admin = _role(Role.COMPANY_ADMIN, n_("only company administrators may do this"))
account_manager = _role(Role.ACCOUNT_MANAGER, n_("only account managers may do this"))
validator = _role(Role.VALIDATOR, n_("only the review desk may do this"))
administrator = _role(Role.ADMINISTRATOR, n_("only administrators may do this"))

signed_in = Predicate("signed_in", lambda actor, _: actor.person_id is not None, n_("sign in first"))
for_a_customer = Predicate(
    "for_a_customer",
    lambda actor, _: actor.customer_id is not None,
    n_("only people of a customer company may do this"),
)
of_same_customer = Predicate(
    "of_same_customer",
    lambda actor, thing: thing is not None and thing.customer_id == actor.customer_id,
    n_("it belongs to another company"),
    on_thing=True,
)
in_portfolio = Predicate(
    "in_portfolio",
    lambda actor, thing: thing is not None and thing.customer_id in actor.portfolio,
    n_("this customer is not in your portfolio"),
    on_thing=True,
)
not_own_order = Predicate(
    "not_own_order",
    lambda actor, thing: thing is not None and thing.placed_by != actor.person_id,
    n_("you placed it yourself, so someone else must approve"),
    on_thing=True,
)
