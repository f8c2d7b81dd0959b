"""Each way an entry can go wrong, over HTTP: the connector says what is known, and one document is there in the end."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta

import pytest

from app import clock
from app.erp.errors import ErpAlreadyHas, ErpBusy, ErpUnknownOutcome
from app.erp.port import OrderRecord, collect_exchanges
from tests.erp.matrix.conftest import MisbehavingErp, an_order
from tests.erp.matrix.entries import ENTRIES, Entry, in_words
from tests.world import wait_until


@pytest.mark.parametrize("entry", ENTRIES, ids=str)
def test_an_entry_says_what_is_known_a_look_up_tells_the_rest_and_a_repeat_leaves_one(
    erp: MisbehavingErp, entry: Entry
) -> None:
    order, connector = an_order(), erp.connector()
    hasty = erp.impatient() if entry.short else connector
    erp.fault(**entry.fault)

    if entry.outcome is None:
        assert hasty.create_order(order).key.upper() == order.key
    else:
        with pytest.raises(entry.outcome) as caught:
            hasty.create_order(order)
        assert type(caught.value) is entry.outcome
    assert len(erp.documents(order.key)) == entry.written
    assert (connector.find_order(order.key) is not None) == bool(entry.written)

    if entry.row == "E4":
        wait_until(lambda: erp.documents(order.key), seconds=20)
    with pytest.raises(ErpAlreadyHas) if erp.documents(order.key) else nullcontext():
        connector.create_order(order)
    assert len(erp.documents(order.key)) == 1


# --- what the ERP asks us to wait for ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("retry_after", "at_least", "at_most", "odd"),
    [
        (20, 18, 21, False),
        (0, None, None, False),
        (365 * 24 * 3600, 3590, 3601, True),
        ("-60", None, None, True),
        ("soon", None, None, True),
        (None, None, None, False),
    ],
)
def test_a_wait_is_obeyed_up_to_an_hour_and_an_odd_one_is_named(
    erp: MisbehavingErp, retry_after: str | int | None, at_least: int | None, at_most: int | None, odd: bool
) -> None:
    erp.fault("busy", **({} if retry_after is None else {"retry_after": retry_after}))
    with pytest.raises(ErpBusy) as caught:
        erp.connector().create_order(an_order())

    until = caught.value.not_before
    assert (until is None) == (at_least is None)
    if until is not None and at_least is not None and at_most is not None:
        assert timedelta(seconds=at_least) <= until - clock.now() <= timedelta(seconds=at_most)
    assert bool(caught.value.odd_wait) == odd


def test_a_wait_until_a_date_is_obeyed(erp: MisbehavingErp) -> None:
    erp.fault("busy", retry_after=in_words(clock.now() + timedelta(minutes=3)))
    with pytest.raises(ErpBusy) as caught:
        erp.connector().create_order(an_order())
    assert caught.value.not_before is not None
    assert timedelta(seconds=150) <= caught.value.not_before - clock.now() <= timedelta(seconds=181)


# --- the token --------------------------------------------------------------------------------------------------------


def test_a_token_that_ends_in_the_middle_is_renewed_once_for_many(erp: MisbehavingErp) -> None:
    connector = erp.connector()
    connector.create_order(an_order())
    before = erp.so_far()
    erp.control("tokens/revoke")

    for _ in range(3):
        connector.create_order(an_order())

    asked = [(entry["path"].rpartition("/")[2].partition("?")[0], entry["status"]) for entry in erp.requests(before)]
    assert asked == [("portalOrders", 401), ("token", 200), *[("portalOrders", 201)] * 3]


def test_many_threads_whose_token_ended_sign_in_once(erp: MisbehavingErp) -> None:
    connector = erp.connector()
    connector.find_order("NONE")
    before = erp.so_far()
    erp.control("tokens/revoke")
    with ThreadPoolExecutor(8) as threads:
        entered = list(threads.map(connector.create_order, [an_order() for _ in range(8)]))

    assert len({record.number for record in entered}) == 8
    assert len([entry for entry in erp.requests(before) if entry["path"].endswith("/token")]) == 1


def test_a_sign_in_that_is_refused_is_not_tried_again_and_again(erp: MisbehavingErp) -> None:
    connector, before = erp.connector(client_secret="mistyped"), erp.so_far()
    for _ in range(5):
        with pytest.raises(Exception, match="sign"):
            connector.find_order("K")

    assert len([entry for entry in erp.requests(before) if entry["path"].endswith("/token")]) == 1


# --- what is in the document ------------------------------------------------------------------------------------------


def test_a_document_that_is_there_already_is_found_with_its_lines(erp: MisbehavingErp) -> None:
    order, connector = an_order(), erp.connector()
    entered = connector.create_order(order)
    with pytest.raises(ErpAlreadyHas):
        connector.create_order(replace(order, reference="another try"))

    found = connector.find_order(order.key.lower())
    assert found is not None
    assert (found.number, _lines(found)) == (entered.number, _lines(entered))


@pytest.mark.parametrize(
    ("kind", "fields", "changed"),
    [
        ("lines_missing", {}, [(1, "BK-M18B-40", 4, "300.1249")]),
        ("wrong_price", {"factor": 2}, [(1, "BK-M18B-40", 4, "600.2498"), (2, "HL-U509", 2, "20")]),
        ("rounded_price", {}, [(1, "BK-M18B-40", 4, "300.12"), (2, "HL-U509", 2, "20")]),
        ("other_item", {"item": "BK-M18B-44"}, [(1, "BK-M18B-44", 4, "300.1249"), (2, "HL-U509", 2, "20")]),
        ("other_quantity", {"factor": 2}, [(1, "BK-M18B-40", 8, "300.1249"), (2, "HL-U509", 2, "20")]),
        ("split_line", {}, [(1, "BK-M18B-40", 2, "300.1249"), (2, "HL-U509", 2, "20"), (3, "BK-M18B-40", 2, "300.1249")]),
    ],
)  # fmt: skip
def test_what_the_erp_made_of_it_is_what_we_read(
    erp: MisbehavingErp, kind: str, fields: dict[str, object], changed: list[tuple[object, ...]]
) -> None:
    erp.fault(kind, **fields)
    assert _lines(erp.connector().create_order(an_order())) == changed


def test_two_documents_under_one_key_are_both_in_the_feed(erp: MisbehavingErp) -> None:
    order, connector = an_order(), erp.connector()
    since = list(connector.orders(None))[-1].cursor
    erp.fault("two_documents")
    connector.create_order(order)

    told = [record for page in connector.orders(since) for record in page.rows if record.key.upper() == order.key]
    assert len({record.number for record in told}) == len(erp.documents(order.key)) == 2


@pytest.mark.parametrize("kind", ["gzip_bomb", "huge_answer"])
def test_of_an_answer_beyond_the_cap_no_more_is_read(erp: MisbehavingErp, kind: str) -> None:
    erp.fault(kind, megabytes=30)
    with pytest.raises(ErpUnknownOutcome, match="larger than permitted"):
        erp.connector().create_order(an_order())


# --- nothing is followed ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_neither_written_nor_read(erp: MisbehavingErp, status: int) -> None:
    connector = erp.connector()
    connector.find_order("NONE")
    before = erp.so_far()
    erp.control("faults", {"kind": "redirect", "status": status, "location": f"{erp.url}/elsewhere", "times": 2})

    with collect_exchanges() as exchanges:
        for call in (lambda: connector.find_order("K"), lambda: connector.create_order(an_order())):
            with pytest.raises(Exception, match=f"status {status}"):
                call()

    assert [exchange.status for exchange in exchanges] == [status] * 2
    assert [entry["status"] for entry in erp.requests(before)] == [status] * 2


def _lines(record: OrderRecord) -> list[tuple[int, str, int, str]]:
    return [
        (line.line_number, line.item_number, int(line.quantity), f"{line.unit_price.normalize():f}")
        for line in record.lines
    ]
