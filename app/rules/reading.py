"""YAML text to plain values, for text that nobody has looked at yet: bounded in size and depth, no aliases, no doubles.

Not for what the values mean; `loader.py` reads that.
"""

from __future__ import annotations

from collections.abc import Hashable
from decimal import Decimal
from typing import Any

import yaml

from app.rules.problems import Place

LONGEST_FILE = 20_000  # characters; the longest shipped rule has a tenth of it
DEEPEST = 12
_MOST_NODES = 2_000


class _Refused(ValueError):
    """Well-formed YAML that a rule does not need."""

    def __init__(self, why: str, line: int) -> None:
        super().__init__(f"line {line}: {why}")


class _Loader(yaml.SafeLoader):
    """Safe YAML with exact numbers, that refuses a key given twice instead of taking the last one."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _value in node.value:
            if key.value in seen:
                raise _Refused(f"'{key.value}' is given twice", _line(key))
            seen.add(str(key.value))
        return super().construct_mapping(node, deep=True)


def _exact(loader: _Loader, node: Any) -> Decimal:
    written = str(node.value).replace("_", "")
    number = Decimal(written) if any(sign.isdigit() for sign in written) else Decimal("NaN")  # .inf and .nan
    if not number.is_finite() or abs(number.adjusted()) > 30:
        raise ValueError(f"{node.value} is not a number a rule can count with")
    return number


_Loader.add_constructor("tag:yaml.org,2002:float", _exact)


def read_yaml(text: str, place: Place) -> dict[str, Any] | None:
    """The mapping written in `text`; None when it could not be read, and `place` then knows why."""
    if len(text) > LONGEST_FILE:
        place.say(f"the file has {len(text):,} characters; a rule file may have {LONGEST_FILE:,}")
        return None
    try:
        _measure(text)
        tree = yaml.load(text, Loader=_Loader)  # noqa: S506  a SafeLoader
    except yaml.MarkedYAMLError as err:
        place.say(_where(err))
        return None
    except _Refused as err:
        place.say(str(err))
        return None
    except (yaml.YAMLError, ValueError, ArithmeticError, TypeError) as err:
        place.say(f"cannot be read as YAML: {str(err).splitlines()[0]}")
        return None
    if not isinstance(tree, dict):
        place.say("must hold one rule, written as 'key: value' lines")
        return None
    return tree


def _measure(text: str) -> None:
    """Counts before anything is built, so that a nested bomb costs no more than its own length."""
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=yaml.SafeLoader)):
        if isinstance(event, yaml.AliasEvent):
            raise _Refused("aliases (*name) are not used in rules", _line(event))
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST or count > _MOST_NODES:
            raise _Refused("nested too deep or too long for a rule", _line(event))


def _line(node: Any) -> int:
    return int(node.start_mark.line) + 1


def _where(err: yaml.MarkedYAMLError) -> str:
    mark = err.problem_mark
    line = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
    return f"{line}{err.problem or 'cannot be read as YAML'}"
