"""One call to an ERP over HTTP: carried once, recorded, and judged by the family of `app.erp.errors`.

Nothing is repeated here, delivery owns that; except a plain read whose kept-open connection was dropped, and any call
whose token the ERP no longer takes (it was not carried out). How one ERP words a refusal comes in as `RefusalReader`.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn, Protocol

from app import clock
from app.erp.errors import (
    ErpAlreadyHas,
    ErpBusy,
    ErpError,
    ErpMisread,
    ErpRefused,
    ErpUnavailable,
    ErpUnknownOutcome,
    ErpUnreachable,
)
from app.erp.port import Exchange, file_exchange
from app.erp.transport import Call, Interrupted, NotSent, Reply, Transport

KEPT_OF_A_BODY = 4_000
LONGEST_WAIT = timedelta(hours=1)
_MOST_PLACES = 100  # before or behind the point
_ABSURD = Decimal("NaN")
_REQUEST_ID_HEADERS = ("request-id", "x-request-id", "x-ms-request-id", "correlationid")
_SECRET = re.compile(
    r'((?:client_secret|access_token|refresh_token|password)["\s]*[=:]["\s]*)[^"&\s,}]+', re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refusal as the ERP words it.

    :param message: plain text, bounded
    :param already_there: our key is taken
    :param passing: nothing was written and the same request may work later (a lock)
    """

    message: str
    request_id: str = ""
    already_there: bool = False
    passing: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """A good answer: what the reader made of it, and the record of the call."""

    value: Any
    exchange: Exchange


class Signer(Protocol):
    """Keeps a token. `renew` is told which token was refused, so that many threads renew once."""

    def token(self) -> str: ...
    def renew(self, refused: str) -> str: ...


class Gate(Protocol):
    """Asked before each call whether it may go out, and told how it ended."""

    def enter(self) -> None:
        """:raises ErpUnreachable: not now"""
        ...

    def leave(self, problem: ErpError | None) -> None: ...


RefusalReader = Callable[[Reply], Refusal]
AnswerReader = Callable[[Reply], Any]
Observer = Callable[[Exchange], None]


class HttpClient:
    """Sends calls over one transport.

    :param read_refusal: turns a refusing answer into words
    :param secrets: texts that may appear in no record
    :param on_call: told of every exchange, for metrics
    :param gate: keeps all calls together within what the ERP bears
    """

    def __init__(
        self,
        transport: Transport,
        *,
        read_refusal: RefusalReader,
        secrets: tuple[str, ...] = (),
        on_call: Observer | None = None,
        gate: Gate | None = None,
    ) -> None:
        self._transport = transport
        self._read_refusal = read_refusal
        self._secrets = tuple(secret for secret in secrets if secret)
        self._on_call, self._gate = on_call, gate

    def send(self, call: Call, *, read: AnswerReader, signer: Signer | None = None) -> Answer:
        """Carry the call and read its answer.

        :param read: raises ValueError when the answer is not what it promised to be
        :raises ErpError: one of the family, with its exchange
        """
        if signer is None:
            return self._once(call, read)
        token = signer.token()
        try:
            return self._once(_signed(call, token), read)
        except ErpUnavailable as refused:
            if refused.exchange is None or refused.exchange.status != 401:
                raise
        return self._once(_signed(call, signer.renew(token)), read)

    def _once(self, call: Call, read: AnswerReader) -> Answer:
        if self._gate is not None:
            self._gate.enter()
        started_at, started = clock.now(), time.monotonic()
        result = self._result(call, read)
        if self._gate is not None:
            self._gate.leave(result.error)
        exchange = Exchange(
            operation=call.operation,
            method=call.method,
            url=self._clean(call, call.url),
            started_at=started_at,
            milliseconds=int((time.monotonic() - started) * 1000),
            status=result.reply.status if result.reply else result.status,
            outcome=result.error.outcome if result.error else "ok",
            request_body=self._body(call, call.body or b""),
            response_body=self._body(call, result.reply.body if result.reply else b""),
            erp_request_id=(result.request_id or _request_id(result.reply))[:100],
            order_key=call.order_key,
        )
        self._file(exchange)
        if result.error is not None:
            result.error.exchange = exchange
            raise result.error
        return Answer(result.value, exchange)

    def _result(self, call: Call, read: AnswerReader) -> _Result:
        try:
            reply = self._carried(call)
        except NotSent as not_sent:
            return _Result(error=ErpUnreachable(str(not_sent)))
        except Interrupted as cut:
            return _Result(error=unclear(call, str(cut)), status=cut.status)
        if not 200 <= reply.status < 300:
            refusal = self._read_refusal(reply)
            return _Result(reply=reply, error=judged(call, reply, refusal), request_id=refusal.request_id)
        try:
            return _Result(reply=reply, value=read(reply))
        except ValueError:
            return _Result(reply=reply, error=unreadable(call))

    def _carried(self, call: Call) -> Reply:
        try:
            return self._transport.carry(call)
        except Interrupted as cut:
            if call.method != "GET" or not cut.before_answer:
                raise
        return self._transport.carry(call)

    def _body(self, call: Call, body: bytes) -> str:
        if call.confidential or not body:
            return ""
        # a little more than is kept, so that a secret across the edge is still recognised
        text = body[: KEPT_OF_A_BODY * 2].decode("utf-8", "replace").replace("\x00", "")
        return self._clean(call, text)[:KEPT_OF_A_BODY]

    def _clean(self, call: Call, text: str) -> str:
        token = call.headers.get("Authorization", "").removeprefix("Bearer ")
        for secret in (*self._secrets, token):
            text = text.replace(secret, "***") if secret else text
        return _SECRET.sub(r"\1***", text)

    def _file(self, exchange: Exchange) -> None:
        file_exchange(exchange)
        if self._on_call is not None:
            self._on_call(exchange)


@dataclass(frozen=True, slots=True)
class _Result:
    """What became of one call, before it is recorded."""

    reply: Reply | None = None
    value: Any = None
    error: ErpError | None = None
    request_id: str = ""
    status: int | None = None


# --- what an answer means ---------------------------------------------------------------------------------------------


def judged(call: Call, reply: Reply, refusal: Refusal) -> ErpError:
    """The family member for an answer that is not a good one."""
    status = reply.status
    if status == 401:
        return ErpUnavailable("The ERP refused our sign-in. Check the client id and secret of the connection.")
    if status == 429 or (status == 503 and "Retry-After" in reply.headers):
        return _busy(call, reply)
    if status >= 500 or status < 400 or status == 408:
        return unclear(call, f"The ERP could not answer (status {status}).")
    if refusal.already_there:
        return ErpAlreadyHas(refusal.message)
    if refusal.passing:
        return ErpUnavailable(refusal.message)
    return ErpRefused(refusal.message)


def _busy(call: Call, reply: Reply) -> ErpError:
    """Asked to wait. Only 429 says that nothing was done: a gateway's 503 may come after the work."""
    odd = odd_wait(reply.headers)
    reason = f"The ERP asks us to wait, but not for how long we could: {odd}." if odd else "The ERP asks us to wait."
    problem: ErpError = ErpBusy(reason) if reply.status == 429 or not call.writes else ErpUnknownOutcome(reason)
    problem.not_before, problem.odd_wait = not_before(reply.headers), odd
    return problem


def unclear(call: Call, reason: str) -> ErpError:
    """No usable answer: harmless for a read, an open question for a write."""
    return ErpUnknownOutcome(reason) if call.writes else ErpUnavailable(reason)


def unreadable(call: Call) -> ErpError:
    reason = "The ERP's answer cannot be read."
    return ErpUnknownOutcome(reason) if call.writes else ErpMisread(reason)


def not_before(headers: Mapping[str, str]) -> datetime | None:
    """The moment named by Retry-After: seconds or an HTTP date, an hour ahead at most; None for nonsense or the past.

    A date is measured against the answer's own Date, so that a wrong clock there does not matter (RFC 9110, 10.2.3).
    """
    pause = _asked_for(headers)
    return clock.now() + min(pause, LONGEST_WAIT) if pause is not None and pause > timedelta(0) else None


def odd_wait(headers: Mapping[str, str]) -> str:
    """What Retry-After says when we cannot do just that: nonsense, the past, or more than an hour. Else empty."""
    pause = _asked_for(headers)
    sensible = pause is not None and timedelta(0) <= pause <= LONGEST_WAIT
    return "" if sensible else headers.get("Retry-After", "").strip()[:60]


def _asked_for(headers: Mapping[str, str]) -> timedelta | None:
    wanted = headers.get("Retry-After", "").strip()
    if wanted.isascii() and wanted.isdigit():
        return timedelta(seconds=int(wanted[:9]))
    then, sent = _http_date(wanted), _http_date(headers.get("Date", ""))
    return None if then is None else then - (sent or clock.now())


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


# --- reading and writing bodies ---------------------------------------------------------------------------------------


def as_json(reply: Reply) -> Any:
    """The body as JSON; numbers with a fraction become Decimal, those nobody can compute with `NaN`.

    :raises ValueError: it is not JSON
    """
    try:
        return json.loads(reply.body, parse_float=_exact, parse_int=_whole, parse_constant=_no_constant)
    except RecursionError as too_deep:
        raise ValueError("nested too deeply") from too_deep


def as_bytes(reply: Reply) -> bytes:
    return reply.body


def as_nothing(reply: Reply) -> None:
    """For calls whose success needs no words (204)."""


def json_body(value: Any) -> bytes:
    """JSON in which a Decimal stands with exactly its own digits."""
    return _written(value).encode()


def _written(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{json.dumps(str(key))}:{_written(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_written, value)) + "]"
    return json.dumps(value)


def _exact(digits: str) -> Decimal:
    """`1e999999999` is a number in JSON, but to write it out takes a gigabyte, and to add it ends in an exception."""
    try:
        number = Decimal(digits)
    except ArithmeticError:
        return _ABSURD
    exponent = number.as_tuple().exponent
    return number if isinstance(exponent, int) and abs(exponent) <= _MOST_PLACES else _ABSURD


def _whole(digits: str) -> int | Decimal:
    return int(digits) if len(digits) <= _MOST_PLACES else _ABSURD


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number JSON knows")


def _signed(call: Call, token: str) -> Call:
    return replace(call, headers={**call.headers, "Authorization": f"Bearer {token}"})


def _request_id(reply: Reply | None) -> str:
    if reply is None:
        return ""
    return next((reply.headers[name] for name in _REQUEST_ID_HEADERS if name in reply.headers), "")
