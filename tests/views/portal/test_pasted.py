"""A suggested number in the place of one nobody knows; reading lists is tested with the intake itself."""

from __future__ import annotations

import pytest

from app.views.portal.pasted import with_suggestion


def test_the_line_gets_the_suggested_number_and_the_others_stay() -> None:
    assert with_suggestion("AB-1 5\nAB-2 7", "1|AB-2|BB-7421") == "AB-1 5\nBB-7421 7"


@pytest.mark.parametrize("pressed", ["", "x", "9|AB-1|B", "-1|AB-1|B", "0||B", "0|AB-1|", "٣|AB-1|B", "0|nothing|B"])
def test_a_button_nobody_made_changes_nothing(pressed: str) -> None:
    assert with_suggestion("AB-1 5", pressed) == "AB-1 5"
