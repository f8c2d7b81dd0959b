"""The queue worker: answers the doorbell. RQ only wakes it; what is to be done stands in the database.

It works in its own process without forking for each job: a job that is killed leaves a lease behind that runs out, and
whoever comes next goes on. One queue per worker, JSON instead of pickle, so that Redis can hand over names only.
"""

from __future__ import annotations

import structlog
from rq import Queue, SimpleWorker

from app.extensions import QUEUE, doorbell
from app.jobs.mail import start_mail
from app.jobs.relay import drain
from app.services.delivery import start_lease
from app.services.subscribing import start_subscribing
from app.starting import start_process
from config import Settings

log = structlog.get_logger()


def run(settings: Settings) -> None:
    """Work until told to stop (SIGTERM finishes the job at hand)."""
    start_process(settings, settings.database_worker_url)
    start_lease(settings.outbox_lease_seconds)
    start_mail(settings.smtp_url, settings.public_url)
    start_subscribing(settings.public_url)
    log.info("worker_ready")
    drain()  # what was left when the last worker went
    connection = doorbell.patient()
    queue = Queue(QUEUE, connection=connection, serializer="json")
    SimpleWorker([queue], connection=connection, serializer="json").work(logging_level="WARNING")
