"""Fills an empty store from the AdventureWorks extract under `data/`, in the same way every time.

What the data lacks (credit limits, terms, VAT ids, lead times, lots …) is derived by rules written down in
`docs/sandbox.md`. One module per topic.
"""

from __future__ import annotations

from app.erp.sandbox.seed import customers, history, items, prices, setup, stock
from app.erp.sandbox.store import Change


def fill(change: Change) -> None:
    """Fill every table, inside the transaction that made them."""
    setup.fill(change)
    items.fill(change)
    stock.fill(change)
    customers.fill(change)
    prices.fill(change)
    history.fill(change)
