"""The threads of a worker that send messages to ERPs, beside the queue: a long sync holds none of them up.

One thread at a time stands at the door: it waits until the line is open and a message is due, takes it, and lets the
next one to the door while it talks to the ERP. So there is one look at the outbox a second, however many threads there are.
"""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import structlog
from sqlalchemy.exc import OperationalError

from app.erp.port import connections
from app.extensions import session
from app.logs import correlation_id
from app.security.scopes import Scope, entered
from app.services.delivery import Delivery, Rest, delivery
from app.services.delivery.protocol import Claimed

log = structlog.get_logger()

LOOK_EVERY = 1.0  # seconds; a ring is only a hint


class Senders:
    """:param threads: how many messages may be on their way at once"""

    def __init__(self, threads: int) -> None:
        self._threads: list[threading.Thread | None] = [None] * threads
        self._watch = threading.Thread(target=self._keep_working, name="senders", daemon=True)
        self._door = threading.Lock()
        self._rung, self._stopping = threading.Event(), threading.Event()

    def start(self) -> None:
        self._watch.start()

    def wake(self) -> None:
        """Something may be due."""
        self._rung.set()

    def stop(self) -> None:
        """Take nothing more; what is on its way is finished. Does not wait."""
        self._stopping.set()
        self._rung.set()

    def finished(self, within: float) -> bool:
        """Wait for what is on its way.

        :param within: seconds
        :returns: whether all threads have ended; a message that was not finished is looked up by the next worker
        """
        ends = time.monotonic() + within
        for thread in (self._watch, *self._threads):
            if thread is not None:
                thread.join(max(0.0, ends - time.monotonic()))
        return not any(thread is not None and thread.is_alive() for thread in self._threads)

    def _keep_working(self) -> None:
        """A thread that ends over a message it cannot cope with is replaced; the message has a lease that runs out."""
        while not self._stopping.is_set():
            for place, thread in enumerate(self._threads):
                if thread is None or not thread.is_alive():
                    self._threads[place] = fresh = threading.Thread(
                        target=self._work, name=f"sender-{place + 1}", daemon=True
                    )
                    fresh.start()
            self._stopping.wait(LOOK_EVERY)

    def _work(self) -> None:
        with entered(Scope.staff()):
            at_work = delivery()
            while not self._stopping.is_set():
                try:
                    self._once(at_work)
                except OperationalError as problem:
                    log.warning("database_away", problem=str(problem.orig).strip())
                    session.remove()
                    self._stopping.wait(LOOK_EVERY)

    def _once(self, at_work: Delivery) -> None:
        with self._door:
            message = self._await(at_work)
        if message is not None:
            correlation_id.set(message.correlation_id)
            result = at_work.finish(at_work.attempt(message))
            log.info("message", message=message.id, kind=message.kind, attempt=message.attempts, result=result)

    def _await(self, at_work: Delivery) -> Claimed | None:
        """Stand at the door until there is something to take."""
        while not self._stopping.is_set():
            self._rung.clear()
            rests = []
            for connection in connections():
                taken = at_work.take(connection)
                if isinstance(taken, Claimed):
                    return taken
                rests.append(taken)
            self._rung.wait(_shortest(rests))
        return None


def _shortest(rests: list[Rest]) -> float:
    waits = [rest.wait for rest in rests if rest.wait is not None]
    return min(LOOK_EVERY, max(timedelta(milliseconds=5), min(waits)).total_seconds()) if waits else LOOK_EVERY


_here: Senders | None = None


def start(threads: int) -> Senders:
    """Start the senders of this process; a ring wakes them from now on."""
    global _here
    _here = Senders(threads)
    _here.start()
    return _here


def wake() -> bool:
    """Wake the senders of this process.

    :returns: whether there are any
    """
    if _here is None:
        return False
    _here.wake()
    return True
