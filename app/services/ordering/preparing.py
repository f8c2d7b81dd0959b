"""What has to be known before an order is written: customer, items and prices, with no transaction open while the ERP
is asked for its prices. The doors call it first and hand the result to `drafts` and `place`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.clock import today
from app.domain.pricing import Price
from app.extensions import transaction
from app.services import pricing
from app.services.catalogue.items import find_typed
from app.services.customers import CustomerFacts, company_admin_of, facts_of
from app.services.ordering.typed import TypedLine
from app.services.ordering.understanding import UnderstoodLine, asks_of, understand, with_prices
from app.services.pricing import Prices, Promise

MOST_LINES = 2000


@dataclass(frozen=True, slots=True)
class Prepared:
    """Lines with items and prices as of now."""

    customer: CustomerFacts
    lines: tuple[UnderstoodLine, ...]


def prepare(customer_id: int, lines: Sequence[TypedLine], *, live: bool) -> Prepared:
    """Look up and price the lines; opens and ends its own short transactions.

    :param live: ask the ERP for its prices; when it is silent the mirror counts as last known
    :raises NotFound: the customer is not within the scope
    """
    customer, understood, answer = _looked_up(customer_id, lines, live=live)
    customer = replace(customer, company_admin=company_admin_of(customer_id))
    return Prepared(customer, tuple(with_prices(understood, answer)))


def priced(customer_id: int, lines: Sequence[TypedLine], *, live: bool) -> tuple[Prices, list[Price | None]]:
    """Prices alone, nothing written: one for each line, None where there is no such item, unit or quantity."""
    _, understood, answer = _looked_up(customer_id, lines, live=live)
    answers = iter(answer.prices)
    return answer, [next(answers) if line.priceable else None for line in understood]


def _looked_up(
    customer_id: int, lines: Sequence[TypedLine], *, live: bool
) -> tuple[CustomerFacts, list[UnderstoodLine], Prices]:
    with transaction():
        customer = facts_of(customer_id)
        understood = understand(lines, find_typed(customer, [line.item for line in lines]))
        asks = asks_of(understood)
        mirror = pricing.from_mirror(customer, asks, on=today())
    if not live:
        return customer, understood, mirror
    answer = pricing.live(customer, asks, on=today())
    return customer, understood, answer or Prices(mirror.prices, mirror.as_of, Promise.LAST_KNOWN)
