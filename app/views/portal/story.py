"""The audit record of an order in words: when, who, what changed from what to what, and the call to the ERP behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from app.audit.history import Entry
from app.audit.search import Found
from app.audit.tags import Tag
from app.domain.reasons import REASONS
from app.domain.state_words import state_word
from app.security.actor import Actor
from app.views.formats import amount, day, moment
from app.views.portal.rows import BALL_FOR_STAFF, hold_words
from app.views.portal.words import OUTCOMES, PROCESS
from app.words import n_, t, tn

Record = TypeVar("Record", Entry, Found)

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
    Tag.ORDER_QUESTION: n_("Question from our desk"),
    Tag.ORDER_ANSWER: n_("Answer to our desk"),
    Tag.ORDER_NOTE: n_("Note of our desk"),
    Tag.ORDER_CANCEL_ASKED: n_("Cancellation asked for"),
    Tag.ORDER_ERP: n_("News from our order system"),
    Tag.ORDER_DELIVERY: n_("Delivery moved on"),
    Tag.ORDER_TAKEN: n_("A small difference of our order system was taken"),
    Tag.PROPOSAL_MADE: n_("Something differs, and the buyer was asked"),
    Tag.PROPOSAL_DECIDED: n_("What differs was answered"),
    Tag.PROPOSAL_SETTLED: n_("Our desk settled what differs"),
    Tag.APPROVAL_ASKED: n_("Approval asked for"),
    Tag.APPROVAL_DECIDED: n_("Approval decided"),
    Tag.OUTBOX_DEAD: n_("Message to our order system needs a person"),
    Tag.ORDER_RECREATED: n_("Taken over from our order system"),
    Tag.DRIFT_DECIDED: n_("A difference to our order system was settled"),
    Tag.OUTBOX_RETRIED: n_("Message to our order system sent again"),
    Tag.OUTBOX_OWNER: n_("Somebody looks after the message to our order system"),
    Tag.OUTBOX_CORRECTED: n_("Corrected for our order system and sent again"),
    Tag.OUTBOX_TAKEN_OUT: n_("Taken out of the queue, to be entered by hand"),
    Tag.OUTBOX_HANDED_OVER: n_("Entered in our order system by hand"),
    Tag.OUTBOX_GIVEN_BACK: n_("Message to our order system withdrawn"),
    Tag.OUTBOX_LET_STAND: n_("Message to our order system let stand"),
    Tag.RELINK_ASKED: n_("Another number in our order system asked for"),
    Tag.RELINK_DECIDED: n_("Another number in our order system decided on"),
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
    "comment": n_("comment"),
    "owner": n_("with"),
    "differs": n_("differs"),
    "kind": n_("message"),
    "tries": n_("tries"),
    "state": n_("state"),
    "rule_set": n_("rule set"),
    "promise": n_("prices"),
    "unit_price": n_("price each"),
    "discount_percent": n_("discount in %"),
    "quantity": n_("quantity"),
    "item": n_("item"),
    "name": n_("name"),
    "unit": n_("unit"),
    "date": n_("day"),
    "charge": n_("surcharge"),
    "amount": n_("amount"),
    "proposal": n_("answer"),
    "settled": n_("outcome"),
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
    "settled": {"agreed": n_("agreed with the buyer"), "cancelled": n_("cancelled in our order system")},
    "promise": {
        "confirmed": n_("confirmed by our ERP"),
        "mirror": n_("from our copy"),
        "last_known": n_("last known"),
        "on_request": n_("price on request"),
    },
}
_DAYS = frozenset({"requested_date", "confirmed_date", "date"})
_SUMS = frozenset({"net", "tax", "gross", "amount"})
_MOMENTS = frozenset({"submitted_at"})
_STATES = frozenset({"state", "kind", "proposal"})  # of messages to the ERP
_PEOPLE = {"rules": n_("our rules"), "erp": n_("our order system"), "scheduler": n_("our clock")}
_OF_A_LINE = frozenset({Tag.ORDER_TAKEN, Tag.PROPOSAL_MADE, Tag.PROPOSAL_DECIDED})
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


# How we work on an order is for us; that something happened to its way into the ERP is for everybody, the words are not.
_INSIDE = frozenset({Tag.ORDER_CLAIMED, Tag.OUTBOX_OWNER, Tag.OUTBOX_LET_STAND, Tag.RELINK_ASKED, Tag.RELINK_DECIDED})
_ONLY_TITLES = frozenset(
    {Tag.OUTBOX_DEAD, Tag.OUTBOX_RETRIED, Tag.OUTBOX_TAKEN_OUT, Tag.OUTBOX_HANDED_OVER, Tag.OUTBOX_GIVEN_BACK}
)


def told(entries: Iterable[Entry], actor: Actor) -> list[Told]:
    """The whole record in the order it was written; customers read of our own work only what concerns them."""
    return [_tell(entry) for entry in visible(entries, actor)]


def visible(entries: Iterable[Record], actor: Actor) -> list[Record]:
    """What this reader may read of the record: the words of the ERP and our own hands are not for customers."""
    if actor.is_staff:
        return list(entries)
    return [_outside(entry) for entry in entries if entry.what not in _INSIDE]


def _outside(entry: Record) -> Record:
    return replace(entry, before=None, after=None) if entry.what in _ONLY_TITLES else entry


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
    if entry.what in _OF_A_LINE and after.get("line") is not None:
        return t("Line {line}: {what}", line=after["line"], what=t(_TITLES[entry.what]))
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
    if name in _STATES:
        return state_word(text)
    known = _WORDS.get(name, {})
    return t(known[text]) if text in known else text


def _list(name: str, values: list[Any]) -> str:
    if name == "differs":
        return " ".join(map(str, values))
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
