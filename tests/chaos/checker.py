"""Nothing lost, nothing doubled, nothing changed: compares three ledgers and imports nothing of the portal.

C: what the client was told. E: what the ERP committed, from its own ledger. P: what the portal shows through its API.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any


@dataclass
class Verdict:
    """Order keys and numbers by what went wrong with them; all empty means all is well."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)
    limbo: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not (self.lost or self.doubled or self.unexpected or self.differing or self.limbo)

    def __str__(self) -> str:
        counts = ", ".join(f"{len(keys)} {name}" for name, keys in vars(self).items())
        examples = "; ".join(f"{name}: {keys[:3]}" for name, keys in vars(self).items() if keys)
        return f"{counts}. {examples}".strip()


def check(
    acknowledged: Mapping[str, str], portal: Iterable[Mapping[str, Any]], ledger: Iterable[Mapping[str, Any]]
) -> Verdict:
    """Compare the ledgers.

    :param acknowledged: the client's key → the order number it was answered with, for every accepted order
    :param portal: every order as `GET /orders/{number}` shows it
    :param ledger: the ERP's entries since the beginning
    """
    verdict = Verdict()
    orders = {order["number"]: order for order in portal}
    committed = [entry for entry in ledger if entry["kind"] == "order_committed" and entry["orderKey"]]
    documents = Counter(entry["orderKey"] for entry in committed)
    by_key = {entry["orderKey"]: entry for entry in committed}
    ours = {order["erp"]["key"] for order in orders.values()}

    doubled_numbers = [number for number, times in Counter(acknowledged.values()).items() if times > 1]
    verdict.doubled = doubled_numbers + [key for key, times in documents.items() if times > 1 and key in ours]
    verdict.unexpected = [key for key in documents if key not in ours and key.startswith(_prefixes(ours))]
    for key, number in acknowledged.items():
        order = orders.get(number)
        document = by_key.get(order["erp"]["key"]) if order else None
        if order is None:
            verdict.lost.append(key)
        elif document is None:
            (verdict.limbo if _waits_for_a_person(order) else verdict.lost).append(number)
        elif not _same(order, document):
            verdict.differing.append(number)
    return verdict


def _prefixes(keys: Iterable[str]) -> tuple[str, ...]:
    return tuple({key[:2] for key in keys}) or ("-",)


def _waits_for_a_person(order: Mapping[str, Any]) -> bool:
    return bool(order["on_hold"]) or order["state"]["process"] in ("draft", "awaiting_approval", "in_validation")


def _same(order: Mapping[str, Any], document: Mapping[str, Any]) -> bool:
    return order["erp"]["number"] == document["orderNumber"] and _content(order) == _erp_content(document)


def _content(order: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    return sorted(
        (
            line["line"],
            line["item"],
            line["unit"],
            Decimal(line["quantity"]),
            Decimal(line["unit_price"]["amount"]),
            Decimal(line["discount"]),
        )
        for line in order["lines"]
    )


def _erp_content(entry: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The ERP's ledger writes a line as number|item|unit|quantity|price|discount."""
    lines = [line.split("|") for line in entry["lines"]]
    return sorted((int(line[0]), line[1], line[2], *(Decimal(value) for value in line[3:6])) for line in lines)
