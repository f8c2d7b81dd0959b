"""The audit record of an order in words: when, who, what changed from what to what, and the call to the ERP behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app.audit.history import Entry
from app.audit.tags import Tag
from app.domain.reasons import REASONS
from app.security.actor import Actor
from app.views.formats import amount, day, moment
from app.views.portal.rows import BALL_FOR_STAFF, hold_words
from app.views.portal.words import OUTCOMES, PROCESS
from app.words import n_, t, tn

_TITLES: Mapping[str, str] = {
    Tag.ORDER_CREATED: n_("Draft started"),
    Tag.ORDER_CHANGED: n_("Draft changed"),
    Tag.ORDER_LINE_CHANGED: n_("Line changed"),
    Tag.ORDER_CHOICE: n_("Choice made"),
    Tag.ORDER_PRICED: n_("Prices asked for"),
    Tag.ORDER_JUDGED: n_("Checked by our rules"),
    Tag.ORDER_MOVED: n_("Order moved on"),
    Tag.ORDER_VALIDATION: n_("Our check moved on"),
    Tag.ORDER_PAYMENT: n_("Payment moved on"),
    Tag.ORDER_HOLD: n_("Hold changed"),
    Tag.ORDER_CLAIMED: n_("At our desk"),
    Tag.ORDER_QUESTION: n_("Our desk asked"),
    Tag.ORDER_ANSWER: n_("A message to our desk"),
    Tag.ORDER_NOTE: n_("A note inside"),
    Tag.ORDER_QUESTION: n_("Question from our desk"),
    Tag.ORDER_ANSWER: n_("Answer to our desk"),
    Tag.ORDER_NOTE: n_("Note of our desk"),
    Tag.ORDER_CANCEL_ASKED: n_("Cancellation asked for"),
    Tag.ORDER_ERP: n_("News from our order system"),
    Tag.ORDER_DELIVERY: n_("Delivery moved on"),
    Tag.APPROVAL_ASKED: n_("Approval asked for"),
    Tag.APPROVAL_DECIDED: n_("Approval decided"),
    Tag.OUTBOX_DEAD: n_("Message to our order system needs a person"),
    Tag.OUTBOX_RETRIED: n_("Message to our order system sent again"),
}
_NAMES = {
    "net": n_("sum"),
    "reference": n_("PO number"),
    "ship_to": n_("deliver to"),
    "requested_date": n_("wished"),
    "process": n_("order"),
    "validation": n_("our check"),
    "ball_with": n_("who has it"),
    "because": n_("reason"),
    "message": n_("message"),
    "submitted_at": n_("sent"),
    "review_reason": n_("reason"),
    "review_note": n_("our desk writes"),
    "cancel_reason": n_("reason"),
    "erp_number": n_("our order number"),
    "hold_reason": n_("on hold"),
    "rule_set": n_("rule set"),
    "promise": n_("prices"),
}
# Words of the axes and of who has it, in English; translated where they are shown.
_WORDS: Mapping[str, Mapping[str, str]] = {
    "process": {name: label.text for name, label in PROCESS.items()},
    "validation": {
        "not_checked": n_("not started"),
        "pending": n_("running"),
        "approved": n_("passed"),
        "rejected": n_("not accepted"),
    },
    "ball_with": BALL_FOR_STAFF,
    "payment": {
        "none": n_("none"),
        "proforma": n_("to be paid in advance"),
        "partially_paid": n_("partly paid"),
        "paid": n_("paid"),
    },
    "promise": {
        "confirmed": n_("confirmed by our ERP"),
        "mirror": n_("from our copy"),
        "last_known": n_("last known"),
        "on_request": n_("price on request"),
    },
}
_DAYS = frozenset({"requested_date", "confirmed_date"})
_SUMS = frozenset({"net", "tax", "gross"})
_MOMENTS = frozenset({"submitted_at"})
_PEOPLE = {"rules": n_("our rules"), "erp": n_("our order system"), "scheduler": n_("our clock")}
_NOT_SHOWN = frozenset({"rule_set", "claimed", "line"})  # said in the title, or of no use to a reader


@dataclass(frozen=True, slots=True)
class FieldChange:
    """`before` is empty when there was nothing to compare with."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Told:
    """One entry of the record, for people."""

    at: datetime
    who: str
    ip: str
    title: str
    changes: tuple[FieldChange, ...]
    erp_call: str


def told(entries: Iterable[Entry], actor: Actor) -> list[Told]:
    """The whole record in the order it was written; who at our desk took an order is for the desk."""
    return [_tell(entry) for entry in entries if actor.is_staff or entry.what != Tag.ORDER_CLAIMED]


def _tell(entry: Entry) -> Told:
    before, after = entry.before or {}, entry.after or {}
    names = [name for name in dict.fromkeys([*after, *before]) if name not in _NOT_SHOWN]
    changes = [_change(name, before, after) for name in names]
    return Told(
        at=entry.at,
        who=entry.who if entry.kind not in _PEOPLE else t(_PEOPLE[entry.kind]),
        ip=entry.ip,
        title=_title(entry, before, after),
        changes=tuple(change for change in changes if change.before != change.after),
        erp_call=_call(entry.erp_call),
    )


def _title(entry: Entry, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    if entry.what == Tag.ORDER_CLAIMED:
        return t("Taken by the desk") if after.get("claimed") else t("Given back to the queue")
    if entry.what == Tag.ORDER_LINE_CHANGED:
        return _line_title(before, after)
    if entry.what == Tag.ORDER_DELIVERY and "line" in after:
        return t("Line {line}: delivery", line=after["line"])
    return t(_TITLES[entry.what]) if entry.what in _TITLES else entry.what.replace(":", " ")


def _line_title(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    line = after or before
    if not after:
        return t("Line {line}, {item}: taken out", line=line.get("line"), item=line.get("item"))
    if not before:
        return t("Line {line}, {item}: added", line=line.get("line"), item=line.get("item"))
    return t("Line {line}, {item}: changed", line=line.get("line"), item=line.get("item"))


def _change(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> FieldChange:
    return FieldChange(
        t(_NAMES[name]) if name in _NAMES else name.replace("_", " "),
        _value(name, before.get(name)),
        _value(name, after.get(name)),
    )


def _value(name: str, value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, list):
        return _list(name, value)
    text = str(value)
    if name in _DAYS:
        return day(date.fromisoformat(text))
    if name in _MOMENTS:
        return moment(datetime.fromisoformat(text))
    if name in _SUMS:
        return amount(Decimal(text))
    if name == "hold_reason":
        return hold_words(text)
    if name == "review_reason":
        return t(REASONS[text].words) if text in REASONS else text
    known = _WORDS.get(name, {})
    return t(known[text]) if text in known else text


def _list(name: str, values: list[Any]) -> str:
    if name == "lines":
        return tn("{n} line", "{n} lines", len(values))
    if name != "findings":
        return tn("{n} entry", "{n} entries", len(values))
    counts = {outcome: sum(1 for each in values if each.get("outcome") == outcome) for outcome in OUTCOMES}
    found = ", ".join(f"{count} × {OUTCOMES[outcome].words}" for outcome, count in counts.items() if count)
    return found or t("nothing")


def _call(call: Mapping[str, Any] | None) -> str:
    if not call:
        return ""
    what = str(call["operation"]).replace("_", " ")
    return f"ERP call {call['id']}, {what}: {call['outcome']}, {call['milliseconds']} ms"
