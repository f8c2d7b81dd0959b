"""A language in which every translated text stands in brackets, so that a page shows what was not translated.

Data is planted with Greek letters or digits in every word; whatever else stands outside the brackets was forgotten.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from babel import Locale

from app import words
from app.rules.texts import Text
from app.services.rulebook import SHIPPED
from app.words import LANGUAGE_NAMES
from tests.wording import used

OPEN, CLOSE = "⟦", "⟧"
READ_ALOUD = ("aria-label", "title", "placeholder", "alt", "data-label")
SILENT = {"script", "style", "svg"}
EMPTY = {"input", "br", "img", "hr", "meta", "link", "source", "path", "wbr", "col"}
# names that are the same in every language: ours, those of keys and languages, and what a command is made of
NAMES = {"Portico", "https", "http", "python", "run", "py", "Enter", "Esc", "main"} | set(LANGUAGE_NAMES.values())
RULES = {path.stem for path in SHIPPED.rglob("*.yml")}  # a rule's id is said last and small, for the telephone
_LOCALE = Locale.parse("de")
_DATES = {
    word
    for names in (*_LOCALE.days["format"].values(), *_LOCALE.months["format"].values())
    for name in names.values()
    for word in re.findall(r"\w+", name)
}
_CODE = re.compile(r"[a-z_]+([.:][a-z_]+)+|.*://.*|.*@.*|[a-z]+/[a-z-]+\.yml")  # tags, rights, addresses, rule files


class _Bracketed(dict[str, Any]):
    """The table of the pseudo-language: only texts that a translator would find are translated."""

    def get(self, text: str, default: Any = None) -> Any:
        use = used().get(str(text))
        if use is None:
            return default
        one = f"{OPEN}{use.text}{CLOSE}"
        return (one, f"{OPEN}{use.plural}{CLOSE}") if use.plural else one


def speak_pseudo(patch: pytest.MonkeyPatch) -> None:
    """Instead of German; what rules say is translated in their own files, and bracketed as a whole."""
    filled = Text.fill
    patch.setattr(words, "table", lambda code: {} if code == "en" else _Bracketed())
    patch.setattr(Text, "fill", lambda self, *args, **named: f"{OPEN}{filled(self, *args, **named)}{CLOSE}")


def forgotten(page: str) -> set[str]:
    """Words a reader sees or hears outside the brackets that are no data."""
    reader = _Reader()
    reader.feed(page)
    return {word for piece in _outside("\n".join(reader.heard)) for word in _suspicious(piece)}


def _outside(text: str) -> Iterator[str]:
    depth, start = 0, 0
    for at, sign in enumerate(text):
        if sign == OPEN:
            if depth == 0:
                yield text[start:at]
            depth += 1
        elif sign == CLOSE:
            depth -= 1
            start = at + 1
    yield text[start:]


def _suspicious(piece: str) -> Iterator[str]:
    for token in piece.split():
        plain = token.strip("()[]{},.;:!?“”„\"'·–-…")
        is_data = any(sign.isdigit() or "Ͱ" <= sign <= "Ͽ" for sign in plain)
        if not is_data and not plain.isupper() and not _CODE.fullmatch(plain) and plain not in RULES:
            yield from (word for word in re.findall(r"[^\W\d_]{2,}", plain) if word not in NAMES | _DATES)


class _Reader(HTMLParser):
    """Collects what is seen, and what is read aloud."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if not SILENT & set(self.inside) and "lang" not in given and tag != "time":
            self.heard += [given[name] or "" for name in READ_ALOUD if name in given]
            if tag == "input" and given.get("type") in ("submit", "button"):
                self.heard.append(given.get("value") or "")
        if tag not in EMPTY:
            # stored documents are data; what names its language is meant to be in it
            stored = tag == "pre" and given.get("class") == "document"
            self.inside.append(
                "script" if stored or given.get("translate") == "no" or ("lang" in given and tag != "html") else tag
            )

    def handle_endtag(self, tag: str) -> None:
        if self.inside and tag not in EMPTY:
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        if not SILENT & set(self.inside):
            self.heard.append(data)
