"""What goes into the rules and what comes out: the facts of one order, and findings with texts, buttons and values.

Both can be kept as JSON with the order and read back, so that an old decision can be run again. Not for persistence itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from app.rules.kinds import Kind
from app.rules.vocabulary import FACTS, SUBJECTS, Fact

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Facts:
    """Everything the rules may know about one order, named as in `vocabulary.FACTS` without the subject.

    :param order: `{"net": Decimal("12.50"), ...}` for order.net and so on
    :param customer: facts of the customer
    :param lines: per line `{"line": {"quantity": ...}, "item": {"name": ...}}`; `item` is None where it is not known
    :param today: `{"date": ..., "weekday": ...}`

    A fact that is left out is not known. Missing facts never stop a rule; they meet no test but `empty`.
    """

    order: Values
    customer: Values = field(default_factory=dict)
    lines: Sequence[Mapping[str, Values | None]] = ()
    today: Values = field(default_factory=dict)

    @classmethod
    def of(cls, facts: Facts | Mapping[str, Any]) -> Facts:
        """The same from a mapping with the keys order, customer, lines and today."""
        if isinstance(facts, Facts):
            return facts
        return cls(
            order=facts.get("order") or {},
            customer=facts.get("customer") or {},
            lines=facts.get("lines") or (),
            today=facts.get("today") or {},
        )

    def as_data(self) -> dict[str, Any]:
        """For JSON: numbers and days as strings, exact."""
        return {
            "order": _plain(self.order),
            "customer": _plain(self.customer),
            "today": _plain(self.today),
            "lines": [{subject: _plain(values or {}) for subject, values in line.items()} for line in self.lines],
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Facts:
        """Back from JSON; facts the vocabulary no longer has are passed over."""
        return cls(
            order=_typed("order", data["order"]),
            customer=_typed("customer", data["customer"]),
            today=_typed("today", data["today"]),
            lines=[{subject: _typed(subject, values) for subject, values in line.items()} for line in data["lines"]],
        )

    def problems(self) -> list[str]:
        """Names the vocabulary does not have and values of another kind, in words; for the tests of whoever fills it."""
        groups = [("order", self.order), ("customer", self.customer), ("today", self.today)]
        groups += [(subject, values or {}) for line in self.lines for subject, values in line.items()]
        return sorted({problem for subject, values in groups for problem in _problems(subject, values)})


_TYPES: dict[Kind, tuple[type, ...]] = {
    Kind.TEXT: (str,),
    Kind.TEXTS: (tuple, list),
    Kind.YES_NO: (bool,),
    Kind.DATE: (date,),
    Kind.COUNT: (int,),
}


def _problems(subject: str, values: Values) -> list[str]:
    found = []
    for key, value in values.items():
        fact = FACTS.get(f"{subject}.{key}") if subject in SUBJECTS else None
        if fact is None:
            found.append(f"{subject}.{key} is not a known fact")
        elif value is not None and type(value) not in _TYPES.get(fact.kind, (Decimal,)):
            found.append(f"{fact.name} is {fact.kind.phrase}, not {value!r}")
        elif fact.choices and value is not None and value not in fact.choices:
            found.append(f"{fact.name} is one of {', '.join(fact.choices)}, not {value!r}")
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, Decimal | date):
        return str(value)
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


_FROM_TEXT: dict[Kind, Callable[[Any], Any]] = {
    Kind.TEXT: str,
    Kind.TEXTS: tuple,
    Kind.YES_NO: bool,
    Kind.COUNT: int,
    Kind.DATE: date.fromisoformat,
}


def _typed(subject: str, values: Values) -> dict[str, Any]:
    known = ((key, FACTS.get(f"{subject}.{key}"), value) for key, value in values.items())
    return {key: _back(fact, value) for key, fact, value in known if fact is not None}


def _back(fact: Fact, value: Any) -> Any:
    return None if value is None else _FROM_TEXT.get(fact.kind, Decimal)(value)


@dataclass(frozen=True)
class Offer:
    """A button: what it says and what it does.

    :param effect: see `vocabulary.EFFECTS`; new values of `set` are typed, as `{"set": {"line.quantity": Decimal("24")}}`
    :param default: counts when the buyer chooses nothing
    """

    id: str
    label: Mapping[str, str]
    effect: Mapping[str, Any]
    default: bool


@dataclass(frozen=True)
class Finding:
    """What one rule says about the order or one of its lines. Texts are by language.

    :param line: number of the line, None for the order
    :param message_without_amounts: what people read who may not see invoices; None when `message` tells no debts
    :param facts: the values the rule looked at, by name
    :param codes: reasons of the review desk it may lead to
    """

    rule: str
    layer: str
    outcome: str
    line: int | None
    message: Mapping[str, str]
    fix: Mapping[str, str]
    desk: Mapping[str, str]
    offers: tuple[Offer, ...]
    facts: Mapping[str, Any]
    message_without_amounts: Mapping[str, str] | None = None
    fix_without_amounts: Mapping[str, str] | None = None
    codes: tuple[str, ...] = ()

    def buyer_texts(self, language: str, *, sees_invoices: bool) -> tuple[str, str]:
        """Message and fix for this reader."""
        message, fix = self.message, self.fix
        if not sees_invoices:
            message, fix = self.message_without_amounts or message, self.fix_without_amounts or fix
        return message[language], fix[language]

    def as_data(self) -> dict[str, Any]:
        """For JSON: everything, numbers and days as strings."""
        return {name: _plain(_offers(value) if name == "offers" else value) for name, value in vars(self).items()}


def _offers(offers: tuple[Offer, ...]) -> list[dict[str, Any]]:
    return [dict(vars(offer)) for offer in offers]
