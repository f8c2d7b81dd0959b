"""Orders made the way the doors make them: as somebody, within their scope, one transaction a step.

Looks at the result with the owner's eyes, so that a test can ask about everything.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from app.extensions import transaction
from app.models.transactional import Order
from app.security.actor import Actor, Role, acting
from app.security.scopes import entered
from app.services import approvals, review
from app.services.customers import CustomerFacts, facts_of
from app.services.lifecycle import locked
from app.services.ordering import cancel, drafts, place
from app.services.ordering.frozen import frozen_lines
from app.services.ordering.preparing import prepare
from app.services.ordering.typed import TypedLine, TypedOrder
from app.services.ordering.understanding import UnderstoodLine
from tests.factories.planting import Planter, Row

_ORDERS = (
    "mail", "finding", "judgement", "approval", "order_line", "outbox_message", "customer_order", "erp_call",
    "idempotency_key", "erp_line", "invoice_line", "invoice", "erp_order_line", "erp_order", "shipment_line", "shipment",
)  # fmt: skip


def lines(*typed: str) -> tuple[TypedLine, ...]:
    """`lines("BIKE 5", "BIKE 1 BOX")`."""
    parts = [each.split() for each in typed]
    return tuple(TypedLine(part[0], Decimal(part[1]), (part[2:] or [""])[0]) for part in parts)


class Shop:
    """Two companies with their people, a desk, and a few items."""

    def __init__(self, planter: Planter) -> None:
        self.planter = planter
        self.alpha = planter.customer(name="Alpha", price_group="DEALER")
        self.beta = planter.customer(name="Beta", price_group="DEALER")
        self.gamma = planter.customer(name="Gamma", price_group="DEALER", credit_limit=Decimal(1000))
        self.alice = planter.person("alice", Role.BUYER, customer=self.alpha, limit="5000")
        self.bob = planter.person("bob", Role.APPROVER, customer=self.alpha)
        self.carol = planter.person("carol", Role.COMPANY_ADMIN, customer=self.alpha)
        self.charlie = planter.person("charlie", Role.BUYER, customer=self.beta)
        self.dora = planter.person("dora", Role.BUYER, Role.APPROVER, customer=self.gamma)
        self.vera = planter.person("vera", Role.VALIDATOR)
        self.walter = planter.person("walter", Role.VALIDATOR)
        self.ada = planter.person("ada", Role.ADMINISTRATOR)
        for customer in (self.alpha, self.beta, self.gamma):
            planter.ship_to(customer)
            planter.row("customer_account", customer_id=customer["id"], look_at_first=0)  # known for long
        planter.item("BIKE", units={"BOX": 4})
        planter.item("HELMET", list_price=Decimal(30))
        planter.item("CUSTOM", list_price=Decimal(0))
        planter.price("BIKE", "80", group="DEALER", list_code="DEALER", list_name="Dealers")

    def empty(self) -> None:
        """No orders, no messages, nothing mirrored about orders; people, items and prices stay."""
        for table in _ORDERS:
            self.planter.connection.execute(f"delete from {table}")

    # as somebody

    @contextmanager
    def scope(self, actor: Actor) -> Iterator[None]:
        """Everything inside is seen and done by this person."""
        with entered(actor.scope), acting(actor, "203.0.113.7"):
            yield

    @contextmanager
    def holding(self, actor: Actor, number: str) -> Iterator[Order]:
        """The order, locked, in a transaction that is committed at the end."""
        with self.scope(actor), transaction():
            yield locked(number)

    # what people do

    def draft(self, *typed: str, by: Actor | None = None, **head: Any) -> str:
        """A new draft. :returns: its number"""
        actor = by or self.alice
        with self.scope(actor):
            order = TypedOrder(lines(*typed), **head)
            prepared = prepare(actor.customer_id or 0, order.lines, live=False)
            with transaction():
                return str(drafts.create(actor, order, prepared).number)

    def change(self, number: str, *typed: str, seen: int | None = None, by: Actor | None = None, **head: Any) -> None:
        actor = by or self.alice
        with self.scope(actor):
            order = TypedOrder(lines(*typed), **head)
            prepared = prepare(actor.customer_id or 0, order.lines, live=False)
            with transaction():
                held = locked(number)
                version = held.version if seen is None else seen
                drafts.change(actor, held, order, prepared, seen_version=version)

    def send(self, number: str, *, by: Actor | None = None, live: bool = False) -> place.Receipt:
        actor = by or self.alice
        with self.scope(actor):
            with transaction():
                stored = drafts.stored_lines(locked(number))
            prepared = prepare(actor.customer_id or 0, stored, live=live)
            with transaction():
                return place.place(actor, locked(number), prepared)

    def ordered(self, *typed: str, by: Actor | None = None, **head: Any) -> str:
        """Drafted and sent. :returns: its number"""
        number = self.draft(*(typed or ("BIKE 5",)), by=by, **head)
        self.send(number, by=by)
        return number

    def cancel(self, number: str, reason: str = "not needed", *, by: Actor | None = None) -> None:
        actor = by or self.alice
        with self.holding(actor, number) as order:
            cancel.cancel(actor, order, reason)

    def dossier(self, order: Order) -> tuple[CustomerFacts, list[UnderstoodLine]]:
        customer = facts_of(order.customer_id)
        return customer, frozen_lines(order, customer)

    def say_yes(self, number: str, *, by: Actor | None = None) -> None:
        """An approver of the company approves."""
        actor = by or self.bob
        with self.scope(actor), transaction():
            _, order = approvals.waiting(self.approval(number)["id"])
            approvals.approve(actor, self.approval(number)["id"], *self.dossier(order))

    def say_no(self, number: str, reason: str = "too much", *, by: Actor | None = None) -> None:
        actor = by or self.bob
        with self.scope(actor), transaction():
            approvals.reject(actor, self.approval(number)["id"], reason)

    def pass_check(self, number: str, *, by: Actor | None = None) -> None:
        """The desk lets it pass."""
        actor = by or self.vera
        with self.holding(actor, number) as order:
            review.approve(actor, order, *self.dossier(order))

    # what is stored

    def order(self, number: str) -> Row:
        return self.planter.one("select * from customer_order where number = %(number)s", number=number)

    def state(self, number: str) -> tuple[str, str, str]:
        """(process, validation, ball)."""
        row = self.order(number)
        return row["process"], row["validation"], row["ball_with"]

    def lines_of(self, number: str) -> list[Row]:
        return self.planter.all(
            "select l.* from order_line l join customer_order o on o.id = l.order_id"
            " where o.number = %(number)s order by l.line_number",
            number=number,
        )

    def findings(self, number: str) -> list[Row]:
        """Those of the last judgement."""
        return self.planter.all(
            "select f.* from finding f where judgement_id = (select max(j.id) from judgement j"
            " join customer_order o on o.id = j.order_id where o.number = %(number)s) order by f.id",
            number=number,
        )

    def approval(self, number: str) -> Row:
        """The last one asked for."""
        return self.planter.all(
            "select a.* from approval a join customer_order o on o.id = a.order_id"
            " where o.number = %(number)s order by a.id desc",
            number=number,
        )[0]

    def messages(self, number: str) -> list[Row]:
        return self.planter.all(
            "select m.* from outbox_message m join customer_order o on o.id = m.order_id"
            " where o.number = %(number)s order by m.id",
            number=number,
        )

    def history(self, number: str) -> list[Row]:
        return self.planter.all(
            "select * from audit_event where object_kind = 'order' and object_number = %(number)s order by id",
            number=number,
        )

    def tags(self, number: str) -> list[str]:
        return [entry["tag"] for entry in self.history(number)]
