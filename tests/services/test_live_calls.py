"""A slow or silent ERP costs the web at most a few threads for a short while; nobody waits for a place."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from app.erp.port import connect
from app.erp.registry import connector
from app.errors import PortalError
from app.extensions import session
from app.services import invoices, live_calls
from app.services.live_calls import start_live_calls
from app.starting import connection_settings
from config import Settings
from tests.factories.shop import Shop
from tests.fakes.erp import FakeErp, Trouble


@pytest.fixture(autouse=True)
def _places() -> Iterator[None]:
    start_live_calls(2)
    yield
    start_live_calls(2)


@pytest.fixture
def silent(shop: Shop) -> Iterator[None]:
    """Delivery has found the ERP silent and has opened the breaker."""
    shop.planter.row("erp_line", connection="main", breaker="open")
    yield
    shop.planter.connection.execute("delete from erp_line")


def test_no_live_call_is_made_while_the_breaker_is_open(shop: Shop, erp: FakeErp, silent: None) -> None:
    number = shop.draft("BIKE 5")

    shop.send(number, live=True)

    assert erp.operations() == []
    assert (shop.state(number)[0], shop.order(number)["promise"]) == ("received", "last_known")


def test_a_line_that_is_only_being_tried_is_left_to_whoever_tries_it(shop: Shop, erp: FakeErp, silent: None) -> None:
    shop.planter.connection.execute("update erp_line set breaker = 'half_open'")

    shop.send(shop.draft("BIKE 5"), live=True)

    assert erp.operations() == []


def test_an_erp_that_does_not_answer_holds_as_many_as_there_are_places_and_everybody_else_goes_on(
    shop: Shop, erp: FakeErp
) -> None:
    """Ten buyers send at once; the ERP keeps whoever asks until all the others are through."""
    numbers = [shop.draft("BIKE 1") for _ in range(10)]
    others_are_through, asking = threading.Event(), threading.Semaphore(0)

    def hang(operation: str) -> None:
        asking.release()
        assert others_are_through.wait(30), "the others were held up"

    erp.during = hang
    erp.will("quote", Trouble.UNAVAILABLE, Trouble.UNAVAILABLE)

    def send(number: str) -> None:
        try:
            shop.send(number, live=True)
        finally:
            session.remove()

    with ThreadPoolExecutor(10) as pool:
        stuck = [pool.submit(send, number) for number in numbers[:2]]
        assert all(asking.acquire(timeout=30) for _ in stuck)
        for sent in [pool.submit(send, number) for number in numbers[2:]]:
            sent.result(timeout=30)
        others_are_through.set()
        for sent in stuck:
            sent.result(timeout=30)

    assert erp.operations() == ["quote", "quote"]
    assert {shop.order(number)["promise"] for number in numbers} == {"last_known"}
    assert {shop.state(number)[0] for number in numbers} == {"received"}


@pytest.fixture
def mute() -> Iterator[list[socket.socket]]:
    """An ERP that takes every connection and never says a word; gives the connections it took."""
    taken: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        thread = threading.Thread(target=_take_all, args=(server, taken), daemon=True)
        thread.start()
        settings = Settings.from_environment({"PORTICO_ENV": "test", "ERP_URL": f"http://127.0.0.1:{port}"})
        connect("main", connector("business_central", connection_settings(settings)))
        yield taken
        server.shutdown(socket.SHUT_RDWR)
        thread.join(5)
    for connection in taken:
        connection.close()


def _take_all(server: socket.socket, taken: list[socket.socket]) -> None:
    while True:
        try:
            taken.append(server.accept()[0])
        except OSError:
            return


def test_over_the_wire_a_mute_erp_gets_a_call_for_each_place_and_every_order_is_accepted(
    shop: Shop, erp: FakeErp, mute: list[socket.socket]
) -> None:
    numbers = [shop.draft("BIKE 1") for _ in range(8)]

    def send(number: str) -> None:
        try:
            shop.send(number, live=True)
        finally:
            session.remove()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(send, numbers))

    assert len(mute) <= 2
    assert {shop.state(number)[0] for number in numbers} == {"received"}
    assert {shop.order(number)["promise"] for number in numbers} == {"last_known"}


def test_documents_have_places_of_their_own(shop: Shop, erp: FakeErp) -> None:
    with ExitStack() as stack:
        prices = [stack.enter_context(live_calls.place("main", "prices")) for _ in range(3)]
        document = stack.enter_context(live_calls.place("main", "documents"))

    assert (prices, document) == ([True, True, False], True)
    with live_calls.place("main", "prices") as again:
        assert again


def test_a_document_is_not_asked_for_while_the_erp_is_silent(shop: Shop, erp: FakeErp, silent: None) -> None:
    with pytest.raises(PortalError, match="does not answer just now"), shop.scope(shop.alice):
        invoices.fetch_pdf("main", "103022")

    assert erp.operations() == []
