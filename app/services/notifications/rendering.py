"""A letter as text and as HTML: two templates for all of them. The HTML loads nothing from anywhere."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from app.services.notifications.letters import Letter
from app.services.seller import Seller
from app.words import TEMPLATE_WORDS

TEMPLATES = Path(__file__).parents[2] / "templates" / "mail"


def as_text(letter: Letter, seller: Seller, *, public_url: str) -> str:
    """The plain part."""
    made = _environment().get_template("letter.txt").render(_given(letter, seller, public_url))
    return re.sub(r"\n{3,}", "\n\n", made).strip() + "\n"


def as_html(letter: Letter, seller: Seller, *, public_url: str) -> str:
    """The part with form; everything in it is escaped."""
    return _environment().get_template("letter.html").render(_given(letter, seller, public_url))


@lru_cache(maxsize=1)
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(TEMPLATE_WORDS)
    return made


def _given(letter: Letter, seller: Seller, public_url: str) -> dict[str, object]:
    return {
        "letter": letter,
        "seller": seller,
        "address": f"{public_url}{letter.path}" if letter.path else "",
        "on_colour": readable_on(seller.colour),
    }


def readable_on(colour: str) -> str:
    """Black or white, whichever can be read on the colour."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (red, green, blue)]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#000000" if luminance > 0.179 else "#ffffff"
