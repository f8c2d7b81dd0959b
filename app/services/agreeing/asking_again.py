"""An order that was sent at last-known prices is priced once more before it goes to the ERP.

By the mirror, if prices were read since; else by the ERP itself. Dearer within the tolerance goes out at the promised
price; cheaper beyond it is taken; dearer beyond it is put to the buyer. A price feed that is stuck while the ERP
answers holds an order for a while only (setting PRICE_WAIT_MINUTES): then what was promised counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

import structlog
from sqlalchemy import text

from app.clock import now, today
from app.domain.money import ZERO
from app.domain.pricing import Ask, Price
from app.domain.quantities import plain
from app.erp.errors import ErpError
from app.erp.port import Quote, QuoteCustomer
from app.extensions import session, transaction
from app.models.transactional import Order
from app.services import acceptance, outbox, pricing
from app.services.agreeing import proposals
from app.services.agreeing.applying import apply
from app.services.agreeing.deviations import Deviation
from app.services.agreeing.repriced import Ask as AskTheErp
from app.services.agreeing.repriced import PriceNotKnown, Repriced
from app.services.agreeing.tolerance import tolerance
from app.services.customers import CustomerFacts, facts_of
from app.services.lifecycle import Progress
from app.services.ordering.frozen import frozen_lines
from app.services.ordering.understanding import UnderstoodLine, asks_of
from app.services.pricing import Promise

log = structlog.get_logger()

DEADLINE = 10.0  # seconds the ERP has for its prices; nobody waits at a screen
PAUSE = timedelta(seconds=30)


class Message(Protocol):
    """What is looked at of a message that is about to be sent."""

    @property
    def order_id(self) -> int: ...
    @property
    def connection(self) -> str: ...


@dataclass(frozen=True, slots=True)
class _Asked:
    customer: CustomerFacts
    lines: tuple[UnderstoodLine, ...]
    asks: tuple[Ask, ...]


def look(message: Message, ask: AskTheErp) -> Repriced | None:
    """What became of the prices of an order that is about to be sent. Call it with no transaction open.

    :param ask: makes one call to the ERP
    :returns: None when it can go as it is
    :raises PriceNotKnown: it has to wait
    """
    with transaction():
        asked = _asked(message.order_id)
        prices = None if asked is None else _of_the_mirror(message.order_id, asked)
    if asked is None:
        return None
    if prices is None:
        prices = _of_the_erp(message, asked, ask)
    return None if prices is None else _judged(asked, prices)


_LAST_KNOWN = text("""
    select customer_id from customer_order
     where id = :order and promise = 'last_known' and process in ('received', 'in_validation')""")
_READ_SINCE = text("""
    select s.fresh_at > o.priced_at from customer_order o
      join sync_state s on s.source = o.source and s.entity = 'prices'
     where o.id = :order and o.priced_at is not null""")


def _asked(order_id: int) -> _Asked | None:
    """The lines whose price was only last known; None when there is none."""
    customer_id = session.execute(_LAST_KNOWN, {"order": order_id}).scalar()
    if customer_id is None:
        return None
    customer = facts_of(customer_id)
    order = session.get_one(Order, order_id)
    lines = [
        line
        for line in frozen_lines(order, customer)
        if line.promise is Promise.LAST_KNOWN and line.priceable and line.net is not None
    ]
    return _Asked(customer, tuple(lines), tuple(asks_of(lines))) if lines else None


def _of_the_mirror(order_id: int, asked: _Asked) -> Sequence[Price] | None:
    """None while the mirror knows no more than when the order was sent."""
    if not session.execute(_READ_SINCE, {"order": order_id}).scalar():
        return None
    return pricing.from_mirror(asked.customer, asked.asks, on=today()).prices


def _of_the_erp(message: Message, asked: _Asked, ask: AskTheErp) -> Sequence[Price] | None:
    who = QuoteCustomer(asked.customer.number, asked.customer.price_group, asked.customer.currency)
    day = today()
    try:
        quote: Quote = ask(lambda port: port.quote(who, asked.asks, on=day, deadline=DEADLINE))
        return quote.prices
    except ErpError as problem:
        if not _waited_enough(message):
            raise PriceNotKnown(PAUSE) from problem
        log.warning("sent_at_promised_price", order=message.order_id, reason=problem.reason)
        return None


_ANSWERING_SINCE = text("""
    select greatest(m.created_at, case when l.breaker <> 'closed' then cast(:now as timestamptz)
                                       when l.openings > 0 then l.changed_at end)
      from outbox_message m left join erp_line l on l.connection = m.connection
     where m.order_id = :order and m.kind = 'create_order' and m.state = 'waiting' order by m.id desc limit 1""")


def _waited_enough(message: Message) -> bool:
    """The ERP has been answering for so long that only its price feed can be stuck."""
    with transaction():
        since = session.execute(_ANSWERING_SINCE, {"order": message.order_id, "now": now()}).scalar()
    return since is not None and now() - since >= tolerance().price_wait


def _judged(asked: _Asked, prices: Sequence[Price]) -> Repriced | None:
    cheaper, dearer = [], []
    for line, price in zip(asked.lines, prices, strict=True):
        before = line.net or ZERO
        if price.total is None or price.unit_price is None:
            continue  # no price any more: what was promised counts, and the ERP has the last word
        if price.total > before and not tolerance().takes(before, price.total, asked.customer.currency):
            dearer.append(_moved(line, price))
        elif price.total < before and not tolerance().takes(price.total, before, asked.customer.currency):
            cheaper.append(_moved(line, price))
    return Repriced(tuple(cheaper), tuple(dearer)) if cheaper or dearer else None


def _moved(line: UnderstoodLine, price: Price) -> Deviation:
    before = _values(line.unit_price, line.discount_percent, line.net)
    return Deviation(
        line.number, "price_changed", before, _values(price.unit_price, price.discount_percent, price.total)
    )


def _values(unit_price: Any, discount: Any, net: Any) -> Mapping[str, str]:
    return {"unit_price": plain(unit_price), "discount_percent": plain(discount), "net": plain(net)}


# --- written down by whoever settles the message ----------------------------------------------------------------------

_KNOWN_NOW = text("""
    update order_line set promise = 'mirror', price_as_of = :moment where order_id = :order and promise = 'last_known'""")


def put(order: Order, found: Repriced) -> None:
    """The order takes what became cheaper; the buyer is asked about the rest. The message was taken back before.

    Without a question to the buyer the order goes out again at once, as a message of its own.
    """
    for each in found.cheaper:
        apply(order, each.line, each.before, each.after)
    if found.cheaper:
        proposals.note_taken(order, found.cheaper, origin="prices")
    session.execute(_KNOWN_NOW, {"order": order.id, "moment": now()})
    order.promise, order.priced_at = Promise.MIRROR.value, now()
    customer = facts_of(order.customer_id)
    if found.dearer:
        proposals.put(order, found.dearer, origin="prices")
        proposals.pass_ball(order, Progress(prepayment=customer.prepayment))
        return
    lines = frozen_lines(order, customer)
    outbox.post(outbox.CREATE, order, outbox.as_body(acceptance.to_place(order, customer, lines)))
