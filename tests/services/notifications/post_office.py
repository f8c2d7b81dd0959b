"""What happens to the mails of a test's orders: written and sent as the worker does it, and looked at by the owner."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from app.jobs import mail as job
from app.security.actor import Actor
from app.services import messages
from tests.factories.planting import Row
from tests.factories.shop import Shop

PUBLIC = "https://orders.example.com"


@dataclass
class PostOffice:
    shop: Shop

    def deliver(self, smtp_url: str = "") -> int:
        """The job, once; without a server everything is kept."""
        job.start_mail(smtp_url, PUBLIC)
        return job.deliver()

    def rows(self, kind: str = "") -> list[Row]:
        found = self.shop.planter.all("select * from mail order by id")
        return [row for row in found if kind in ("", row["kind"])]

    def one(self, kind: str) -> Row:
        (row,) = self.rows(kind)
        return row

    def readers(self, kind: str) -> list[str]:
        return sorted(row["to_name"] for row in self.rows(kind))

    def facts(self, kind: str) -> Any:
        """Of an intent that is not written yet."""
        return json.loads(self.one(kind)["body_text"])

    def change(self, statement: str, *values: Any) -> None:
        self.shop.planter.connection.execute(statement, values)

    # what there is to tell

    def mirrored(self, number: str, **line: Any) -> Row:
        """The ERP holds the order, and the mirror has it, with dates."""
        order = self.shop.order(number)
        ids = {"customer_id": order["customer_id"], "source": "main", "order_key": order["key"]}
        document = self.shop.planter.row(
            "erp_order", **ids, number="SO-7", status="released", channel="portal", net=460, tax=46, gross=506
        )
        for each in self.shop.lines_of(number):
            values = {name: each[name] for name in ("line_number", "quantity", "unit_price", "discount_percent", "net")}
            values |= {"shipped": 0, "invoiced": 0, "cancelled": 0, "confirmed_date": "2026-12-01"}
            own = {"erp_order_id": document["id"], "customer_id": order["customer_id"]}
            self.shop.planter.row("erp_order_line", **own, **{**values, **line})
        return document

    def shipped(self, number: str, shipment: str = "SH-1", **values: Any) -> None:
        """A delivery of the first line is in the mirror."""
        order = self.shop.order(number)
        own = {"customer_id": order["customer_id"]}
        usual = {"carrier": "DHL", "tracking_number": "00340", "tracking_url": "https://track.example.com/00340"}
        head = self.shop.planter.row(
            "shipment", **own, source="main", order_key=order["key"], number=shipment, **{**usual, **values}
        )
        line = {"position": 1, "order_line": 1, "item_number": "BIKE", "unit": "PCS", "quantity": 2}
        self.shop.planter.row("shipment_line", shipment_id=head["id"], **own, **line)

    def ask(self, number: str, words: str, *, by: Actor | None = None) -> None:
        with self.shop.holding(by or self.shop.vera, number) as order:
            messages.ask(by or self.shop.vera, order, words)
