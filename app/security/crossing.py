"""For a few statements, another scope within the same transaction, and back.

Identity tables belong to the login of the process and are out of reach of every scope; a customer's settings are written
by staff alone. A service that has asked the policy crosses over for the statements that need it, names the customer in
each of them, and is back in the scope of whoever asked before it goes on. Not for reading what an actor may see anyway.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from app.extensions import SET_SCOPE, current_scope, session
from app.security.scopes import Scope

_NO_SCOPE = ("none", "", "")


@contextmanager
def as_login() -> Iterator[None]:
    """Be the login itself: identity tables, and no customer row."""
    with _crossed(None):
        yield


@contextmanager
def as_staff() -> Iterator[None]:
    """See and write what staff may."""
    with _crossed(Scope.staff().values()):
        yield


@contextmanager
def _crossed(scope: tuple[str, str, str] | None) -> Iterator[None]:
    """What was done before is undone when the block is left by an exception: nobody goes on in a foreign scope."""
    before = current_scope.get()
    session.flush()
    _go(scope)
    try:
        yield
    except BaseException:
        current_scope.set(before)
        session.rollback()
        raise
    _go(before)


def _go(scope: tuple[str, str, str] | None) -> None:
    current_scope.set(scope)
    session.execute(SET_SCOPE, dict(zip(("role", "customer", "customers"), scope or _NO_SCOPE, strict=True)))
