"""One page about the way to the ERP: what is wrong, what waits, how the line is, how it was, and how old the mirror is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from flask import request, url_for

from app import heartbeat
from app.clock import now
from app.domain.call_words import call_word
from app.domain.readable import age, count, percent
from app.domain.state_words import state_word
from app.monitoring import queries
from app.monitoring.queries import Line
from app.security.permissions import Permission
from app.services import alerts, queue_health
from app.services.alerts import limit_of
from app.services.queue_health import WINDOWS, Backlog, Operation, Window
from app.views.admin import queue_health_plots as plots
from app.views.admin.pages import Page
from app.words import n_, t

USUAL = "24h"
WINDOW_WORDS = {"1h": n_("1 hour"), "24h": n_("24 hours"), "7d": n_("7 days")}
BREAKER_WORDS = {"closed": n_("answers"), "half_open": n_("is being tried"), "open": n_("silent")}
BREAKER_MARKS = {"closed": "good", "half_open": "look", "open": "stop"}


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that leads to what it counts; `kind` is a mark of base.css, empty while all is well."""

    value: str
    words: str
    href: str
    kind: str = ""


class QueueHealthPage(Page):
    route_base = "/admin/queue-health"
    permission = Permission.OUTBOX_READ
    noun = n_("Queue health")
    template = "admin/queue_health.html"

    def facts(self) -> Mapping[str, Any]:
        window = WINDOWS.get(request.args.get("window", ""), WINDOWS[USUAL])
        over = queue_health.calls_over(window)
        return {
            "alerts": alerts.open_alerts(),
            "figures": _figures(queue_health.backlog(), heartbeat.lag()),
            "lines": [_line(each) for each in queries.lines()],
            "windows": _windows(window),
            "plots": (
                plots.calls(over, window),
                plots.durations(over, window),
                plots.waiting(queue_health.waiting_over(window), window),
            ),
            "operations": [_operation(each) for each in queue_health.operations(window)],
            "mirrors": [_mirror(each) for each in queries.mirrors()],
        }


def _figures(found: Backlog, lag: float | None) -> Sequence[Figure]:
    outbox, mails = url_for("OutboxScreen.list", state="waiting"), url_for("MailScreen.list", state="waiting")
    return [
        Figure(count(found.waiting), t("wait for the ERP"), outbox),
        Figure(count(found.overdue.messages), _overdue(found), outbox),
        _oldest(found),
        Figure(
            count(found.dead),
            state_word("dead") if found.dead == 1 else t("need a person"),
            alerts_path("dead_letter"),
            "stop" if found.dead else "",
        ),
        _lag(lag),
        Figure(count(found.mails_waiting), _mails(found), mails),
        Figure(count(found.drifts), t("differences between portal and ERP"), alerts_path("drift")),
    ]


def _overdue(found: Backlog) -> str:
    if found.overdue.since is None:
        return t("due and not taken up yet")
    return t("due and not taken up yet, the first for {time}", time=_since(found.overdue.since))


def _oldest(found: Backlog) -> Figure:
    if found.oldest_order is None:
        return Figure("–", t("no order waits to reach the ERP"), url_for("OrderScreen.list"))
    late = now() - found.oldest_order > timedelta(minutes=limit_of("unposted"))
    words = t("the oldest order on its way waits, {number}", number=found.oldest_number)
    href = url_for("OrderScreen.list", number=found.oldest_number)
    return Figure(_since(found.oldest_order), words, href, "stop" if late else "")


def _lag(lag: float | None) -> Figure:
    """From ringing to working; a worker that was never rung for has none."""
    href = url_for("QueueHealthPage.list")
    if lag is None:
        return Figure("–", t("from ringing for work to working; not measured yet"), href)
    late = lag > limit_of("queue_lag")
    return Figure(t("{n} s", n=count(Decimal(f"{lag:.1f}"))) if lag < 10 else age(timedelta(seconds=lag)),
                  t("from ringing for work to working"), href, "stop" if late else "")  # fmt: skip


def _mails(found: Backlog) -> str:
    if found.mails_since is None:
        return t("mails to be sent")
    return t("mails to be sent, the oldest for {time}", time=_since(found.mails_since))


def alerts_path(code: str) -> str:
    """The page where something is done about this kind of alert."""
    path: str = alerts.BY_CODE[code].path
    return path


def _line(line: Line) -> Mapping[str, Any]:
    """:returns: what the template shows; while all is well nothing but that"""
    waits = [each for each in (line.probe_at, line.not_before) if each is not None and each > now()]
    return {
        "connection": line.connection,
        "words": t(BREAKER_WORDS[line.breaker]),
        "mark": BREAKER_MARKS[line.breaker],
        "since": None if line.breaker == "closed" else line.since,
        "answered_at": line.answered_at,
        "next": max(waits, default=None),
        "reason": line.reason,
    }


def _windows(current: Window) -> Sequence[tuple[str, str, bool]]:
    return [
        (url_for("QueueHealthPage.list", window=code), t(WINDOW_WORDS[code]), window == current)
        for code, window in WINDOWS.items()
    ]


def _operation(each: Operation) -> Mapping[str, str]:
    return {
        "connection": each.connection,
        "operation": call_word(each.operation),
        "calls": count(each.calls),
        "per_minute": _rate(each.per_minute),
        "refused": count(each.refused),
        "unanswered": count(each.unanswered),
        "share": percent(Decimal(f"{100 * each.unanswered_share:.1f}")),
        "p50": plots.milliseconds(each.p50),
        "p95": plots.milliseconds(each.p95),
        "p99": plots.milliseconds(each.p99),
    }


def _rate(per_minute: float) -> str:
    """Two decimals; what is seldom is not nothing."""
    return f"< {count(Decimal('0.01'))}" if 0 < per_minute < 0.005 else count(Decimal(f"{per_minute:.2f}"))


def _mirror(mirror: queries.Mirror) -> Mapping[str, Any]:
    old = mirror.fresh_at is not None and now() - mirror.fresh_at > timedelta(minutes=limit_of("reference_age"))
    return {
        "connection": mirror.source,
        "entity": state_word(mirror.entity),
        "fresh_at": mirror.fresh_at,
        "age": t("never read") if mirror.fresh_at is None else _since(mirror.fresh_at),
        "old": old,
        "problem": mirror.problem,
    }


def _since(moment: datetime) -> str:
    return age(now() - moment)
