"""Rule files to checked rules: structure, words, kinds, texts, then the examples. Says everything that is wrong at once.

One rule a file, `LAYER/RULE.yml`. Not for deciding about orders: `engine.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.rules.conditions import read_condition
from app.rules.examples import read_examples
from app.rules.expressions import Expression, Scope, names_in, parse
from app.rules.kinds import PLAIN, Kind
from app.rules.offers import read_offers
from app.rules.problems import Place, Problem, RuleSetError, not_known
from app.rules.reading import read_yaml
from app.rules.rule import Rule
from app.rules.texts import DESK, FIX, MESSAGE, Texts, read_texts
from app.rules.vocabulary import FACTS, LAYERS, OUTCOMES, REASON_CODES, SCOPES

_REQUIRED = ("rule", "layer", "when", "outcome", "message", "fix", "examples")
_KEYS = (
    "rule", "layer", "applies_to", "let", "when", "unless", "outcome", "message", "fix", "desk", "message_without_amounts",
    "fix_without_amounts", "offers", "codes", "examples",
)  # fmt: skip
_ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_LET = re.compile(r"[a-z][a-z0-9_]{0,29}")
_OF_A_LINE = re.compile(r"\b(?:line|item)\.[a-z]")
_TYPED_LETS = {"amount": Kind.AMOUNT, "quantity": Kind.QUANTITY, "unit_price": Kind.UNIT_PRICE, "percent": Kind.PERCENT}
MOST_RULES = 300
_MOST_LETS = 12


def texts_in(path: Path) -> dict[str, str]:
    """Every rule file below the folder, by its path below it.

    :raises RuleSetError: there is none, or one cannot be read as text
    """
    files = sorted(path.rglob("*.yml"))
    if not files:
        raise RuleSetError([Problem(str(path), "", (), "holds no rule file (LAYER/RULE.yml)")])
    texts, problems = {}, []
    for file in files:
        try:
            texts[file.relative_to(path).as_posix()] = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            problems.append(Problem(str(file), "", (), "is not UTF-8 text"))
    if problems:
        raise RuleSetError(problems)
    return texts


def read_rules(texts: Mapping[str, str], problems: list[Problem]) -> list[Rule]:
    """The rules of all files that could be read whole; what is wrong with the others is added to `problems`."""
    if len(texts) > MOST_RULES:
        problems.append(Problem("", "", (), f"a set may have {MOST_RULES} rules; this one has {len(texts)}"))
        return []
    rules: dict[str, Rule] = {}
    for file, text in sorted(texts.items()):
        place = Place(file)
        rule = read_rule(text, place)
        if rule and rule.id in rules:
            place.say(f"the rule '{rule.id}' stands in another file too")
        elif rule:
            rules[rule.id] = rule
        problems.extend(place.problems)
    return list(rules.values())


def read_rule(text: str, place: Place) -> Rule | None:
    """The rule written in `text`; None when anything in it cannot be used, and `place` then knows what."""
    tree = read_yaml(text, place)
    if tree is None:
        return None
    place = replace(place, rule=str(tree.get("rule", "")))
    _check_keys(tree, place)
    if any(key not in tree for key in _REQUIRED):
        return None
    _check_head(tree, place)
    rule = _read(tree, place)
    _check_private(rule, place)
    return None if place.problems else rule


def _check_keys(tree: Mapping[str, Any], place: Place) -> None:
    for key in [key for key in tree if key not in _KEYS]:
        place.say(not_known(key, "key of a rule", _KEYS))
    for key in [key for key in _REQUIRED if key not in tree]:
        place.say(f"'{key}' is missing")


def _check_head(tree: Mapping[str, Any], place: Place) -> None:
    name, layer, parts = str(tree["rule"]), tree["layer"], place.file.removesuffix(".yml").split("/")
    if not _ID.fullmatch(name) or len(name) > 40:
        place.at("rule").say("a rule is called by small letters, digits and hyphens, up to 40")
    if layer not in LAYERS:
        place.at("layer").say(not_known(layer, "layer", LAYERS))
    elif len(parts) > 1 and parts[-2] != layer:
        place.at("layer").say(f"the file lies under '{parts[-2]}', the rule says '{layer}'")
    if parts[-1] != name:
        place.at("rule").say(f"the file is called '{parts[-1]}.yml', the rule '{name}'; they go by one name")
    if tree.get("applies_to", SCOPES[0]) not in SCOPES:
        place.at("applies_to").say(not_known(tree["applies_to"], "subject of a rule", SCOPES))


def _read(tree: Mapping[str, Any], place: Place) -> Rule:
    lets, scope = _read_lets(tree.get("let", {}), Scope(_applies_to(tree)), place.at("let"))
    outcome, outcome_fact = _read_outcome(tree["outcome"], scope, place.at("outcome"))
    message = read_texts(tree["message"], MESSAGE, scope, place.at("message"))
    return Rule(
        id=str(tree["rule"]),
        layer=str(tree["layer"]),
        applies_to=scope.applies_to,
        when=read_condition(tree["when"], scope, place.at("when")),
        unless=read_condition(tree["unless"], scope, place.at("unless")) if "unless" in tree else None,
        lets=lets,
        outcome=outcome,
        outcome_fact=outcome_fact,
        message=message,
        fix=read_texts(tree["fix"], FIX, scope, place.at("fix")),
        desk=_optional_texts(tree, "desk", DESK, scope, place) or message,
        message_without_amounts=_optional_texts(tree, "message_without_amounts", MESSAGE, scope, place),
        fix_without_amounts=_optional_texts(tree, "fix_without_amounts", FIX, scope, place),
        offers=read_offers(tree.get("offers", []), scope, place.at("offers"), outcome=outcome),
        codes=_read_codes(tree.get("codes", []), place.at("codes")),
        examples=read_examples(tree["examples"], scope, place.at("examples")),
    )


def _applies_to(tree: Mapping[str, Any]) -> str:
    """As the rule says; where it does not, a rule that names facts of a line applies to lines."""
    if tree.get("applies_to") in SCOPES:
        return str(tree["applies_to"])
    spoken = {key: value for key, value in tree.items() if key != "examples"}
    return "line" if _OF_A_LINE.search(str(spoken)) else "order"


def _optional_texts(tree: Mapping[str, Any], key: str, longest: int, scope: Scope, place: Place) -> Texts:
    return read_texts(tree[key], longest, scope, place.at(key)) if key in tree else {}


def _read_lets(tree: Any, scope: Scope, place: Place) -> tuple[dict[str, Expression], Scope]:
    """The named values in order; each may use those above it."""
    lets: dict[str, Expression] = {}
    if not isinstance(tree, Mapping) or len(tree) > _MOST_LETS:
        place.say(f"takes up to {_MOST_LETS} names with their calculation, as {{up: round_up_to(line.quantity, 12)}}")
        return lets, scope
    for name, value in tree.items():
        if not _LET.fullmatch(str(name)):
            place.at(name).say("a value is named by small letters, digits and _, up to 30")
            continue
        expression = _read_let(value, scope, place.at(name))
        if expression is not None:
            lets[name] = expression
            scope = replace(scope, lets={**scope.lets, name: expression.kind})
    return lets, scope


def _read_let(value: Any, scope: Scope, place: Place) -> Expression | None:
    if isinstance(value, Mapping) and len(value) == 1:
        [(kind, number)] = value.items()
        if kind not in _TYPED_LETS:
            place.say(not_known(kind, "kind of a fixed value", _TYPED_LETS))
            return None
        return _as_kind(parse(str(number), scope, place), _TYPED_LETS[kind], place)
    if isinstance(value, bool | Mapping | list) or value is None:
        place.say("takes a calculation or a number")
        return None
    return parse(str(value), scope, place)


def _as_kind(expression: Expression | None, kind: Kind, place: Place) -> Expression | None:
    """A number without a unit gets one: 18 becomes money."""
    if expression is None or expression.kind is kind:
        return expression
    if expression.kind in PLAIN:
        return replace(expression, kind=kind)
    place.say(f"is {expression.kind.phrase} already")
    return None


def _read_outcome(tree: Any, scope: Scope, place: Place) -> tuple[str, str | None]:
    """A fixed outcome, or {from: FACT, otherwise: OUTCOME} where a fact of the customer decides."""
    if not isinstance(tree, Mapping):
        if tree not in OUTCOMES:
            place.say(not_known(tree, "outcome", OUTCOMES))
        return str(tree), None
    fact = FACTS.get(str(tree.get("from")))
    deciding = [one.name for one in FACTS.values() if one.choices and set(one.choices) <= set(OUTCOMES)]
    if set(tree) != {"from", "otherwise"} or tree["otherwise"] not in OUTCOMES:
        place.say("is written as one of " + ", ".join(OUTCOMES) + " or as {from: FACT, otherwise: OUTCOME}")
    elif fact is None or fact.name not in deciding or fact.name not in scope.knows():
        place.say(not_known(tree["from"], "fact that decides an outcome", deciding))
    return str(tree.get("otherwise")), str(tree.get("from"))


def _read_codes(tree: Any, place: Place) -> tuple[str, ...]:
    codes = tree if isinstance(tree, list) else [tree]
    for code in [code for code in codes if code not in REASON_CODES]:
        place.say(not_known(code, "reason of the desk", REASON_CODES))
    return tuple(str(code) for code in codes)


def _check_private(rule: Rule, place: Place) -> None:
    """What a customer owes is told only to people who may see invoices; the others need their own words."""
    private = _private_names(rule.lets)
    for key, texts, other in (
        ("message", rule.message, rule.message_without_amounts),
        ("fix", rule.fix, rule.fix_without_amounts),
    ):
        told = _first_told(texts, private)
        if told and not other:
            place.at(key).say(f"tells {told}, which not every buyer may see; add {key}_without_amounts")
        if _first_told(other, private):
            place.at(f"{key}_without_amounts").say(
                f"tells {_first_told(other, private)}; this text is for people who may not see it"
            )
    for offer in rule.offers:
        if offer.charge and _first_told(offer.charge.label, private):
            place.at("offers", offer.id, "effect").say("a charge is seen by every buyer; its label tells no debts")
        if _first_told(offer.label, private):
            place.at("offers", offer.id, "label").say(
                f"tells {_first_told(offer.label, private)}; a button is seen by every buyer"
            )


def _private_names(lets: Mapping[str, Expression]) -> set[str]:
    private = {name for name, fact in FACTS.items() if fact.private}
    for name, expression in lets.items():
        if private.intersection(names_in(expression)):
            private.add(name)
    return private


def _first_told(texts: Texts, private: set[str]) -> str:
    return next((name for text in texts.values() for name in text.names() if name in private), "")
