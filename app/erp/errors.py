"""How a call to an ERP can end badly, as a small family that decides what happens next.

Delivery only ever asks which of these it got: wait and try again, ask the ERP what became of it, or call a person.
"""

from __future__ import annotations

from datetime import datetime

from app.erp.port import Exchange


class ErpError(Exception):
    """A call that did not bring the answer we wanted.

    :param reason: in words a clerk understands
    :param exchange: the call itself, for the ERP lane and the audit; None when no request left the house

    `not_before` is the moment the ERP asked us to wait for, `odd_wait` what it asked for when that makes no sense.
    """

    retry = False
    outcome = "refused"
    not_before: datetime | None = None
    odd_wait = ""

    def __init__(self, reason: str, *, exchange: Exchange | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.exchange = exchange


class ErpUnavailable(ErpError):
    """Nothing was written: no route, refused connection, or a plain read that got no answer. Passing."""

    retry = True
    outcome = "unavailable"


class ErpUnreachable(ErpUnavailable):
    """Nothing of what we wanted left the house: no connection, no sign-in, or held back. There is nothing to look for."""


class ErpUnknownOutcome(ErpError):
    """The request may or may not have been carried out: time-out after sending, 5xx, cut or unreadable answer.

    A repeat must be preceded by a look-up.
    """

    retry = True
    outcome = "unknown"


class ErpBusy(ErpError):
    """The ERP asks for patience (429, 503 with Retry-After).

    :param not_before: no call earlier than this; None when the ERP named no time
    """

    retry = True
    outcome = "busy"

    def __init__(self, reason: str, *, exchange: Exchange | None = None, not_before: datetime | None = None) -> None:
        super().__init__(reason, exchange=exchange)
        self.not_before = not_before


class ErpRefused(ErpError):
    """A permanent no (4xx): a person must look; never repeated by itself."""


class ErpAlreadyHas(ErpError):
    """Our key is there already: the order exists, find it and adopt it."""

    outcome = "already_there"


class ErpMisread(ErpError):
    """The ERP's answer to a read does not have the shape its contract promises."""

    outcome = "misread"
    retry = True
