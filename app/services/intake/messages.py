"""What the codes of an intake say to a person: what is the matter with this line, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.services.catalogue.items import ItemFacts
from app.words import t

_LONGEST = 60
_Words = Callable[[str, ItemFacts | None], str]


def of_file(code: str) -> str:
    """Why nothing of a list could be read."""
    return _FILES[code]()


_FILES: dict[str, Callable[[], str]] = {
    "empty": lambda: t("There is nothing in it. Paste or type one line for each item."),
    "no_lines": lambda: t("No line in it names an item and a quantity. A line looks like: BC-M005 12"),
    "not_a_table": lambda: t("This is not a list of text lines. Paste the lines themselves, or send a CSV text file."),
    "broken_quoting": lambda: t(
        "A quotation mark in it is opened and never closed, so lines could be swallowed. Close it and send it again."
    ),
    "unsafe": lambda: t("This file holds parts we do not open. Save it as a CSV text file and send that."),
    "too_large": lambda: t("This is more than can be read at once. Split it into parts of 10,000 lines."),
}


def of_line(code: str, value: str, item: ItemFacts | None) -> str:
    """What is the matter with a line."""
    return _LINES[code](value[:_LONGEST], item)


_LINES: dict[str, _Words] = {
    "unknown_item": lambda value, _: t(
        "{value} is not a number we know for your company, neither ours nor your own. Check it.", value=value
    ),
    "item_not_sellable": lambda value, _: t("{value} is not for sale any more. Choose another item.", value=value),
    "item_missing": lambda _, __: t("This line has a quantity but no item number. Add the number."),
    "item_number_damaged": lambda value, _: t(
        "{value} was a long number that a spreadsheet has shortened. Enter all its digits.", value=value
    ),
    "quantity_missing": lambda _, item: t("How many of {item} do you need?", item=_name(item)),
    "quantity_not_a_number": lambda value, item: t(
        "{value} is not a quantity we can read for {item}. Write it in digits.", value=value or "–", item=_name(item)
    ),
    "quantity_not_positive": lambda value, item: t(
        "{value} of {item} cannot be ordered. Enter a quantity above zero, or leave the line out.",
        value=value,
        item=_name(item),
    ),
    "quantity_not_whole": lambda value, item: t(
        "{item} is sold in whole pieces; {value} is not. Enter a whole number.", value=value, item=_name(item)
    ),
    "quantity_ambiguous": lambda value, item: t(
        "{value} of {item} can be read in more than one way. Write the quantity without a thousands sign.",
        value=value,
        item=_name(item),
    ),
    "unit_unknown": lambda value, item: t(
        "{value} is not a unit we know. {item} is sold in {units}.", value=value, item=_name(item), units=_units(item)
    ),
    "unit_not_for_item": lambda value, item: t(
        "{item} is not sold in {value}, only in {units}.", value=value, item=_name(item), units=_units(item)
    ),
    "hidden_row": lambda _, __: t("This row is hidden in your file. Is it meant?"),
}


def date_unreadable(value: str) -> str:
    return t("{value} is not a day we can read; the line has no wished day now.", value=value[:_LONGEST])


def duplicate(item: str, rows: Sequence[int]) -> str:
    return t("{item} stands on rows {rows}; all of them count.", item=item, rows=", ".join(map(str, rows[:10])))


def _name(item: ItemFacts | None) -> str:
    return item.number if item else "–"


def _units(item: ItemFacts | None) -> str:
    return ", ".join(item.units) if item else "PCS"
