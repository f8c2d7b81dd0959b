"""A stage with something on every screen: drafts with findings, orders in each state, a queue at the desk, people.

Used by `make shots`, which takes a picture of every screen, and by the test that lets axe look at them.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import Any

import psycopg
import requests

from app.embedded.databases import dsn
from app.jobs import reconcile, sync
from app.services.ordering import numbers
from tests.world import World, wait_until

ADMIN_PAGES = (
    "seller", "terms", "mails/list", "people/list", "roles/list", "settings/list", "orders/list", "outbox/list",
    "audit/list", "items/list", "customers/list", "item-numbers/list", "customer-settings/list",
    "queue-health/list", "reconciliation/list", "drifts/list",
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
    dead = _dead_letter(world)
    differing = _differing(world)
    _ask_relink(world, shipped)
    _drift(world)
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
        Screen("dead-letters", "vera", "/dead-letters"),
        Screen("dead-letters-waiting", "vera", "/dead-letters?show=waiting"),
        Screen("relink-asked", "vera", f"/dead-letters/relink/{shipped}"),
        Screen("dead-letters-relinks", "ada", "/dead-letters?show=relinks"),
        Screen("order-differs", "alice", f"/orders/{differing}"),
        Screen("order-lane", "ada", f"/orders/{shipped}#erp"),
        Screen("dead-letter", "vera", f"/dead-letters/{dead['id']}"),
        Screen("order-dead", "ada", f"/orders/{dead['order']}"),
        Screen("order-dead-buyer", "alice", f"/orders/{dead['order']}"),
        Screen("relink", "ada", f"/dead-letters/relink/{differing}"),
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
        *_records(world),
    ]


def _records(world: World) -> list[Screen]:
    """Single records for administrators, and the forms that change them."""
    with psycopg.connect(dsn(world.addresses.owner)) as connection:
        first = {
            table: connection.execute(f"select min({key}) from {table}").fetchone()[0]  # type: ignore[index]
            for table, key in (
                ("customer_item_number", "id"), ("customer_account", "customer_id"), ("customer_order", "id"),
                ("audit_event", "id"), ("mail", "id"), ("drift", "id"),
            )
        }  # fmt: skip
    number, account = first["customer_item_number"], first["customer_account"]
    paths = {
        "item-numbers-edit": f"item-numbers/edit/{number}", "item-numbers-delete": f"item-numbers/delete/{number}",
        "customer-settings-add": "customer-settings/add", "customer-setting": f"customer-settings/show/{account}",
        "customer-settings-edit": f"customer-settings/edit/{account}", "customer": f"customers/show/{account}",
        "order": f"orders/show/{first['customer_order']}", "audit-entry": f"audit/show/{first['audit_event']}",
        "mail": f"mails/show/{first['mail']}", "drift": f"drifts/show/{first['drift']}",
        "queue-health-1h": "queue-health/list/?window=1h", "queue-health-7d": "queue-health/list/?window=7d",
    }  # fmt: skip
    return [Screen(f"admin-{name}", "ada", f"/admin/{path}") for name, path in paths.items()]


def _order(client: Any, lines: list[dict[str, Any]], **more: Any) -> str:
    answer = client.order(str(uuid.uuid4()), lines, **more)
    number: str = answer.json()["number"]
    return number


def _dead_letter(world: World) -> dict[str, Any]:
    """An order the ERP does not take, as the API lists its message."""
    refusal = {"status": 400, "code": "Application_DialogException", "message": "The ship-to code MAIN is blocked."}
    world.sandbox.tell("faults", kind="refuse", match="portalOrders", method="POST", **refusal)
    _order(world.api("alice"), [{"item": "LJ-0192-L", "quantity": "5"}], reference="PO-2026-125")
    ada = world.api("ada")
    wait_until(lambda: ada.get("/outbox?state=dead")["items"])
    found: dict[str, Any] = ada.get("/outbox?state=dead")["items"][0]
    return found


def _at_the_desk(world: World) -> tuple[str, str]:
    """Two orders over the credit limit: one waits at the desk, one was not accepted."""
    world.sandbox.tell("customers", number="AW00000001", creditLimit=1000)
    wait_until(lambda: _limit_read(world) == 1000)  # once more when the scheduler was reading at that moment
    alice = world.api("alice")
    lines = [{"item": "LJ-0192-L", "quantity": "40"}, {"item": "TI-M602", "quantity": "20"}]
    waiting, rejected = (_order(alice, lines, reference=f"PO-2026-12{n}") for n in (2, 3))
    answer = world.api("vera").post(f"/review/{rejected}/reject", {"reason_code": "credit_limit"})
    assert answer.ok, answer.text
    return waiting, rejected


def _limit_read(world: World) -> Any:
    """The credit limit of the first customer as the portal has read it now."""
    _read(world)
    with psycopg.connect(dsn(world.addresses.owner)) as connection:
        row = connection.execute("select credit_limit from customer where number = 'AW00000001'").fetchone()
    return row and row[0]


def _differing(world: World) -> str:
    """Two orders the ERP took at another price: the buyer has declined one, and is asked about the other.

    :returns: the number of the other
    """
    alice = world.api("alice")
    world.sandbox.tell("faults", kind="wrong_price", match="portalOrders", method="POST", times=2)
    lines = [{"item": "LJ-0192-L", "quantity": "6"}, {"item": "TI-M602", "quantity": "4"}]
    declined, asked = (_order(alice, lines, reference=f"PO-2026-13{n}") for n in (1, 2))
    wait_until(lambda: all(alice.get(f"/orders/{number}")["proposals"] for number in (declined, asked)))
    proposal = alice.get(f"/orders/{declined}")["proposals"][0]
    answer = alice.post(f"/orders/{declined}/proposals/{proposal['id']}/decline")
    assert answer.ok, answer.text
    return asked


def _ask_relink(world: World, number: str) -> None:
    """Vera asks for another number in the ERP; ada is to agree."""
    other = _by_mail(world, customerReference="PO-2026-118")
    vera, path = _signed_in(world, "vera"), f"{world.url}/dead-letters/relink/{number}"
    form = {"erp_number": other, "reason": "Entered twice by mistake; the second document is the one that is picked."}
    answer = vera.post(path, data={**_hidden(vera.get(path).text), **form}, timeout=30)
    assert answer.ok, answer.text


def _signed_in(world: World, who: str) -> requests.Session:
    visitor = requests.Session()
    page = visitor.get(f"{world.url}/sign-in", timeout=30).text
    visitor.post(
        f"{world.url}/sign-in", data={**_hidden(page), "login": who, "password": "portico-demo"}, timeout=30
    ).raise_for_status()
    return visitor


def _hidden(page: str) -> dict[str, str]:
    """The hidden fields of a page by name."""
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))


def _drift(world: World) -> None:
    """An order in the ERP under a key of ours that the portal does not know, found by a comparison."""
    numbers.start_numbers(world.settings().installation)
    _by_mail(world, orderKey=numbers.new_key())
    reconcile.run_now(world.settings(), say=lambda _: None)


def _by_mail(world: World, **more: str) -> str:
    """An order that came to the ERP another way.

    :returns: its number there
    """
    line = {"lineNo": 1, "itemNumber": "LJ-0192-L", "quantity": 4, "unitOfMeasureCode": "PCS", "unitPrice": 29.994}
    body = {"channel": "Mail", "live": False, "customerNumber": "AW00000001", "lines": [line], **more}
    number: str = world.sandbox.tell("orders", **body)["orderNumber"]
    return number


def _read(world: World) -> None:
    sync.run_now(world.settings(), say=lambda _: None)


def speak(world: World, language: str) -> None:
    """Let all of the cast read in this language."""
    with psycopg.connect(dsn(world.addresses.owner)) as connection:
        connection.execute("update person set language = %s", [language])
