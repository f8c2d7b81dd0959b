"""Finds every text for people in the source: calls of `t`, `tn` and `n_` in Python and templates, and what FAB's screens
say about themselves."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from babel.messages.extract import extract

from app.views.base import Screen
from app.views.register import MENU
from app.words import LANGUAGES
from config import SETTINGS

APP = Path(__file__).parents[1] / "app"
KEYWORDS = {"t": None, "tn": (1, 2), "n_": None}
FUNCTIONS = frozenset(KEYWORDS)
OTHER_LANGUAGES = [code for code in LANGUAGES if code != "en"]


@dataclass
class Use:
    """A text and where it stands. `plural` is empty for one that counts nothing."""

    text: str
    plural: str = ""
    where: list[str] = field(default_factory=list)

    @property
    def places(self) -> set[str]:
        return places(self.text) | places(self.plural)


def places(sentence: str) -> set[str]:
    """The names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@cache
def used() -> dict[str, Use]:
    """Every text in the source, by its English."""
    found: dict[str, Use] = {}
    for text, plural, where in (*_in_files(), *_on_screens(), *_of_settings()):
        use = found.setdefault(text, Use(text, plural))
        use.plural = use.plural or plural
        use.where.append(where)
    return found


def sources(*suffixes: str) -> list[Path]:
    """Our files, but not those of the sandbox, which has its own readers."""
    return sorted(path for path in APP.rglob("*") if path.suffix in suffixes and "sandbox" not in path.parts)


def _of_settings() -> Iterator[tuple[str, str, str]]:
    """What each setting means, as administrators read it."""
    for setting in SETTINGS:
        yield setting.meaning, "", f"config.py: {setting.name}"


def _in_files() -> Iterator[tuple[str, str, str]]:
    for path in sources(".py", ".html", ".txt"):
        method = "python" if path.suffix == ".py" else "jinja2.ext:babel_extract"
        with path.open("rb") as file:
            for line, message, _, _ in extract(method, file, keywords=KEYWORDS, options={"silent": "false"}):
                text, plural = (message, "") if isinstance(message, str) else message
                yield text, plural, f"{path.relative_to(APP)}:{line}"


def _on_screens() -> Iterator[tuple[str, str, str]]:
    for category, screens in MENU:
        yield category, "", "menu"
        for screen in screens:
            for text in filter(None, _said_by(screen)):
                yield text, "", screen.__name__


def _said_by(screen: type[Screen]) -> Iterator[str]:
    yield from screen.nouns
    yield screen.about
    shown = {*screen.list_columns, *screen.show_columns}  # FAB adds labels of its own for all other columns
    yield from (label for column, label in screen.label_columns.items() if column in shown)
    yield from (search.label for search in screen.searches)
    for name in dir(screen):
        act = getattr(getattr(screen, name, None), "_action", None)
        if act is not None:
            yield act[1]


def calls() -> Iterator[tuple[Path, ast.Call]]:
    """Every call of `t`, `tn` or `n_` in Python."""
    for path in sources(".py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS:
                yield path, node
