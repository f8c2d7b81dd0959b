"""A thousand random permutations of the same events, with copies, losses and delays, end alike: at what the ERP has.

A permutation is a lane: one price and one order that go through the same changes in the ERP, and the notices about them,
shuffled on their own way. All lanes run side by side on one database, through the real inbox, the real reading jobs and
the real mirror, as they do in the portal, where a reading job reads for everybody. Every twentieth order is one of ours,
so that its axes are followed; the others came by phone. Only the ERP is made of dataclasses, and the HTTP door is left
out (see `test_w_rows`).
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pytest

from app.embedded.databases import Addresses
from app.erp.port import ErpOrderStatus, InvoiceRecord, OrderRecord, connect
from app.extensions import session, start_database, stop_database
from app.jobs import sync
from app.services import inbox
from tests.factories.planting import Planter
from tests.services.inbox.conftest import notice, take
from tests.services.reference_sync.fake_port import FakePort, customer, invoice, item, order, price

LANES, STEPS, IN_A_MESSAGE = 1000, 16, 80
OURS = range(0, LANES, 20)
JOBS: dict[str, Callable[[], None]] = {"sync.prices": sync.prices, "sync.documents": sync.documents}
TABLES = "sync_state, erp_event, reading_wish, price, item_unit, item, ship_to, invoice, erp_order, customer cascade"


def key(lane: int) -> str:
    return f"P0{lane:04}" if lane in OURS else ""


def entered(lane: int) -> OrderRecord:
    return order(f"S{lane:04}", "C1", key=key(lane), status=ErpOrderStatus.OPEN)


def shipped(lane: int, quantity: str) -> OrderRecord:
    return order(f"S{lane:04}", "C1", key=key(lane), shipped=quantity, status=ErpOrderStatus.RELEASED)


def billed(lane: int, remaining: str) -> InvoiceRecord:
    of_lane = invoice(f"I{lane:04}", "C1", key=key(lane), remaining=remaining)
    return replace(of_lane, order_number=f"S{lane:04}")


def invoiced(lane: int) -> OrderRecord:
    done = shipped(lane, "5")
    lines = tuple(replace(line, invoiced=Decimal(5)) for line in done.lines)
    return replace(done, lines=lines, status=ErpOrderStatus.POSTED)


# what happens to every lane in the ERP, in this order: the stream, and what it says afterwards
CHANGES: tuple[tuple[str, Callable[[int], Any]], ...] = (
    ("prices", lambda lane: price(f"p{lane}", "A", "11")),
    ("orders", lambda lane: shipped(lane, "0")),
    ("orders", lambda lane: shipped(lane, "2")),
    ("prices", lambda lane: price(f"p{lane}", "A", "12.5")),
    ("orders", lambda lane: shipped(lane, "5")),
    ("orders", invoiced),
    ("invoices", lambda lane: billed(lane, "11")),
    ("invoices", lambda lane: billed(lane, "0")),
)


@dataclass
class Plan:
    """What happens in the ERP at each step, and which notices arrive at it."""

    told: dict[int, list[tuple[str, Any]]]
    arriving: dict[int, list[dict[str, Any]]]


def plan(chance: random.Random, lanes: int, lost: float) -> Plan:
    """Changes of a lane keep their order. Its notices do not: early by a step, late, up to ten times, or never."""
    told, arriving = defaultdict(list), defaultdict(list)
    for lane in range(lanes):
        for place, at in enumerate(sorted(chance.choices(range(STEPS), k=len(CHANGES)))):
            stream, record = CHANGES[place]
            told[at].append((stream, record(lane)))
            if chance.random() < lost:
                continue
            entity = "prices" if stream == "prices" else "orders"
            news = notice(entity, place, resource=f"{stream}({lane})")
            for _ in range(chance.choice([1, 1, 1, 2, 3, 10])):
                arriving[max(0, min(STEPS - 1, at + chance.randint(-1, 8)))].append(news)
    for notices in arriving.values():
        chance.shuffle(notices)
    return Plan(told, arriving)


@pytest.fixture(scope="module")
def worker(planter: Planter, database: Addresses) -> Iterator[None]:
    """This process as the worker: it may write the mirror."""
    start_database(database.worker)
    yield
    session.remove()
    stop_database()


@pytest.fixture
def erp(worker: None, planter: Planter) -> FakePort:
    """Every lane at its start, read once; the orders of ours are confirmed."""
    planter.connection.execute(f"truncate {TABLES}")
    port = FakePort()
    connect("main", port)  # type: ignore[arg-type]
    port.tell("items", item("A"))
    port.tell("customers", customer("C1"))
    port.tell("prices", *[price(f"p{lane}", "A", "10") for lane in range(LANES)])
    port.tell("orders", *[entered(lane) for lane in range(LANES)])
    sync.reference()
    buyer = planter.one("select id from customer")["id"]
    for lane in OURS:
        ours = planter.row(
            "customer_order", customer_id=buyer, source="main", key=key(lane), number=f"P-{lane}",
            process="confirmed", validation="approved", payment="none", ball_with="warehouse", currency="USD",
        )  # fmt: skip
        planter.row(
            "order_line", order_id=ours["id"], customer_id=buyer, line_number=1, item_number="A", unit="PCS", quantity=5
        )
    return port


def ends(planter: Planter, lanes: int) -> set[tuple[Any, ...]]:
    """How the lanes ended, each once."""
    rows = planter.all(
        "select p.unit_price, o.status, l.shipped, l.invoiced, i.remaining from erp_order o"
        " join price p on p.erp_key = 'p' || right(o.number, 4)::int"
        " join erp_order_line l on l.erp_order_id = o.id"
        " left join invoice i on i.order_number = o.number where right(o.number, 4)::int < %(lanes)s",
        lanes=lanes,
    )
    assert len(rows) == lanes
    return {tuple(row.values()) for row in rows}


def axes(planter: Planter, lanes: int) -> set[tuple[Any, ...]]:
    """Where the orders of ours ended, each once."""
    rows = planter.all(
        "select process, validation, payment, ball_with, erp_status, l.shipped, l.invoiced from customer_order o"
        " join order_line l on l.order_id = o.id where substr(o.number, 3)::int < %(lanes)s",
        lanes=lanes,
    )
    return {tuple(row.values()) for row in rows}


@pytest.mark.parametrize(("lanes", "lost"), [(LANES, 0.1), (50, 1.0)], ids=["a tenth lost", "every one lost"])
def test_a_thousand_permutations_of_the_same_events_end_alike(
    lanes: int, lost: float, erp: FakePort, planter: Planter, rung: list[str]
) -> None:
    chance = random.Random(lanes)
    planned = plan(chance, lanes, lost)
    for step in range(STEPS):
        for stream in ("prices", "orders", "invoices"):
            if rows := [record for told, record in planned.told[step] if told == stream]:
                erp.tell(stream, *rows)
        arrived = planned.arriving[step]
        for start in range(0, len(arrived), IN_A_MESSAGE):
            inbox.wake_readers(take(*arrived[start : start + IN_A_MESSAGE]))
        for job in sorted(set(rung)):
            if chance.random() < 0.4:  # a ring may be lost, and a job comes when it comes
                JOBS[job]()
        rung.clear()
    sync.reference()  # the clock, which comes in any case

    assert ends(planter, lanes) == {(Decimal("12.5"), "posted", 5, 5, 0)}
    assert axes(planter, lanes) == {("delivered", "approved", "paid", "nobody", "posted", 5, 5)}
    assert planter.all("select 1 from reading_wish") == []
    kept = planter.one("select count(*) as events, count(distinct event_key) as different from erp_event")
    assert kept["events"] == kept["different"] <= lanes * len(CHANGES)
