"""Puts the parts together and serves them: one threaded HTTP/1.1 server, a ticker, a sender of notices."""

from __future__ import annotations

import argparse
import contextlib
import signal
import socket
import sqlite3
import sys
import threading
import time
from http.server import ThreadingHTTPServer
from pathlib import Path

from app.erp.sandbox import refusals
from app.erp.sandbox.access import COMPANY_ID, TENANT, Access
from app.erp.sandbox.control import Control
from app.erp.sandbox.faults import Faults
from app.erp.sandbox.handler import Handler
from app.erp.sandbox.ledger import Ledger
from app.erp.sandbox.life import Clock, Life, stored_time
from app.erp.sandbox.messages import Answer, Request, refusal_answer
from app.erp.sandbox.pages import Pages
from app.erp.sandbox.seed import fill
from app.erp.sandbox.store import Store
from app.erp.sandbox.subscriptions import Sender

_TICK = 0.2


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256
    allow_reuse_address = True

    def server_bind(self) -> None:
        """As the base class, without asking a name server who we are."""
        socket.socket.setsockopt(self.socket, socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def handle_error(self, request: object, client_address: object) -> None:
        """A stack trace on standard error: anything that gets here is a defect of the sandbox."""
        sys.stderr.write(f"sandbox ERP: a request from {client_address} ended unexpectedly\n")
        super().handle_error(request, client_address)  # type: ignore[arg-type]


class Sandbox:
    """A running sandbox ERP.

    :param store: path of its SQLite file; filled when it is missing or of another version
    :param port: 0 picks a free one, see `port` afterwards
    :param speed: simulated seconds per real second
    :param notice_delay: seconds changes are merged before subscribers hear of them
    """

    def __init__(
        self,
        store: Path,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        speed: float = 60,
        token_lifetime: int = 3600,
        notice_delay: float = 2,
    ) -> None:
        handler = type("BoundHandler", (Handler,), {"sandbox": self})
        self._listener = _Listener((host, port), handler)
        self.port = self._listener.server_port
        self.store = Store(store)
        if not self.store.is_filled():
            self.store.rebuild(fill)
        self.faults = Faults()
        self.ledger = Ledger(self.store)
        self.life = Life(self.store, self.ledger, Clock(speed, stored_time(self.store)))
        self.access = Access(self.store, token_lifetime)
        self.pages = Pages(self.store, self.ledger, self.life)
        self.control = self._control()
        self._sender = Sender(self.store, COMPANY_ID, notice_delay)
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._listener.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True),
            threading.Thread(target=self._tick, name="life", daemon=True),
        ]

    def _control(self) -> Control:
        return Control(
            store=self.store,
            ledger=self.ledger,
            life=self.life,
            faults=self.faults,
            access=self.access,
            refill=lambda: self.store.rebuild(fill),
        )

    def start(self) -> None:
        """Begin to listen and to let time pass."""
        self._sender.start()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End everything; the store is complete on disk afterwards."""
        self._stopping.set()
        self._listener.shutdown()
        self._listener.server_close()
        self._sender.stop()
        self._threads[1].join(timeout=5)
        self.ledger.flush()
        self.life.save_time()
        self.store.close()

    def _tick(self) -> None:
        while not self._stopping.wait(_TICK):
            try:
                self.life.tick()
                self.ledger.flush()
            except sqlite3.OperationalError as err:
                sys.stderr.write(f"sandbox ERP: the store cannot be written ({err}); trying again\n")

    def hold(self, seconds: float) -> bool:
        """Wait, unless the server stops; says whether it does."""
        return self._stopping.wait(seconds)

    def later(self, seconds: float, request: Request) -> None:
        """Carry out a request whose sender was sent away; its fate goes to the ledger."""

        def carry_out() -> None:
            started = time.monotonic()
            self.hold(seconds)
            if self._stopping.is_set():
                return
            answer = self.answer(request)
            waited = int((time.monotonic() - started) * 1000)
            facts = {
                "method": request.method,
                "path": request.path,
                "milliseconds": waited,
                "fault": "carried out late",
            }
            self.ledger.requested(request.order_key, status=answer.status, **facts)

        threading.Thread(target=carry_out, name="late commit", daemon=True).start()

    def answer(self, request: Request) -> Answer:
        """The answer to one request, refusals included."""
        try:
            return self._route(request)
        except refusals.Refusal as refusal:
            return refusal_answer(refusal)

    def _route(self, request: Request) -> Answer:
        if request.path.startswith("/_sandbox"):
            return self.control.answer(request)
        if request.path == f"/{TENANT}/oauth2/v2.0/token":
            if request.method != "POST":
                raise refusals.verb_not_allowed(request.method, "token", "Action")
            return self.access.issue(request)
        self.access.check(request)
        return self.pages.answer(request)


def _arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m app.erp.sandbox", description="The sandbox ERP.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--store", type=Path, required=True, help="SQLite file; filled when it is missing")
    parser.add_argument("--speed", type=float, default=60, help="simulated seconds per real second (default 60)")
    parser.add_argument("--token-lifetime", type=int, default=3600, help="seconds an access token lives")
    parser.add_argument("--notice-delay", type=float, default=2, help="seconds changes are merged for subscribers")
    return parser.parse_args(argv)


def main(argv: list[str]) -> int:
    """Serve until SIGTERM or SIGINT; returns the exit status."""
    chosen = _arguments(argv)
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    try:
        sandbox = Sandbox(
            chosen.store,
            host=chosen.host,
            port=chosen.port,
            speed=chosen.speed,
            token_lifetime=chosen.token_lifetime,
            notice_delay=chosen.notice_delay,
        )
    except OSError as err:
        sys.stderr.write(f"sandbox ERP: cannot listen on port {chosen.port}: {err.strerror}. Choose another --port.\n")
        return 1
    except sqlite3.DatabaseError as err:
        sys.stderr.write(
            f"sandbox ERP: {chosen.store} cannot be used ({err}). Remove the file to have it filled anew.\n"
        )
        return 1
    sandbox.start()
    sys.stdout.write(f"sandbox ERP ready on http://{chosen.host}:{sandbox.port}\n")
    with contextlib.suppress(OSError):
        sys.stdout.flush()
    ended.wait()
    sandbox.stop()
    return 0
