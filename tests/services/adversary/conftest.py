"""People and machines at the same order at the same time: what must never come of it, whoever is faster."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.exc import SQLAlchemyError

from app.errors import PortalError
from app.extensions import session
from tests.services.agreeing.conftest import Agreeing, agreeing
from tests.services.dead_letters.conftest import as_actor, bring, by_hand, dead, letter_id, sent
from tests.services.reconciliation.conftest import Books, books, whole, worker

__all__ = [
    "Agreeing", "Books", "agreeing", "as_actor", "books", "bring", "by_hand", "dead", "letter_id", "sent", "whole",
    "worker",
]  # fmt: skip


@pytest.fixture
def side_by_side() -> Callable[..., list[Any]]:
    """Several do something at the same moment. :returns: what came of each, in their order: a value or an exception"""

    def together(*acts: Callable[[], Any]) -> list[Any]:
        came: list[Any] = [None] * len(acts)
        start = threading.Barrier(len(acts))

        def one(at: int, act: Callable[[], Any]) -> None:
            start.wait()
            try:
                came[at] = act()
            except (PortalError, SQLAlchemyError, LookupError) as problem:
                came[at] = problem
            finally:
                session.remove()

        threads = [threading.Thread(target=one, args=each) for each in enumerate(acts)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert not any(thread.is_alive() for thread in threads), "somebody waits for ever"
        return came

    return together
