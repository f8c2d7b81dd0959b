"""What the ERP tells arrives in the mirror once, and only what differs is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from app.erp.port import Block
from app.services.reference_sync import DOCUMENTS, EVERYTHING, EntityResult
from tests.services.reference_sync.fake_port import (
    MOMENT,
    FakePort,
    balance,
    customer,
    invoice,
    item,
    order,
    price,
    ship_to,
    shipment,
    stock,
    tax_rate,
)

HOUR = timedelta(hours=1)
Run = Callable[..., dict[str, EntityResult]]
Ask = Callable[..., list[Any]]


def tell_everything(port: FakePort) -> None:
    port.tell("items", item("A", units={"PCS": "1", "BOX": "10"}), item("B"))
    port.tell("customers", customer("C1", codes=("MAIN", "WEST")), customer("C2"))
    port.tell("tax_rates", tax_rate("WA", "8.8"))
    port.tell("prices", price("p1", "A", "9.999999"), price("p2", "A", "8", buyer="C1"))
    port.tell("stock", stock("A", "40"))
    port.tell("balances", balance("C1", "120.5"))
    port.tell("orders", order("S1", "C1", lines=2))
    port.tell("shipments", shipment("L1", "C1", key="p0s1", quantities=("2", "3")))
    port.tell("invoices", invoice("I1", "C1", key="P0S1"))


def test_every_kind_of_record_arrives_with_what_belongs_to_it(run: Run, port: FakePort, mirror: Ask) -> None:
    tell_everything(port)
    results = run()
    assert tuple(results) == EVERYTHING
    assert not any(result.problem for result in results.values())
    assert mirror("select number, list_price from item order by number") == [("A", Decimal("12.5")), ("B", 12.5)]
    assert mirror("select code, factor from item_unit join item i on i.id = item_id where number = 'A' order by 1") == [
        ("BOX", 10),
        ("PCS", 1),
    ]
    assert mirror("select code from ship_to order by 1") == ["MAIN", "WEST"]
    assert mirror(
        "select p.erp_key, unit_price, c.number from price p left join customer c on c.id = customer_id order by 1"
    ) == [("p1", Decimal("9.999999"), None), ("p2", 8, "C1")]
    assert mirror("select balance from customer where number = 'C1' and balance_as_of is not null") == [
        Decimal("120.5")
    ]
    assert mirror(
        "select order_key, line_number from erp_order join erp_order_line l on l.erp_order_id = erp_order.id order by 2"
    ) == [("P0S1", 1), ("P0S1", 2)]
    assert mirror("select position, quantity from shipment_line order by 1") == [(1, 2), (2, 3)]
    assert mirror("select remaining, status from invoice") == [(11, "open")]
    assert mirror("select item_number from invoice_line") == ["A"]
    assert mirror("select quantity from stock") == [40]
    assert mirror("select percent from tax_rate") == [Decimal("8.8")]


def test_a_second_run_on_the_same_news_writes_nothing(run: Run, port: FakePort, mirror: Ask) -> None:
    tell_everything(port)
    run()
    written = mirror("select max(xmin::text::bigint) from customer")
    results = run(full=True)
    assert {name: result.changed for name, result in results.items()} == dict.fromkeys(EVERYTHING, 0)
    assert not any(result.order_keys for result in results.values())
    assert written != mirror("select max(xmin::text::bigint) from customer")  # seen again, so marked


def test_a_delta_asks_from_the_last_cursor_and_touches_only_what_came(run: Run, port: FakePort, mirror: Ask) -> None:
    tell_everything(port)
    run()
    untouched = mirror("select synced_at from item where number = 'B'")
    port.tell("items", item("A", units={"PCS": "1", "PAL": "200"}, list_price=Decimal("13")))
    results = run(entities=("items",))
    assert port.asked[-1] == ("items", "1")
    assert (results["items"].rows, results["items"].changed) == (1, 1)
    assert mirror("select list_price from item order by number") == [13, 12.5]
    assert mirror("select synced_at from item where number = 'B'") == untouched
    assert mirror("select code from item_unit where withdrawn_at is null and factor <> 1") == ["PAL"]


def test_a_run_without_news_is_harmless(run: Run, port: FakePort) -> None:
    results = run() and run()
    assert all(result.rows == 0 and result.complete and not result.problem for result in results.values())


def test_search_words_follow_the_name(run: Run, port: FakePort, mirror: Ask) -> None:
    port.tell("items", item("BK-1", name="Mountain", gtin="4006381333931"))
    run(entities=("items",))
    port.tell("items", item("BK-1", name="Road", gtin="4006381333931"))
    run(entities=("items",))
    assert mirror("select 'roa' = any(trigrams) and '400' = any(trigrams), 'mou' = any(trigrams) from item") == [
        (True, False)
    ]


def test_a_block_remembers_when_it_was_first_heard_of(run: Run, port: FakePort, mirror: Ask) -> None:
    port.tell("customers", customer("C1"), customer("C2", block=Block.ALL))
    run(entities=("customers",))
    assert mirror("select blocked_since is null from customer order by number") == [True, False]
    since = mirror("select blocked_since from customer where number = 'C2'")
    port.tell("customers", customer("C1", block=Block.SHIP), customer("C2", block=Block.INVOICE))
    run(entities=("customers",))
    assert mirror("select blocked_since from customer where number = 'C2'") == since
    assert mirror("select blocked_since is null from customer order by number") == [False, False]
    port.tell("customers", customer("C2"))
    run(entities=("customers",))
    assert mirror("select blocked_since from customer where number = 'C2'") == [None]


def test_lines_are_replaced_with_their_document_and_keys_say_which_orders_moved(
    run: Run, port: FakePort, mirror: Ask
) -> None:
    tell_everything(port)
    run()
    (before,) = mirror("select max(synced_at) from erp_order")
    port.tell("orders", order("S1", "C1", lines=1, shipped="5"), order("S2", "C2", key="", lines=1))
    port.tell("shipments", shipment("L1", "C1", key="p0s1", quantities=("2", "3")))
    results = run(entities=DOCUMENTS)
    assert mirror("select shipped from erp_order_line join erp_order o on o.id = erp_order_id where number = 'S1'") == [
        5
    ]
    assert mirror("select number from erp_order where synced_at > :before order by 1", before=before) == ["S1", "S2"]
    assert results["orders"].order_keys == {"P0S1"}
    assert results["shipments"].order_keys == frozenset()


def test_header_news_without_lines_keeps_the_lines(run: Run, port: FakePort, mirror: Ask) -> None:
    tell_everything(port)
    run()
    port.tell("orders", order("S1", "C1", lines=0, reference="PO-2"))
    assert run(entities=("orders",))["orders"].order_keys == {"P0S1"}
    assert mirror(
        "select reference, count(*) from erp_order o join erp_order_line l on l.erp_order_id = o.id group by 1"
    ) == [("PO-2", 2)]


def test_a_document_can_go_over_to_another_customer(run: Run, port: FakePort, mirror: Ask) -> None:
    tell_everything(port)
    run()
    port.tell("orders", order("S1", "C2", lines=1))
    run(entities=("orders",))
    assert mirror("select c.number from erp_order_line l join customer c on c.id = l.customer_id") == ["C2"]


def test_of_a_record_that_comes_twice_the_last_counts(run: Run, port: FakePort, mirror: Ask) -> None:
    port.tell("items", item("A", name="old"), item("A", name="new"))
    run(entities=("items",))
    assert mirror("select name from item") == ["new"]


def test_an_item_made_anew_under_its_old_number_keeps_its_row(run: Run, port: FakePort, mirror: Ask) -> None:
    port.tell("items", item("A"))
    run(entities=("items",))
    before = mirror("select id from item")
    port.tell("items", item("A", erp_key="another"))
    run(entities=("items",), full=False)
    assert mirror("select id, erp_key from item") == [(before[0], "another")]


def test_a_customer_number_given_to_somebody_else_never_inherits_the_row(run: Run, port: FakePort, mirror: Ask) -> None:
    port.tell("customers", customer("C1", codes=("MAIN",)))
    run(entities=("customers",))
    stranger = replace(customer("C1"), erp_key="stranger", name="Somebody else", ship_tos=(ship_to("x", "THEIRS"),))
    port.tell("customers", stranger, customer("C2"))
    result = run(entities=("customers",))["customers"]
    assert mirror("select name from customer order by number") == ["Name of C1", "Name of C2"]
    assert mirror("select code from ship_to") == ["MAIN"]
    assert "customer C1 has the number of another record" in result.problem


def test_a_feed_that_repeats_an_old_version_changes_nothing(run: Run, port: FakePort, mirror: Ask) -> None:
    tell_everything(port)
    run()
    port.tell("orders", order("S1", "C1", lines=3, shipped="5", net=Decimal(20), modified_at=MOMENT + 2 * HOUR))
    run()
    port.tell("orders", order("S1", "C1", lines=2, modified_at=MOMENT))
    run()
    assert (
        mirror("select o.net, shipped from erp_order o join erp_order_line l on erp_order_id = o.id") == [(20, 5)] * 3
    )


def test_an_erp_whose_clock_went_back_ten_minutes_is_still_heard(run: Run, port: FakePort, mirror: Ask) -> None:
    tell_everything(port)
    run()
    port.tell("orders", order("S1", "C1", net=Decimal(20), modified_at=MOMENT - HOUR / 6))
    run()
    assert mirror("select net from erp_order") == [20]


def test_a_full_read_takes_what_the_erp_has_however_old(run: Run, port: FakePort, mirror: Ask) -> None:
    tell_everything(port)
    run()
    port.forget("orders")
    port.tell("orders", order("S1", "C1", net=Decimal(20), modified_at=MOMENT - 6 * HOUR))
    run(full=True)
    assert mirror("select net from erp_order") == [20]
