"""Taking an offer of a finding: its effect is applied as data, what was chosen is recorded, the draft is judged again.

An offer is named by its finding's id and its own, `4711-take-up`, and lives as long as the order's latest judgement.
Buttons that only lead somewhere (edit, ask, show, call) are for the reader's page, not for the server.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select, text

from app.audit.recorder import Change, record
from app.audit.tags import Tag
from app.domain.order_states import Process, Validation
from app.errors import MoveRefused, NotFound, PreconditionNotMet
from app.extensions import session, transaction
from app.models.transactional import Order
from app.rules.findings import Finding
from app.rules.vocabulary import APPLIED_EFFECTS
from app.security.actor import Actor
from app.security.permissions import Permission
from app.security.policy import require
from app.services.lifecycle import author, locked
from app.services.ordering import checking, choices, drafts
from app.services.ordering.preparing import Prepared, prepare
from app.services.ordering.typed import TypedLine, TypedOrder
from app.services.ordering.understanding import UnderstoodLine
from app.words import t

_LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Taken:
    """An offer found again, and the order as it is after its effect.

    :param line: number of the line the finding is about, None for the whole order
    :param version: of the order when it was read
    """

    rule: str
    line: int | None
    offer: str
    effect: Mapping[str, Any]
    typed: TypedOrder
    version: int

    @property
    def changes_lines(self) -> bool:
        return bool({"set", "drop"} & self.effect.keys())


def api_id(finding_id: int, offer_id: str) -> str:
    """The name of an offer, unique within the order's latest judgement."""
    return f"{finding_id}-{offer_id}"


def take(actor: Actor, number: str, key: str, *, seen_version: int | None = None) -> None:
    """Look up, price and apply in one go; opens its own transactions, so call it with none open.

    :param seen_version: the version the buyer looked at; None: the one of this moment
    :raises NotFound: the order or the offer is not there for this person
    :raises MoveRefused: it is no draft any more, or the button only leads somewhere
    :raises PreconditionNotMet: somebody changed the order since
    """
    with transaction():
        order = session.execute(select(Order).where(Order.number == number)).scalar_one_or_none()
        if order is None:
            raise NotFound()
        require(actor, Permission.ORDER_CHANGE, order)
        customer_id, found = order.customer_id, look_up(order, key)
    prepared = prepare(customer_id, found.typed.lines, live=False)
    with transaction():
        seen = found.version if seen_version is None else seen_version
        accept(actor, locked(number), found, prepared, seen_version=seen)


_FINDING = text("""
    select f.rule, f.line_number, f.offers from finding f
     where f.id = :id and f.order_id = :order
       and f.judgement_id = (select max(id) from judgement where order_id = :order)""")


def look_up(order: Order, key: str) -> Taken:
    """The offer behind the key, and what the order becomes with it.

    :raises NotFound: no such offer in the order's latest judgement
    :raises MoveRefused: the order is no draft, or the button only leads somewhere
    """
    finding_id, _, offer_id = key.partition("-")
    if not (finding_id.isascii() and finding_id.isdigit() and len(finding_id) < 20 and int(finding_id) <= _LARGEST_ID):
        raise NotFound()
    row = session.execute(_FINDING, {"id": int(finding_id), "order": order.id}).one_or_none()
    offer = next((each for each in row.offers if each["id"] == offer_id), None) if row else None
    if row is None or offer is None:
        raise NotFound()
    _still_open(order)
    effect = offer["effect"]
    if not APPLIED_EFFECTS & effect.keys():
        raise MoveRefused(
            t("This button leads to a field or a person; there is nothing it could change by itself."),
            t("Change the order, or write to us."),
        )
    typed = _after(drafts.typed_of(order), row.line_number, effect)
    return Taken(row.rule, row.line_number, offer_id, effect, typed, order.version)


def _still_open(order: Order) -> None:
    rejected = order.process == Process.IN_VALIDATION and order.validation == Validation.REJECTED
    if order.process != Process.DRAFT and not rejected:
        raise MoveRefused(
            t("{number} has been sent, so its offers are closed.", number=order.number),
            t("Cancel it, or ask for a change."),
        )


def accept(actor: Actor, order: Order, found: Taken, prepared: Prepared, *, seen_version: int) -> None:
    """Apply the offer to a draft held by this transaction, record the choice, and judge again.

    :param prepared: `found.typed.lines` with the prices of this moment
    :raises NotAllowed: not a buyer of this company
    :raises MoveRefused: it is not a draft any more
    :raises PreconditionNotMet: somebody changed the order since
    """
    require(actor, Permission.ORDER_CHANGE, order)
    _still_open(order)
    if order.version != seen_version or order.version != found.version:
        raise PreconditionNotMet(
            t("{number} was changed since this offer was made.", number=order.number),
            t("Look at it again, and choose from what it offers now."),
        )
    before = dict(order.choices or {})
    if found.changes_lines:
        drafts.change(actor, order, found.typed, prepared, seen_version=order.version)
    else:
        drafts.reopen_if_rejected(order)
        drafts.reprice(order, prepared)
    _remember(order, found, before)
    checking.look(order, prepared)


def _remember(order: Order, found: Taken, before: dict[str, Any]) -> None:
    if "drop" in found.effect and found.line is not None:
        order.choices = choices.without_line(before, found.line)
    else:
        choices.note(order, found.rule, found.line, found.offer)
    order.version += 1
    after = {"rule": found.rule, "line": found.line, "offer": found.offer}
    change = Change(Tag.ORDER_CHOICE, "order", order.number, None, after, order.version)
    record([change], customer_id=order.customer_id, author=author())


def _after(typed: TypedOrder, line: int | None, effect: Mapping[str, Any]) -> TypedOrder:
    """The order with the effect applied, as if the buyer had typed it."""
    if "drop" in effect:
        return replace(typed, lines=tuple(each for at, each in enumerate(typed.lines, start=1) if at != line))
    values = effect.get("set") or {}
    typed = _head_after(typed, values)
    lines = tuple(_line_after(each, values) if at == line else each for at, each in enumerate(typed.lines, start=1))
    return replace(typed, lines=lines)


def _head_after(typed: TypedOrder, values: Mapping[str, Any]) -> TypedOrder:
    """Values of the head. A day set for the whole order counts for all of it: days of single lines give way."""
    given: dict[str, Any] = {}
    if "order.reference" in values:
        given["reference"] = str(values["order.reference"])
    if "order.ship_to_code" in values:
        given["ship_to"] = str(values["order.ship_to_code"])
    if "order.requested_date" in values:
        given["requested_date"] = _day(values["order.requested_date"])
        given["lines"] = tuple(replace(line, requested_date=None) for line in typed.lines)
    return replace(typed, **given)


def _line_after(line: TypedLine, values: Mapping[str, Any]) -> TypedLine:
    given: dict[str, Any] = {}
    if "line.item_number_typed" in values:
        given["item"] = str(values["line.item_number_typed"])
    if "line.quantity" in values:
        given["quantity"] = Decimal(str(values["line.quantity"]))
    if "line.unit" in values:
        given["unit"] = str(values["line.unit"])
    if "line.requested_date" in values:
        given["requested_date"] = _day(values["line.requested_date"])
    return replace(line, **given)


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


# --- what counts when nobody chose -----------------------------------------------------------------------------------

_SET_DAY = text("update order_line set requested_date = :day where order_id = :order and line_number = :line")


def apply_defaults(
    order: Order, lines: Sequence[UnderstoodLine], findings: Sequence[Finding]
) -> tuple[UnderstoodLine, ...]:
    """For every finding nobody chose anything for, its stated default counts; it is applied and recorded.

    :returns: the lines as they are sent; a default may set a day, never what is bought
    """
    open_ones = choices.defaults(order, findings)
    if not open_ones:
        return tuple(lines)
    for finding, offer in open_ones:
        choices.note(order, finding.rule, finding.line, offer.id)
    points = [{"rule": finding.rule, "line": finding.line, "offer": offer.id} for finding, offer in open_ones]
    change = Change(Tag.ORDER_CHOICE, "order", order.number, None, {"not_chosen": points}, order.version)
    record([change], customer_id=order.customer_id, author=author())
    days = {
        finding.line: _day(offer.effect["set"]["line.requested_date"])
        for finding, offer in open_ones
        if finding.line is not None and "line.requested_date" in offer.effect.get("set", {})
    }
    return _with_days(order, lines, days)


def _with_days(order: Order, lines: Sequence[UnderstoodLine], days: Mapping[int, date]) -> tuple[UnderstoodLine, ...]:
    if days:
        rows = [{"order": order.id, "line": line, "day": day} for line, day in days.items()]
        session.execute(_SET_DAY, rows)
    return tuple(replace(line, requested_date=days.get(line.number, line.requested_date)) for line in lines)
