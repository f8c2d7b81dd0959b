"""Planned misbehaviour: which request is spoiled, in which way, how often.

The rules are kept in memory only. What a spoiled answer looks like is decided here, how it reaches the socket in
`handler`.
"""

from __future__ import annotations

import itertools
import random
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from app.erp.sandbox import refusals
from app.erp.sandbox.messages import Answer, Request, refusal_answer

BEFORE = {"refuse", "error_before_commit", "busy", "bad_gateway", "html_login"}
DROPS = {"timeout_before_commit", "timeout_after_commit", "late_commit", "refuse_connection"}
AFTER = {"error_after_commit", "slow_drip", "truncated_json", "wrong_price"}
KINDS = BEFORE | DROPS | AFTER

_LOGIN_PAGE = (
    b"<!DOCTYPE html><html><head><title>Sign in to your account</title></head><body>"
    b"<form method='post' action='/common/login'><input name='loginfmt' type='email'></form></body></html>"
)
_GATEWAY_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


@dataclass
class Fault:
    """One rule.

    :param match: regular expression looked for in the path
    :param method: HTTP method, empty for any
    :param times: how many requests it spoils; None for all
    :param probability: share of the matching requests it spoils
    :param seconds: how long a time-out holds, a drip lasts, a late commit waits
    """

    id: int
    kind: str
    match: str = ""
    method: str = ""
    times: int | None = 1
    probability: float = 1.0
    seconds: float = 30.0
    status: int | None = None
    retry_after: int | None = None
    code: str = ""
    message: str = ""
    factor: Decimal = Decimal("1.1")
    seed: int = 0
    hits: int = 0
    chance: random.Random = field(default_factory=random.Random, repr=False)

    def strikes(self, request: Request) -> bool:
        """Whether it spoils this request; counts when it does."""
        if self.times is not None and self.hits >= self.times:
            return False
        if self.method and self.method != request.method:
            return False
        if not re.search(self.match, request.path) or self.chance.random() >= self.probability:
            return False
        self.hits += 1
        return True

    def shown(self) -> dict[str, Any]:
        """The rule as the control page shows it."""
        names = [
            "id",
            "kind",
            "match",
            "method",
            "times",
            "seconds",
            "status",
            "retry_after",
            "code",
            "message",
            "seed",
            "hits",
        ]
        shown = {name: getattr(self, name) for name in names}
        numbers = {"seconds": Decimal(str(self.seconds)), "probability": Decimal(str(self.probability))}
        return {**shown, **numbers, "factor": self.factor}


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


def _read(fault_id: int, body: Mapping[str, Any]) -> Fault:
    kind = body.get("kind")
    if kind not in KINDS:
        raise refusals.bad_request(f"Unknown kind of fault; use one of: {', '.join(sorted(KINDS))}.")
    readers: dict[str, Callable[[Any], Any]] = {
        "match": str, "method": lambda v: str(v).upper(), "times": lambda v: None if v is None else int(v),
        "probability": float, "seconds": float, "status": int, "retry_after": int, "code": str, "message": str,
        "factor": Decimal, "seed": int,
    }  # fmt: skip
    unknown = set(body) - set(readers) - {"kind"}
    if unknown:
        raise refusals.bad_request(f"Unknown field {min(unknown)}; use: kind, {', '.join(sorted(readers))}.")
    try:
        values = {name: readers[name](value) for name, value in body.items() if name != "kind"}
        re.compile(values.get("match", ""))
    except (TypeError, ValueError, ArithmeticError, re.error) as err:
        raise refusals.bad_request(f"A field of the fault cannot be read: {err}") from err
    fault = Fault(id=fault_id, kind=str(kind), **values)
    fault.chance.seed(fault.seed)
    return fault


def spoiled_before(fault: Fault) -> Answer:
    """The answer given instead of doing anything."""
    if fault.kind == "html_login":
        return Answer(fault.status or 200, _LOGIN_PAGE, {"Content-Type": "text/html; charset=utf-8"})
    if fault.kind == "bad_gateway":
        answer = Answer(fault.status or 502, _GATEWAY_PAGE, {"Content-Type": "text/html"})
    elif fault.kind == "busy":
        text = fault.message or "Too many requests reached. Actual (6001). Maximum (6000)."
        code = fault.code or "Application_TooManyRequests"
        answer = refusal_answer(refusals.Refusal(fault.status or 429, code, text))
    elif fault.kind == "refuse":
        text = fault.message or "The order cannot be taken."
        answer = refusal_answer(
            refusals.Refusal(fault.status or 400, fault.code or "Application_DialogException", text)
        )
    else:
        answer = server_error(fault)
    if fault.retry_after is not None:
        answer.headers["Retry-After"] = str(fault.retry_after)
    return answer


def server_error(fault: Fault) -> Answer:
    """The answer of a server that stumbled, before or after doing its work."""
    text = fault.message or "An unexpected error occurred while processing the request."
    return refusal_answer(refusals.Refusal(fault.status or 500, fault.code or "Internal_ServerError", text))


def truncated(answer: Answer) -> Answer:
    """The same answer with its body cut in the middle of a value."""
    return Answer(answer.status, answer.body[: max(1, len(answer.body) // 2)], answer.headers)
