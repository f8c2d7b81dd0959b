"""A side is put back to an earlier state. Both ways end in a complete list for people, and in not a single send."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.erp.port import OrderRecord, OrderToPlace
from app.errors import Conflict, MoveRefused, Unprocessable
from app.jobs.relay import drain
from app.services import outbox
from app.services.reconciliation import Decision, Kind
from tests.services.reconciliation.conftest import Books


@pytest.fixture
def restored_erp(books: Books) -> list[str]:
    """Five orders were confirmed; then the ERP was put back to when it had the first two."""
    numbers = [books.order() for _ in range(5)]
    books.compare()
    for number in numbers[2:]:
        del books.erp.documents[books.key(number)]
    books.erp.calls.clear()
    return numbers


def test_an_erp_restored_from_a_backup_ends_in_a_complete_list_and_no_send(
    books: Books, restored_erp: list[str]
) -> None:
    assert books.compare().finished
    drain()

    assert books.open() == [("vanished", number) for number in restored_erp[2:]]
    assert books.erp.sends() == 0
    held = [books.shop.order(number)["hold_reason"] for number in restored_erp]
    assert held == [None, None, "erp_vanished", "erp_vanished", "erp_vanished"]


def test_comparing_again_keeps_the_list_with_its_age(books: Books, restored_erp: list[str]) -> None:
    books.compare()
    first = books.drift(Kind.VANISHED)
    books.compare()
    again = books.drift(Kind.VANISHED)

    assert len(books.open()) == 3
    assert (again["id"], again["found_at"], again["times"]) == (first["id"], first["found_at"], 2)


def test_deciding_to_send_again_asks_the_erp_first_and_enters_it_once(books: Books, restored_erp: list[str]) -> None:
    books.compare()
    number = books.decide(Kind.VANISHED, Decision.SEND_AGAIN)
    books.erp.calls.clear()
    drain()
    drain()

    assert books.erp.operations() == ["find_order", "create_order"]
    assert books.erp.sends() == 1
    assert books.document(number).key == books.key(number)
    books.compare()
    assert number not in [found for _, found in books.open()]
    assert books.shop.order(number)["erp_number"] == books.document(number).number
    assert books.shop.order(number)["hold_reason"] is None


def test_what_came_back_into_the_erp_meanwhile_is_not_sent_again(books: Books, restored_erp: list[str]) -> None:
    number = restored_erp[4]
    books.compare()
    books.erp.documents[books.key(number)] = books.erp._record(_placed(books, number))

    with pytest.raises(Conflict, match="The ERP has this order again"):
        books.decide(Kind.VANISHED, Decision.SEND_AGAIN)
    assert books.erp.sends() == 0


def test_an_order_somebody_entered_by_hand_follows_that_document_and_is_never_sent(
    books: Books, restored_erp: list[str]
) -> None:
    books.compare()
    number = str(books.drift(Kind.VANISHED)["object"])
    books.erp.enter_by_hand("SO-900", _placed(books, number))
    books.decide(Kind.VANISHED, Decision.BY_HAND, number="SO-900")
    books.compare()
    drain()

    order = books.shop.order(number)
    assert (order["erp_number"], order["process"], order["hold_reason"]) == ("SO-900", "confirmed", None)
    assert [row["state"] for row in books.shop.messages(number)] == ["handed_over"]
    assert number not in [found for _, found in books.open()]
    assert books.erp.sends() == 0


def test_a_number_of_another_customer_or_none_is_not_taken(books: Books, restored_erp: list[str]) -> None:
    other = books.order(by=books.shop.charlie)
    books.compare()
    with pytest.raises(Unprocessable, match="belongs to customer"):
        books.decide(Kind.VANISHED, Decision.BY_HAND, number=books.document(other).number)
    with pytest.raises(Unprocessable, match="has no order SO-1"):
        books.decide(Kind.VANISHED, Decision.BY_HAND, number="SO-1")
    with pytest.raises(Unprocessable, match="here already"):
        books.decide(Kind.VANISHED, Decision.BY_HAND, number=books.document(restored_erp[0]).number)


def test_a_vanished_order_can_be_cancelled_here_with_a_reason(books: Books, restored_erp: list[str]) -> None:
    books.compare()
    number = books.decide(Kind.VANISHED, Decision.CANCEL, "the customer orders anew")
    books.compare()

    assert books.shop.state(number) == ("cancelled", "approved", "nobody")
    assert number not in [found for _, found in books.open()]
    decided = [entry for entry in books.shop.history(number) if entry["tag"] == "drift:decided"]
    assert decided[0]["after"]["because"] == "the customer orders anew"
    assert decided[0]["actor_id"] == books.shop.ada.person_id
    assert books.erp.sends() == 0


def test_a_portal_restored_from_a_backup_ends_in_a_complete_list_and_no_send(books: Books) -> None:
    old, new = books.order(reference="PO-1"), [books.order(reference=f"PO-{n}") for n in (2, 3)]
    documents = [books.document(number) for number in new]
    books.compare()
    _forget(books, new)
    books.erp.calls.clear()

    books.compare()
    drain()

    assert books.open() == [("unknown_here", document.number) for document in documents]
    assert books.erp.sends() == 0
    assert books.shop.order(old)["process"] == "confirmed"


def test_an_order_is_made_again_from_what_the_erp_has_and_nothing_is_sent_or_mailed_again(books: Books) -> None:
    lost = books.order("BIKE 5", "HELMET 2", reference="PO-2")
    document = books.document(lost)
    books.compare()
    _forget(books, [lost])
    books.erp.calls.clear()
    books.compare()

    number = books.decide(Kind.UNKNOWN_HERE, Decision.RECREATE)
    drain()
    books.compare()

    order = books.shop.order(number)
    assert (order["key"], order["process"], order["erp_number"]) == (document.key, "confirmed", document.number)
    assert (order["reference"], order["net"]) == ("PO-2", document.net)
    assert [(line["item_number"], line["quantity"]) for line in books.shop.lines_of(number)] == [
        ("BIKE", 5),
        ("HELMET", 2),
    ]
    assert books.shop.messages(number) == []
    assert books.shop.tags(number)[0] == "order:recreated"
    mails = books.shop.planter.all("select state from mail where order_id = %(id)s", id=order["id"])
    assert {mail["state"] for mail in mails} == {"kept"}
    assert books.open() == []
    assert books.erp.sends() == 0


def test_an_order_that_is_a_draft_again_becomes_the_one_the_erp_has(books: Books) -> None:
    """The backup was made before it was sent."""
    number = books.shop.draft("BIKE 1")
    key = books.key(number)
    sent = books.order("BIKE 5")
    books.erp.documents[key] = _under(books, sent, key)
    books.erp.calls.clear()
    books.compare()
    assert ("unsent_here", number) in books.open()

    books.decide(Kind.UNSENT_HERE, Decision.ADOPT)

    assert books.shop.order(number)["process"] == "confirmed"
    assert [line["quantity"] for line in books.shop.lines_of(number)] == [5]
    assert books.erp.sends() == 0


def test_a_draft_the_erp_has_already_is_looked_up_when_its_buyer_sends_it_again(books: Books) -> None:
    """Nobody has looked at the list yet, and this ERP would take the same key twice."""
    books.erp.unique_order_key = False
    number = books.shop.draft("BIKE 5")
    books.erp.documents[books.key(number)] = _under(books, books.order(), books.key(number))
    books.compare()
    books.erp.calls.clear()
    books.shop.send(number)
    drain()

    assert books.erp.operations() == ["find_order"]
    assert books.shop.order(number)["erp_number"] == "SO-777"


def test_a_message_that_waits_again_is_looked_up_before_anything_is_sent(books: Books) -> None:
    """The backup was made while the message waited; this ERP would take the same key twice."""
    books.erp.unique_order_key = False
    number = books.order()
    books.shop.planter.connection.execute(
        "update outbox_message set state = 'waiting', attempts = 0, sent_at = null, finished_at = null, tries = '{}',"
        " due_at = now() + interval '1 hour'"
    )
    books.erp.calls.clear()
    books.compare()
    assert books.open() == [("waits_here", number)]
    drain()
    books.compare()

    assert books.erp.sends() == 0
    assert books.state(Kind.WAITS_HERE) == "healed"


def test_two_people_cannot_decide_the_same_twice(books: Books, restored_erp: list[str]) -> None:
    books.compare()
    books.decide(Kind.VANISHED, Decision.LEAVE)
    with pytest.raises(Conflict, match="open no more"):
        books.decide(Kind.VANISHED, Decision.SEND_AGAIN)


def test_a_cancelled_order_is_not_sent_again(books: Books, restored_erp: list[str]) -> None:
    books.compare()
    number = books.drift(Kind.VANISHED)["object"]
    books.shop.planter.connection.execute("update customer_order set process = 'cancelled' where number = %s", [number])
    with pytest.raises(MoveRefused, match="cancelled meanwhile"):
        books.decide(Kind.VANISHED, Decision.SEND_AGAIN)


# --- how ----------------------------------------------------------------------------------------------------------------


def _placed(books: Books, number: str) -> OrderToPlace:
    return outbox.from_body(books.shop.messages(number)[0]["body"])


def _under(books: Books, number: str, key: str) -> OrderRecord:
    return replace(books.document(number), key=key, number="SO-777", erp_key="SO-777")


def _forget(books: Books, numbers: list[str]) -> None:
    """The portal is put back to before these orders."""
    for table in ("mail", "finding", "judgement", "order_line", "outbox_message"):
        books.shop.planter.connection.execute(
            f"delete from {table} where order_id in (select id from customer_order where number = any(%s))", [numbers]
        )
    books.shop.planter.connection.execute("delete from customer_order where number = any(%s)", [numbers])
