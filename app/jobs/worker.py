"""The worker: threads that send to ERPs, and beside them the queue of everything else that is rung for.

RQ only wakes it; what is to be done stands in the database. It works in its own process without forking for each job: a
job that is killed leaves a lease behind that runs out, and whoever comes next goes on. One queue per worker, JSON instead
of pickle, so that Redis can hand over names only. While Redis is away the senders go on; they look for themselves.
"""

from __future__ import annotations

import os
import signal
import threading
from types import FrameType
from typing import Any

import redis
import structlog
from rq import Queue, SimpleWorker

from app.extensions import QUEUE, doorbell
from app.jobs import senders
from app.jobs.erp_calls import Writing
from app.jobs.mail import start_mail
from app.jobs.pulse import start_pulse
from app.jobs.senders import Senders
from app.services.subscribing import start_subscribing
from app.starting import start_process
from config import Settings

log = structlog.get_logger()

GRACE = 8.0  # seconds for what is under way when we are told to stop; all of it may be cut off at any point
_REDIS_AGAIN = 2.0  # seconds until Redis is tried again


def run(settings: Settings) -> None:
    """Work until told to stop. SIGTERM finishes what is under way, within ten seconds."""
    start_process(settings, settings.database_worker_url, pool_size=settings.outbox_senders + 5)
    start_mail(settings.smtp_url, settings.public_url)
    start_subscribing(settings.public_url)
    sending = senders.start(settings.outbox_senders)
    start_pulse()
    writing = Writing().start()
    stop = threading.Event()
    _until_told(sending, stop)
    log.info("worker_ready", senders=settings.outbox_senders)
    while not stop.is_set():
        try:
            _answer(sending, stop)
        except redis.RedisError as problem:
            log.warning("redis_away", problem=str(problem))
            _until_told(sending, stop)
            stop.wait(_REDIS_AGAIN)
    sending.finished(GRACE)
    writing.stop()


class _Worker(SimpleWorker):
    """RQ's worker, which takes the signals while it works and here hands them on."""

    sending: Senders
    stop: threading.Event

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        _stop(self.sending, self.stop)
        super().request_stop(signum, frame)


def _answer(sending: Senders, stop: threading.Event) -> None:
    connection = doorbell.patient()
    worker: Any = _Worker(
        [Queue(QUEUE, connection=connection, serializer="json")], connection=connection, serializer="json"
    )
    worker.sending, worker.stop = sending, stop
    worker.work(logging_level="WARNING")
    if not stop.is_set():  # it only ends by itself when Redis tells it to
        stop.wait(_REDIS_AGAIN)


def _until_told(sending: Senders, stop: threading.Event) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: _stop(sending, stop))


def _stop(sending: Senders, stop: threading.Event) -> None:
    """Take nothing more. What takes longer than the grace is cut off: whatever it is, it is taken up again from its row."""
    sending.stop()
    if not stop.is_set():
        stop.set()
        last = threading.Timer(GRACE, _cut_off)
        last.daemon = True
        last.start()


def _cut_off() -> None:
    log.warning("worker_cut_off", after_seconds=GRACE)
    os._exit(0)
