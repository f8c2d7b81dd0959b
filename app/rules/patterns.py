"""Patterns for `matches`: a small part of regular expressions that cannot be made to run long.

Characters, classes in [ ], \\d \\w \\s and . each with an optional ? * + {m} {m,n}, and | between whole alternatives. No
groups, no look-around, at most three elements of variable length in an alternative; with the cap on the length of the text
that bounds the work.
"""

from __future__ import annotations

import re

LONGEST_PATTERN = 120
LONGEST_TEXT = 100
_MOST_VARIABLE = 3
_ATOM = r"(?:\\[dws.\\/+*?|(){}\[\]^$-]|\[\^?(?:\\[dws\\\]^-]|[^\\\[\]])+\]|[^\\\[\](){}?*+|^$])"
_ELEMENT = re.compile(_ATOM + r"(?P<times>[?*+]|\{\d{1,2}(?:,\d{1,2})?\})?")


def pattern_problem(pattern: str) -> str | None:
    """Why the pattern is not taken, or None."""
    if len(pattern) > LONGEST_PATTERN:
        return f"the pattern has {len(pattern)} characters; {LONGEST_PATTERN} are allowed"
    for branch in re.split(r"(?<!\\)\|", pattern.removeprefix("^").removesuffix("$")):
        problem = _branch_problem(branch)
        if problem:
            return problem
    return _refused_by_python(pattern)


def compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.removeprefix("^").removesuffix("$"), re.ASCII)


def _branch_problem(branch: str) -> str | None:
    position = variable = 0
    while position < len(branch):
        element = _ELEMENT.match(branch, position)
        if element is None:
            rest = branch[position:][:10]
            return f"'{rest}' is more than a pattern here may hold; use characters, [classes], ? * + {{m,n}} and |"
        times = element["times"] or ""
        variable += times in ("?", "*", "+") or "," in times
        position = element.end()
    if variable > _MOST_VARIABLE:
        return f"at most {_MOST_VARIABLE} elements of a pattern may vary in length"
    return None


def _refused_by_python(pattern: str) -> str | None:
    try:
        compiled(pattern)
    except re.error as err:
        return f"the pattern cannot be read: {err}"
    return None
