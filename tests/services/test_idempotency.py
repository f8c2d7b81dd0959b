"""One key, one order: the first answer is kept with the order and repeated word for word, for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from app.errors import BadRequest, Conflict, PortalError, Unprocessable
from app.extensions import session, transaction
from app.security.actor import Actor
from app.services.idempotency import Answer, KeyReused, checked_key, earlier, fingerprint, once
from app.services.ordering import drafts
from app.services.ordering.preparing import prepare
from app.services.ordering.typed import TypedOrder
from tests.factories.shop import Shop, lines

Ask = Callable[..., Answer]


@pytest.fixture
def ask(shop: Shop) -> Ask:
    """An order with a key, as the door makes it."""

    def ask(key: str, body: Any = "BIKE 1", *, by: Actor | None = None, status: int = 201) -> Answer:
        actor = by or shop.alice
        customer = actor.customer_id or 0

        def make() -> Answer:
            typed = TypedOrder(lines(body))
            order = drafts.create(actor, typed, prepared)
            return Answer(status, {"number": order.number}, order.id)

        with shop.scope(actor):
            prepared = prepare(customer, lines(body), live=False)
            with transaction():
                return once(customer, key, fingerprint(body), make)

    return ask


def orders(shop: Shop) -> int:
    return len(shop.planter.all("select 1 from customer_order"))


def test_a_repeat_gets_the_first_answer_and_makes_no_second_order(shop: Shop, ask: Ask) -> None:
    first, second = ask("key-1"), ask("key-1")

    assert (first.status, second.status) == (201, 200)
    assert first.body == second.body
    assert (first.repeated, second.repeated) == (False, True)
    assert orders(shop) == 1


def test_a_first_answer_that_kept_a_draft_is_repeated_as_it_was(ask: Ask) -> None:
    first, second = ask("key-1", status=422), ask("key-1", status=422)

    assert (first.status, second.status, second.body) == (422, 422, first.body)


def test_another_body_under_the_same_key_is_refused(shop: Shop, ask: Ask) -> None:
    ask("key-1")

    with pytest.raises(KeyReused) as refusal:
        ask("key-1", "BIKE 2")

    assert (refusal.value.status, refusal.value.code) == (422, "idempotency_key_reused")
    assert orders(shop) == 1


def test_a_key_belongs_to_one_company(shop: Shop, ask: Ask) -> None:
    ours, theirs = ask("key-1"), ask("key-1", by=shop.charlie)

    assert ours.body != theirs.body
    assert orders(shop) == 2


def test_what_failed_keeps_nothing_and_leaves_the_key_free(shop: Shop, ask: Ask) -> None:
    shop.planter.item("PALACE", list_price=9999999999, stock=0)
    with pytest.raises(Unprocessable):
        ask("key-1", "PALACE 999999999")

    assert ask("key-1").status == 201


def test_eight_at_once_make_one_order(shop: Shop, ask: Ask) -> None:
    together = threading.Barrier(8, timeout=20)

    def try_it(_: int) -> str:
        together.wait()
        try:
            return str(ask("key-1").body["number"])
        except PortalError as refusal:
            return refusal.code
        finally:
            session.remove()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(try_it, range(8)))

    made = {answer for answer in answers if answer.startswith("P-")}
    assert len(made) == 1
    assert set(answers) - made <= {"conflict"}
    assert orders(shop) == 1


def test_while_the_first_is_running_the_second_is_told_at_once(shop: Shop, ask: Ask) -> None:
    running, told = threading.Event(), threading.Event()

    def second() -> str:
        running.wait(10)
        try:
            ask("key-1")
        except Conflict as refusal:
            return refusal.message
        finally:
            session.remove()
            told.set()
        return "made"

    def first() -> Answer:
        running.set()
        assert told.wait(10)
        order = shop.planter.row("customer_order", customer_id=shop.alpha["id"], source="main")
        return Answer(201, {}, order["id"])

    with ThreadPoolExecutor(1) as pool, shop.scope(shop.alice):
        answer = pool.submit(second)
        with transaction():
            once(shop.alpha["id"], "key-1", fingerprint("BIKE 1"), first)

    assert "still running" in answer.result()


def test_a_kept_answer_is_found_before_anything_is_looked_up(shop: Shop, ask: Ask) -> None:
    first = ask("key-1")

    with shop.scope(shop.alice), transaction():
        kept = earlier(shop.alpha["id"], "key-1", fingerprint("BIKE 1"))
        nothing = earlier(shop.alpha["id"], "key-2", fingerprint("BIKE 1"))

    assert kept is not None
    assert kept.body == first.body
    assert nothing is None


@pytest.mark.parametrize(("key", "words"), [(None, "missing"), ("", "missing"), ("k" * 256, "longer than 255")])
def test_a_key_has_1_to_255_characters(key: str | None, words: str) -> None:
    with pytest.raises(BadRequest, match=words):
        checked_key(key)


def test_the_longest_key_is_kept(ask: Ask) -> None:
    assert checked_key("k" * 255) == "k" * 255
    assert ask("ü" * 255).body == ask("ü" * 255).body


def test_a_fingerprint_does_not_depend_on_the_order_of_names() -> None:
    assert fingerprint({"a": 1, "b": [1, 2]}) == fingerprint({"b": [1, 2], "a": 1})
    assert fingerprint({"a": 1}) != fingerprint({"a": "1"})
    assert fingerprint([1, 2]) != fingerprint([2, 1])
