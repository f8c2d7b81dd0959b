"""A draft is the cart: what was typed is kept, what is understood is priced, every change is recorded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from sqlalchemy import event

from app.errors import MoveRefused, NotAllowed, NotFound, PreconditionNotMet, Unprocessable
from app.extensions import session
from app.services.lifecycle import locked
from app.services.ordering.numbers import new_key
from tests.factories.shop import Shop


def test_a_draft_is_the_buyers_and_nothing_is_checked_yet(shop: Shop) -> None:
    number = shop.draft("BIKE 5")

    assert shop.state(number) == ("draft", "not_checked", "buyer")
    assert shop.messages(number) == []


def test_a_line_is_priced_with_the_customers_own_price_and_explained(shop: Shop) -> None:
    (line,) = shop.lines_of(shop.draft("BIKE 5"))

    assert (line["unit_price"], line["net"], line["promise"]) == (80, 400, "mirror")
    assert [(step["source"], step["unit_price"]) for step in line["explanation"]] == [("DEALER", "80")]


def test_a_box_is_priced_and_counted_in_its_pieces(shop: Shop) -> None:
    (line,) = shop.lines_of(shop.draft("BIKE 2 BOX"))

    assert (line["unit"], line["factor"], line["base_quantity"], line["unit_price"]) == ("BOX", 4, 8, 320)


def test_the_sum_is_the_sum_of_the_lines(shop: Shop) -> None:
    assert shop.order(shop.draft("BIKE 5", "HELMET 3"))["net"] == 490


def test_what_nobody_knows_stays_as_it_was_typed(shop: Shop) -> None:
    known, unknown = shop.lines_of(shop.draft("bike 1", "no-such-thing 2"))

    assert (known["typed_item"], known["item_number"]) == ("bike", "BIKE")
    assert (unknown["typed_item"], unknown["item_number"], unknown["unit_price"]) == ("no-such-thing", "", None)


@pytest.mark.parametrize("quantity", ["0", "-3", "2.5", "9999999999999", "0.000001"])
def test_a_quantity_nobody_can_deliver_is_kept_all_the_same(shop: Shop, quantity: str) -> None:
    (line,) = shop.lines_of(shop.draft(f"BIKE {quantity}"))

    assert line["quantity"] == Decimal(quantity)


def test_without_an_address_the_usual_one_counts(shop: Shop) -> None:
    assert shop.order(shop.draft("BIKE 1"))["ship_to_code"] == "MAIN"
    assert shop.order(shop.draft("BIKE 1", ship_to="ELSEWHERE"))["ship_to_code"] == "ELSEWHERE"


def test_numbers_are_for_people_and_keys_for_the_erp(shop: Shop) -> None:
    first, second = shop.order(shop.draft("BIKE 1")), shop.order(shop.draft("BIKE 1"))

    assert re.fullmatch(r"P-\d{5,}", first["number"])
    assert re.fullmatch(r"[0-9A-Z]{18}", first["key"])
    assert first["number"] != second["number"]
    assert len({new_key() for _ in range(1000)}) == 1000


def test_a_change_replaces_the_lines_and_is_recorded_line_by_line(shop: Shop) -> None:
    number = shop.draft("BIKE 5", "HELMET 1", reference="PO-1")

    shop.change(number, "BIKE 6", "HELMET 1", reference="PO-2")

    assert [line["quantity"] for line in shop.lines_of(number)] == [6, 1]
    head, line = shop.history(number)[-2:]
    assert (head["before"]["reference"], head["after"]["reference"]) == ("PO-1", "PO-2")
    assert (line["before"]["quantity"], line["after"]["quantity"], line["after"]["line"]) == ("5", "6", 1)


def test_a_change_that_changes_nothing_leaves_no_record(shop: Shop) -> None:
    number = shop.draft("BIKE 5", reference="PO-1")
    before = shop.tags(number)

    shop.change(number, "BIKE 5", reference="PO-1")

    assert shop.tags(number) == before


def test_every_entry_says_who_and_from_where(shop: Shop) -> None:
    number = shop.draft("BIKE 5")
    (entry,) = shop.history(number)
    values = {
        row["kind"]: row["value"]
        for row in shop.planter.all(
            "select kind, value from audit_personal where code in (%(who)s, %(ip)s)",
            who=entry["actor_code"],
            ip=entry["ip_code"],
        )
    }

    assert entry["actor_id"] == shop.alice.person_id
    assert values == {"name": "Alice", "ip": "203.0.113.7"}


def test_a_change_on_an_older_version_is_refused(shop: Shop) -> None:
    number = shop.draft("BIKE 5")
    shop.change(number, "BIKE 6")

    with pytest.raises(PreconditionNotMet, match="you saw version 1, it is 2 now"):
        shop.change(number, "BIKE 7", seen=1)

    assert shop.lines_of(number)[0]["quantity"] == 6


def test_an_order_that_was_sent_cannot_be_edited(shop: Shop) -> None:
    number = shop.ordered("BIKE 5")

    with pytest.raises(MoveRefused, match="has been sent"):
        shop.change(number, "BIKE 1")


def test_another_companys_draft_is_not_found(shop: Shop) -> None:
    number = shop.draft("BIKE 5")

    with pytest.raises(NotFound), shop.holding(shop.charlie, number):
        pass
    with pytest.raises(NotFound), shop.scope(shop.charlie):
        locked(number)


def test_an_approver_does_not_buy(shop: Shop) -> None:
    number = shop.draft("BIKE 5")

    with pytest.raises(NotAllowed, match="only buyers"):
        shop.draft("BIKE 5", by=shop.bob)
    with pytest.raises(NotAllowed, match="only buyers"):
        shop.change(number, "BIKE 6", by=shop.bob)
    with pytest.raises(NotAllowed, match="only buyers"):
        shop.send(number, by=shop.bob)


def test_a_sum_no_erp_can_hold_is_refused_and_nothing_is_kept(shop: Shop) -> None:
    shop.planter.item("PALACE", list_price=Decimal("9999999999"), stock=0)

    with pytest.raises(Unprocessable, match="larger than any order system"):
        shop.draft("PALACE 999999999")

    assert shop.planter.all("select 1 from customer_order") == []


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """Every statement sent to the database."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def test_five_hundred_lines_take_no_more_statements_than_five(shop: Shop, statements: list[str]) -> None:
    counts = []
    for size in (1, 5, 500):  # the first one compiles the rules
        statements.clear()
        shop.send(shop.draft(*["BIKE 1"] * size, by=shop.charlie), by=shop.charlie)
        counts.append(len(statements))

    assert counts[1] == counts[2]
