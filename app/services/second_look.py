"""What became worse, and what is settled, between the judgement on the screen and that of this moment.

Only reasons to look count, and of their facts only those whose direction is known. Not for evaluating rules.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from app.extensions import session

MORE_IS_WORSE = frozenset({"customer.balance", "customer.open_orders", "customer.overdue", "order.net"})
LESS_IS_WORSE = frozenset({"customer.credit_limit", "item.available"})
NEW_ONES_ARE_WORSE = frozenset({"customer.overdue_invoices"})


@dataclass(frozen=True, slots=True)
class Look:
    """A reason to look, of one judgement."""

    rule: str
    layer: str
    line: int | None
    texts: Mapping[str, Any]
    facts: Mapping[str, Any]

    @property
    def key(self) -> tuple[str, int | None]:
        return self.rule, self.line


@dataclass(frozen=True, slots=True)
class Worse:
    """`changed` maps facts to (before, now); empty when the point is new."""

    look: Look
    changed: Mapping[str, tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class Difference:
    """`closed` are points that no longer apply."""

    worse: tuple[Worse, ...] = ()
    closed: tuple[Look, ...] = ()


_LOOKS = text("""
    select rule, layer, line_number as line, texts, facts from finding
     where judgement_id = :judgement and order_id = :order and outcome = 'review' order by id""")


def looks(order_id: int, judgement_id: int) -> list[Look]:
    """The reasons to look of one judgement of this order."""
    rows = session.execute(_LOOKS, {"order": order_id, "judgement": judgement_id})
    return [Look(row.rule, row.layer, row.line, row.texts, row.facts) for row in rows]


def compare(seen: Sequence[Look], current: Sequence[Look]) -> Difference:
    """What a person who looked at `seen` does not know yet."""
    before = {look.key: look for look in seen}
    now = {look.key for look in current}
    worse = [Worse(look, _worsened(before.get(look.key), look)) for look in current]
    return Difference(
        worse=tuple(each for each in worse if each.changed or each.look.key not in before),
        closed=tuple(look for look in seen if look.key not in now),
    )


def _worsened(before: Look | None, now: Look) -> dict[str, tuple[Any, Any]]:
    if before is None:
        return {}
    names = [name for name in now.facts if name in before.facts]
    pairs = {name: (before.facts[name], now.facts[name]) for name in names}
    return {name: pair for name, pair in pairs.items() if _is_worse(name, *pair)}


def _is_worse(name: str, before: Any, now: Any) -> bool:
    if name in NEW_ONES_ARE_WORSE:
        return not set(now or ()) <= set(before or ())
    if name not in MORE_IS_WORSE | LESS_IS_WORSE or now is None:
        return False
    if before is None:  # no limit became one
        return name in LESS_IS_WORSE
    rise = Decimal(str(now)) - Decimal(str(before))
    return rise > 0 if name in MORE_IS_WORSE else rise < 0
