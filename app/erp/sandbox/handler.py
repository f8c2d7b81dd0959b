"""The HTTP side: reads a request, lets faults spoil it, finds who answers, writes the answer and the ledger."""

from __future__ import annotations

import contextlib
import socket
import struct
import time
import uuid
from functools import partial
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING
from urllib.parse import unquote

from app.erp.sandbox import faults, refusals
from app.erp.sandbox.messages import Answer, Request, refusal_answer
from app.erp.sandbox.spoiling import spoiled_after, spoiled_before
from app.erp.sandbox.twisting import twist

if TYPE_CHECKING:
    from app.erp.sandbox.server import Sandbox

_LARGEST_BODY = 16 * 1024 * 1024


class Dropped(Exception):
    """The connection is to end without an answer."""


class Handler(BaseHTTPRequestHandler):
    """One connection. Subclassed by the server with its `sandbox`."""

    protocol_version = "HTTP/1.1"
    server_version = "Microsoft-HTTPAPI/2.0"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1
    sandbox: Sandbox

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: the ledger holds every request."""

    def _serve(self) -> None:
        started = time.monotonic()
        request = self._request()
        if request is None:
            return
        fault = None if request.path.startswith("/_sandbox") else self.sandbox.faults.striking(request)
        try:
            answer = self._spoiled(request, fault) if fault else self.sandbox.answer(request)
        except Dropped:
            self._note(request, "dropped", started, fault)
            self._drop(abruptly=fault is not None and fault.kind == "refuse_connection")
            return
        self._note(request, answer.status, started, fault)
        self._send(answer)

    do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = do_HEAD = _serve  # noqa: N815 -- names of the base class

    def _request(self) -> Request | None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > _LARGEST_BODY or self.headers.get("Transfer-Encoding"):
            self.close_connection = True
            self._send(refusal_answer(refusals.Refusal(413, "BadRequest", "The request body cannot be taken.")))
            return None
        path, _, query = self.path.partition("?")
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(length))
        if len(body) < int(length):  # the caller is gone in the middle of it: nothing was asked
            self.close_connection = True
            return None
        peer = str(self.client_address[0])
        return Request(self.command, unquote(path), query, headers, body, peer)

    def _spoiled(self, request: Request, fault: faults.Fault) -> Answer:
        """Let the fault have its way with a request.

        :raises Dropped: nobody answers
        """
        sandbox = self.sandbox
        if fault.kind in faults.BEFORE:
            return spoiled_before(fault)
        if fault.kind == "late_commit":
            sandbox.later(fault.seconds, request)
            raise Dropped
        if fault.kind == "token_dies":
            sandbox.access.revoke_all()
        if fault.kind in faults.TWISTS:
            request.twist, request.twice = partial(twist, fault), fault.kind == "two_documents"
        if fault.kind == "refuse_connection":
            raise Dropped
        if fault.kind == "timeout_before_commit":
            sandbox.hold(fault.seconds)
            raise Dropped
        answer = sandbox.answer(request)
        if fault.kind == "timeout_after_commit":
            sandbox.hold(fault.seconds)
            raise Dropped
        return spoiled_after(fault, request, answer)

    def _note(self, request: Request, status: int | str, started: float, fault: faults.Fault | None) -> None:
        if request.path.startswith("/_sandbox"):
            return
        self.sandbox.ledger.requested(
            request.order_key,
            method=request.method,
            path=request.path + (f"?{request.query_text}" if request.query_text else ""),
            status=status,
            milliseconds=int((time.monotonic() - started) * 1000),
            fault=fault.kind if fault else "",
        )

    def _send(self, answer: Answer) -> None:
        """Write the answer; a reader who has gone away is no concern of ours."""
        with contextlib.suppress(OSError):
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("request-id", str(uuid.uuid4()))
            if answer.status != 204:
                self.send_header("Content-Length", str(len(answer.body) * answer.repeat))
            self.end_headers()
            if self.command == "HEAD" or answer.status == 204:
                self.wfile.flush()
                return
            self._write(answer)

    def _write(self, answer: Answer) -> None:
        """The whole body; as far as it comes when the server stops meanwhile."""
        size = max(1, -(-len(answer.body) // answer.pieces))
        for _ in range(answer.repeat):
            for at in range(0, max(len(answer.body), 1), size):
                self.wfile.write(answer.body[at : at + size])
                self.wfile.flush()
                if answer.pause and self.sandbox.hold(answer.pause):
                    return

    def _drop(self, *, abruptly: bool) -> None:
        """End the connection without a word; abruptly means with a reset."""
        self.close_connection = True
        with contextlib.suppress(OSError):
            if abruptly:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close() if abruptly else self.connection.shutdown(socket.SHUT_RDWR)

    def handle_one_request(self) -> None:
        """As the base class, but a broken connection is the end of it, not a stack trace."""
        try:
            super().handle_one_request()
        except OSError:
            self.close_connection = True

    def finish(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            super().finish()
