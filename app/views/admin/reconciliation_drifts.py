"""Every difference between portal and ERP that was found, with both sides, and what a person can decide about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.widgets import RenderTemplateWidget
from markupsafe import Markup
from sqlalchemy import select
from werkzeug.wrappers import Response

from app.clock import now
from app.domain.readable import age
from app.domain.state_words import state_word
from app.erp.port import connected
from app.errors import BadRequest, NotFound, PortalError
from app.extensions import session, transaction
from app.models.transactional import Drift, Order
from app.security.permissions import Permission
from app.services import reconciliation
from app.services.reconciliation import DECISIONS, KINDS, WHAT, Decision, Kind
from app.views.admin import lookups
from app.views.base import ReadingInterface, Screen, Section, as_id
from app.views.door import current_actor
from app.views.filters import Contains, Equals, OfCustomer, Search, Since
from app.views.formats import money, shown, stamp
from app.views.portal import fields
from app.words import n_, t

LONGEST_NUMBER = 40
_STATES = frozenset({"state", "block"})
_SUMS = frozenset({"net", "tax", "gross", "remaining", "balance", "overdue", "credit_limit"})
_DAYS = frozenset({"ordered_on", "due_on"})
OBJECTS: Mapping[str, str] = {
    "order": n_("order"),
    "document": n_("document of the ERP"),
    "invoice": n_("invoice"),
    "customer": n_("customer"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be decided."""

    value: str
    words: str
    meaning: str
    ticked: bool


class DecisionForm(RenderTemplateWidget):
    """What can be decided, with a reason."""

    template = "admin/drift_decision.html"


def kind_words(kind: str) -> str:
    """What a kind of difference is called."""
    return t(KINDS[Kind(kind)].title) if kind in set(Kind) else kind


class DriftScreen(Screen):
    datamodel = ReadingInterface(Drift)
    route_base = "/admin/drifts"
    permission = Permission.RECONCILIATION_READ
    nouns = (n_("Difference to the ERP"), n_("Differences to the ERP"))
    about = n_("Found by comparing the portal with the ERP. What heals itself is listed for the record.")
    show_template = "admin/drift.html"
    list_columns = ["kind", "object", "customer_id", "state", "found_at", "seen_at"]
    show_columns = ["kind", "object", "customer_id", "state", "found_at", "seen_at", "times", "settled_at",
                    "settled_by_name", "settlement"]  # fmt: skip
    order_columns = ["kind", "object", "state", "found_at", "seen_at"]
    base_order = ("found_at", "desc")
    label_columns = {
        "kind": n_("What differs"), "object": n_("Which"), "customer_id": n_("Customer"), "state": n_("State"),
        "found_at": n_("Found"), "seen_at": n_("Last seen"), "times": n_("Found so many times"),
        "settled_at": n_("Over since"), "settled_by_name": n_("Decided by"), "settlement": n_("Decision"),
    }  # fmt: skip
    cells = {
        "kind": lambda it: kind_words(it.kind),
        "object": lambda it: f"{_object_word(it)} {it.object}",
        "state": lambda it: _state(it.state),
        "found_at": lambda it: _found(it),
        "settlement": lambda it: _decided(it.settlement),
    }
    names = {"customer_id": lookups.customers}
    searches = (
        Search("state", n_("State"), "state", Equals, kind="choice", choices=("open", "decided", "healed", "gone")),
        Search("kind", n_("What differs"), "kind", Equals, kind="choice", choices=tuple(Kind), words=kind_words),
        Search("object", n_("Number"), "object", Contains),
        Search("customer", n_("Customer"), "customer_id", OfCustomer),
        Search("since", n_("Found since"), "found_at", Since, kind="date"),
    )

    def name_of(self, item: Any) -> str:
        return f"{kind_words(item.kind)}: {item.object}"

    def sections(self, item: Any) -> Sequence[Section]:
        facts, differences = item.detail.get("facts", {}), item.detail.get("differences", [])
        currency = facts.get("currency", "")
        known = {name: facts[name] for name in WHAT if facts.get(name) and name != "currency"}
        sections = []
        if known:
            row = [_said(name, value, currency) for name, value in known.items()]
            title = t("What the portal has") if item.kind == Kind.VANISHED else t("What the ERP says")
            sections.append(Section(title, [_what(name) for name in known], [row]))
        if differences:
            columns = (t("What"), t("Line"), t("Portal"), t("ERP"))
            sections.append(Section(t("Both sides"), columns, [_difference(each, currency) for each in differences]))
        return sections

    def _show(
        self, pk: str, *, typed: Mapping[str, str] | None = None, problem: str = "", fix: str = ""
    ) -> dict[str, Any]:
        widgets: dict[str, Any] = super()._show(pk)
        item = self.datamodel.get(as_id(pk))
        about = KINDS[Kind(item.kind)]
        typed = typed or {}
        choices = [
            Choice(each.value, t(DECISIONS[each][0]), t(DECISIONS[each][1]), typed.get("decision") == each.value)
            for each in about.decisions
        ]
        form = DecisionForm(
            view=self, pk=pk, meaning=t(about.meaning), choices=choices if item.state == "open" else [], typed=typed,
            asks_number=Decision.BY_HAND in about.decisions, order=_order_link(item), problem=problem, fix=fix,
        )  # fmt: skip
        return {**widgets, "decision": form}

    @expose("/decide/<pk>", methods=["POST"])
    def decide(self, pk: str) -> Response | tuple[str, int]:
        """Carry out what a person decided; a refusal shows on the page, with what was typed."""
        if self.datamodel.get(as_id(pk)) is None:
            abort(404)
        typed = {
            "decision": request.form.get("decision", ""),
            "reason": fields.clean(request.form.get("reason", "")),
            "number": fields.clean(request.form.get("number", ""))[:LONGEST_NUMBER],
        }
        try:
            _carry_out(int(pk), typed)
        except NotFound:
            raise
        except PortalError as refusal:
            widgets = self._show(pk, typed=typed, problem=refusal.message, fix=refusal.fix)
            page = self.render_template(self.show_template, pk=pk, title=self.show_title, widgets=widgets)
            return page, refusal.status
        flash(t("Decided."), "good")
        return redirect(url_for(f"{self.endpoint}.show", pk=pk), 303)

    def _permission_of(self, method: str) -> Permission:
        return Permission.RECONCILIATION_DECIDE if method == "decide" else super()._permission_of(method)


DriftScreen.include_route_methods = DriftScreen.include_route_methods | {"decide"}


def _carry_out(drift_id: int, typed: Mapping[str, str]) -> None:
    """The ERP is asked between two transactions."""
    if typed["decision"] not in set(Decision):
        raise BadRequest(t("Nothing was chosen."), t("Choose what is to be done."))
    actor, decision = current_actor(), Decision(typed["decision"])
    with transaction():
        drift = reconciliation.open_drift(actor, drift_id)
    document = reconciliation.ask_the_erp(connected(drift.source), drift, decision, number=typed["number"])
    with transaction():
        reconciliation.decide(actor, drift_id, decision, reason=typed["reason"], document=document)


def _object_word(item: Any) -> str:
    return t(OBJECTS[item.object_type]) if item.object_type in OBJECTS else str(item.object_type)


def _state(state: str) -> Markup:
    kind = "look" if state == "open" else "good" if state in ("healed", "decided") else ""
    return Markup('<span class="mark {}">{}</span>').format(kind, state_word(state))


def _found(item: Any) -> Any:
    """With the age, as long as it is open."""
    if item.state != "open":
        return stamp(item.found_at)
    return Markup('{} <span class="soft whole">{}</span>').format(stamp(item.found_at), age(now() - item.found_at))


def _decided(settlement: str) -> Any:
    code, _, reason = settlement.partition(": ")
    if not reason or code not in set(Decision):
        return shown(settlement)
    return Markup("{}<br>{}").format(t(DECISIONS[Decision(code)][0]), reason)


def _difference(each: Mapping[str, Any], currency: str) -> tuple[Any, ...]:
    what, ours, theirs = each["what"], each["ours"], each["theirs"]
    return _what(what), shown(each["line"] or None), _said(what, ours, currency), _said(what, theirs, currency)


def _said(what: str, value: str, currency: str) -> Any:
    """A value as it was stored, as people read it; one that is no number or day is shown as it is."""
    if not value:
        return shown(None)
    try:
        if what in _SUMS:
            return money(Decimal(value), currency)
        if what in _DAYS:
            return shown(date.fromisoformat(value))
    except (InvalidOperation, ValueError):
        return value
    return state_word(value) if what in _STATES else value


def _what(code: str) -> str:
    return t(WHAT[code]) if code in WHAT else code


def _order_link(item: Any) -> Any:
    if item.object_type != "order":
        return ""
    order_id = session.execute(select(Order.id).where(Order.number == item.object)).scalar_one_or_none()
    return "" if order_id is None else lookups.link("OrderScreen.show", order_id, item.object)
