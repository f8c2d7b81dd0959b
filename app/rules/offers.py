"""The buttons of a rule: id, label, one effect, which counts by default. Read and checked here, shown by the engine."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from app.rules.conditions import read_condition, read_operand
from app.rules.expressions import Expression, Scope, parse
from app.rules.kinds import PLAIN, Kind
from app.rules.problems import Place, not_known
from app.rules.rule import ChargeRule, OfferRule
from app.rules.texts import BUTTON, read_texts
from app.rules.vocabulary import EFFECT_WORDS, EFFECTS, FACTS

_KEYS = ("id", "label", "effect", "default", "when")
_ID = re.compile(r"[a-z][a-z0-9-]{0,39}")
# What nobody chose may move a day, but never what is bought or what it costs per piece.
_QUIET = frozenset({"line.requested_date"})
_CHARGE_KEYS = {"code", "amount", "label"}
MOST_OFFERS = 6


def read_offers(tree: Any, scope: Scope, place: Place, *, outcome: str) -> tuple[OfferRule, ...]:
    """The buttons written in `tree`; what cannot be used is said to `place`."""
    if not isinstance(tree, list) or len(tree) > MOST_OFFERS:
        place.say(f"takes a list of at most {MOST_OFFERS} offers")
        return ()
    offers = [_read(one, scope, place.at(_name(one, number))) for number, one in enumerate(tree, 1)]
    found = tuple(offer for offer in offers if offer is not None)
    _check(found, place, outcome)
    return found


def _name(tree: Any, number: int) -> str:
    return str(tree.get("id", number)) if isinstance(tree, Mapping) else str(number)


def _check(offers: tuple[OfferRule, ...], place: Place, outcome: str) -> None:
    ids = [offer.id for offer in offers]
    for twice in sorted({one for one in ids if ids.count(one) > 1}):
        place.say(f"two offers are called '{twice}'")
    defaults = sum(offer.default for offer in offers)
    if outcome == "offer" and defaults != 1:
        place.say(f"an offer needs exactly one choice with 'default: true'; here are {defaults}")
    elif defaults > 1:
        place.say(f"only one choice can count by default; here are {defaults}")
    if outcome == "block" and any(offer.default or offer.keeps for offer in offers):
        place.say("a block cannot be kept as it is: no 'keep' and no default here")
    for offer in offers:
        if offer.default and not (set(offer.values) <= _QUIET and "drop" not in offer.effect):
            place.at(offer.id).say("a default may set the day of a line; what is bought changes only by a choice")


def _read(tree: Any, scope: Scope, place: Place) -> OfferRule | None:
    if not isinstance(tree, Mapping):
        place.say("an offer is written as {id: …, label: …, effect: …}")
        return None
    for key in [key for key in tree if key not in _KEYS]:
        place.say(not_known(key, "key of an offer", _KEYS))
    if not _ID.fullmatch(str(tree.get("id", ""))):
        place.say("needs an id of small letters, digits and hyphens")
    if tree.get("default", False) not in (True, False) or (tree.get("default") and "when" in tree):
        place.say("'default' is true or false, and the default is always shown: no 'when' beside it")
    values, effect, charge = _read_effect(tree.get("effect"), scope, place.at("effect"))
    return OfferRule(
        id=str(tree.get("id", "")),
        label=read_texts(tree.get("label"), BUTTON, scope, place.at("label")),
        values=values,
        effect=effect,
        default=tree.get("default") is True,
        when=read_condition(tree["when"], scope, place.at("when")) if "when" in tree else None,
        charge=charge,
    )


_Effect = tuple[dict[str, Expression], dict[str, Any], ChargeRule | None]


def _read_effect(tree: Any, scope: Scope, place: Place) -> _Effect:
    if not isinstance(tree, Mapping) or len(tree) != 1:
        place.say(f"takes exactly one of: {', '.join(EFFECTS)}")
        return {}, {}, None
    [(verb, value)] = tree.items()
    if verb == "set":
        return _read_values(value, scope, place.at("set")), {}, None
    if verb == "charge":
        return {}, {}, _read_charge(value, scope, place.at("charge"))
    problem = _effect_problem(verb, value, scope)
    if problem:
        place.say(problem)
    return {}, {verb: value}, None


def _read_charge(tree: Any, scope: Scope, place: Place) -> ChargeRule | None:
    if not isinstance(tree, Mapping) or set(tree) != _CHARGE_KEYS or not _ID.fullmatch(str(tree["code"])):
        place.say("is written as {code: part-pallet, amount: surcharge, label: {en: …, de: …}}")
        return None
    amount = parse(str(tree["amount"]), scope, place.at("amount"))
    if amount is not None and amount.kind is not Kind.AMOUNT and amount.kind not in PLAIN:
        place.at("amount").say(f"is {amount.kind.phrase}; a charge is an amount of money")
    label = read_texts(tree["label"], BUTTON, scope, place.at("label"))
    return ChargeRule(str(tree["code"]), amount, label) if amount is not None else None


def _effect_problem(verb: Any, value: Any, scope: Scope) -> str | None:
    if verb not in EFFECTS:
        return not_known(verb, "effect", EFFECTS)
    if verb == "keep":
        return None if value is True else "'keep' takes true"
    if verb == "edit":
        return None if value in _settable(scope) else not_known(value, "field to edit", _settable(scope))
    if (verb == "drop" or verb == "deliver") and scope.applies_to != "line":
        return f"'{verb}' is for one line; this rule applies to the order"
    return None if value in EFFECT_WORDS[verb] else not_known(value, f"word after '{verb}'", EFFECT_WORDS[verb])


def _settable(scope: Scope) -> list[str]:
    return [name for name in scope.knows() if name in FACTS and FACTS[name].settable]


def _read_values(tree: Any, scope: Scope, place: Place) -> dict[str, Expression]:
    if not isinstance(tree, Mapping) or not tree:
        place.say("names the new values, as {line.quantity: up}")
        return {}
    values = {}
    for key, written in tree.items():
        if key not in _settable(scope):
            place.at(key).say(not_known(key, "fact a button may change", _settable(scope)))
            continue
        name = scope.name(key, place.at(key))
        value = read_operand(written, name, scope, place.at(key)) if name else None
        if value is not None:
            values[key] = value
    return values
