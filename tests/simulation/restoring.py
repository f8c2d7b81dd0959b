"""The ERP is set back to an earlier moment, and at the end everything it holds is compared with what the portal has.

Uses the comparison of the portal's own reconciliation, which is pure; what it has to find is known from the books.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from app.domain.order_states import Process
from app.erp.port import ErpOrderStatus, OrderRecord, OrderToPlace
from app.services import outbox
from app.services.reconciliation.comparing import of_document, vanished
from app.services.reconciliation.kinds import Kind
from app.services.reconciliation.sides import Found, Mirrored, OurLine, OurOrder
from tests.simulation.memory import Row

if TYPE_CHECKING:
    from tests.simulation.trial import Trial


@dataclass
class Backup:
    """`taken` is what was in it; `restored_at` when it replaced what was there."""

    taken: dict[str, list[OrderRecord]] = field(default_factory=dict)
    restored_at: datetime | None = None

    def take(self, trial: Trial) -> None:
        self.taken = {key: list(documents) for key, documents in trial.books.documents.items()}

    def restore(self, trial: Trial) -> None:
        self.restored_at = trial.time.now
        trial.books.documents.clear()
        trial.books.documents.update({key: list(documents) for key, documents in self.taken.items()})


def reconciled(trial: Trial) -> list[Found]:
    """A whole comparison, after everything has come to rest."""
    found: list[Found] = []
    for key, order in trial.placed.items():
        ours = _ours(trial, order)
        documents = trial.books.documents.get(key, [])
        for document in documents:
            found += of_document(
                document, ours=ours, mirrored=Mirrored(document, withdrawn=False), known_customer=True,
                has_our_sign=True, settled=True,
            )  # fmt: skip
        if not documents and ours.process is Process.CONFIRMED:
            found.append(vanished(ours))
    return found


def judged(trial: Trial) -> Iterator[str]:
    """What the restore took away or brought back is on the list, nothing else is, and nothing was sent again by itself."""
    listed = {(each.kind, each.object) for each in reconciled(trial)}
    done = {row.order_key: row for row in _creates(trial) if row.state == "done" and row.record is not None}
    gone = {key for key in done if not trial.books.documents.get(key) and not _cancelled(trial, key)}
    back = {
        key
        for key, documents in trial.books.documents.items()
        if _cancelled(trial, key) and any(each.status is not ErpOrderStatus.CANCELLED for each in documents)
    }
    wanted = {(Kind.VANISHED, key) for key in gone} | {(Kind.CANCELLED_HERE, key) for key in back}
    if listed != wanted:
        yield f"the comparison should find {sorted(wanted)}, it finds {sorted(listed)}"
    for each in trial.books.asked:
        row = done.get(each.key)
        if each.operation == "create_order" and row is not None and row.finished_at and each.at > row.finished_at:
            yield f"{each.key} was sent again after it was done"


def _creates(trial: Trial) -> list[Row]:
    return [row for row in trial.store.rows.values() if row.kind == outbox.CREATE]


def _cancelled(trial: Trial, key: str) -> bool:
    rows = [row for row in trial.store.rows.values() if row.order_key == key and row.kind == outbox.CANCEL]
    return any(row.state == "done" for row in rows)


def _ours(trial: Trial, order: OrderToPlace) -> OurOrder:
    row = next(row for row in _creates(trial) if row.order_key == order.key)
    lines = tuple(
        OurLine(line.line_number, line.item_number, line.unit, line.quantity, line.unit_price, line.discount_percent)
        for line in order.lines
    )
    process = Process.CONFIRMED if row.state == "done" else Process.RECEIVED
    return OurOrder(
        number=order.key,
        key=order.key,
        customer_id=1,
        customer_number=order.customer_number,
        process=Process.CANCELLED if _cancelled(trial, order.key) else process,
        currency=order.currency,
        net=sum((line.quantity * line.unit_price for line in lines if line.unit_price is not None), start=Decimal(0)),
        erp_number=row.record.number if row.record else "",
        message=row.state,
        sending=False,
        linked=False,
        lines=lines,
    )
