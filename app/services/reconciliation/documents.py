"""The steps about orders: every document of the ERP, then ours that no document came for, then what is there twice."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from app.erp.port import OrderRecord
from app.extensions import transaction
from app.security.actor import acting, machine
from app.services import lifecycle
from app.services.fulfilment import GONE, follow
from app.services.ordering.numbers import has_our_sign
from app.services.reconciliation import comparing, drifts, queries
from app.services.reconciliation.kinds import Kind
from app.services.reconciliation.sides import Difference, Found, OurOrder
from app.services.reconciliation.work import Sheet, Work
from app.services.reference_sync import by_page

RECONCILIATION = machine("reconciliation")
TWICE = "erp_twice"  # why an order is held that the ERP has twice
_AT_ONCE = 50


def orders(work: Work) -> None:
    """Every document the ERP has, with our order that it belongs to."""
    for sheet, keys in work.sheets("orders", lambda sheet: _compared(work, sheet.rows)):
        behind = _behind(work, sheet.rows)
        follow(keys | behind.keys())
        _healed(work, sheet.rows, behind.values())
        _wake(work, sheet)
        work.reached(sheet.cursor, "orders", len(sheet.rows))
    work.nothing_came("orders")


def _compared(work: Work, documents: Sequence[OrderRecord]) -> list[Found]:
    by_key, by_number = queries.ours_of(work.source, documents)
    mirrored = queries.mirrored_orders(work.source, [document.erp_key for document in documents])
    known = queries.known_customers(work.source, {document.customer_number for document in documents})
    return [
        found
        for document in documents
        for found in comparing.of_document(
            document,
            ours=_ours(document, by_key, by_number),
            mirrored=mirrored.get(document.erp_key),
            known_customer=document.customer_number in known,
            has_our_sign=has_our_sign(document.key),
            settled=work.settled(document.modified_at),
        )
    ]


def _ours(document: OrderRecord, by_key: Mapping[str, OurOrder], by_number: Mapping[str, OurOrder]) -> OurOrder | None:
    return by_number.get(document.number) or (by_key.get(document.key.upper()) if document.key else None)


def _behind(work: Work, documents: Sequence[OrderRecord]) -> dict[str, OurOrder]:
    """Our orders that are not where the document says, by key: they are followed even if the mirror brings no news."""
    with transaction():
        by_key, by_number = queries.ours_of(work.source, documents)
    pairs = [(document, _ours(document, by_key, by_number)) for document in documents]
    return {ours.key: ours for document, ours in pairs if ours is not None and comparing.is_behind(ours, document)}


def _healed(work: Work, documents: Sequence[OrderRecord], were: Collection[OurOrder]) -> None:
    still = _behind(work, documents).keys()
    with transaction():
        drifts.healed(work.source, Kind.STATE_BEHIND, [order.number for order in were if order.key not in still])


def _wake(work: Work, sheet: Sheet) -> None:
    """Messages whose document is there are due now, and are looked up there before anything is sent."""
    with transaction():
        drifts.look_up_first(work.source, work.run.id, [document.key.upper() for document in sheet.rows])


def our_orders(work: Work) -> None:
    """Ours that no document came for: the ERP is asked for each, before it counts as gone."""
    while True:
        after = int(work.run.cursor or 0)
        with transaction():
            rows = queries.unseen(work.source, began=work.began, after=after, limit=_AT_ONCE)
        for number, ours in rows:
            _look_for(work, ours)
            work.reached(str(number), "asked_for", 1)
            work.rest()
        if len(rows) < _AT_ONCE:
            break
    work.run.count("withdrawn", by_page.withdraw(work.source, "orders", work.began))


def _look_for(work: Work, ours: OurOrder) -> None:
    if ours.message == "waiting":  # sent again; whoever sends it looks for it first
        return
    port = work.port
    document = port.find_order_by_number(ours.erp_number) if ours.linked else port.find_order(ours.key)
    if document is None:
        work.found([comparing.vanished(ours)])
        _hold(work.source, Kind.VANISHED, [ours.number], reason=GONE)
        return
    with transaction():  # the stream left it out
        found = _compared(work, [document])
    work.found(found)
    by_page.take(work.source, "orders", [document], began=work.began)
    follow({ours.key})


def doubles(work: Work) -> None:
    """What the mirror, read to the end by now, holds twice."""
    with transaction():
        alike = queries.lookalikes(work.source)
        drifts.keep(work.source, work.run.id, [_double(Kind.LOOKALIKE, row) for row in alike])
    find_twins(work.source, work.run.id)


def find_twins(source: str, run: int) -> int:
    """Note orders of ours the ERP has under two numbers, and hold them; transactions of their own.

    :returns: how many there are
    """
    with transaction():
        twice = queries.twins(source)
        drifts.keep(source, run, [_double(Kind.TWICE, row) for row in twice])
    _hold(source, Kind.TWICE, [row.order_number for row in twice if row.hold_reason is None], reason=TWICE)
    return len(twice)


def _double(kind: Kind, row: Any) -> Found:
    first, *others = row.numbers
    return Found(
        kind=kind,
        object_type="order",
        object=row.order_number,
        customer_id=row.customer_id,
        facts={"number": first, "key": row.key},
        differences=tuple(Difference("second", first, number) for number in others),
    )


def _hold(source: str, kind: Kind, numbers: Sequence[str], *, reason: str) -> None:
    """Put orders on hold for a drift that nobody has decided about."""
    with transaction():
        waiting = drifts.still_open(source, kind, numbers)
    for number in sorted(waiting):
        with acting(RECONCILIATION), transaction():
            lifecycle.hold(lifecycle.locked(number), reason)
