"""Portal and ERP compared, as administrators see it: start a comparison, watch how far it is, read what it found.

The single differences, with both sides and what can be decided: `app.views.admin.reconciliation_drifts`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from app.clock import now
from app.domain.readable import age
from app.extensions import transaction
from app.security.permissions import Permission
from app.services import reconciliation
from app.services.reconciliation import KINDS, STEPS, Kind, PastRun
from app.views.admin.pages import Page
from app.views.door import current_actor, door
from app.words import n_, t

SOURCE = "main"  # the name of the one connection, as in `app.starting`, which views may not know

STEP_WORDS: Mapping[str, str] = {
    "orders": n_("orders of the ERP"),
    "our_orders": n_("orders the ERP did not name"),
    "doubles": n_("orders entered twice"),
    "invoices": n_("invoices of the ERP"),
    "invoices_gone": n_("invoices the ERP did not name"),
    "customers": n_("terms of customers"),
    "balances": n_("balances"),
}
COUNT_WORDS: Mapping[str, str] = {
    "orders": n_("orders"),
    "asked_for": n_("asked for one by one"),
    "withdrawn": n_("orders not in the ERP any more"),
    "invoices": n_("invoices"),
    "invoices_gone": n_("invoices gone"),
    "customers": n_("customers"),
    "balances": n_("balances"),
}
ASKED_BY: Mapping[str, str] = {"schedule": n_("by the clock"), "command line": n_("from the command line")}


@dataclass(frozen=True, slots=True)
class KindRow:
    """Open differences of one kind, with the way to them."""

    words: str
    count: int
    age: str
    href: str
    for_people: bool


@dataclass(frozen=True, slots=True)
class RunRow:
    """One comparison. `step` is empty once it is over; `place` of `places` while it is not."""

    started_at: datetime
    took: str
    asked_by: str
    counts: str
    problem: str
    step: str
    place: int
    places: int = len(STEPS)


class ReconciliationPage(Page):
    route_base = "/admin/reconciliation"
    permission = Permission.RECONCILIATION_READ
    noun = n_("Comparison with the ERP")
    template = "admin/reconciliation.html"

    def facts(self) -> Mapping[str, Any]:
        with transaction():
            past = reconciliation.latest(SOURCE)
            found = reconciliation.open_drifts()
        kinds = sorted(
            (_kind_row(Kind(kind), each) for kind, each in found.items()), key=lambda row: not row.for_people
        )
        return {
            "kinds": kinds,
            "runs": [_run_row(run) for run in past],
            "running": any(not r.finished_at for r in past),
        }

    def start(self) -> Response:
        """Ask for a comparison now."""
        with transaction():
            reconciliation.ask(current_actor(), SOURCE)
        flash(t("The comparison has begun. Load this page again to see how far it is."), "good")
        return redirect(url_for(f"{self.endpoint}.list"), 303)

    def _register_urls(self) -> None:
        super()._register_urls()
        guarded = door(Permission.RECONCILIATION_DECIDE)(self.start)
        self.blueprint.add_url_rule("/start", "start", guarded, methods=["POST"])


def _kind_row(kind: Kind, found: reconciliation.OpenDrifts) -> KindRow:
    return KindRow(
        words=t(KINDS[kind].title),
        count=found.count,
        age=age(now() - found.oldest),
        href=url_for("DriftScreen.list", kind=kind.value, state="open"),
        for_people=found.for_people,
    )


def _run_row(run: PastRun) -> RunRow:
    under_way = run.finished_at is None
    return RunRow(
        started_at=run.started_at,
        took="" if run.finished_at is None else age(run.finished_at - run.started_at),
        asked_by=t(ASKED_BY[run.asked_by]) if run.asked_by in ASKED_BY else run.asked_by,
        counts=_counts(run.counts),
        problem=run.problem,
        step=t(STEP_WORDS[run.step]) if under_way and run.step in STEP_WORDS else "",
        place=STEPS.index(run.step) + 1 if under_way and run.step in STEPS else 0,
    )


def _counts(counts: Mapping[str, int]) -> str:
    told: Sequence[str] = [f"{counts[name]:,} {t(words)}" for name, words in COUNT_WORDS.items() if counts.get(name)]
    return ", ".join(told)
