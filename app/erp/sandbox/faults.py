"""Planned misbehaviour: which request is spoiled, in which way, how often.

The rules are kept in memory only. What a spoiled answer looks like is decided in `spoiling`, what becomes of an order in
`twisting`, how both reach the socket in `handler`.
"""

from __future__ import annotations

import dataclasses
import itertools
import random
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.erp.sandbox import refusals
from app.erp.sandbox.messages import Request

# answered instead of doing anything
BEFORE = frozenset({"refuse", "error_before_commit", "busy", "bad_gateway", "html_login", "redirect"})
# nobody answers
DROPS = frozenset({"timeout_before_commit", "timeout_after_commit", "late_commit", "refuse_connection"})
# the order is entered, but not as it was sent
TWISTS = frozenset(
    {"wrong_price", "rounded_price", "other_item", "other_quantity", "other_date", "split_line", "lines_missing",
     "two_documents"}
)  # fmt: skip
# the work is done, the answer is spoiled
AFTER = frozenset(
    {"error_after_commit", "slow_drip", "endless_drip", "truncated_json", "empty_body", "wrong_type", "gzip_bomb",
     "huge_answer"}
)  # fmt: skip
# a good page of a collection, or one record, tampered with
FEEDS = frozenset({"odd_field", "repeat_rows", "omit_row", "reverse_rows", "next_page"})
KINDS = BEFORE | DROPS | TWISTS | AFTER | FEEDS | {"token_dies"}

_SHOWN = (
    "id", "kind", "match", "query", "method", "times", "status", "retry_after", "code", "message", "seed", "location",
    "field", "value", "row", "item", "days", "megabytes", "factor", "hits",
)  # fmt: skip
_MISSING = object()


@dataclass
class Fault:
    """One rule.

    :param match: regular expression looked for in the path
    :param query: regular expression looked for in the query as it was sent
    :param method: HTTP method, empty for any
    :param times: how many requests it spoils; None for all
    :param probability: share of the matching requests it spoils
    :param seconds: how long a time-out holds, a drip lasts, a late commit waits, an endless drip pauses
    :param retry_after: the header as it stands, seconds or anything else
    :param value: what `odd_field` puts into `field`; without it the field goes
    :param row: which row of a page is meant, counted from 0; None for every one
    """

    id: int
    kind: str
    match: str = ""
    query: str = ""
    method: str = ""
    times: int | None = 1
    probability: float = 1.0
    seconds: float = 30.0
    status: int | None = None
    retry_after: str | int | None = None
    code: str = ""
    message: str = ""
    factor: Decimal = Decimal("1.1")
    seed: int = 0
    location: str = ""
    field: str = ""
    value: Any = _MISSING
    row: int | None = 0
    item: str = ""
    days: int = 30
    megabytes: int = 100
    hits: int = 0
    chance: random.Random = dataclasses.field(default_factory=random.Random, repr=False)

    @property
    def removes(self) -> bool:
        """Whether `odd_field` takes the field away."""
        return self.value is _MISSING

    def strikes(self, request: Request) -> bool:
        """Whether it spoils this request; counts when it does."""
        if self.times is not None and self.hits >= self.times:
            return False
        if self.method and self.method != request.method:
            return False
        if not re.search(self.match, request.path) or not re.search(self.query, request.query_text):
            return False
        if self.chance.random() >= self.probability:
            return False
        self.hits += 1
        return True

    def shown(self) -> dict[str, Any]:
        """The rule as the control page shows it."""
        shown = {name: getattr(self, name) for name in _SHOWN if getattr(self, name) is not _MISSING}
        return {**shown, "seconds": Decimal(str(self.seconds)), "probability": Decimal(str(self.probability))}


class Faults:
    """The rules in force, oldest first."""

    def __init__(self) -> None:
        self._rules: list[Fault] = []
        self._lock = threading.Lock()
        self._ids = itertools.count(1)

    def add(self, body: Mapping[str, Any]) -> Fault:
        """Put a rule in force.

        :raises Refusal: unknown kind, unknown field, a pattern that is none
        """
        fault = _read(next(self._ids), body)
        with self._lock:
            self._rules.append(fault)
        return fault

    def all(self) -> list[Fault]:
        with self._lock:
            return list(self._rules)

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()

    def striking(self, request: Request) -> Fault | None:
        """The first rule that spoils this request."""
        with self._lock:
            return next((fault for fault in self._rules if fault.strikes(request)), None)


def _whole_or_none(value: Any) -> int | None:
    return None if value is None else int(value)


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "match": str, "query": str, "method": lambda v: str(v).upper(), "times": _whole_or_none, "probability": float,
    "seconds": float, "status": int, "retry_after": lambda v: v if isinstance(v, int) else str(v), "code": str,
    "message": str, "factor": Decimal, "seed": int, "location": str, "field": str, "value": lambda v: v,
    "row": _whole_or_none, "item": str, "days": int, "megabytes": int,
}  # fmt: skip
_USUAL: Mapping[str, Mapping[str, Any]] = {"endless_drip": {"seconds": 1.0}}


def _read(fault_id: int, body: Mapping[str, Any]) -> Fault:
    kind = body.get("kind")
    if kind not in KINDS:
        raise refusals.bad_request(f"Unknown kind of fault; use one of: {', '.join(sorted(KINDS))}.")
    unknown = set(body) - set(_READERS) - {"kind"}
    if unknown:
        raise refusals.bad_request(f"Unknown field {min(unknown)}; use: kind, {', '.join(sorted(_READERS))}.")
    try:
        values = {name: _READERS[name](value) for name, value in body.items() if name != "kind"}
        re.compile(values.get("match", ""))
        re.compile(values.get("query", ""))
    except (TypeError, ValueError, ArithmeticError, re.error) as err:
        raise refusals.bad_request(f"A field of the fault cannot be read: {err}") from err
    fault = Fault(id=fault_id, kind=str(kind), **{**_USUAL.get(str(kind), {}), **values})
    fault.chance.seed(fault.seed)
    return fault
