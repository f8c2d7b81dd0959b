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
from app.views.portal.rows import BALL_FOR_STAFF, hold_words
from app.views.portal.words import OUTCOMES, PROCESS, amount, day, moment, several

_TITLES: Mapping[str, str] = {
    Tag.ORDER_CREATED: "Draft started",
    Tag.ORDER_CHANGED: "Draft changed",
    Tag.ORDER_LINE_CHANGED: "Line changed",
    Tag.ORDER_PRICED: "Prices asked for",
    Tag.ORDER_JUDGED: "Checked by our rules",
    Tag.ORDER_MOVED: "Order moved on",
    Tag.ORDER_VALIDATION: "Our check moved on",
    Tag.ORDER_PAYMENT: "Payment moved on",
    Tag.ORDER_HOLD: "Hold changed",
    Tag.ORDER_CLAIMED: "At our desk",
    Tag.ORDER_CANCEL_ASKED: "Cancellation asked for",
    Tag.ORDER_ERP: "News from our order system",
    Tag.ORDER_DELIVERY: "Delivery moved on",
    Tag.APPROVAL_ASKED: "Approval asked for",
    Tag.APPROVAL_DECIDED: "Approval decided",
    Tag.OUTBOX_DEAD: "Message to our order system needs a person",
    Tag.OUTBOX_RETRIED: "Message to our order system sent again",
}
_NAMES = {
    "net": "sum",
    "reference": "PO number",
    "ship_to": "deliver to",
    "requested_date": "wished",
    "process": "order",
    "validation": "our check",
    "ball_with": "who has it",
    "because": "reason",
    "submitted_at": "sent",
    "review_reason": "reason",
    "review_note": "our desk writes",
    "cancel_reason": "reason",
    "erp_number": "our order number",
    "hold_reason": "on hold",
    "rule_set": "rule set",
    "promise": "prices",
}
_WORDS: Mapping[str, Mapping[str, str]] = {
    "process": {name: label.words for name, label in PROCESS.items()},
    "validation": {
        "not_checked": "not started",
        "pending": "running",
        "approved": "passed",
        "rejected": "not accepted",
    },
    "ball_with": {name: words.removeprefix("with ") for name, words in BALL_FOR_STAFF.items()},
    "payment": {"none": "none", "proforma": "to be paid in advance", "partially_paid": "partly paid", "paid": "paid"},
    "promise": {"confirmed": "confirmed by our ERP", "mirror": "from our copy", "last_known": "last known"},
}
_DAYS = frozenset({"requested_date", "confirmed_date"})
_SUMS = frozenset({"net", "tax", "gross"})
_MOMENTS = frozenset({"submitted_at"})
_PEOPLE = {"rules": "our rules", "erp": "our order system", "scheduler": "our clock"}
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
        who=entry.who if entry.kind == "person" else _PEOPLE.get(entry.kind, entry.who),
        ip=entry.ip,
        title=_title(entry, before, after),
        changes=tuple(change for change in changes if change.before != change.after),
        erp_call=_call(entry.erp_call),
    )


def _title(entry: Entry, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    if entry.what == Tag.ORDER_CLAIMED:
        return "Taken by the desk" if after.get("claimed") else "Given back to the queue"
    if entry.what == Tag.ORDER_LINE_CHANGED:
        line = after or before
        done = "taken out" if not after else "changed" if before else "added"
        return f"Line {line.get('line')}, {line.get('item')}: {done}"
    if entry.what == Tag.ORDER_DELIVERY and "line" in after:
        return f"Line {after['line']}: delivery"
    return _TITLES.get(entry.what, entry.what.replace(":", " "))


def _change(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> FieldChange:
    return FieldChange(
        _NAMES.get(name, name.replace("_", " ")), _value(name, before.get(name)), _value(name, after.get(name))
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
        return REASONS[text].words if text in REASONS else text
    return _WORDS.get(name, {}).get(text, text)


def _list(name: str, values: list[Any]) -> str:
    if name != "findings":
        return several(len(values), name.removesuffix("s"))
    counts = {outcome: sum(1 for each in values if each.get("outcome") == outcome) for outcome in OUTCOMES}
    return ", ".join(f"{count} × {OUTCOMES[outcome].words}" for outcome, count in counts.items() if count) or "nothing"


def _call(call: Mapping[str, Any] | None) -> str:
    if not call:
        return ""
    what = str(call["operation"]).replace("_", " ")
    return f"ERP call {call['id']}, {what}: {call['outcome']}, {call['milliseconds']} ms"
