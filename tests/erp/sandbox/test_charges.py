"""Charges beside the lines: in the order's sums, whole on its first invoice, and kept when a store is renewed."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from app.erp.sandbox import schema
from app.erp.sandbox.store import Store
from tests.erp.sandbox.conftest import LINE, code_of

if TYPE_CHECKING:
    from tests.erp.sandbox.conftest import Client

CHARGE = {"code": "part-pallet", "description": "Surcharge part pallet, line 1", "amount": 18}


def test_a_charge_counts_in_the_sums_of_the_order_and_is_answered(erp: Client) -> None:
    order = erp.order(charges=[CHARGE]).json(parse_float=Decimal)

    assert [(each["code"], each["amount"]) for each in order["charges"]] == [("PART-PALLET", 18)]
    assert order["totalAmountExcludingTax"] == 618
    assert order["totalTaxAmount"] == Decimal("54.38")  # 52.80 on the line and 1.58 on the charge


def test_a_charge_stands_whole_on_the_first_invoice_and_on_no_other(erp: Client) -> None:
    order = erp.order(lines=[{**LINE, "quantity": 4}], charges=[CHARGE]).json(parse_float=Decimal)
    erp.control("POST", "clock", {"advance_seconds": 5 * 3600})

    wanted = f"orderNumber eq '{order['orderNumber']}'"
    invoices = erp.get("salesInvoices", filter=wanted, expand="salesInvoiceLines")["value"]
    kinds = [[line["lineType"] for line in each["salesInvoiceLines"]] for each in invoices]
    assert kinds == [["Item", "Charge"], ["Item"]]
    assert sum(each["totalAmountExcludingTax"] for each in invoices) == order["totalAmountExcludingTax"]
    assert sum(each["totalAmountIncludingTax"] for each in invoices) == order["totalAmountIncludingTax"]


@pytest.mark.parametrize("wrong", [{**CHARGE, "amount": -1}, {**CHARGE, "code": ""}, {"code": "X"}, {**CHARGE, "x": 1}])
def test_a_charge_without_code_or_amount_is_refused(erp: Client, wrong: dict[str, Any]) -> None:
    answer = erp.order(charges=[wrong])

    assert answer.status_code == 400
    assert code_of(answer)


def test_a_store_from_before_charges_keeps_its_orders(tmp_path: Path) -> None:
    store = Store(tmp_path / "sandbox.db")
    store.rebuild(lambda change: change.insert("locations", {"id": "1", "code": "WEST", "displayName": "West"}))
    with store.writing() as change:
        change.db.execute("DROP VIEW salesInvoiceLines")
        change.db.execute("DROP VIEW salesOrderLines")
        change.db.execute("DROP TABLE orderCharges")
        change.db.execute("UPDATE settings SET value = '1' WHERE name = 'schema'")

    assert store.is_filled()

    with store.reading() as db:
        assert db.execute("SELECT code FROM locations").fetchall()[0][0] == "WEST"
        assert db.execute("SELECT count(*) FROM salesInvoiceLines").fetchone()[0] == 0
        assert db.execute("SELECT value FROM settings WHERE name = 'schema'").fetchone()[0] == schema.VERSION
    store.close()
