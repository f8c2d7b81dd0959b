"""Decides about an order by a rule set: all layers, all findings, each with its words, buttons and values.

`RuleSet.load(folder)` or `RuleSet.from_texts({"logistics/part-pallet.yml": "rule: …"})`, then `.evaluate(facts)`. Needs no
framework, no database, no clock: the same set and the same facts give the same answer in ten years.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import localcontext
from pathlib import Path
from typing import Any

from app.rules.arithmetic import EXACT
from app.rules.compiler import compile_rules
from app.rules.examples import contradictions, facts_of
from app.rules.findings import Facts, Finding, Offer
from app.rules.loader import read_rules, texts_in
from app.rules.problems import Place, Problem, RuleSetError
from app.rules.rule import OfferRule, Rule
from app.rules.texts import Texts
from app.rules.vocabulary import LANGUAGES, LAYERS, OUTCOMES

__all__ = ["Facts", "Finding", "Offer", "RuleSet", "RuleSetError"]


class RuleSet:
    """An immutable set of rules, compiled once.

    :ivar version: sha256 of the canonical texts, in hex; equal texts have equal versions on every machine
    :ivar rules: in the order findings are told: by layer, then by name
    """

    def __init__(self, texts: Mapping[str, str], rules: Sequence[Rule]) -> None:
        """Use `load` or `from_texts`, which check everything."""
        self.rules = tuple(sorted(rules, key=lambda rule: (LAYERS.index(rule.layer), rule.id)))
        self._texts = dict(sorted(texts.items()))
        self.version = _version(self._texts)
        self._program = compile_rules(self.rules)

    @classmethod
    def load(cls, path: str | Path) -> RuleSet:
        """The set in a folder of `LAYER/RULE.yml` files.

        :raises RuleSetError: names every problem of every file
        """
        return cls.from_texts(texts_in(Path(path)))

    @classmethod
    def from_texts(cls, texts: Mapping[str, str]) -> RuleSet:
        """The set from texts by file name, as a published version is kept.

        :raises RuleSetError: names every problem of every text
        """
        canonical = {name: _canonical(text) for name, text in texts.items()}
        problems: list[Problem] = []
        rules = read_rules(canonical, problems)
        problems.extend(problem for rule in rules for problem in _failing_examples(rule, canonical))
        if problems:
            raise RuleSetError(problems)
        return cls(canonical, rules)

    def texts(self) -> dict[str, str]:
        """The canonical text of every file, by name; `from_texts` of it gives the same version."""
        return dict(self._texts)

    def evaluate(self, facts: Facts | Mapping[str, Any]) -> list[Finding]:
        """All findings of all layers: by layer, then order before lines, then by line. Missing facts never stop it."""
        known = Facts.of(facts)
        hits: list[tuple[int, int | None]] = []
        with localcontext(EXACT):
            self._program.judge(known.order, known.customer, known.today, known.lines, hits.append)
            found = [self._finding(index, position, known) for index, position in hits]
        return sorted(found, key=_reading_order)

    def _finding(self, index: int, position: int | None, facts: Facts) -> Finding:
        rule = self.rules[index]
        entry: Mapping[str, Any] = {} if position is None else facts.lines[position]
        line, item = entry.get("line") or {}, entry.get("item") or {}
        values, shown, effects = self._program.values[index](facts.order, facts.customer, facts.today, line, item)
        say = _Speaker(values, facts)
        outcome = _outcome(rule, values)
        buttons = zip(rule.offers, shown, effects, strict=True)
        offers = tuple(
            say.offer(offer, effect)
            for offer, visible, effect in buttons
            if _offered(offer, visible, effect, outcome, values)
        )
        return Finding(
            rule=rule.id,
            layer=rule.layer,
            outcome=outcome,
            line=None if position is None else line.get("number") or position + 1,
            message=say.all(rule.message),
            fix=say.all(rule.fix),
            desk=say.all(rule.desk),
            offers=offers,
            facts=values,
            message_without_amounts=say.all(rule.message_without_amounts) or None,
            fix_without_amounts=say.all(rule.fix_without_amounts) or None,
            codes=rule.codes,
        )


class _Speaker:
    """Fills texts with the values of one finding."""

    def __init__(self, values: Mapping[str, Any], facts: Facts) -> None:
        self._values = values
        self._currency = facts.order.get("currency") or facts.customer.get("currency") or ""
        today = facts.today.get("date")
        self._today = today if isinstance(today, date) else None

    def all(self, texts: Texts) -> dict[str, str]:
        return {
            language: text.fill(self._values, currency=self._currency, today=self._today)
            for language, text in texts.items()
        }

    def offer(self, offer: OfferRule, effect: tuple[Any, ...]) -> Offer:
        return Offer(offer.id, self.all(offer.label), self._effect(offer, effect), offer.default)

    def _effect(self, offer: OfferRule, effect: tuple[Any, ...]) -> dict[str, Any]:
        if offer.charge is not None:
            label = self.all(offer.charge.label)
            return {"charge": {"code": offer.charge.code, "amount": effect[0], "label": label}}
        return {"set": dict(zip(offer.values, effect, strict=True))} if offer.values else dict(offer.effect)


def _outcome(rule: Rule, values: Mapping[str, Any]) -> str:
    chosen = values.get(rule.outcome_fact) if rule.outcome_fact else None
    return chosen if chosen in OUTCOMES else rule.outcome


def _offered(offer: OfferRule, visible: bool, effect: tuple[Any, ...], outcome: str, values: Mapping[str, Any]) -> bool:
    """Not where its condition says no, where it lacks a value, or where it would keep what is blocked."""
    if outcome == "block" and (offer.default or offer.keeps):
        return False
    if offer.default:
        return True
    lacking = any(value in (None, "") for value in effect)
    return (
        visible
        and not lacking
        and all(values.get(name) not in (None, "") for name in offer.label[LANGUAGES[0]].needed())
    )


def _reading_order(finding: Finding) -> tuple[int, int]:
    return LAYERS.index(finding.layer), finding.line or 0


def _failing_examples(rule: Rule, texts: Mapping[str, str]) -> list[Problem]:
    """Runs the examples of one rule, on that rule alone."""
    file = next(name for name in texts if name.removesuffix(".yml").split("/")[-1] == rule.id)
    place = Place(file, rule.id)
    alone = RuleSet({}, [rule])
    for number, example in enumerate(rule.examples, 1):
        for sentence in contradictions(rule, example, alone.evaluate(facts_of(example))):
            place.at("examples", number).say(sentence)
    return place.problems


def _canonical(text: str) -> str:
    """One kind of line end, no blanks at the ends of lines, one line end at the end."""
    return "\n".join(line.rstrip() for line in re.split(r"\r\n?|\n", text)).rstrip("\n") + "\n"


def _version(texts: Mapping[str, str]) -> str:
    digest = hashlib.sha256()
    for name, text in texts.items():
        digest.update(f"{name}\0{text}\0".encode())
    return digest.hexdigest()
