"""The staging page `portalOrders`: an order with a key of ours, made and kept in one commit.

The key is unique by an index of the store, so a repeat of an unclear call cannot make a second order.
"""

from __future__ import annotations

from dataclasses import replace

from app.erp.sandbox import drafts, orders, refusals
from app.erp.sandbox.ledger import Ledger
from app.erp.sandbox.life import Life
from app.erp.sandbox.messages import Answer, Request
from app.erp.sandbox.store import Store
from app.erp.sandbox.subscriptions import check_tag


class PortalPages:
    """What may be written on `portalOrders`."""

    def __init__(self, store: Store, ledger: Ledger, life: Life) -> None:
        self._store = store
        self._ledger = ledger
        self._life = life

    def create(self, request: Request) -> str:
        """POST portalOrders; returns the id of the staging record.

        :raises Refusal: 409 when the key is taken, 400 for everything the trade forbids
        """
        draft = drafts.portal_order(request.json())
        with self._store.writing() as change:
            number = orders.enter(change, draft, self._ledger, twist=request.twist)
            self._life.born(change, number)
            if request.twice:
                orders.enter(change, replace(draft, staged=False), self._ledger)
            return str(orders.of_number(change, number)["stagingId"])

    def cancel(self, request: Request, staging_id: str) -> Answer:
        """DELETE portalOrders({id}): cancels the sales order; the staging record stays."""
        with self._store.writing() as change:
            order = change.one("SELECT * FROM orders WHERE stagingId = ? AND staged = 1", staging_id.lower())
            if order is None:
                raise refusals.no_such_record("Portal Order", f"Id='{staging_id}'")
            request.order_key = order["orderKey"]
            check_tag(request, order)
            orders.cancel(change, order, self._ledger)
        return Answer(204)
