"""The job behind the doorbell of mails: write what is due, and hand it to the mail server. Takes no message.

One mail at a time: claimed and committed, written and committed, handed over without a transaction, settled. Should this
process die in between, the lease runs out and the mail is tried again, under the same Message-ID.
"""

from __future__ import annotations

import time
from contextlib import nullcontext

import structlog

from app.domain import retry
from app.extensions import doorbell, transaction
from app.security.scopes import Scope, entered
from app.services import seller
from app.services.notifications.claiming import Claimed, Dead, Kept, Later, Result, claim, settle
from app.services.notifications.places import start_places
from app.services.notifications.server import MailServer
from app.services.notifications.writing import what_keeps, written

log = structlog.get_logger()

LONGEST_RUN = 30.0  # seconds; then the next ring goes on

_smtp_url = ""


def start_mail(smtp_url: str, public_url: str) -> None:
    """Set once when the worker starts.

    :param smtp_url: the setting SMTP_URL; empty keeps every mail to be read by administrators
    """
    global _smtp_url
    _smtp_url = smtp_url
    start_places(public_url)


def deliver() -> int:
    """Write and send what is due.

    :returns: how many mails were dealt with
    """
    doorbell.answered("mail.deliver")
    ends = time.monotonic() + LONGEST_RUN
    dealt_with = 0
    with entered(Scope.staff()), MailServer(_smtp_url) if _smtp_url else nullcontext() as server:
        while time.monotonic() < ends:
            with transaction():
                mail = claim()
            if mail is None:
                break
            result = _bring(mail, server)
            with transaction():
                kept_claim = settle(mail, result)
            log.info("mail", mail=mail.id, kind=mail.kind, result=type(result).__name__.lower(), ours=kept_claim)
            dealt_with += 1
            if isinstance(result, Later) and result.stop:
                break
    return dealt_with


def _bring(mail: Claimed, server: MailServer | None) -> Result:
    if retry.spent(mail.attempts - 1):
        return Dead("It could not be finished in all its tries; the log of the worker says why.")
    with transaction():
        ready = written(mail)
        profile = seller.current()
    if isinstance(ready, Kept):
        return ready
    if (kept := what_keeps(ready, server=server is not None)) is not None:
        return kept
    assert server is not None
    return server.send(ready, profile)
