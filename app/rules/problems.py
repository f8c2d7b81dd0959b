"""What is wrong with a rule file, told so that the reader finds the place: file, rule, key, and the nearest right word.

All problems of a set are collected before anything is refused. Not for findings about orders.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

from app.errors import Unprocessable


@dataclass(frozen=True)
class Problem:
    """One sentence and the way that leads to it."""

    file: str
    rule: str
    keys: tuple[str, ...]
    sentence: str

    def __str__(self) -> str:
        way = [f"in file {self.file}"] if self.file else []
        way += [f"in rule '{self.rule}'"] if self.rule else []
        way += [f"in {'.'.join(self.keys)}"] if self.keys else []
        return "\n".join([*way, f"  -> {self.sentence}"])


class RuleSetError(Unprocessable):
    """A rule set that cannot be used; `problems` holds every reason, the text all of them one below the other."""

    code = "rule_set_not_usable"
    title = "These rules cannot be used yet"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        super().__init__(
            "\n".join(str(problem) for problem in self.problems),
            "Correct the place named above." if count == 1 else f"Correct the {count} places named above.",
        )


@dataclass(frozen=True)
class Place:
    """Where the loader stands; `say` notes a problem there."""

    file: str
    rule: str = ""
    keys: tuple[str, ...] = ()
    problems: list[Problem] = field(default_factory=list)

    def at(self, *keys: object) -> Place:
        return replace(self, keys=self.keys + tuple(str(key) for key in keys))

    def say(self, sentence: str) -> None:
        self.problems.append(Problem(self.file, self.rule, self.keys, sentence))


def nearest_first(word: str, known: Iterable[str]) -> list[str]:
    """The known words, those spelt most like `word` in front."""
    words = list(known)
    near = get_close_matches(word, words, n=3, cutoff=0.5)
    return near + [one for one in words if one not in near]


def not_known(word: object, what: str, known: Iterable[str], *, show: int = 20) -> str:
    """'multiple-of' is not a known test; use one of: multiple_of, gt, ..."""
    words = list(known)
    if len(words) <= show:
        return f"'{word}' is not a known {what}; use one of: {', '.join(nearest_first(str(word), words))}"
    near = get_close_matches(str(word), words, n=3, cutoff=0.6)
    hint = (
        f"the nearest are: {', '.join(near)}"
        if near
        else "nothing is spelt alike, see the list in docs/rule-language.md"
    )
    return f"'{word}' is not a known {what}; {hint}"
