"""Events of any other ERP: signed as Standard Webhooks asks, and named by their message id.

Facts used here (standardwebhooks.com, specification 1.0): the signature is HMAC-SHA256 over `id.timestamp.body` in
base64, after `v1,`; a header may hold several, separated by blanks; a message is refused when its timestamp is more
than five minutes away; the id stays the same when a message is sent again.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.errors import BadRequest
from app.services.inbox.hints import READERS, Hint, keep, turned_away
from app.services.inbox.notices import LARGEST_MESSAGE
from app.services.inbox.refusals import NotTheErp, TooLarge
from app.words import t

TOLERANCE = 300  # seconds
_MOST_SIGNATURES = 10
_ID = re.compile(r"[\x21-\x7e]{1,200}")
_TIMESTAMP = re.compile(r"\d{1,12}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Envelope:
    """The headers `webhook-id`, `webhook-timestamp` (seconds since 1970) and `webhook-signature`, as they came."""

    message_id: str
    timestamp: str
    signatures: str


def take_signed(
    source: str, envelope: Envelope, message: bytes, *, secrets: Sequence[str], now: datetime
) -> frozenset[str]:
    """Keep a signed event, in the open transaction and the staff scope.

    :param secrets: `whsec_…`; each counts
    :returns: what there is news of; nothing for kinds of data we do not keep
    :raises NotTheErp: no signature fits, or it was made more than five minutes away from now
    :raises BadRequest: signed, but no `{"entity": …, "change": …}`
    """
    if len(message) > LARGEST_MESSAGE:
        turned_away(source, 1, why="too large")
        raise TooLarge
    if why := _doubt(envelope, message, secrets=secrets, now=now):
        turned_away(source, 1, why=why)
        raise NotTheErp
    hint = _hint(envelope.message_id, message)
    keep(source, [hint])
    return frozenset({hint.entity})


def signature(secret: str, envelope_id: str, timestamp: str, message: bytes) -> str:
    """The signature of a message as it stands in the header, with its version.

    :param secret: `whsec_` and the key in base64
    """
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = hmac.new(key, f"{envelope_id}.{timestamp}.".encode() + message, hashlib.sha256).digest()
    return "v1," + base64.b64encode(signed).decode()


def _doubt(envelope: Envelope, message: bytes, *, secrets: Sequence[str], now: datetime) -> str:
    """Why it is not believed; empty when it is."""
    if not _ID.fullmatch(envelope.message_id) or not _TIMESTAMP.fullmatch(envelope.timestamp):
        return "no id or timestamp"
    if abs(now.timestamp() - int(envelope.timestamp)) > TOLERANCE:
        return "timestamp too far away"
    expected = [signature(secret, envelope.message_id, envelope.timestamp, message) for secret in secrets]
    given = envelope.signatures.split()[:_MOST_SIGNATURES]
    fits = [hmac.compare_digest(one.encode(), other.encode()) for one in expected for other in given]
    return "" if any(fits) else "no signature fits"


def _hint(message_id: str, message: bytes) -> Hint:
    try:
        body = json.loads(message)
    except (ValueError, RecursionError) as unreadable:
        raise BadRequest(t("The body is not JSON."), _form()) from unreadable
    entity, change = (body.get("entity"), body.get("change", "updated")) if isinstance(body, dict) else (None, None)
    if not isinstance(entity, str) or not isinstance(change, str):
        raise BadRequest(t("The body has to name the entity, and the change as a text."), _form())
    return Hint(message_id, entity if entity in READERS else "other", change)


def _form() -> str:
    return t("Send a body such as {example}.", example='{"entity": "prices", "change": "updated"}')
