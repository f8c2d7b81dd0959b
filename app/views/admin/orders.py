"""Orders of the portal with lines, what the rules said, and what has happened. They change through services only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup
from sqlalchemy import func, select

from app.audit.history import history
from app.domain.order_states import Payment, Process, Validation
from app.domain.state_words import state_word
from app.extensions import session
from app.models.transactional import Judgement, Order, OrderFinding, OrderLine
from app.security.permissions import Permission
from app.services import dead_letters
from app.views.admin import lookups
from app.views.admin.erp_words import order_state
from app.views.base import ReadingInterface, Screen, Section
from app.views.filters import Contains, Equals, OfCustomer, Search, Since, Until
from app.views.formats import day, mark, money, percent, quantity, shown, stamp, structure, unit_price
from app.words import language, t


class OrderScreen(Screen):
    datamodel = ReadingInterface(Order)
    route_base = "/admin/orders"
    permission = Permission.AUDIT_READ  # of all customers, with addresses and everything that happened
    nouns = ("Order", "Orders")
    list_columns = ["number", "customer_id", "reference", "process", "validation", "payment", "net", "created_at"]
    show_columns = [
        "number", "customer_id", "reference", "placed_by_name", "created_at", "submitted_at", "process", "validation",
        "payment", "ball_with", "ball_since", "hold_reason", "hold_since", "hold_by", "requested_date", "ship_to_code",
        "ship_to_address", "comment", "net", "tax", "gross", "promise", "priced_at", "rule_set_version", "reviewed_by",
        "review_reason", "review_note", "claimed_by", "claimed_until", "cancel_requested_at", "cancel_reason",
        "erp_number", "erp_status", "key", "version",
    ]  # fmt: skip
    order_columns = ["number", "reference", "process", "validation", "payment", "net", "created_at"]
    figures = frozenset({"net", "tax", "gross"})
    label_columns = {
        "number": "Number", "customer_id": "Customer", "reference": "Customer's number", "placed_by_name": "Placed by",
        "created_at": "Started", "submitted_at": "Sent", "process": "Order", "validation": "Our check",
        "payment": "Payment", "ball_with": "Who has the ball", "ball_since": "Since", "hold_reason": "On hold because",
        "hold_since": "On hold since", "hold_by": "Held by", "requested_date": "Wanted for", "ship_to_code": "Ship to",
        "ship_to_address": "Own address", "comment": "Comment", "net": "Net", "tax": "Tax", "gross": "Total",
        "promise": "Prices are", "priced_at": "Priced", "rule_set_version": "Judged by rules",
        "reviewed_by": "Checked by", "review_reason": "Reason", "review_note": "Note", "claimed_by": "On the desk of",
        "claimed_until": "Until", "cancel_requested_at": "Cancellation asked", "cancel_reason": "Cancelled because",
        "erp_number": "Number in the ERP", "erp_status": "State in the ERP", "key": "Key for the ERP",
        "version": "Version",
    }  # fmt: skip
    cells = {
        "erp_status": lambda it: shown(order_state(it.erp_status or "")),
        "process": lambda it: mark(it.process),
        "validation": lambda it: mark(it.validation),
        "payment": lambda it: mark(it.payment) if it.payment != "none" else shown(None),
        "net": lambda it: money(it.net, it.currency),
        "tax": lambda it: money(it.tax, it.currency),
        "gross": lambda it: money(it.gross, it.currency),
        "ball_with": lambda it: state_word(it.ball_with),
        "promise": lambda it: state_word(it.promise),
        "rule_set_version": lambda it: shown(it.rule_set_version[:12]),
    }
    names = {"customer_id": lookups.customers, "reviewed_by": lookups.people, "claimed_by": lookups.people}
    searches = (
        Search("number", "Number", "number", Contains),
        Search("customer", "Customer", "customer_id", OfCustomer),
        Search("reference", "Customer's number", "reference", Contains),
        Search("process", "Order", "process", Equals, kind="choice", choices=tuple(Process)),
        Search("validation", "Our check", "validation", Equals, kind="choice", choices=tuple(Validation)),
        Search("payment", "Payment", "payment", Equals, kind="choice", choices=tuple(Payment)),
        Search("since", "Started since", "created_at", Since, kind="date"),
        Search("until", "Started until", "created_at", Until, kind="date"),
    )

    def sections(self, item: Any) -> Sequence[Section]:
        return _findings(item.id), _lines(item), _messages(item), _history(item.number)


def _lines(order: Order) -> Section:
    found = session.scalars(select(OrderLine).where(OrderLine.order_id == order.id).order_by(OrderLine.line_number))
    columns = (
        t("Line"), t("Item"), t("Name"), t("Quantity"), t("Price"), t("Discount"), t("Net"), t("Confirmed for"),
        t("Shipped"), t("Cancelled"),
    )  # fmt: skip
    rows = [
        (
            line.line_number, line.item_number or t("{item} (not known)", item=line.typed_item), line.item_name,
            quantity(line.quantity, line.unit), unit_price(line.unit_price), percent(line.discount_percent),
            money(line.net, order.currency), day(line.confirmed_date), quantity(line.shipped), quantity(line.cancelled),
        )
        for line in found
    ]  # fmt: skip
    return Section(t("Lines"), columns, rows, figures=frozenset(columns[3:7] + columns[8:]))


def _messages(order: Order) -> Section:
    """Its way into the ERP; every call of a message stands on the message's own page."""
    rows = [
        (
            lookups.link("OutboxScreen.show", each.id, f"{each.id}"), state_word(each.kind), mark(each.state),
            each.attempts, stamp(each.due_at) if each.state == "waiting" else stamp(each.finished_at),
            shown(each.reason), shown(each.owner),
        )
        for each in dead_letters.lane(order.id).messages
    ]  # fmt: skip
    columns = (t("Message"), t("Asks to"), t("State"), t("Tries"), t("Next try or end"), t("What came back"), t("With"))
    return Section(t("Messages to the ERP"), columns, rows, nothing=t("Not sent yet."), figures=frozenset({t("Tries")}))


def _findings(order_id: int) -> Section:
    """Of the newest judgement, in the words of the desk beside those of the buyer."""
    newest = select(func.max(Judgement.id)).where(Judgement.order_id == order_id).scalar_subquery()
    found = session.scalars(select(OrderFinding).where(OrderFinding.judgement_id == newest).order_by(OrderFinding.id))
    rows = [
        (
            mark(each.outcome),
            state_word(each.layer),
            shown(each.line_number),
            _said(each.texts),
            _text(each.texts, "desk"),
            each.rule,
        )
        for each in found
    ]
    return Section(
        t("What the rules found"),
        (t("Outcome"), t("Layer"), t("Line"), t("The buyer reads"), t("The desk reads"), t("Rule")), rows,
        nothing=t("Nothing to remark, or not judged yet."),
    )  # fmt: skip


def _said(texts: dict[str, Any]) -> Markup:
    return Markup('{}<br><span class="soft">{}</span>').format(_text(texts, "message"), _text(texts, "fix"))


def _text(texts: dict[str, Any], part: str) -> str:
    """In the reader's language."""
    written = texts.get(part) or {}
    return str(written.get(language(), "")) if isinstance(written, dict) else str(written)


def _history(number: str) -> Section:
    rows = [
        (
            stamp(entry.at), entry.who, entry.ip or "", entry.what, _change(entry.before), _change(entry.after),
            entry.correlation_id,
        )
        for entry in history("order", number)
    ]  # fmt: skip
    columns = (t("When"), t("Who"), t("From"), t("What"), t("Before"), t("After"), t("Reference"))
    return Section(t("History"), columns, rows)


def _change(values: dict[str, Any] | None) -> Any:
    return shown(None) if not values else structure(values)
