"""The picture of the states in the docs is the one the tables draw."""

from __future__ import annotations

from pathlib import Path

from app.domain.state_chart import markdown


def test_the_document_of_the_states_is_current() -> None:
    written = (Path(__file__).parents[2] / "docs" / "states.md").read_text()

    assert written == markdown(), "run: python -m app.domain.state_chart > docs/states.md"
