"""What goes wrong stays small: a broken run goes on from its last page, a bad row is set aside, a gap is healed."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from app.embedded.databases import Addresses
from app.extensions import session, start_database, transaction
from app.services.reference_sync import EntityResult, sync
from app.services.reference_sync.writer import only_writer
from tests.services.reference_sync.fake_port import FakePort, Unreadable, balance, customer, item, order, price, stock

Run = Callable[..., dict[str, EntityResult]]
Ask = Callable[..., list[Any]]


def test_a_run_that_was_cut_off_goes_on_from_its_last_page(run: Run, port: FakePort, mirror: Ask) -> None:
    for number in "ABC":
        port.tell("items", item(number))
    port.stops_at = {"items": 2}
    port.tell("customers", customer("C1"))
    results = run()
    assert not results["items"].complete
    assert results["customers"].rows == 1
    assert mirror("select problem from sync_state where entity = 'items'") == [
        "Reading items stopped: The ERP does not answer. The next run goes on from the last page."
    ]
    port.stops_at = {}
    port.asked.clear()
    assert run(entities=("items",))["items"].rows == 3
    assert port.asked == [("items", "2")]
    assert mirror("select number from item order by 1") == ["A", "B", "C"]
    assert mirror("select problem, page_cursor, cursor from sync_state where entity = 'items'") == [("", None, "3")]


def test_a_full_run_taken_up_again_still_knows_what_it_saw_before(run: Run, port: FakePort, mirror: Ask) -> None:
    port.tell("items", item("A"), item("B"), item("GONE"))
    run(entities=("items",))
    port.forget("items")
    port.tell("items", item("A"))
    port.tell("items", item("B"))
    port.stops_at = {"items": 1}
    run(entities=("items",), full=True)
    assert mirror("select number from item where withdrawn_at is not null") == []
    port.stops_at = {}
    run(entities=("items",), full=False)
    assert mirror("select number from item where withdrawn_at is not null") == ["GONE"]


def test_an_interrupted_delta_does_not_stand_in_for_a_full_run(run: Run, port: FakePort) -> None:
    port.tell("items", item("A"))
    run(entities=("items",))
    port.tell("items", item("B"))
    port.tell("items", item("C"))
    port.stops_at = {"items": 2}
    run(entities=("items",))
    port.stops_at = {}
    run(entities=("items",), full=True)
    assert port.asked[-1] == ("items", None)


def test_what_a_full_run_does_not_see_is_withdrawn_and_comes_back(run: Run, port: FakePort, mirror: Ask) -> None:
    port.tell("items", item("A"), item("B"))
    run(entities=("items",))
    everything, port.pages["items"] = port.pages["items"], [[item("A")]]
    assert run(entities=("items",), full=True)["items"].changed == 1
    assert mirror("select number from item where withdrawn_at is not null") == ["B"]
    port.pages["items"] = everything
    run(entities=("items",), full=True)
    assert mirror("select number from item where withdrawn_at is not null") == []


def test_nothing_at_all_is_a_doubt_not_a_withdrawal(run: Run, port: FakePort, mirror: Ask) -> None:
    port.tell("items", item("A"))
    run(entities=("items",))
    port.forget("items")
    port.tell("items")
    result = run(entities=("items",), full=True)["items"]
    assert "The ERP sent no items at all, while we hold 1; none was withdrawn." in result.problem
    assert mirror("select count(*) from item where withdrawn_at is null") == [1]


def test_units_and_addresses_that_are_gone_are_withdrawn(run: Run, port: FakePort, mirror: Ask) -> None:
    port.tell("items", item("A", units={"PCS": "1", "BOX": "10"}))
    port.tell("customers", customer("C1", codes=("MAIN", "WEST")))
    run()
    port.tell("items", item("A"))
    port.tell("customers", customer("C1", codes=("MAIN",)))
    results = run()
    assert mirror("select code from item_unit where withdrawn_at is not null") == ["BOX"]
    assert mirror("select code from ship_to where withdrawn_at is not null") == ["WEST"]
    assert (results["items"].changed, results["customers"].changed) == (1, 1)


def test_a_price_line_out_of_force_is_withdrawn_and_a_draft_never_enters(run: Run, port: FakePort, mirror: Ask) -> None:
    port.tell("items", item("A"))
    port.tell("prices", price("p1", "A", "9"), price("draft", "A", "1", active=False))
    run()
    assert mirror("select erp_key from price") == ["p1"]
    port.tell("prices", price("p1", "A", "9", active=False))
    run()
    assert mirror("select erp_key from price where withdrawn_at is not null") == ["p1"]


def test_rows_about_strangers_are_set_aside_by_name_and_the_others_go_on(run: Run, port: FakePort, mirror: Ask) -> None:
    port.tell("items", item("A"))
    port.tell("customers", customer("C1"))
    port.tell("prices", price("p1", "A", "9"), price("p2", "X", "9"), price("p3", "A", "8", buyer="C9"))
    port.tell("stock", stock("X", "1"))
    port.tell("orders", order("S1", "C9"), order("S2", "C1"))
    port.tell("balances", balance("C9", "1"), balance("C1", "2"))
    results = run()
    assert {name: result.quarantined for name, result in results.items() if result.quarantined} == {
        "prices": 2,
        "stock": 1,
        "balances": 1,
        "orders": 1,
    }
    assert mirror("select erp_key from price") == ["p1"]
    assert mirror("select number from erp_order") == ["S2"]
    assert mirror("select problem, quarantined from sync_state where entity = 'orders'") == [
        (
            "1 row is set aside: order S1 names the customer C9, which the ERP has not sent."
            " They are read again as soon as what they need arrives.",
            1,
        )
    ]


def test_rows_set_aside_are_read_again_when_what_they_need_arrives(run: Run, port: FakePort, mirror: Ask) -> None:
    port.tell("prices", price("p1", "A", "9"))
    run()
    assert mirror("select count(*) from price") == [0]
    port.tell("prices")
    assert run()["prices"].problem.startswith("1 row is set aside")
    port.tell("items", item("A"))
    assert run()["prices"].problem == ""
    assert mirror("select erp_key from price") == ["p1"]


def test_a_number_too_big_to_keep_is_set_aside(run: Run, port: FakePort, mirror: Ask) -> None:
    port.tell("items", item("A", list_price=Decimal(10) ** 13), item("B", lead_time_days=2**40), item("C\0\ud800"))
    assert run(entities=("items",))["items"].quarantined == 2
    assert mirror("select number from item") == ["C?"]


def test_a_row_the_connector_cannot_read_is_named_and_keeps_its_place(run: Run, port: FakePort, mirror: Ask) -> None:
    port.tell("items", item("A"), item("B"))
    run(entities=("items",))
    port.pages["items"] = [[item("A")]]
    port.unreadable = {"items": [Unreadable("items", "B", "unitPrice is not a number")]}
    result = run(entities=("items",), full=True)["items"]
    assert "items B cannot be read, as unitPrice is not a number" in result.problem
    assert mirror("select count(*) from item where withdrawn_at is null") == [2]
    assert port.quarantine == []


def test_a_second_run_says_so_and_leaves(mirror: Ask, port: FakePort) -> None:
    said: list[str] = []
    with only_writer("main") as alone:
        assert alone
        assert sync(port, "main", full=False, say=said.append) == []
    assert said == ["Another run is reading the ERP connection main already; this one leaves it to that."]
    assert port.asked == []
    assert len(sync(port, "main", full=False, say=said.append)) == 9


def test_the_erp_is_never_waited_for_inside_a_transaction(mirror: Ask, port: FakePort) -> None:
    with transaction():
        session.execute(text("select 1"))
        with pytest.raises(RuntimeError, match="a transaction is open"):
            sync(port, "main", full=False, say=port.said.append)


def test_the_web_login_cannot_write_the_mirror(worker: Addresses, port: FakePort) -> None:
    engine = start_database(worker.web)
    port.tell("items", item("A"))
    with pytest.raises(Exception, match="permission denied"):
        sync(port, "main", full=False, say=port.said.append, entities=("items",))
    session.remove()
    engine.dispose()
    start_database(worker.worker)
