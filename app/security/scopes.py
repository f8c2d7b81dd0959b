"""Row scope: which customers' rows this transaction can see, decided here and enforced by PostgreSQL.

No scope means no rows. `enter` writes the scope into the open transaction and into every later one of this context.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from app.extensions import SET_SCOPE, current_scope, session


@dataclass(frozen=True, slots=True)
class Scope:
    """A database role and its values (see app/migrations/row_security.py)."""

    role: str
    customer_id: int | None = None
    customer_ids: tuple[int, ...] = ()

    @classmethod
    def customer(cls, customer_id: int) -> Scope:
        """One customer: its own rows, the items and prices of its ERP connection."""
        return cls("portico_customer", customer_id=customer_id)

    @classmethod
    def of_portfolio(cls, customer_ids: Sequence[int]) -> Scope:
        """An account manager's customers; an empty portfolio shows nothing."""
        return cls("portico_portfolio", customer_ids=tuple(customer_ids))

    @classmethod
    def staff(cls) -> Scope:
        """Every row, without the right to write reference data."""
        return cls("portico_staff")

    @classmethod
    def sync(cls) -> Scope:
        """The writer of reference data; only the worker's login may take this role."""
        return cls("portico_sync")

    def values(self) -> tuple[str, str, str]:
        """(database role, app.customer, app.customers)."""
        own = "" if self.customer_id is None else str(self.customer_id)
        return self.role, own, ",".join(str(each) for each in self.customer_ids)


def enter(scope: Scope) -> None:
    """From here on, see with this scope; what was loaded before is forgotten."""
    current_scope.set(scope.values())
    if session.registry.has():
        current = session()
        current.expunge_all()
        if current.in_transaction():
            current.execute(SET_SCOPE, dict(zip(("role", "customer", "customers"), scope.values(), strict=True)))


def leave() -> None:
    """See nothing again. Ends the open transaction, if any: a scope cannot be taken out of it."""
    current_scope.set(None)
    session.remove()


@contextmanager
def entered(scope: Scope) -> Iterator[None]:
    """`enter` for the length of a block; what surrounded it is there again afterwards, in a new transaction."""
    before = current_scope.get()
    enter(scope)
    try:
        yield
    finally:
        session.rollback()
        current_scope.set(before)
