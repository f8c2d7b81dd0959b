"""Bytes to an ERP and back, within bounds: permitted hosts, a total deadline, a largest answer, nothing followed.

Knows HTTP and no ERP; it judges nothing. What an answer means is decided in `app.erp.http`.
"""

from __future__ import annotations

import http.client
import io
import ipaddress
import socket
import ssl
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, MaxRetryError, NewConnectionError, ProtocolError

from app.failpoints import armed, reach

LARGEST_ANSWER = 20 * 1024 * 1024
_PIECE = 64 * 1024
_PORTS = {"http": 80, "https": 443}

_ends_at: ContextVar[float | None] = ContextVar("ends_at", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request. `writes` decides what silence means; `confidential` keeps both bodies out of every record.

    Headers and body stay out of its own text: the token and the secret are in them.
    """

    operation: str
    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    writes: bool = False
    order_key: str = ""
    confidential: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer read to its end. Header names are compared without regard to case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class NotSent(Exception):
    """No request left the house: not permitted, no route, refused, no TLS, no connection in time."""


class Interrupted(Exception):
    """The request may have arrived, the answer did not, or not whole.

    :param before_answer: the other side hung up without a word, as it does on a connection kept open too long
    """

    def __init__(self, reason: str, *, status: int | None = None, before_answer: bool = False) -> None:
        super().__init__(reason)
        self.status = status
        self.before_answer = before_answer


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Everything sent inside the block shares this many seconds; nested blocks only ever shorten."""
    wanted, outer = time.monotonic() + seconds, _ends_at.get()
    token = _ends_at.set(wanted if outer is None else min(wanted, outer))
    try:
        yield
    finally:
        _ends_at.reset(token)


def seconds_left() -> float | None:
    """What remains of the surrounding `within`, never negative; None outside of one."""
    end = _ends_at.get()
    return None if end is None else max(0.0, end - time.monotonic())


class Transport:
    """A pool of connections that many threads may use at once.

    :param allowlist: `host:port`, or networks in CIDR notation for hosts given as IP address; no others are contacted
    :param connect: seconds to reach the host
    :param read: seconds of silence
    :param total: seconds from the first byte sent to the last byte read
    :param ca_file: certificates of the company's own authority; verification itself cannot be switched off
    """

    def __init__(
        self,
        *,
        allowlist: Collection[str],
        connect: float = 3.0,
        read: float = 30.0,
        total: float = 60.0,
        largest: int = LARGEST_ANSWER,
        ca_file: str = "",
    ) -> None:
        self._allowlist = frozenset(entry.strip().lower() for entry in allowlist if entry.strip())
        self._connect, self._read, self._total, self._largest = connect, read, total, largest
        self._session = _session(ca_file)

    def carry(self, call: Call) -> Reply:
        """Send and read to the end.

        :raises NotSent: nothing left the house
        :raises Interrupted: the answer is missing or cut
        """
        if not permitted(call.url, self._allowlist):
            raise NotSent("The address of the ERP is not on the list of permitted addresses.")
        with within(self._total):
            return self._exchange(call)

    def close(self) -> None:
        self._session.close()

    def _exchange(self, call: Call) -> Reply:
        left = seconds_left() or 0.0
        if left <= 0:
            raise NotSent("No time was left to ask the ERP.")
        try:
            response = self._session.request(
                call.method,
                call.url,
                data=call.body,
                headers=dict(call.headers),
                timeout=(min(self._connect, left), min(self._read, left)),
                allow_redirects=False,
                stream=True,
            )
        except requests.RequestException as gone:
            raise _understood(gone) from gone
        with response:
            return Reply(response.status_code, response.headers, self._body(response))

    def _body(self, response: requests.Response) -> bytes:
        gathered = io.BytesIO()
        try:
            for piece in response.raw.stream(_PIECE, decode_content=True):
                gathered.write(piece)
                if gathered.tell() > self._largest:
                    raise Interrupted("The ERP's answer is larger than permitted.", status=response.status_code)
        except (HTTPError, OSError, http.client.HTTPException) as cut:
            raise Interrupted("The ERP's answer broke off before its end.", status=response.status_code) from cut
        return gathered.getvalue()


def permitted(url: str, allowlist: Collection[str]) -> bool:
    """Whether an address may be contacted; one with credentials or signs that parsers read differently never is."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname or "@" in parts.netloc or "\\" in url:
        return False
    try:
        port = parts.port or _PORTS[parts.scheme]
    except ValueError:
        return False
    host = parts.hostname.lower()
    shown = f"[{host}]" if ":" in host else host
    return f"{shown}:{port}" in allowlist or any(_inside(host, entry) for entry in allowlist if "/" in entry)


def _inside(host: str, network: str) -> bool:
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False


def _session(ca_file: str) -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # no proxies, no .netrc, no certificate bundle from the environment
    session.verify = ca_file or True
    session.headers = {"User-Agent": "Portico", "Accept-Encoding": "gzip"}
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    for scheme in _PORTS:
        session.mount(f"{scheme}://", _TimedAdapter(pool_connections=4, pool_maxsize=10, max_retries=0))
    return session


def _understood(gone: requests.RequestException) -> NotSent | Interrupted:
    """Tell "never sent" from "sent, and then?"; in doubt it was sent."""
    cause = gone.args[0] if gone.args else None
    cause = cause.reason if isinstance(cause, MaxRetryError) else cause
    if isinstance(gone, requests.exceptions.SSLError) and _no_handshake(cause):
        return NotSent("The ERP's certificate cannot be trusted, so nothing was sent.")
    if isinstance(gone, requests.ConnectTimeout):
        return NotSent("The ERP could not be reached in time.")
    if isinstance(cause, NewConnectionError):
        return NotSent("The ERP cannot be reached.")
    if isinstance(gone, requests.exceptions.InvalidURL | requests.exceptions.InvalidHeader):
        return NotSent("The address of the ERP cannot be used as it is written.")
    if isinstance(gone, requests.Timeout):
        return Interrupted("The ERP did not answer in time.")
    dropped = isinstance(cause, ProtocolError)
    return Interrupted("The connection to the ERP broke off before an answer came.", before_answer=dropped)


def _no_handshake(cause: object) -> bool:
    text = str(cause)
    return isinstance(getattr(cause, "args", (None,))[0], ssl.SSLCertVerificationError) or any(
        sign in text for sign in ("CERTIFICATE_VERIFY_FAILED", "WRONG_VERSION_NUMBER", "HANDSHAKE", "doesn't match")
    )


# --- the deadline, below the HTTP library ----------------------------------------------------------------------------
# A read time-out only limits silence: a host that sends a byte a second never trips it, neither in headers nor in the
# body. So every read from the socket is given what is left of the deadline.


class _TimedSocket(io.RawIOBase):
    def __init__(self, sock: socket.socket, raw: io.RawIOBase) -> None:
        self._sock, self._raw = sock, raw

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = seconds_left()
        if left is not None:
            if left <= 0:
                raise TimeoutError("the time for the whole answer is over")
            patience = self._sock.gettimeout()
            self._sock.settimeout(left if patience is None else min(patience, left))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()


class _TimedResponse(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        raw = self.fp.detach()
        self.fp = io.BufferedReader(_TimedSocket(sock, raw))


class _TimedConnection(HTTPConnection):
    response_class = _TimedResponse

    def send(self, data: Any) -> None:
        if armed("S8") and isinstance(data, bytes) and data.startswith(b"{"):  # a body, in two halves
            super().send(data[: len(data) // 2])
            reach("S8")
            data = data[len(data) // 2 :]
        super().send(data)


class _TimedTlsConnection(HTTPSConnection):
    response_class = _TimedResponse


class _TimedPool(HTTPConnectionPool):
    ConnectionCls = _TimedConnection


class _TimedTlsPool(HTTPSConnectionPool):
    ConnectionCls = _TimedTlsConnection


class _TimedAdapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _TimedPool, "https": _TimedTlsPool}
