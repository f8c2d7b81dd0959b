"""Checked rules to plain Python functions: one judges a whole order in a single pass, one per rule collects its values.

Source is generated from the checked tree only: names come from the vocabulary or are made here, every literal is a bound
constant. So no text of a rule ever is code. The source lives as long as this process and is never stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.rules import arithmetic
from app.rules.conditions import Condition, Every, Not, Test
from app.rules.expressions import Binary, Call, Expression, Literal, Name, names_in
from app.rules.kinds import Kind
from app.rules.patterns import compiled
from app.rules.rule import Rule
from app.rules.vat import is_vat_id_of
from app.rules.vocabulary import FACTS, LINE_SUBJECTS, SUBJECTS

Judge = Callable[[Mapping[str, Any], Mapping[str, Any], Mapping[str, Any], Sequence[Any], Callable[[Any], None]], None]
Values = Callable[..., tuple[dict[str, Any], tuple[bool, ...], tuple[tuple[Any, ...], ...]]]

_COMPARISONS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "before": "<", "after": ">", "equals": "=="}
_CALLS = {"round_up_to": "round_up_to", "round_down_to": "round_down_to", "smaller_of": "min", "larger_of": "max",
          "where_above": "where_above"}  # fmt: skip
_SAFE = {"min": min, "max": max, **{name: getattr(arithmetic, name) for name in (
    "divide", "round_up_to", "round_down_to", "is_multiple", "later", "days_between", "looks_like", "usable", "first_given",
    "where_above",
)}, "is_vat_id_of": is_vat_id_of, "EMPTY": {}}  # fmt: skip


@dataclass(frozen=True)
class Program:
    """A compiled set.

    :param judge: `judge(order, customer, today, lines, hit)` calls `hit((rule index, line index or None))` per finding
    :param values: per rule, `values(order, customer, today, line, item)` answers all values by name, which offers
        are shown, and the new values of each offer
    """

    judge: Judge
    values: tuple[Values, ...]


def compile_rules(rules: Sequence[Rule]) -> Program:
    """Functions for these rules; nothing of them depends on text that was not checked."""
    code = _Code()
    _write_judge(code, rules)
    for index, rule in enumerate(rules):
        _write_values(code, index, rule)
    functions = code.run()
    return Program(functions["judge"], tuple(functions[f"values_{index}"] for index in range(len(rules))))


class _Code:
    """Source lines under construction, with the constants they are bound to."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._constants: dict[str, Any] = {}

    def add(self, depth: int, line: str) -> None:
        self.lines.append("    " * depth + line)

    def constant(self, value: Any) -> str:
        if isinstance(value, Decimal) and value == value.to_integral_value() and abs(value) < 10**15:
            value = int(value)
        name = f"K{len(self._constants)}"
        self._constants[name] = value
        return name

    def run(self) -> dict[str, Any]:
        names: dict[str, Any] = {"__builtins__": {"len": len, "enumerate": enumerate}, **_SAFE, **self._constants}
        exec(compile("\n".join(self.lines), "<rules>", "exec"), names)  # noqa: S102  generated from checked trees only
        return names


def _write_judge(code: _Code, rules: Sequence[Rule]) -> None:
    code.add(0, "def judge(order, customer, today, lines, hit):")
    _load(code, 1, _facts_of(rules, with_lines=False))
    for index, rule in enumerate(rules):
        if rule.applies_to == "order":
            _write_rule(code, 1, index, rule)
    code.add(1, "for position, entry in enumerate(lines):")
    code.add(2, "line = entry.get('line') or EMPTY")
    code.add(2, "item = entry.get('item') or EMPTY")
    _load(code, 2, _facts_of(rules, with_lines=True))
    for index, rule in enumerate(rules):
        if rule.applies_to == "line":
            _write_rule(code, 2, index, rule)


def _facts_of(rules: Iterable[Rule], *, with_lines: bool) -> list[str]:
    """Facts the conditions look at, those of lines or all the others."""
    names = {name for rule in rules for name in rule.decisive_names() | _behind(rule, rule.decisive_names())}
    return sorted(name for name in names if name in FACTS and (FACTS[name].subject in LINE_SUBJECTS) == with_lines)


def _behind(rule: Rule, names: Iterable[str]) -> set[str]:
    """Named values behind these names, and all that those look at in turn."""
    found: set[str] = set()
    waiting = [name for name in names if name in rule.lets]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            if name in rule.lets:
                waiting.extend(names_in(rule.lets[name]))
    return found


def _load(code: _Code, depth: int, facts: Iterable[str]) -> None:
    for name in facts:
        fact = FACTS[name]
        code.add(depth, f"{_variable(name)} = {fact.subject}.get('{fact.key}')")


def _variable(name: str) -> str:
    subject, dot, key = name.partition(".")
    return f"{subject}_{key}" if dot and subject in SUBJECTS else f"let_{name}"


def _write_rule(code: _Code, depth: int, index: int, rule: Rule) -> None:
    _write_lets(code, depth, rule, _behind(rule, rule.decisive_names()))
    test = _condition(rule.when, code)
    if rule.unless is not None:
        test = f"{test} and not {_condition(rule.unless, code)}"
    code.add(depth, f"if {test}:")
    code.add(depth + 1, f"hit(({index}, {'position' if rule.applies_to == 'line' else 'None'}))")


def _write_lets(code: _Code, depth: int, rule: Rule, wanted: Iterable[str]) -> None:
    needed = set(wanted)
    for name, expression in rule.lets.items():
        if name in needed:
            code.add(depth, f"{_variable(name)} = {_guarded(expression, code)}")


def _write_values(code: _Code, index: int, rule: Rule) -> None:
    code.add(0, f"def values_{index}(order, customer, today, line, item):")
    names = rule.all_names()
    _load(code, 1, (name for name in names if name in FACTS))
    _write_lets(code, 1, rule, rule.lets)
    values = ", ".join(f"'{name}': {_variable(name)}" for name in names)
    shown = "".join(f"{_condition(offer.when, code) if offer.when else 'True'}, " for offer in rule.offers)
    effects = "".join(f"({_each(offer.expressions(), code)}), " for offer in rule.offers)
    code.add(1, f"return {{{values}}}, ({shown}), ({effects})")


def _each(expressions: Iterable[Expression], code: _Code) -> str:
    return "".join(f"{_guarded(expression, code)}, " for expression in expressions)


def _guarded(expression: Expression, code: _Code) -> str:
    """The value, or None as soon as something it needs is not known."""
    source, guards = _source(expression, code)
    return f"(usable({source}) if {_known(guards)} else None)" if guards else f"usable({source})"


def _known(guards: Iterable[str]) -> str:
    return " and ".join(f"{guard} is not None" for guard in guards)


def _source(expression: Expression, code: _Code) -> tuple[str, list[str]]:
    """Source of the value, and the variables that must be known before it may run."""
    if isinstance(expression, Literal):
        return code.constant(expression.value), []
    if isinstance(expression, Name):
        return _variable(expression.name), [_variable(expression.name)]
    if isinstance(expression, Call) and expression.function == "first_given":
        return _first_given(expression, code)
    left, guards = _source(expression.left, code)
    right, more = _source(expression.right, code)
    needed = list(dict.fromkeys([*guards, *more]))
    if isinstance(expression, Call):
        return f"{_CALLS[expression.function]}({left}, {right})", needed
    return _binary(expression, left, right), needed


def _first_given(expression: Call, code: _Code) -> tuple[str, list[str]]:
    """Needs only what the last resort needs, so that the whole is known whenever that is."""
    right, guards = _source(expression.right, code)
    return f"first_given({_guarded(expression.left, code)}, {right})", guards


def _binary(expression: Binary, left: str, right: str) -> str:
    if expression.operator == "/":
        return f"divide({left}, {right})"
    if expression.left.kind is not Kind.DATE:
        return f"({left} {expression.operator} {right})"
    if expression.right.kind is Kind.DATE:
        return f"days_between({left}, {right})"
    return f"later({left}, {'-' if expression.operator == '-' else ''}{right})"


def _condition(condition: Condition, code: _Code) -> str:
    if isinstance(condition, Test):
        return f"({_test(condition, code)})"
    if isinstance(condition, Not):
        return f"(not {_condition(condition.part, code)})"
    word = " and " if isinstance(condition, Every) else " or "
    return f"({word.join(_condition(part, code) for part in condition.parts)})"


def _test(test: Test, code: _Code) -> str:
    left = _variable(test.left.name)
    if test.name in ("given", "empty"):
        return _given_or_empty(test, left)
    if isinstance(test.right, tuple):
        return f"{left} in {code.constant(tuple(literal.value for literal in test.right))}"
    right, guards = _source(test.right, code)
    known = _known(dict.fromkeys([left, *guards]))
    return f"{known} and {_holds(test, left, right, code)}"


def _given_or_empty(test: Test, left: str) -> str:
    wanted = isinstance(test.right, Literal) and test.right.value is (test.name == "given")
    if test.left.kind in (Kind.TEXT, Kind.TEXTS):
        return f"{'' if wanted else 'not '}{left}"
    return f"{left} is {'not ' if wanted else ''}None"


def _holds(test: Test, left: str, right: str, code: _Code) -> str:
    if test.name in _COMPARISONS:
        return f"{left} {_COMPARISONS[test.name]} {right}"
    if test.name == "multiple_of":
        return f"is_multiple({left}, {right})"
    if test.name == "vat_id_of":
        return f"is_vat_id_of({left}, {right})"
    if test.name == "matches" and isinstance(test.right, Literal):
        return f"looks_like({code.constant(compiled(str(test.right.value)))}, {left})"
    return f"{left} in {right}"
