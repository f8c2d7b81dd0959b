"""The steps about money: invoices, what decides about a customer's credit, and what a customer owes."""

from __future__ import annotations

from collections.abc import Sequence

from app import clock
from app.erp.port import BalanceRecord, CustomerRecord, InvoiceRecord
from app.extensions import transaction
from app.services.fulfilment import follow
from app.services.reconciliation import comparing, queries
from app.services.reconciliation.sides import Found
from app.services.reconciliation.work import Work
from app.services.reference_sync import by_page

_AT_ONCE = 200


def invoices(work: Work) -> None:
    """Every invoice the ERP has."""
    for sheet, keys in work.sheets("invoices", lambda sheet: _compared(work, sheet.rows)):
        follow(keys)
        work.reached(sheet.cursor, "invoices", len(sheet.rows))
    work.nothing_came("invoices")


def _compared(work: Work, invoices: Sequence[InvoiceRecord]) -> list[Found]:
    mirrored = queries.mirrored_invoices(work.source, [invoice.erp_key for invoice in invoices])
    known = queries.known_customers(work.source, {invoice.customer_number for invoice in invoices})
    return [
        found
        for invoice in invoices
        for found in comparing.of_invoice(
            invoice,
            mirrored=mirrored.get(invoice.erp_key),
            customer_id=known.get(invoice.customer_number),
            settled=work.settled(invoice.modified_at),
        )
    ]


def invoices_gone(work: Work) -> None:
    """Invoices we show and the ERP does not have."""
    while True:
        after = int(work.run.cursor or 0)
        with transaction():
            rows = queries.unseen_invoices(work.source, began=work.began, after=after, limit=_AT_ONCE)
        work.found([comparing.invoice_vanished(invoice, customer_id) for _, customer_id, invoice in rows])
        if rows:
            work.reached(str(rows[-1][0]), "invoices_gone", len(rows))
            work.rest()
        if len(rows) < _AT_ONCE:
            break
    by_page.withdraw(work.source, "invoices", work.began)


def customers(work: Work) -> None:
    """Credit limits, blocks and price groups."""
    for sheet, _ in work.sheets("customers", lambda sheet: _terms(work, sheet.rows)):
        work.reached(sheet.cursor, "customers", len(sheet.rows))


def _terms(work: Work, customers: Sequence[CustomerRecord]) -> list[Found]:
    mirrored = queries.mirrored_customers(work.source, [customer.number for customer in customers])
    found = []
    for customer in customers:
        customer_id, ours = mirrored.get(customer.number, (None, None))
        if work.settled(customer.modified_at):
            found += comparing.of_customer(customer, mirrored=ours, customer_id=customer_id)
    return found


def balances(work: Work) -> None:
    """What customers owe; a sum read a moment ago may differ, one that was not read for a quarter of an hour may not."""
    for sheet, _ in work.sheets("balances", lambda sheet: _owed(work, sheet.rows), in_one_go=True):
        work.reached(None, "balances", len(sheet.rows))


def _owed(work: Work, balances: Sequence[BalanceRecord]) -> list[Found]:
    numbers = [balance.customer_number for balance in balances]
    stale = queries.stale_balances(work.source, numbers, before=clock.now() - comparing.QUIET)
    found = []
    for balance in balances:
        customer_id, ours = stale.get(balance.customer_number, (None, None))
        found += comparing.of_balance(balance, mirrored=ours, customer_id=customer_id)
    return found
