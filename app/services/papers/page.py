"""The sheet our papers are drawn on: A4, our letters, the seller's head and foot on every page, page x of y.

Knows nothing of orders: see `app.services.papers.drawing`.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence
from importlib.resources import files
from io import BytesIO
from typing import Any

from fpdf import FPDF
from PIL import Image

from app.services.seller import Seller
from app.words import language, t

FAMILY = "Source Sans Pro"
LEFT, RIGHT, TOP, BOTTOM = 20.0, 18.0, 16.0, 26.0  # millimetres
WIDTH = 210.0 - LEFT - RIGHT
LINE = 4.6  # from one line of text to the next
INK, SOFT, RULE = (29, 36, 38), (96, 105, 108), (214, 211, 204)
LOGO_HEIGHT, LOGO_WIDTH = 14.0, 60.0

# A letter the font does not have is drawn as a box; nobody needs a log line for each.
logging.getLogger("fpdf.output").setLevel(logging.ERROR)
logging.getLogger("fontTools").setLevel(logging.ERROR)

Colour = tuple[int, int, int]


class Sheet(FPDF):
    """`title` is repeated at the top of every page but the first."""

    def __init__(self, seller: Seller, title: str) -> None:
        super().__init__(format="A4")
        self.seller, self.paper_title = seller, title
        folder = files("font_source_sans_pro") / "files"
        for style, name in (("", "Regular"), ("B", "Semibold")):
            self.add_font(FAMILY, style, str(folder / f"SourceSansPro-{name}.ttf"))
        self.set_margins(LEFT, TOP, RIGHT)
        self.c_margin = 0.0
        self.set_auto_page_break(False)
        self.alias_nb_pages()
        self.set_title(title)
        self.set_creator("Portico")
        self.set_author(seller.full_name)
        self.set_lang(language())
        self.add_page()

    # what every page has

    def header(self) -> None:
        """The seller's head on the first page; later ones say what they belong to."""
        if self.page_no() > 1:
            self.words(self.paper_title, LEFT, TOP, size=9, colour=SOFT)
            self.line_across(TOP + 6)
            self.set_y(TOP + 10)
            return
        self._accent()
        self._name_or_logo()
        self._address()
        self.set_y(TOP + 26)

    def footer(self) -> None:
        """Who we are by law and where to pay, and the number of the page."""
        seller, y = self.seller, 297 - BOTTOM + 6
        self.line_across(y - 2)
        first = [seller.full_name, *seller.address.splitlines()]
        second = [seller.register_entry, seller.vat_id and t("VAT ID {number}", number=seller.vat_id)]
        third = [seller.bank_name, seller.iban and f"IBAN {seller.iban}", seller.bic and f"BIC {seller.bic}"]
        for row, parts in enumerate((first, second + third)):
            words = " · ".join(part for part in parts if part)
            self.words(words, LEFT, y + row * 4, size=7.5, colour=SOFT, width=WIDTH - 26)
        page = t("Page {page} of {pages}", page=self.page_no(), pages="{nb}")
        self.words(page, 210 - RIGHT - 26, y, size=7.5, colour=SOFT, width=26, align="R")

    def _accent(self) -> None:
        self.set_fill_color(*colour_of(self.seller.colour))
        self.rect(0, 0, 210, 3, style="F")

    def _name_or_logo(self) -> None:
        if self.seller.logo is None:
            self.words(self.seller.name, LEFT, TOP, size=18, bold=True, colour=colour_of(self.seller.colour))
            return
        with Image.open(BytesIO(self.seller.logo)) as picture:
            width, height = picture.size
        scale = min(LOGO_WIDTH / width, LOGO_HEIGHT / height)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow on pictures with odd palettes
            self.image(BytesIO(self.seller.logo), LEFT, TOP, w=width * scale, h=height * scale)

    def _address(self) -> None:
        seller = self.seller
        lines = [seller.full_name, *seller.address.splitlines(), seller.phone, seller.email, seller.website]
        for row, line in enumerate([line for line in lines if line][:7]):
            self.words(line, 210 - RIGHT - 80, TOP + row * 4, size=8.5, colour=SOFT, width=80, align="R")

    # drawing

    def words(
        self,
        text: str,
        x: float,
        y: float,
        *,
        size: float = 9.5,
        bold: bool = False,
        colour: Colour = INK,
        width: float = WIDTH,
        align: str = "L",
    ) -> None:
        """One line of text; what does not fit is drawn narrower, never cut off."""
        self.set_font(FAMILY, "B" if bold else "", size)
        self.set_text_color(*colour)
        shown = drawable(text)
        needed = self.get_string_width(shown) or 1
        if "{nb}" not in shown and needed > width:
            self.set_stretching(100 * width / needed)
        self.set_xy(x, y)
        self.cell(width, LINE, shown, align=align)
        self.set_stretching(100)

    def wrapped(self, text: str, width: float, *, size: float = 9.5, bold: bool = False) -> list[str]:
        """The lines a text takes in this width."""
        self.set_font(FAMILY, "B" if bold else "", size)
        shown = drawable(text)
        if self.get_string_width(shown) <= width - 0.5:
            return [shown] if shown else []
        made: Any = self.multi_cell(width, LINE, shown, dry_run=True, output="LINES", padding=0)
        return [str(line) for line in made]

    def paragraph(self, text: str, *, size: float = 9.5, bold: bool = False, colour: Colour = INK) -> None:
        """A text over the whole width, going on to the next page where it must."""
        for line in self.wrapped(text, WIDTH, size=size, bold=bold):
            self.need(LINE)
            self.words(line, LEFT, self.get_y(), size=size, bold=bold, colour=colour)
            self.set_y(self.get_y() + LINE)

    def need(self, height: float) -> bool:
        """Begin a new page unless so much is left on this one.

        :returns: whether a new one was begun
        """
        if self.get_y() + height <= 297 - BOTTOM:
            return False
        y = self.get_y()
        self.add_page()
        return self.get_y() != y

    def line_across(self, y: float, *, colour: Colour = RULE, width: float = 0.2) -> None:
        self.set_draw_color(*colour)
        self.set_line_width(width)
        self.line(LEFT, y, 210 - RIGHT, y)

    def block(self, lines: Sequence[str], x: float, y: float, width: float, *, size: float = 9.5) -> float:
        """Some lines below each other.

        :returns: where the next one would be
        """
        for line in lines:
            for part in self.wrapped(line, width, size=size):
                self.words(part, x, y, size=size, width=width)
                y += LINE
        return y


def drawable(text: str) -> str:
    """Without what no paper can show: control characters, and marks that would turn the direction of the text."""
    return "".join(sign for sign in text if sign.isprintable() and sign not in "\u202a\u202b\u202c\u202d\u202e")


def colour_of(code: str) -> Colour:
    """#0c5c68 → (12, 92, 104)."""
    return int(code[1:3], 16), int(code[3:5], 16), int(code[5:7], 16)
