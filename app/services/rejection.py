"""What a buyer reads when the desk does not accept an order: the words of the reason with the facts of that order.

Made from what is kept with the order, so that it reads the same before it goes, on the page, and in the mail. Not for
deciding: see `app.services.review`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, text

from app.domain.order_states import Validation
from app.domain.readable import day
from app.domain.reasons import OTHER, REASONS
from app.extensions import session
from app.models.transactional import Order
from app.services.rulebook import active
from app.words import t, tn


@dataclass(frozen=True, slots=True)
class Said:
    """In the language of the reader: why, and what to do. For the reason `other` both are in the words of the desk."""

    words: str
    next_step: str


@dataclass(frozen=True, slots=True)
class Known:
    """What reasons can name of an order."""

    everywhere: Mapping[str, str]
    by_line: Mapping[int, str]
    pointed: Mapping[str, tuple[int, ...]]
    lines: int

    def places(self, code: str) -> dict[str, str]:
        """The places of a reason; `item` stands for the lines whose finding leads to this reason."""
        lines = self.pointed.get(code) or (tuple(self.by_line) if self.lines == 1 else ())
        return {**self.everywhere, "item": _items([self.by_line[line] for line in lines if line in self.by_line])}


_HEAD = text("""
    select coalesce(a.account_manager, '') as account_manager, coalesce(a.account_manager_phone, '') as phone,
           j.facts -> 'order' as facts,
           (select count(*) from order_line where order_id = o.id) as lines,
           coalesce((select s.name from ship_to s where s.customer_id = o.customer_id and s.code = o.ship_to_code
                       and s.withdrawn_at is null limit 1), o.ship_to_code) as site
      from customer_order o
      left join customer_account a on a.customer_id = o.customer_id
      left join judgement j on j.id = (select max(id) from judgement where order_id = o.id)
     where o.id = :order""")
_POINTED = text("""
    select rule, line_number from finding
     where judgement_id = (select max(id) from judgement where order_id = :order) and line_number is not null
     order by line_number""")
_LINES = text("""
    select l.line_number, l.item_number, l.typed_item, l.item_name from order_line l
     where l.order_id = :order and (l.line_number = any(:lines) or (select count(*) from order_line
                                                                     where order_id = :order) = 1)""")


def said(order: Order, code: str) -> Said:
    """What the buyer of this order reads for a reason, in the language of this moment."""
    return say(known_of(order), code)


def said_of(order: Order) -> Said | None:
    """The same for the reason it was not accepted for; None when it was not rejected."""
    if order.validation != Validation.REJECTED or order.review_reason not in REASONS:
        return None
    return said(order, order.review_reason)


def say(known: Known, code: str) -> Said:
    """The words of one reason, filled."""
    places = known.places(code)
    return Said(REASONS[code].said(**places), REASONS[code].advised(**places))


def known_of(order: Order) -> Known:
    """Three reads, for all reasons at once."""
    head = session.execute(_HEAD, {"order": order.id}).one()
    pointed = _by_code(session.execute(_POINTED, {"order": order.id}).all())
    lines = sorted({line for each in pointed.values() for line in each})
    rows = session.execute(_LINES, {"order": order.id, "lines": lines})
    return Known(
        everywhere=_everywhere(order, head),
        by_line={row.line_number: f"{row.item_number or row.typed_item} {row.item_name}".strip() for row in rows},
        pointed=pointed,
        lines=head.lines,
    )


def _everywhere(order: Order, head: Row[Any]) -> dict[str, str]:
    facts = head.facts or {}
    manager = f"{head.account_manager}, {head.phone}" if head.phone else head.account_manager
    earlier, sent_on = facts.get("same_reference_order") or "", facts.get("same_reference_on")
    return {
        "account_manager": manager if head.account_manager else "",
        "site": head.site or "",
        "reference": order.reference,
        "order": t("{order} of {date}", order=earlier, date=day(date.fromisoformat(sent_on))) if sent_on else earlier,
    }


def _by_code(findings: Iterable[Row[Any]]) -> dict[str, tuple[int, ...]]:
    """Reason code → lines with a finding that leads to it."""
    codes = {rule.id: rule.codes for rule in active().rules}
    found: dict[str, tuple[int, ...]] = {}
    for finding in findings:
        for code in codes.get(finding.rule, ()):
            if code != OTHER:
                found[code] = (*found.get(code, ()), finding.line_number)
    return found


def _items(names: list[str]) -> str:
    if len(names) < 2:
        return names[0] if names else ""
    rest = len(names) - 1
    return tn("{item} and {n} more line", "{item} and {n} more lines", rest, item=names[0])
