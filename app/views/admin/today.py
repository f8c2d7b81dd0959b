"""The first page of administrators: what waits, what needs a person, how old the mirror is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import url_for
from flask_appbuilder import BaseView, expose

from app.clock import now
from app.domain.order_states import Process
from app.domain.readable import age
from app.domain.state_words import state_word
from app.monitoring import queries
from app.security.permissions import Permission
from app.services.alerts import open_alerts
from app.views.door import door
from app.words import t

OLD = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that leads to its list. `kind` is a mark of base.css."""

    words: str
    count: int
    href: str
    kind: str = ""


class TodayView(BaseView):
    """FAB's index."""

    route_base = "/admin"
    default_view = "index"
    permission = Permission.CONFIGURATION_READ

    @expose("/")
    def index(self) -> str:
        """:returns: the page"""
        page: str = self.render_template(
            "appbuilder/index.html",
            alerts=open_alerts(),
            orders=_orders(),
            outbox=_outbox(),
            mirrors=_mirrors(),
            view=self,
        )
        return page

    def _register_urls(self) -> None:
        self.blueprint.add_url_rule("/", "index", door(self.permission)(self.index), methods=["GET"])


def _orders() -> Sequence[Figure]:
    counts: Counter[str] = Counter()
    for each in queries.orders_by_state():
        counts[each.process] += each.orders
    return [
        Figure(state_word(state.value), counts[state], url_for("OrderScreen.list", process=state.value))
        for state in Process
    ]


def _outbox() -> Sequence[Figure]:
    found = queries.outbox()
    dead, waiting = found.messages.get("dead", 0), found.messages.get("waiting", 0)
    return [
        Figure(
            state_word("dead") if dead == 1 else t("need a person"),
            dead,
            url_for("dead_letters.show_list"),
            kind="stop" if dead else "",
        ),
        Figure(_waiting(found.oldest), waiting, url_for("dead_letters.show_list", show="waiting")),
        Figure(state_word("done"), found.messages.get("done", 0), url_for("OutboxScreen.list", state="done")),
    ]


def _waiting(oldest: datetime | None) -> str:
    return t("wait") if oldest is None else t("wait, the oldest for {time}", time=age(now() - oldest))


def _mirrors() -> Sequence[dict[str, Any]]:
    return [
        {
            "entity": state_word(each.entity),
            "age": t("never read") if each.fresh_at is None else t("{time} old", time=age(now() - each.fresh_at)),
            "old": each.fresh_at is None or now() - each.fresh_at > OLD,
            "problem": each.problem,
        }
        for each in queries.mirrors()
    ]
