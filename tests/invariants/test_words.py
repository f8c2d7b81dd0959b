"""Every text people read exists in every language: found in the source, with the same places, and nothing left over."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from app.domain.lanes import Situation, ball_of, check_lane, next_step, order_lane, payment_lane
from app.domain.order_states import CHECK_WORDS, WORDS, Ball, Payment, Process, Validation
from app.domain.reasons import REASONS
from app.domain.state_words import STATE_WORDS
from app.rules.loader import read_rules, texts_in
from app.rules.problems import Problem
from app.security.actor import Role
from app.security.permissions import MEANINGS
from app.services.notifications.intents import Kind
from app.services.rulebook import SHIPPED
from app.views.admin.mails import KINDS
from app.words import catalog, files, table, use_language
from tests.wording import APP, OTHER_LANGUAGES, Use, calls, places, sources, used

# Texts of the command line are for whoever runs the machine or writes rules; its language is English.
COMMAND_LINE = ("rules/", "jobs/", "demo/", "cli.py", "doctor.py", "migrations/", "embedded/")
UNWELCOME = {
    "en": re.compile(r"\b(errors?|invalid|failed|validation|contact your administrator)\b", re.IGNORECASE),
    "de": re.compile(r"\b(fehler\w*|ungültig\w*|fehlgeschlagen|validierung|ihren administrator)\b", re.IGNORECASE),
}
FOR_MACHINES = {
    "The validation token holds signs that are not repeated here, or is too long."
}  # the protocol's own word

languages = pytest.mark.parametrize("code", OTHER_LANGUAGES)


def missing(use: Use, code: str) -> bool:
    found = table(code).get(use.text)
    if use.plural:
        return not (isinstance(found, tuple) and len(found) == 2 and all(found))
    return not found


def messages(code: str) -> Iterator[tuple[Path, Message, str]]:
    """Each entry of each file, with its English."""
    for path in files(code):
        with path.open("rb") as file:
            for message in read_po(file, locale=code):
                if message.id:
                    yield path, message, message.id if isinstance(message.id, str) else message.id[0]


def sentences(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


@languages
def test_every_text_is_translated(code: str) -> None:
    assert {use.text: use.where for use in used().values() if missing(use, code)} == {}


@languages
def test_a_translation_has_the_places_of_its_original_and_nothing_is_marked_as_unsure(code: str) -> None:
    for path, message, english in messages(code):
        wanted = places(english) if isinstance(message.id, str) else places("".join(message.id))
        assert not message.fuzzy, f"{path.name}: {english}"
        for sentence in sentences(message):
            counted = not isinstance(message.id, str) and "n" in wanted
            assert places(sentence) | ({"n"} if counted else set()) == wanted, f"{path.name}: {sentence}"


@languages
def test_no_translation_is_left_over_and_no_two_files_disagree(code: str) -> None:
    left_over, said, disagree = set(), dict[str, object](), set()
    for path, message, english in messages(code):
        if english not in used():
            left_over.add(f"{path.name}: {english}")
        if said.setdefault(english, message.string) != message.string:
            disagree.add(f"{path.name}: {english}")
    assert (left_over, disagree) == (set(), set())


@languages
def test_words_that_blame_or_say_nothing_are_in_no_text(code: str) -> None:
    english = {text for text in used() if UNWELCOME["en"].search(text)} - FOR_MACHINES
    other = {each for _, message, _ in messages(code) for each in sentences(message) if UNWELCOME[code].search(each)}
    assert (english, other) == (set(), set())


def test_texts_are_literals_so_that_they_can_be_found() -> None:
    """Or names of texts that were marked elsewhere; never put together."""
    named = (ast.Constant, ast.Name, ast.Attribute, ast.Subscript)
    put_together = []
    for path, call in calls():
        kind = ast.unparse(call.func)
        asked = call.args[: 2 if kind == "tn" else 1]
        allowed = named if kind == "t" else ast.Constant
        if path.name != "words.py" and not (asked and all(isinstance(each, allowed) for each in asked)):
            put_together.append(f"{path.relative_to(APP)}:{call.lineno}")
    assert put_together == []


@cache
def for_people() -> list[tuple[str, ast.Module]]:
    """Every module but those of the command line."""
    found = ((str(path.relative_to(APP)), path) for path in sources(".py"))
    return [(name, ast.parse(path.read_text())) for name, path in found if not name.startswith(COMMAND_LINE)]


@cache
def refusals() -> Mapping[str, list[tuple[str, ast.ClassDef]]]:
    """PortalError and all its kinds, by name."""
    classes = [(name, node) for name, tree in for_people() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    kinds: dict[str, list[tuple[str, ast.ClassDef]]] = {"PortalError": []}
    before = -1
    while before != len(kinds):
        before = len(kinds)
        for name, node in classes:
            if any(isinstance(base, ast.Name) and base.id in kinds for base in node.bases):
                kinds.setdefault(node.name, [(name, node)])
    return kinds


def test_every_refusal_speaks_the_readers_language() -> None:
    """A text of a refusal is never a bare literal, nor glued together."""
    bare = [
        f"{name}:{node.lineno}"
        for name, tree in for_people()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in refusals()
        for text in node.args[:2]
        if isinstance(text, ast.JoinedStr | ast.BinOp) or (isinstance(text, ast.Constant) and text.value)
    ]
    assert bare == []


def test_every_title_of_a_refusal_is_marked() -> None:
    bare = [
        f"{name}:{line.lineno}"
        for kinds in refusals().values()
        for name, node in kinds
        for line in node.body
        if isinstance(line, ast.Assign)
        and ast.unparse(line.targets[0]) == "title"
        and isinstance(line.value, ast.Constant)
    ]
    assert bare == []


@languages
def test_every_state_reason_and_right_has_its_words(code: str) -> None:
    texts = {
        *WORDS.values(),
        *CHECK_WORDS.values(),
        *STATE_WORDS.values(),
        *MEANINGS.values(),
        *(text for reason in REASONS.values() for text in (reason.text, reason.advice, reason.sentence) if text),
    }
    assert {text for text in texts if not table(code).get(text)} == set()
    assert {*Process, *Validation, *Payment, *Ball, *Role} <= set(STATE_WORDS)


@languages
def test_every_pair_of_states_is_said_in_the_readers_language(code: str) -> None:
    for process in Process:
        for check in Validation:
            for payment in Payment:
                at = Situation(process, check, payment, True, "101", False, 3, 1, 2, True)
                english = (order_lane(at), check_lane(at), payment_lane(at, "30"), next_step(at))
                with use_language(code):
                    said = (order_lane(at), check_lane(at), payment_lane(at, "30"), next_step(at))
                assert all(one != other for one, other in zip(english, said, strict=True)), (at, ball_of(at))


@languages
def test_every_kind_of_mail_has_its_words(code: str) -> None:
    assert set(KINDS) == {kind.value for kind in Kind}
    assert {text for text in KINDS.values() if not table(code).get(text)} == set()


@languages
def test_every_finding_has_its_texts(code: str) -> None:
    problems: list[Problem] = []
    rules = read_rules(texts_in(SHIPPED), problems)
    assert problems == []
    for rule in rules:
        for texts in (rule.message, rule.fix, rule.desk, *(offer.label for offer in rule.offers)):
            assert set(texts) >= {"en", code}, rule.id


def test_the_catalog_is_read_from_all_files() -> None:
    for code in OTHER_LANGUAGES:
        assert {english for _, _, english in messages(code)} == set(table(code))
        assert catalog(code) is catalog(code)
