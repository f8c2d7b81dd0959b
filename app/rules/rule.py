"""A rule after reading: checked, typed, frozen. Not for text (loader) and not for decisions (compiler, engine)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.rules.conditions import Condition, names_of
from app.rules.expressions import Expression, names_in
from app.rules.texts import Texts


@dataclass(frozen=True)
class ChargeRule:
    """What a `charge` effect adds to the order, in the order's currency."""

    code: str
    amount: Expression
    label: Texts


@dataclass(frozen=True)
class OfferRule:
    """A button of a rule.

    :param values: new values of a `set` effect, by fact
    :param effect: every other effect, as written
    :param when: shown only then; None means always
    :param charge: of a `charge` effect
    """

    id: str
    label: Texts
    values: Mapping[str, Expression]
    effect: Mapping[str, Any]
    default: bool
    when: Condition | None
    charge: ChargeRule | None = None

    @property
    def keeps(self) -> bool:
        """The order stays as it is."""
        return "keep" in self.effect or self.charge is not None

    def expressions(self) -> tuple[Expression, ...]:
        """What has to be calculated for the effect, in the order of `values`, or the amount of the charge."""
        return (self.charge.amount,) if self.charge else tuple(self.values.values())


@dataclass(frozen=True)
class Example:
    """What the rule must answer to these facts."""

    given: Mapping[str, Any]
    expect: str
    line: int | None = None
    says: str = ""
    offers: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Rule:
    """One rule.

    :param outcome_fact: fact that decides the outcome where it is given; `outcome` otherwise
    """

    id: str
    layer: str
    applies_to: str
    when: Condition
    unless: Condition | None
    lets: Mapping[str, Expression]
    outcome: str
    outcome_fact: str | None
    message: Texts
    fix: Texts
    desk: Texts
    message_without_amounts: Texts
    fix_without_amounts: Texts
    offers: tuple[OfferRule, ...]
    codes: tuple[str, ...]
    examples: tuple[Example, ...] = field(compare=False)

    def conditions(self) -> Iterator[Condition]:
        yield self.when
        if self.unless is not None:
            yield self.unless

    def decisive_names(self) -> set[str]:
        """Names that `when` and `unless` look at."""
        return {name for condition in self.conditions() for name in names_of(condition)}

    def all_names(self) -> list[str]:
        """Every fact and named value the rule looks at or shows, each once, sorted."""
        found = self.decisive_names() | set(self.lets)
        for texts in (self.message, self.fix, self.desk, self.message_without_amounts, self.fix_without_amounts):
            found.update(name for text in texts.values() for name in text.names())
        for offer in self.offers:
            found.update(name for text in offer.label.values() for name in text.names())
            found.update(name for value in offer.expressions() for name in names_in(value))
            found.update(names_of(offer.when) if offer.when else ())
        for value in self.lets.values():
            found.update(names_in(value))
        return sorted(found | ({self.outcome_fact} if self.outcome_fact else set()))
