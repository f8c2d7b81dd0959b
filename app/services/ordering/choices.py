"""Which offer counts for a finding: the one the buyer took, else the stated default. Kept with the order as data.

`customer_order.choices` maps "rule:line" (line 0: the whole order) to the id of an offer. Not for applying: `offers.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.models.transactional import Order
from app.rules.findings import Finding, Offer


def key_of(rule: str, line: int | None) -> str:
    """The name of a finding among the choices of its order."""
    return f"{rule}:{line or 0}"


def taken(order: Order, finding: Finding) -> Offer | None:
    """The offer the buyer took for this finding, if it is still offered."""
    chosen = (order.choices or {}).get(key_of(finding.rule, finding.line))
    return next((offer for offer in finding.offers if offer.id == chosen), None)


def counting(order: Order, finding: Finding) -> Offer | None:
    """The offer that counts: taken, or the default; None where nothing is offered to choose from."""
    return taken(order, finding) or default_of(finding)


def default_of(finding: Finding) -> Offer | None:
    return next((offer for offer in finding.offers if offer.default), None)


def note(order: Order, rule: str, line: int | None, offer_id: str) -> None:
    """Remember a choice."""
    order.choices = {**(order.choices or {}), key_of(rule, line): offer_id}


def forget_changed(order: Order, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Drop what was chosen about lines that are different now: it was chosen for something else.

    :param before: content of the order with `reference` and `lines`, as recorded
    """
    old, new = before["lines"], after["lines"]
    same = {number for number, pair in enumerate(zip(old, new, strict=False), start=1) if pair[0] == pair[1]}
    if before["reference"] == after["reference"]:
        same.add(0)
    order.choices = {key: value for key, value in (order.choices or {}).items() if _line_of(key) in same}


def without_line(choices: Mapping[str, Any], dropped: int) -> dict[str, Any]:
    """The choices when one line is taken out and those below it move up."""
    kept = {key: value for key, value in choices.items() if _line_of(key) != dropped}
    return {_moved(key, dropped): value for key, value in kept.items()}


def _moved(key: str, dropped: int) -> str:
    rule, _, _ = key.rpartition(":")
    line = _line_of(key)
    return key_of(rule, line - 1 if line > dropped else line)


def _line_of(key: str) -> int:
    return int(key.rpartition(":")[2])


def defaults(order: Order, findings: Sequence[Finding]) -> list[tuple[Finding, Offer]]:
    """The findings nobody chose anything for, with the offer that counts then."""
    open_ones = [(finding, default_of(finding)) for finding in findings if taken(order, finding) is None]
    return [(finding, offer) for finding, offer in open_ones if offer is not None]
