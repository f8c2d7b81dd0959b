"""Watching over the queue: the beat that measures it, the look at every alert, and who looks when the usual one is silent.

Usually the scheduler rings and the worker watches. Each of them also stands in: when nobody has watched for a while, the
scheduler (should the worker be silent) or the worker's pulse (should the scheduler be) watches and sends the mails itself.
"""

from __future__ import annotations

import structlog
from sqlalchemy import text

from app import heartbeat
from app.extensions import doorbell, session, transaction
from app.jobs import mail
from app.security.scopes import Scope, entered
from app.services.alerts import KINDS, look, tell_of_quiet

log = structlog.get_logger()

EVERY = 30  # seconds
STAND_IN_AFTER = 45  # seconds in which nobody has watched
_WATCHED = "alerts.watched"

_CLAIM = text("""
    insert into schedule_tick as t (job, ran_at) values (:job, now())
    on conflict (job) do update set ran_at = now() where t.ran_at < now() - make_interval(secs => :seconds)
    returning job""")


def beat() -> None:
    """Show that what is rung for is worked."""
    doorbell.answered(heartbeat.RING)
    with entered(Scope.staff()), transaction():
        heartbeat.note(heartbeat.ANSWERED)


def watch() -> None:
    """Raise and clear what is due, a transaction for each kind, and write of what is over."""
    doorbell.answered("alerts.watch")
    with entered(Scope.staff()):
        with transaction():
            heartbeat.note(_WATCHED)
        for kind in KINDS:
            with transaction():
                looked = look(kind)
            for subject in looked.raised:
                log.warning("alert_raised", kind=kind.code, subject=subject)
            for subject in looked.cleared:
                log.info("alert_cleared", kind=kind.code, subject=subject)
        with transaction():
            tell_of_quiet()


def stand_in() -> bool:
    """Watch and send the mails here, when nobody else has watched for a while.

    :returns: whether that was so
    """
    with entered(Scope.staff()), transaction():
        claimed = session.execute(_CLAIM, {"job": _WATCHED, "seconds": STAND_IN_AFTER}).first() is not None
    if claimed:
        watch()
        mail.deliver()
    return claimed
