"""Notices of subscriptions: genuine when they carry the secret we agreed on with the ERP for that subscription.

Business Central ends a subscription whose notice is answered with anything but 2xx, 408, 429 or 5xx. So a message with
at least one genuine notice is taken, whatever else is in it or wrong with it.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from app.erp.port import ChangeNotice, ErpPort
from app.errors import BadRequest
from app.extensions import session
from app.models.configuration import Subscription
from app.services.inbox.hints import Hint, keep, turned_away
from app.services.inbox.refusals import NotTheErp, TooLarge
from app.words import t

LARGEST_MESSAGE = 200_000  # bytes
LARGEST_NOTICES = 4_000_000  # bytes of a message that holds one of our secrets: a thousand notices a subscription


@dataclass(frozen=True, slots=True)
class _Agreed:
    """A subscription as we made it; without `key` while the ERP has not told us its name for it."""

    entity: str
    key: str
    secret: str = field(repr=False)

    def covers(self, notice: ChangeNotice) -> bool:
        same = hmac.compare_digest(_bytes(self.secret), _bytes(notice.secret))
        return same and self.key in ("", notice.subscription)


def take_notices(source: str, port: ErpPort, message: bytes) -> frozenset[str]:
    """Keep the genuine notices of a message, in the open transaction and the staff scope.

    :returns: what there is news of
    :raises NotTheErp: none of them is genuine
    :raises TooLarge: more than 200 kB from somebody who does not know a secret
    :raises BadRequest: it is no JSON
    """
    agreed = _agreed(source)
    if len(message) > LARGEST_MESSAGE and not any(each.secret.encode() in message for each in agreed):
        turned_away(source, 1, why="too large")
        raise TooLarge
    notices = port.read_notices(_parsed(message))
    hints = [hint for notice in notices for hint in _hint(notice, agreed)]
    if not hints or len(hints) < len(notices):
        turned_away(source, max(1, len(notices) - len(hints)), why="no subscription of ours with that secret")
    if not hints:
        raise NotTheErp
    keep(source, hints)
    return frozenset(hint.entity for hint in hints)


def _agreed(source: str) -> list[_Agreed]:
    rows = session.execute(
        select(Subscription.entity, Subscription.subscription_id, Subscription.client_state).where(
            Subscription.source == source
        )
    )
    return [_Agreed(entity, key, secret) for entity, key, secret in rows]


def _hint(notice: ChangeNotice, agreed: Sequence[_Agreed]) -> list[Hint]:
    """What the notice is about is known from the subscription; every secret is compared, so that none shows by time."""
    covering = [each for each in agreed if each.covers(notice)]
    return [Hint(notice.event_key, covering[0].entity, notice.change)] if covering else []


def _parsed(message: bytes) -> object:
    try:
        return json.loads(message)
    except (ValueError, RecursionError) as unreadable:
        raise BadRequest(t("The body is not JSON."), t("Send what the ERP's subscriptions send.")) from unreadable


def _bytes(value: str) -> bytes:
    return value.encode("utf-8", "surrogatepass")
