"""Each way a read can go wrong, over HTTP: nothing is believed that was not read to its end, and nobody waits for ever."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from app.erp.errors import ErpBusy, ErpError, ErpMisread, ErpRefused, ErpUnavailable, ErpUnreachable
from app.erp.port import collect_exchanges
from tests.erp.business_central.pages import Pages
from tests.erp.matrix.conftest import MisbehavingErp, an_order
from tests.erp.scripted import Conversation

PASSING, MISREAD = ErpUnavailable, ErpMisread
READS: tuple[tuple[str, dict[str, Any], type[ErpError]], ...] = (
    ("E2", {"kind": "timeout_before_commit", "seconds": 1}, PASSING),
    ("E5", {"kind": "error_before_commit"}, PASSING),
    *[("E6", {"kind": "error_before_commit", "status": status}, PASSING) for status in (408, 502, 503, 504)],
    ("E6", {"kind": "error_before_commit", "status": 503, "retry_after": 5}, ErpBusy),
    ("E7", {"kind": "busy", "retry_after": 5}, ErpBusy),
    ("E8", {"kind": "endless_drip", "seconds": 0.05}, PASSING),
    ("E9", {"kind": "truncated_json"}, MISREAD),
    ("E9", {"kind": "html_login"}, MISREAD),
    ("E9", {"kind": "empty_body"}, MISREAD),
    ("E9", {"kind": "wrong_type"}, MISREAD),
    ("E9", {"kind": "gzip_bomb"}, PASSING),
    ("E9", {"kind": "huge_answer"}, PASSING),
    *[("E11", {"kind": "refuse", "status": status}, ErpRefused) for status in (403, 404, 422)],
    ("E19", {"kind": "next_page", "location": "https://elsewhere.example/next"}, MISREAD),
    ("E19", {"kind": "next_page", "location": "http://169.254.169.254/latest"}, MISREAD),
    ("E21", {"kind": "redirect", "location": "http://169.254.169.254/latest"}, PASSING),
)


@pytest.mark.parametrize(("row", "fault", "family"), READS, ids=lambda each: getattr(each, "__name__", str(each))[:60])
def test_a_read_that_goes_wrong_says_so_and_brings_nothing(
    erp: MisbehavingErp, row: str, fault: dict[str, Any], family: type[ErpError]
) -> None:
    connector = erp.impatient() if "seconds" in fault else erp.connector()
    erp.spoil("taxRates", **{"times": 2, **fault})

    brought: list[Any] = []
    with pytest.raises(ErpError) as caught:
        brought += [rate for page in connector.tax_rates(None) for rate in page.rows]
    assert (type(caught.value), brought) == (family, [])

    erp.behave()
    assert sum(len(page.rows) for page in erp.connector().tax_rates(None)) > 10


def test_a_page_that_leads_to_itself_ends(erp: MisbehavingErp) -> None:
    erp.spoil("taxRates", kind="next_page", times=None)
    with pytest.raises(ErpMisread):
        list(erp.connector().tax_rates(None))


@pytest.mark.parametrize("stream", ["tax_rates", "shipments", "customers"])
def test_pages_that_lead_in_a_circle_end(erp: MisbehavingErp, stream: str) -> None:
    entity = {"tax_rates": "taxRates", "shipments": "salesShipments", "customers": "taxAreas"}[stream]
    connector = erp.connector(page_size=3, document_page_size=3)
    with collect_exchanges() as exchanges:
        list(getattr(connector, stream)(None))
    pages = [each.url for each in exchanges if each.url.partition("?")[0].endswith(f"/{entity}")]
    assert len(pages) > 2
    erp.spoil(entity, kind="next_page", query="skiptoken", location=pages[0], times=None)
    with pytest.raises(ErpMisread):
        list(getattr(connector, stream)(None))


def test_a_page_token_that_has_expired_begins_at_the_mark_again(erp: MisbehavingErp) -> None:
    connector = erp.connector(page_size=10)
    pages = connector.tax_rates(None)
    first = next(pages)
    erp.spoil("taxRates", kind="refuse", query="skiptoken", message="The page token has expired.")
    with pytest.raises(ErpRefused):
        next(pages)

    erp.spoil("taxRates", kind="refuse", query="skiptoken")
    again = [rate.erp_key for page in erp.connector().tax_rates(first.cursor) for rate in page.rows]
    whole = [rate.erp_key for page in erp.connector().tax_rates(None) for rate in page.rows]
    assert sorted(again) == sorted(whole)


def test_a_token_that_dies_between_two_pages_is_renewed_and_no_row_is_lost(erp: MisbehavingErp) -> None:
    whole = _keys(erp.connector(page_size=10).tax_rates(None))
    erp.control("faults", {"kind": "token_dies", "query": "skiptoken"})
    connector = erp.connector(page_size=10)

    with collect_exchanges() as exchanges:
        assert _keys(connector.tax_rates(None)) == whole
    assert [exchange.status for exchange in exchanges].count(401) == 1
    assert [exchange.operation for exchange in exchanges].count("sign_in") == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("percent", "7.5"),
        ("percent", None),
        ("percent", 10**30),
        ("taxAreaCode", 7),
        ("taxAreaCode", None),
        ("lastModifiedDateTime", "2031-01-01T00:00:00"),
        ("lastModifiedDateTime", "yesterday"),
        ("id", ""),
    ],
)
def test_a_record_that_is_odd_is_set_aside_with_its_reason_and_the_others_go_on(
    erp: MisbehavingErp, field: str, value: Any
) -> None:
    whole = len(_keys(erp.connector().tax_rates(None)))
    erp.spoil("taxRates", kind="odd_field", field=field, value=value, row=1)
    connector = erp.connector()

    assert len(_keys(connector.tax_rates(None))) == whole - 1
    (left_out,) = connector.quarantine
    assert left_out.entity == "taxRates"
    assert field in left_out.reason


@pytest.mark.parametrize(
    ("page", "stream", "fault", "left_out"),
    [
        ("taxRates", "tax_rates", {"field": "percent"}, 1),  # gone
        ("taxRates", "tax_rates", {"field": "newField", "value": {"of": "the next version"}, "row": None}, 0),
        ("priceListLines", "prices", {"field": "status", "value": "Frozen"}, 1),  # unknown enumerations
        ("priceListLines", "prices", {"field": "amountType", "value": "Barter"}, 1),
        ("customers", "customers", {"field": "blocked", "value": "Perhaps"}, 1),
        ("orderStates", "orders", {"field": "releaseStatus", "value": "Paused"}, 1),
        ("orderStates", "orders", {"field": "channel", "value": "Fax"}, 0),  # other ways to order are no trouble
    ],
)
def test_a_field_gone_new_or_with_an_unknown_value_costs_at_most_its_record(
    erp: MisbehavingErp, page: str, stream: str, fault: dict[str, Any], left_out: int
) -> None:
    whole = len(_keys(getattr(erp.connector(), stream)(None)))
    erp.spoil(page, kind="odd_field", times=None, query="orderby" if page != "customers" else "", **fault)
    connector = erp.connector()

    assert len(_keys(getattr(connector, stream)(None))) == whole - left_out
    assert len(connector.quarantine) == left_out


@pytest.mark.parametrize(
    "number", ["1e999999999", "1e-999999999", "0e-999999999", "1e99999999999999999999", "9" * 5000]
)
def test_a_number_nobody_can_compute_with_costs_its_record_only(number: str) -> None:
    """JSON knows such numbers; the sandbox cannot write them, so a host that says just this does."""
    rates = "".join(
        f'{{"id":"r{at}","taxAreaCode":"A{at}","taxGroupCode":"G","percent":{percent},'
        f'"lastModifiedDateTime":"2026-03-01T10:00:00Z"}},'
        for at, percent in enumerate(("7.5", number, "19"))
    )
    pages = Pages()

    def script(talk: Conversation) -> None:
        if talk.path.partition("?")[0].endswith("/taxRates"):
            talk.answer(200, f'{{"value":[{rates[:-1]}]}}'.encode())
        else:
            pages.answer(talk)

    pages.host.scripts = [script]
    connector = pages.connector()
    assert [rate.percent for page in connector.tax_rates(None) for rate in page.rows] == [Decimal("7.5"), Decimal(19)]
    assert [left_out.key for left_out in connector.quarantine] == ["r1"]
    pages.host.stop()


def test_an_order_that_cannot_be_read_is_no_order_that_is_not_there(erp: MisbehavingErp) -> None:
    """Looked up before a repeat: "cannot be read" must never count as "not found"."""
    order, connector = an_order(), erp.connector()
    connector.create_order(order)
    erp.spoil("portalOrders", kind="odd_field", field="releaseStatus", value="Paused")
    with pytest.raises(ErpMisread):
        connector.find_order(order.key)


@pytest.mark.parametrize(
    "settings",
    [
        {"url": "http://erp.invalid", "token_url": "http://erp.invalid/token"},  # no such name
        {"url": "http://127.0.0.1:9"},  # nobody is at home
    ],
)
def test_a_host_that_cannot_be_reached_got_nothing(erp: MisbehavingErp, settings: dict[str, Any]) -> None:
    with pytest.raises(ErpUnreachable) as caught:
        erp.connector(**settings, connect_timeout=2).find_order("K")
    assert caught.value.exchange is None or caught.value.exchange.status is None


def test_a_connection_that_is_reset_is_a_read_that_can_be_made_again(erp: MisbehavingErp) -> None:
    connector = erp.connector()
    list(connector.tax_rates(None))
    erp.spoil("taxRates", kind="refuse_connection")
    assert _keys(connector.tax_rates(None))
    erp.spoil("taxRates", kind="refuse_connection", times=None)
    with pytest.raises(ErpUnavailable):
        list(connector.tax_rates(None))


def _keys(pages: Iterator[Any]) -> list[str]:
    return [record.erp_key for page in pages for record in page.rows]
