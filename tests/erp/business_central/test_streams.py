"""Reading when rows, pages and tokens are not as they should be."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from app.erp.errors import ErpMisread, ErpRefused, ErpUnavailable
from app.erp.port import InvoiceStatus, Page
from tests.erp.business_central.pages import Pages, invoice, item, item_unit, price_line


@pytest.fixture
def pages() -> Iterator[Pages]:
    pages = Pages()
    yield pages
    pages.host.stop()


def all_of(stream: Iterator[Page[Any]]) -> tuple[list[Any], str]:
    """Every row of a stream, and the cursor at its end."""
    rows: list[Any] = []
    cursor = ""
    for page in stream:
        rows += page.rows
        cursor = page.cursor
    return rows, cursor


# --- rows that cannot be read -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ({"amountType": "Gift"}, "amountType has the unknown value 'Gift'"),
        ({"unitPrice": "12.50"}, "unitPrice is not a number"),
        ({"unitPrice": None}, "unitPrice is missing"),
        ({"unitPrice": -1}, "unitPrice is below zero"),
        ({"unitPrice": 10**15}, "unitPrice is too large"),
        ({"minimumQuantity": True}, "minimumQuantity is not a number"),
        ({"startingDate": "01.03.2026"}, "startingDate is not a date"),
        ({"lastModifiedDateTime": "2026-03-01T10:00:00"}, "lastModifiedDateTime names no moment"),
        ({"assetNo": ""}, "assetNo is empty"),
        ({"priceListDescription": "a\x00b"}, "priceListDescription holds signs that are no text"),
    ],
)
def test_a_row_that_cannot_be_read_is_set_aside_and_the_others_go_on(
    pages: Pages, broken: dict[str, Any], reason: str
) -> None:
    pages.rows["priceListLines"] = [price_line(1), price_line(2, **broken), price_line(3)]
    erp = pages.connector()

    rows, _ = all_of(erp.prices(None))

    assert [row.line.item for row in rows] == ["ITEM-1", "ITEM-3"]
    assert [(left.entity, left.key, left.reason) for left in erp.quarantine] == [("priceListLines", "id-2", reason)]


def test_a_field_that_is_gone_or_a_row_that_is_none_is_set_aside(pages: Pages) -> None:
    without = {name: value for name, value in price_line(2).items() if name != "status"}
    pages.rows["priceListLines"] = [without, "oops", price_line(3, newField={"a": 1})]
    erp = pages.connector()

    rows, _ = all_of(erp.prices(None))

    assert [row.line.item for row in rows] == ["ITEM-3"]
    assert [left.reason for left in erp.quarantine] == ["status is missing", "the row is not an object"]


def test_empty_dates_and_escaped_names_are_understood(pages: Pages) -> None:
    pages.rows["priceListLines"] = [price_line(1, sourceType="Customer_x0020_Price_x0020_Group")]

    (row,), _ = all_of(pages.connector().prices(None))

    assert (row.line.valid_from, row.line.valid_to, row.line.source_code) == (None, None, "DEALER")


def test_a_blank_currency_stands_for_the_local_one_when_it_is_known(pages: Pages) -> None:
    pages.rows["priceListLines"] = [price_line(1, currencyCode="")]

    (row,), _ = all_of(pages.connector(local_currency="EUR").prices(None))

    assert row.line.currency == "EUR"


# --- pages ------------------------------------------------------------------------------------------------------------


def test_a_run_can_be_taken_up_after_any_page(pages: Pages) -> None:
    pages.rows["priceListLines"] = [price_line(number) for number in range(1, 8)]
    read = list(pages.connector(page_size=3).prices(None))

    for place, page in enumerate(read):
        rest, end = all_of(pages.connector(page_size=3).prices(page.cursor))
        assert rest == [row for later in read[place + 1 :] for row in later.rows]
        assert end == read[-1].cursor


def test_a_page_token_that_is_too_old_leads_back_to_the_mark(pages: Pages) -> None:
    pages.rows["priceListLines"] = [price_line(number) for number in range(1, 5)]
    first = next(iter(pages.connector(page_size=2).prices(None)))
    pages.page_tokens_work = False

    rows, _ = all_of(pages.connector(page_size=9).prices(first.cursor))

    assert len(rows) == 4


@pytest.mark.parametrize(
    "elsewhere", ["http://169.254.169.254/v2.0/t/e/api/x", "{url}/other/path", "{url}/v2.0/t/e/api/v2.0/%2e%2e/x"]
)
def test_a_next_page_that_leads_elsewhere_is_not_followed(pages: Pages, elsewhere: str) -> None:
    pages.rows["priceListLines"] = [price_line(number) for number in range(1, 5)]
    pages.next_link = elsewhere.format(url=pages.host.url)

    with pytest.raises(ErpMisread):
        all_of(pages.connector(page_size=2).prices(None))


def test_a_cursor_nobody_understands_means_from_the_beginning(pages: Pages) -> None:
    pages.rows["priceListLines"] = [price_line(1)]

    rows, _ = all_of(pages.connector().prices("{broken"))

    assert len(rows) == 1


def test_a_change_dated_in_the_future_does_not_hide_later_ones(pages: Pages) -> None:
    pages.rows["priceListLines"] = [price_line(1, lastModifiedDateTime="2099-01-01T00:00:00Z")]
    _, cursor = all_of(pages.connector().prices(None))
    pages.rows["priceListLines"].append(price_line(2, lastModifiedDateTime="2098-01-01T00:00:00Z"))

    rows, _ = all_of(pages.connector().prices(cursor))

    assert "ITEM-2" in [row.line.item for row in rows]


def test_when_nothing_changed_the_cursor_stays(pages: Pages) -> None:
    pages.rows["priceListLines"] = [price_line(1)]
    erp = pages.connector()
    _, cursor = all_of(erp.prices(None))

    assert all_of(erp.prices(cursor)) == ([], cursor)


# --- rows made of several ---------------------------------------------------------------------------------------------


def test_an_item_comes_again_when_only_one_of_its_units_changed(pages: Pages) -> None:
    pages.rows = {"items": [item("A"), item("B")], "itemUnits": [item_unit("A", "BOX", 10), item_unit("B", "BOX", 5)]}
    erp = pages.connector()
    _, cursor = all_of(erp.items(None))
    pages.rows["itemUnits"][1] = item_unit("B", "BOX", 6, lastModifiedDateTime="2026-03-02T10:00:00Z")

    rows, after = all_of(erp.items(cursor))

    assert [(row.number, {unit.code: unit.factor for unit in row.units}) for row in rows] == [
        ("B", {"BOX": Decimal(6), "PCS": Decimal(1)})
    ]
    assert all_of(erp.items(after)) == ([], after)


def test_a_first_run_taken_up_again_does_not_lose_a_unit_changed_in_between(pages: Pages) -> None:
    pages.rows = {"items": [item("A"), item("B")], "itemUnits": [item_unit("A", "BOX", 10)]}
    first = next(iter(pages.connector(page_size=1).items(None)))
    pages.rows["itemUnits"] = [item_unit("A", "BOX", 12, lastModifiedDateTime="2026-03-02T10:00:00Z")]
    _, cursor = all_of(pages.connector(page_size=1).items(first.cursor))

    rows, _ = all_of(pages.connector().items(cursor))

    assert [row.number for row in rows] == ["A"]


def test_items_without_a_base_unit_or_with_a_price_including_tax_are_set_aside(pages: Pages) -> None:
    pages.rows["items"] = [item("A", baseUnitOfMeasureCode=""), item("B", priceIncludesTax=True), item("C")]
    erp = pages.connector()

    rows, _ = all_of(erp.items(None))

    assert [row.number for row in rows] == ["C"]
    assert [left.key for left in erp.quarantine] == ["A", "B"]


def test_many_touched_items_are_fetched_in_addresses_of_bearable_length(pages: Pages) -> None:
    numbers = [f"LONG-ITEM-NUMBER-{place:04}" for place in range(250)]
    pages.rows = {"items": [item(number) for number in numbers], "itemUnits": []}
    erp = pages.connector()
    _, cursor = all_of(erp.items(None))
    changed = {"lastModifiedDateTime": "2026-03-02T10:00:00Z"}
    pages.rows["itemUnits"] = [item_unit(number, "BOX", 2, **changed) for number in numbers]

    rows, _ = all_of(erp.items(cursor))

    assert sorted(row.number for row in rows) == numbers
    assert max(len(talk.path) for talk in pages.host.seen) < 2_000


# --- invoices ---------------------------------------------------------------------------------------------------------


def test_a_payment_is_noticed_although_it_moves_no_timestamp(pages: Pages) -> None:
    pages.rows["salesInvoices"] = [invoice("1"), invoice("2"), invoice("3")]
    erp = pages.connector()
    _, cursor = all_of(erp.invoices(None))
    pages.rows["salesInvoices"][0] = invoice("1", remainingAmount=40)
    pages.rows["salesInvoices"][1] = invoice("2", remainingAmount=0, status="Paid")

    rows, after = all_of(erp.invoices(cursor))

    assert sorted((row.number, row.remaining, row.status) for row in rows) == [
        ("1", Decimal(40), InvoiceStatus.OPEN),
        ("2", Decimal(0), InvoiceStatus.PAID),
    ]
    assert all_of(erp.invoices(after)) == ([], after)


def test_drafts_are_left_out_and_unknown_states_set_aside(pages: Pages) -> None:
    pages.rows["salesInvoices"] = [invoice("1", status="Draft"), invoice("2", status=" "), invoice("3", status="Paid")]
    erp = pages.connector()

    rows, _ = all_of(erp.invoices(None))

    assert [row.number for row in rows] == ["3"]
    assert [left.key for left in erp.quarantine] == ["2"]


# --- signing in, company ----------------------------------------------------------------------------------------------


def test_many_threads_sign_in_once_and_renew_once(pages: Pages) -> None:
    pages.rows["priceListLines"] = [price_line(1)]
    erp = pages.connector()
    all_of(erp.prices(None))
    pages.tokens_end = 1  # the token in use is over from now on
    pages.tokens = 1

    def read() -> None:
        all_of(erp.prices(None))

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert pages.tokens == 2


def test_a_refused_sign_in_is_not_hammered(pages: Pages) -> None:
    pages.host.scripts = [lambda talk: talk.answer(401, b'{"error": "invalid_client"}')]
    erp = pages.connector()

    for _ in range(3):
        with pytest.raises(ErpUnavailable, match="sign"):
            all_of(erp.prices(None))
    assert len(pages.host.seen) == 1


def test_a_company_the_erp_does_not_have_is_named(pages: Pages) -> None:
    with pytest.raises(ErpRefused, match="Elsewhere Ltd"):
        all_of(pages.connector(company="Elsewhere Ltd").prices(None))
