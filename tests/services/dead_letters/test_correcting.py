"""Words and places of a dead letter put right: a new message with the same key, and the order says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from app import clock
from app.errors import Conflict, Unprocessable
from app.services import dead_letters
from app.services.dead_letters import Correction
from tests.factories.shop import Shop
from tests.fakes.erp import FakeErp

Call = Callable[..., Any]
Id = Callable[[str], int]


@pytest.fixture
def as_sent(shop: Shop) -> Callable[[str], Correction]:
    """What the order's message says now."""
    return lambda number: Correction.of(shop.messages(number)[-1]["body"])


def test_a_new_message_goes_out_under_the_same_key_and_the_old_one_is_withdrawn(
    shop: Shop, dead: str, erp: FakeErp, as_actor: Call, letter_id: Id, as_sent: Call, bring: Call
) -> None:
    wanted = replace(as_sent(dead), reference="PO-2", requested_date=clock.today() + timedelta(days=9))
    as_actor(shop.ada, dead_letters.correct, letter_id(dead), wanted)

    old, new = shop.messages(dead)
    assert (old["state"], old["reason_code"], new["state"]) == ("withdrawn", "corrected", "waiting")
    assert new["order_key"] == old["order_key"]
    assert new["order_version"] > old["order_version"]
    assert new["body"]["lines"] == old["body"]["lines"]

    assert bring() == "done"
    assert erp.documents[new["order_key"]].reference == "PO-2"
    assert erp.operations() == ["create_order", "find_order", "find_order", "create_order"]


def test_the_order_says_what_was_sent_and_the_record_what_was_before(
    shop: Shop, dead: str, as_actor: Call, letter_id: Id, as_sent: Call
) -> None:
    as_actor(shop.ada, dead_letters.correct, letter_id(dead), replace(as_sent(dead), reference="PO-2"))

    assert (shop.order(dead)["reference"], shop.order(dead)["hold_reason"]) == ("PO-2", None)
    entry = next(entry for entry in shop.history(dead) if entry["tag"] == "outbox:corrected")
    assert (entry["before"], entry["after"]) == ({"reference": "PO-1"}, {"reference": "PO-2"})
    assert entry["actor_id"] == shop.ada.person_id


def test_lines_that_wished_for_the_day_of_the_order_follow_it(
    shop: Shop, dead: str, as_actor: Call, letter_id: Id, as_sent: Call
) -> None:
    first, later = clock.today() + timedelta(days=5), clock.today() + timedelta(days=9)
    as_actor(shop.ada, dead_letters.correct, letter_id(dead), replace(as_sent(dead), requested_date=first))
    shop.planter.connection.execute(
        "update outbox_message set state = 'dead', reason_code = 'erp_refused' where state = 'waiting'"
    )
    shop.planter.connection.execute(
        "update outbox_message set body = jsonb_set(body, '{lines,0,requested_date}', to_jsonb(%(day)s::text))"
        " where state = 'dead'", {"day": first.isoformat()},
    )  # fmt: skip
    as_actor(shop.ada, dead_letters.correct, letter_id(dead), replace(as_sent(dead), requested_date=later))

    lines = shop.messages(dead)[-1]["body"]["lines"]
    assert [line["requested_date"] for line in lines] == [later.isoformat(), None]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "Nothing differs"),
        ({"ship_to": "MOON"}, "no delivery address MOON"),
        ({"requested_date": date(2020, 1, 1)}, "is over"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_sent(
    shop: Shop, dead: str, as_actor: Call, letter_id: Id, as_sent: Call, changed: dict[str, Any], said: str
) -> None:
    with pytest.raises(Unprocessable, match=said):
        as_actor(shop.ada, dead_letters.correct, letter_id(dead), replace(as_sent(dead), **changed))
    assert [message["state"] for message in shop.messages(dead)] == ["dead"]


def test_what_the_erp_has_already_is_taken_over_not_corrected(
    shop: Shop, dead: str, erp: FakeErp, as_actor: Call, letter_id: Id, as_sent: Call, sent: Call
) -> None:
    erp.documents[sent(dead).key] = erp._record(sent(dead))

    with pytest.raises(Conflict, match="holds .* already") as refused:  # noqa: RUF043
        as_actor(shop.ada, dead_letters.correct, letter_id(dead), replace(as_sent(dead), reference="PO-2"))
    assert "Send it again" in refused.value.fix
    assert shop.order(dead)["reference"] == "PO-1"
