"""Who acts: a person in one of their memberships, or a machine. Plain values, loaded once a request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from app.security.scopes import Scope


class Role(StrEnum):
    """What somebody is, for a customer or for us."""

    BUYER = "buyer"
    APPROVER = "approver"
    COMPANY_ADMIN = "company_admin"
    ACCOUNT_MANAGER = "account_manager"
    VALIDATOR = "validator"
    ADMINISTRATOR = "administrator"
    ERP_SERVICE = "erp_service"


CUSTOMER_SIDE = frozenset({Role.BUYER, Role.APPROVER, Role.COMPANY_ADMIN})


@dataclass(frozen=True, slots=True)
class Actor:
    """`order_limit` is net and without approval; None means no limit. `customer_id` None: works for the seller.

    `memberships` is how many this person has open, with the one they act in.
    """

    person_id: int | None
    membership_id: int | None
    name: str
    login: str
    language: str
    roles: frozenset[Role]
    customer_id: int | None = None
    order_limit: Decimal | None = None
    portfolio: tuple[int, ...] = ()
    kind: str = "person"
    memberships: int = 1

    @property
    def is_staff(self) -> bool:
        return self.customer_id is None

    @property
    def scope(self) -> Scope:
        """The rows this actor may see. Somebody without a role for anything sees nothing."""
        if self.customer_id is not None:
            return Scope.customer(self.customer_id)
        if self.roles & {Role.VALIDATOR, Role.ADMINISTRATOR, Role.ERP_SERVICE}:
            return Scope.staff()
        return Scope.of_portfolio(self.portfolio)


def machine(name: str) -> Actor:
    """A job of ours: `rules`, `erp`, `scheduler`. It appears in the audit record under this name."""
    return Actor(None, None, name, name, "en", frozenset(), kind=name)


RULES = machine("rules")
ERP = machine("erp")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a change comes from, for the audit record."""

    actor: Actor
    ip: str = ""


_origin: ContextVar[Origin | None] = ContextVar("origin", default=None)


def origin() -> Origin:
    """Who acts now.

    :raises LookupError: nobody was named; a change without an author is a bug
    """
    current = _origin.get()
    if current is None:
        raise LookupError("nobody is acting: wrap the work in `acting(actor)`")
    return current


def set_origin(actor: Actor, ip: str = "") -> None:
    """Name the author for the rest of this request."""
    _origin.set(Origin(actor, ip))


@contextmanager
def acting(actor: Actor, ip: str = "") -> Iterator[None]:
    """Name the author of everything inside the block."""
    token = _origin.set(Origin(actor, ip))
    try:
        yield
    finally:
        _origin.reset(token)
