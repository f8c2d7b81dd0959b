"""What a spoiled answer looks like. Which request is spoiled is decided in `faults`."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from app.erp.sandbox import refusals, wire
from app.erp.sandbox.faults import Fault
from app.erp.sandbox.messages import Answer, Request, refusal_answer, text_answer

MEGABYTE = 1024 * 1024
_DRIP_PIECES = 40
_FOR_EVER = 10**9
_LOGIN_PAGE = (
    b"<!DOCTYPE html><html><head><title>Sign in to your account</title></head><body>"
    b"<form method='post' action='/common/login'><input name='loginfmt' type='email'></form></body></html>"
)
_GATEWAY_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


def spoiled_before(fault: Fault) -> Answer:
    """The answer given instead of doing anything."""
    if fault.kind == "html_login":
        return Answer(fault.status or 200, _LOGIN_PAGE, {"Content-Type": "text/html; charset=utf-8"})
    if fault.kind == "redirect":
        return Answer(fault.status or 302, b"", {"Location": fault.location})
    if fault.kind == "bad_gateway":
        answer = Answer(fault.status or 502, _GATEWAY_PAGE, {"Content-Type": "text/html"})
    elif fault.kind == "busy":
        text = fault.message or "Too many requests reached. Actual (6001). Maximum (6000)."
        answer = _refusal(fault, 429, "Application_TooManyRequests", text)
    elif fault.kind == "refuse":
        text = fault.message or "The order cannot be taken."
        answer = _refusal(fault, 400, "Application_DialogException", text)
    else:
        return server_error(fault)
    return _with_wait(answer, fault)


def server_error(fault: Fault) -> Answer:
    """The answer of a server that stumbled, before or after doing its work."""
    text = fault.message or "An unexpected error occurred while processing the request."
    return _with_wait(_refusal(fault, 500, "Internal_ServerError", text), fault)


def spoiled_after(fault: Fault, request: Request, answer: Answer) -> Answer:
    """The answer to work that was done; as it is for kinds that leave the answer alone."""
    if fault.kind == "error_after_commit":
        return server_error(fault)
    if fault.kind in _BODIES:
        return _BODIES[fault.kind](fault, answer)
    if fault.kind in _PAGES and 200 <= answer.status < 300:
        content = wire.load(answer.body)
        _PAGES[fault.kind](fault, request, content)
        return text_answer(wire.dump(content), answer.status)
    return answer


def _refusal(fault: Fault, status: int, code: str, text: str) -> Answer:
    return refusal_answer(refusals.Refusal(fault.status or status, fault.code or code, text))


def _with_wait(answer: Answer, fault: Fault) -> Answer:
    if fault.retry_after is not None:
        answer.headers["Retry-After"] = str(fault.retry_after)
    return answer


# --- bodies -----------------------------------------------------------------------------------------------------------


def _truncated(_: Fault, answer: Answer) -> Answer:
    """Cut in the middle of a value, and the length says so."""
    return replace(answer, body=answer.body[: max(1, len(answer.body) // 2)])


def _empty(_: Fault, answer: Answer) -> Answer:
    return replace(answer, body=b"")


def _wrong_type(_: Fault, answer: Answer) -> Answer:
    """Something else than was asked for, under its own name."""
    return Answer(answer.status, b"\x89PNG\r\n\x1a\n" + bytes(64), {"Content-Type": "image/png"})


def _huge(fault: Fault, answer: Answer) -> Answer:
    return replace(answer, body=b" " * MEGABYTE, repeat=fault.megabytes)


def _bomb(fault: Fault, answer: Answer) -> Answer:
    """A few kilobytes that unpack to `megabytes`."""
    headers = {**answer.headers, "Content-Encoding": "gzip"}
    return Answer(answer.status, _packed_megabyte() * fault.megabytes, headers)


@cache
def _packed_megabyte() -> bytes:
    return gzip.compress(b" " * MEGABYTE)


def _slow(fault: Fault, answer: Answer) -> Answer:
    return replace(answer, pieces=_DRIP_PIECES, pause=fault.seconds / _DRIP_PIECES)


def _endless(fault: Fault, answer: Answer) -> Answer:
    """A byte every `seconds`, and no end."""
    return replace(answer, body=b" ", repeat=_FOR_EVER, pause=fault.seconds)


_BODIES: Mapping[str, Callable[[Fault, Answer], Answer]] = {
    "truncated_json": _truncated,
    "empty_body": _empty,
    "wrong_type": _wrong_type,
    "huge_answer": _huge,
    "gzip_bomb": _bomb,
    "slow_drip": _slow,
    "endless_drip": _endless,
}


# --- pages of a collection --------------------------------------------------------------------------------------------


def _odd_field(fault: Fault, _: Request, content: dict[str, Any]) -> None:
    rows = content.get("value", [content])
    for row in rows if fault.row is None else rows[fault.row : fault.row + 1]:
        row.pop(fault.field, None)
        if not fault.removes:
            row[fault.field] = fault.value


def _repeat(_: Fault, __: Request, content: dict[str, Any]) -> None:
    content["value"] = content.get("value", []) * 2


def _omit(fault: Fault, _: Request, content: dict[str, Any]) -> None:
    rows = content.get("value", [])
    content["value"] = [row for at, row in enumerate(rows) if fault.row not in (None, at)]


def _reverse(_: Fault, __: Request, content: dict[str, Any]) -> None:
    content["value"] = content.get("value", [])[::-1]


def _next(fault: Fault, request: Request, content: dict[str, Any]) -> None:
    """To `location`, or to this very page for ever."""
    content["@odata.nextLink"] = fault.location or f"{request.url}?{request.query_text}"


_PAGES: Mapping[str, Callable[[Fault, Request, dict[str, Any]], None]] = {
    "odd_field": _odd_field,
    "repeat_rows": _repeat,
    "omit_row": _omit,
    "reverse_rows": _reverse,
    "next_page": _next,
}
