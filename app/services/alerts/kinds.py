"""The kinds of alerts, one entry each. A new kind is a condition in `conditions`, words in `words`, and a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.security.actor import Role
from app.services.alerts import conditions, words
from app.services.alerts.words import Facts, Said


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertKind:
    """
    :param condition: a query that answers `subject` and `facts` for everything that is so now, nothing when all is well
    :param setting: the setting that holds its threshold, given to the query as `:limit`; empty for one without
    :param says: the facts in words, in the reader's language
    :param path: the page where people do something about it
    :param readers: the roles that get the mail
    """

    code: str
    condition: str
    says: Callable[[Facts], Said]
    path: str
    setting: str = ""
    readers: tuple[Role, ...] = (Role.ADMINISTRATOR,)


QUEUE_HEALTH = "/admin/queue-health/list/"
DIFFERENCES = "/admin/drifts/list/?state=open"

KINDS: tuple[AlertKind, ...] = (
    AlertKind(
        code="dead_letter",
        condition=conditions.DEAD_LETTER,
        setting="alert_dead_letter_minutes",
        says=words.dead_letter,
        path="/admin/dead-letters/list/",
    ),
    AlertKind(
        code="unposted",
        condition=conditions.UNPOSTED,
        setting="alert_unposted_minutes",
        says=words.unposted,
        path=QUEUE_HEALTH,
    ),
    AlertKind(
        code="breaker",
        condition=conditions.BREAKER,
        setting="alert_breaker_minutes",
        says=words.breaker,
        path=QUEUE_HEALTH,
    ),
    AlertKind(
        code="erp_unanswered",
        condition=conditions.UNANSWERED,
        setting="alert_unanswered_percent",
        says=words.unanswered,
        path=QUEUE_HEALTH,
    ),
    AlertKind(
        code="retry_after",
        condition=conditions.RETRY_AFTER,
        setting="alert_retry_after_minutes",
        says=words.retry_after,
        path=QUEUE_HEALTH,
    ),
    AlertKind(
        code="queue_lag",
        condition=conditions.QUEUE_LAG,
        setting="alert_queue_lag_seconds",
        says=words.queue_lag,
        path=QUEUE_HEALTH,
    ),
    AlertKind(
        code="worker_silent",
        condition=conditions.WORKER_SILENT,
        setting="alert_silence_seconds",
        says=words.worker_silent,
        path=QUEUE_HEALTH,
    ),
    AlertKind(
        code="scheduler_silent",
        condition=conditions.SCHEDULER_SILENT,
        setting="alert_silence_seconds",
        says=words.scheduler_silent,
        path=QUEUE_HEALTH,
    ),
    AlertKind(
        code="reference_age",
        condition=conditions.REFERENCE_AGE,
        setting="alert_reference_minutes",
        says=words.reference_age,
        path="/admin/sync/list/",
    ),
    AlertKind(
        code="set_aside",
        condition=conditions.SET_ASIDE,
        says=words.set_aside,
        path="/admin/sync/list/",
    ),
    AlertKind(
        code="mail_dead",
        condition=conditions.MAIL_DEAD,
        says=words.mail_dead,
        path="/admin/mails/list/?state=dead",
    ),
    AlertKind(
        code="drift",
        condition=conditions.DRIFT,
        setting="alert_drift_minutes",
        says=words.drift,
        path=DIFFERENCES,
    ),
    AlertKind(
        code="double",
        condition=conditions.DOUBLE,
        says=words.double,
        path=DIFFERENCES,
    ),
)
BY_CODE: Mapping[str, AlertKind] = {kind.code: kind for kind in KINDS}

_limits: dict[str, int] = {}


def start_alerts(settings: Mapping[str, Any]) -> None:
    """Take the thresholds from the settings; once when the process starts."""
    _limits.update({kind.setting: settings[kind.setting] for kind in KINDS if kind.setting})


def limit_of(code: str) -> int:
    """The threshold of a kind, in the unit its setting names; 0 for a kind without."""
    setting = BY_CODE[code].setting
    return _limits[setting] if setting else 0
