"""Cancelling: at once while nothing has been handed over, afterwards a question to the ERP."""

from __future__ import annotations

import pytest

from app.errors import MoveRefused, NotAllowed
from app.jobs.relay import drain
from tests.factories.shop import Shop
from tests.fakes.erp import FakeErp, Trouble


def test_a_draft_is_cancelled_at_once(shop: Shop) -> None:
    number = shop.draft("BIKE 1")

    shop.cancel(number, "ordered elsewhere")

    assert shop.state(number) == ("cancelled", "not_checked", "nobody")
    assert shop.order(number)["cancel_reason"] == "ordered elsewhere"


def test_cancelling_takes_the_question_to_the_approver_back(shop: Shop) -> None:
    number = shop.ordered("BIKE 100")

    shop.cancel(number)

    assert shop.state(number)[0] == "cancelled"
    assert shop.approval(number)["state"] == "withdrawn"


def test_an_order_at_the_desk_is_cancelled_at_once(shop: Shop) -> None:
    number = shop.ordered("BIKE 20", by=shop.dora)

    shop.cancel(number, by=shop.dora)

    assert shop.state(number) == ("cancelled", "pending", "nobody")


def test_a_message_nobody_began_to_send_is_withdrawn_and_never_sent(shop: Shop, erp: FakeErp) -> None:
    number = shop.ordered("BIKE 1")

    shop.cancel(number)
    drain()

    assert shop.state(number)[0] == "cancelled"
    assert [message["state"] for message in shop.messages(number)] == ["withdrawn"]
    assert erp.calls == []


def test_once_sending_has_begun_the_erp_is_asked(shop: Shop, erp: FakeErp) -> None:
    erp.will("create_order", Trouble.TIMEOUT_AFTER_COMMIT)
    number = shop.ordered("BIKE 1")
    drain()

    shop.cancel(number)

    order = shop.order(number)
    assert (order["process"], order["ball_with"]) == ("received", "erp")
    assert order["cancel_requested_at"] is not None
    assert [message["kind"] for message in shop.messages(number)] == ["create_order", "cancel_order"]


def test_the_erps_yes_cancels_the_order(shop: Shop, erp: FakeErp) -> None:
    number = shop.ordered("BIKE 1")
    drain()
    shop.cancel(number)
    drain()

    assert shop.state(number) == ("cancelled", "approved", "nobody")
    assert erp.documents[shop.order(number)["key"]].status == "cancelled"
    assert erp.operations() == ["create_order", "cancel_order"]


def test_the_erps_no_leaves_the_order_as_it_was(shop: Shop, erp: FakeErp) -> None:
    number = shop.ordered("BIKE 1")
    drain()
    erp.will("cancel_order", Trouble.REFUSED)
    shop.cancel(number)
    drain()

    order = shop.order(number)
    assert (order["process"], order["cancel_requested_at"], order["hold_reason"]) == ("confirmed", None, None)
    assert order["ball_with"] == "warehouse"
    assert [message["state"] for message in shop.messages(number)] == ["done", "dead"]


def test_a_cancellation_waits_for_the_order_it_cancels(shop: Shop, erp: FakeErp) -> None:
    erp.will("create_order", Trouble.UNAVAILABLE)
    number = shop.ordered("BIKE 1")
    drain()
    shop.cancel(number)
    drain()
    assert erp.operations() == ["create_order"]

    shop.planter.connection.execute("update outbox_message set due_at = now()")
    drain()

    assert erp.operations() == ["create_order", "find_order", "create_order", "cancel_order"]
    assert shop.state(number)[0] == "cancelled"


def test_a_cancellation_is_asked_for_once(shop: Shop, erp: FakeErp) -> None:
    number = shop.ordered("BIKE 1")
    drain()
    shop.cancel(number)

    with pytest.raises(MoveRefused, match="being settled"):
        shop.cancel(number)


def test_an_order_the_erp_refused_can_be_cancelled(shop: Shop, erp: FakeErp) -> None:
    erp.will("create_order", Trouble.REFUSED)
    number = shop.ordered("BIKE 1")
    drain()

    shop.cancel(number)
    drain()

    assert shop.state(number)[0] == "cancelled"


@pytest.mark.parametrize(("process", "words"), [("in_dispatch", "on its way"), ("delivered", "nothing left to cancel")])
def test_goods_that_have_left_cannot_be_cancelled(shop: Shop, process: str, words: str) -> None:
    number = shop.ordered("BIKE 1")
    shop.planter.connection.execute("update customer_order set process = %s", [process])

    with pytest.raises(MoveRefused, match=words):
        shop.cancel(number)


def test_an_approver_does_not_cancel(shop: Shop) -> None:
    number = shop.draft("BIKE 1")

    with pytest.raises(NotAllowed, match="only buyers"):
        shop.cancel(number, by=shop.bob)
