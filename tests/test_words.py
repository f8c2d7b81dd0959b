"""Texts in the reader's language: chosen, filled and counted, and safe in a page."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from jinja2 import Environment
from markupsafe import Markup

from app import words
from app.words import TEMPLATE_WORDS, language, set_language, t, tn, use_language

CARD = 'msgid "{name} sends {what}"\nmsgstr "{what} kommt von {name}"\n\n'
LINES = (
    'msgid "{n} line <new>"\nmsgid_plural "{n} lines <new>"\n'
    'msgstr[0] "{n} Position <neu>"\nmsgstr[1] "{n} Positionen <neu>"\n\n'
)


@pytest.fixture(autouse=True)
def german(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two small files in place of the real ones."""
    header = (words.FOLDER / "de.po").read_text(encoding="utf-8").partition("\n\n")[0] + "\n\n"
    (tmp_path / "de.d").mkdir()
    (tmp_path / "de.po").write_text(header + CARD, encoding="utf-8")
    (tmp_path / "de.d" / "more.po").write_text(header + LINES + CARD.replace("kommt", "ist"), encoding="utf-8")
    monkeypatch.setattr(words, "FOLDER", tmp_path)
    for cached in (words.catalog, words.table):
        monkeypatch.setattr(words, cached.__name__, cached.__wrapped__)


def rendered(template: str, *, autoescape: bool = True, **values: object) -> str:
    environment = Environment(autoescape=autoescape)
    environment.globals.update(TEMPLATE_WORDS)
    return environment.from_string(template).render(values)


def test_a_sentence_is_said_in_the_readers_language_with_its_places_in_their_order() -> None:
    with use_language("de"):
        assert t("{name} sends {what}", name="Alice", what="P-1") == "P-1 kommt von Alice"
    assert t("{name} sends {what}", name="Alice", what="P-1") == "Alice sends P-1"


def test_what_is_not_translated_is_said_in_english() -> None:
    with use_language("de"):
        assert t("Nobody translated this, {name}.", name="Bob") == "Nobody translated this, Bob."
        assert tn("{n} box", "{n} boxes", 2) == "2 boxes"


@pytest.mark.parametrize(
    ("code", "n", "said"),
    [
        ("en", 1, "1 line <new>"),
        ("en", 0, "0 lines <new>"),
        ("en", 1234, "1,234 lines <new>"),
        ("de", 1, "1 Position <neu>"),
        ("de", 1234, "1.234 Positionen <neu>"),
    ],
)
def test_counted_things_have_their_form_and_thousands(code: str, n: int, said: str) -> None:
    with use_language(code):
        assert tn("{n} line <new>", "{n} lines <new>", n) == said


def test_braces_in_a_text_without_places_stay() -> None:
    assert t("Send {} or {code}.") == "Send {} or {code}."


def test_in_a_page_what_comes_from_outside_is_escaped_and_markup_stays() -> None:
    page = rendered(
        "{{ t('{name} sends {what}', name=name, what=what) }}", name="<b>Eve</b>", what=Markup("<b>P-1</b>")
    )
    assert page == "&lt;b&gt;Eve&lt;/b&gt; sends <b>P-1</b>"
    assert rendered("{{ tn('{n} line <new>', '{n} lines <new>', 2) }}") == "2 lines &lt;new&gt;"
    assert rendered("{{ t('Less < more') }}") == "Less &lt; more"


def test_in_a_plain_text_nothing_is_escaped() -> None:
    text = rendered("{{ t('{name} sends {what}', name='Miller & Co', what='<1>') }}", autoescape=False)
    assert text == "Miller & Co sends <1>"


def test_an_unknown_language_is_read_as_english_and_a_block_ends_with_the_one_before() -> None:
    with use_language("de"):
        with use_language("xx"):
            assert language() == "en"
        assert language() == "de"


def test_readers_do_not_change_each_others_language() -> None:
    def read(code: str) -> set[str]:
        set_language(code)
        return {t("{name} sends {what}", name="A", what="B") for _ in range(2000)}

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(read, ("en", "de"))) == [{"A sends B"}, {"B kommt von A"}]
    assert language() == "en"


def test_the_languages_own_file_comes_before_those_of_its_folder() -> None:
    found = words.catalog("de").get("{name} sends {what}")
    assert found is not None
    assert found.string == "{what} kommt von {name}"
