"""A stage with something on every screen: drafts with findings, orders in each state, a queue at the desk, people.

Used by `make shots`, which takes a picture of every screen, and by the test that lets axe look at them.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import psycopg

from app.embedded.databases import dsn
from app.jobs import sync
from tests.world import World, wait_until

ADMIN_PAGES = (
    "seller", "terms", "mails/list", "people/list", "roles/list", "settings/list", "orders/list", "outbox/list",
    "audit/list", "items/list", "customers/list",
)  # fmt: skip


@dataclass(frozen=True)
class Screen:
    """One page as one of the cast sees it."""

    name: str
    who: str
    path: str


def build(world: World) -> list[Screen]:
    """Play a little, so that no screen is empty, and say which screens there are."""
    alice = world.api("alice")
    many = [{"item": item, "quantity": "3"} for item in ("LJ-0192-L", "BC-M005", "CL-9009", "PK-7098", "TI-M602")]
    shipped = _order(alice, many, reference="PO-2026-118")
    wait_until(lambda: alice.get(f"/orders/{shipped}")["state"]["process"] == "confirmed")
    world.sandbox.tell("clock", advance_seconds=2 * 3600)
    _read(world)
    draft = _order(
        alice,
        [
            {"item": "LJ-0192-L", "quantity": "24"},
            {"item": "BC-M005", "quantity": "500"},
            {"item": "NO-SUCH-1", "quantity": "4"},
            {"item": "CL-9009", "quantity": "2.5"},
        ],
        reference="PO-2026-121",
    )
    waiting = _order(alice, [{"item": "BK-M68B-42", "quantity": "9"}], reference="PO-2026-120")
    approval = next(row for row in world.api("bob").get("/approvals")["items"] if row["number"] == waiting)
    long = _order(alice, [{"item": "BC-M005", "quantity": "1"}] * 500, submit=False)
    looked_at, rejected = _at_the_desk(world)
    return [
        Screen("sign-in", "", "/sign-in"),
        Screen("today", "alice", "/"),
        Screen("find", "alice", "/find?q=jersey"),
        Screen("find-nothing", "alice", "/find?q=zzzzzz"),
        Screen("draft", "alice", f"/drafts/{draft}"),
        Screen("draft-500", "alice", f"/drafts/{long}"),
        Screen("draft-new", "alice", "/drafts/new"),
        Screen("price", "alice", "/price/LJ-0192-L?quantity=24&unit=PCS"),
        Screen("orders", "alice", "/orders"),
        Screen("order", "alice", f"/orders/{shipped}"),
        Screen("order-waiting", "alice", f"/orders/{waiting}"),
        Screen("order-rejected", "alice", f"/orders/{rejected}"),
        Screen("invoices", "bob", "/invoices"),
        Screen("more", "alice", "/more"),
        Screen("approvals", "bob", "/approvals"),
        Screen("approval", "bob", f"/approvals/{approval['id']}"),
        Screen("desk", "vera", "/desk"),
        Screen("desk-order", "vera", f"/desk/{looked_at}"),
        Screen("company", "carol", "/company"),
        Screen("portfolio", "max", "/portfolio"),
        Screen("admin", "ada", "/admin/"),
        Screen("not-found", "alice", "/orders/P-1"),
        *(
            Screen(path.strip("/").replace("/", "-"), "carol", path)
            for path in ("/company/items", "/company/people/new")
        ),
        *(Screen(path.strip("/"), "alice", path) for path in ("/switch", "/password")),
        *(Screen(f"admin-{name}", "ada", f"/admin/{name}/") for name in ADMIN_PAGES),
    ]


def _order(client: Any, lines: list[dict[str, Any]], **more: Any) -> str:
    answer = client.order(str(uuid.uuid4()), lines, **more)
    number: str = answer.json()["number"]
    return number


def _at_the_desk(world: World) -> tuple[str, str]:
    """Two orders over the credit limit: one waits at the desk, one was not accepted."""
    world.sandbox.tell("customers", number="AW00000001", creditLimit=1000)
    _read(world)
    alice = world.api("alice")
    lines = [{"item": "LJ-0192-L", "quantity": "40"}, {"item": "TI-M602", "quantity": "20"}]
    waiting, rejected = (_order(alice, lines, reference=f"PO-2026-12{n}") for n in (2, 3))
    world.api("vera").post(f"/review/{rejected}/reject", {"reason_code": "credit_limit"})
    world.sandbox.tell("customers", number="AW00000001", creditLimit=50_000_000)
    return waiting, rejected


def _read(world: World) -> None:
    sync.run_now(world.settings(), say=lambda _: None)


def speak(world: World, language: str) -> None:
    """Let all of the cast read in this language."""
    with psycopg.connect(dsn(world.addresses.owner)) as connection:
        connection.execute("update person set language = %s", [language])
