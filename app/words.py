"""Every text people read, in their language: whole sentences with named places, never glued from parts.

English stands in the code and is the key; `app/translations/de.po` and the files in `de.d` beside it hold the German.
Usable everywhere, web or worker: the reader's language is a context value, set by the door (or by whoever writes a mail)
with `use_language`. Not for values: see `app.domain.readable`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import escape

LANGUAGES = ("en", "de")
LANGUAGE_NAMES: Mapping[str, str] = {"en": "English", "de": "Deutsch"}  # each in its own language
FOLDER = Path(__file__).parent / "translations"

Forms = tuple[str, ...]  # one thing, several things

_language: ContextVar[str] = ContextVar("language", default="en")


def language() -> str:
    """The reader's language."""
    return _language.get()


def set_language(code: str) -> None:
    """From here on, write for a reader of this language; one we do not have is read as English."""
    _language.set(code if code in LANGUAGES else "en")


@contextmanager
def use_language(code: str) -> Iterator[None]:
    """Write for a reader of this language inside the block."""
    token = _language.set(code if code in LANGUAGES else "en")
    try:
        yield
    finally:
        _language.reset(token)


def t(text: str, /, **places: object) -> str:
    """The sentence in the reader's language, its `{places}` filled.

    :param text: the English sentence, a literal in the code so that it can be found for translation, or a text that
        was marked with `n_` elsewhere
    """
    found = _sentence(text)
    return found.format(**places) if places else found


def tn(singular: str, plural: str, /, n: int, **places: object) -> str:
    """The same for a counted thing; `{n}` is the number, with thousands as the language writes them."""
    return _counted(singular, plural, n).format(n=thousands(n), **places)


def n_(text: str) -> str:
    """Marks a text that is translated later, where it is shown, with `t`."""
    return text


def thousands(number: int) -> str:
    """1,234 in English, 1.234 in German."""
    written = f"{number:,}"
    return written.replace(",", ".") if language() == "de" else written


# In pages and HTML mails what stands in the places comes from outside and is escaped; in plain texts nothing is.


@pass_eval_context
def _t_in_template(context: EvalContext, text: str, /, **places: object) -> str:
    if not (context.autoescape and places):
        return t(text, **places)
    return escape(_sentence(text)).format(**places)


@pass_eval_context
def _tn_in_template(context: EvalContext, singular: str, plural: str, /, n: int, **places: object) -> str:
    if not context.autoescape:
        return tn(singular, plural, n, **places)
    return escape(_counted(singular, plural, n)).format(n=thousands(n), **places)


# Globals for a Jinja environment: `environment.globals.update(TEMPLATE_WORDS)`.
TEMPLATE_WORDS: Mapping[str, Callable[..., str]] = {
    "t": _t_in_template,
    "tn": _tn_in_template,
    "language": language,
}


@lru_cache(maxsize=len(LANGUAGES))
def catalog(code: str) -> Catalog:
    """The translations into a language: its own file first, then those of its folder in the order of their names."""
    merged = Catalog(locale=code)
    for path in files(code):
        with path.open("rb") as file:
            for message in read_po(file, locale=code):
                if message.id and merged.get(message.id if isinstance(message.id, str) else message.id[0]) is None:
                    merged[message.id] = message
    return merged


def files(code: str) -> list[Path]:
    """Where the translations into a language are kept."""
    return [FOLDER / f"{code}.po", *sorted((FOLDER / f"{code}.d").glob("*.po"))]


@lru_cache(maxsize=len(LANGUAGES))
def table(code: str) -> Mapping[str, str | Forms]:
    """The same, for quick lookups: English → sentence, or → the forms of a counted thing. Empty for English."""
    if code == "en":
        return {}
    found = {}
    for message in catalog(code):
        if message.id and message.string:
            key = message.id if isinstance(message.id, str) else message.id[0]
            found[key] = message.string if isinstance(message.string, str) else tuple(message.string)
    return found


def _sentence(text: str) -> str:
    found = table(_language.get()).get(text)
    if found is None:
        return str(text)
    return found if isinstance(found, str) else found[0]


def _counted(singular: str, plural: str, n: int) -> str:
    found = table(_language.get()).get(singular)
    one, many = found if isinstance(found, tuple) and len(found) == 2 else (singular, plural)
    return one if n == 1 else many  # German counts as English does; other languages bring their own forms
