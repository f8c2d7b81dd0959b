"""The two papers about an order: the receipt, which is not an acceptance yet, and the confirmation, differences first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.clock import business_zone, today
from app.domain.money import rounded
from app.domain.readable import amount, day, percent, price, quantity
from app.services import seller
from app.services.papers.differing import differences, differing_lines
from app.services.papers.facts import ZERO, Line, OrderFacts, order_facts
from app.services.papers.page import INK, LEFT, LINE, RULE, SOFT, WIDTH, Sheet, colour_of
from app.words import language, t, use_language

SMALL = 8.5
PALE = (247, 246, 243)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table; `x` and `width` in millimetres."""

    head: str
    x: float
    width: float
    align: str = "R"


def receipt(order_id: int, language: str) -> bytes:
    """What we were sent, as a PDF. Says that it is not our acceptance yet.

    :raises NotFound: no such order within the scope
    """
    with use_language(language):
        order = order_facts(order_id)
        sheet = Sheet(seller.current(), t("Receipt of your order {number}", number=order.number))
        _opening(sheet, order, confirmed=False)
        sheet.paragraph(t("We have your order. This is not yet our acceptance; that comes with the confirmation."))
        return _rest(sheet, order, confirmed=False)


def confirmation(order_id: int, language: str) -> bytes:
    """What the ERP holds: our number, and line by line quantity and date; first of all where it differs.

    :raises NotFound: no such order within the scope
    """
    with use_language(language):
        order = order_facts(order_id)
        sheet = Sheet(seller.current(), t("Order confirmation {number}", number=order.erp_number or order.number))
        _opening(sheet, order, confirmed=True)
        sheet.paragraph(t("Thank you for your order. We accept it as listed here."))
        _differences(sheet, order)
        return _rest(sheet, order, confirmed=True)


def _rest(sheet: Sheet, order: OrderFacts, *, confirmed: bool) -> bytes:
    sheet.set_y(sheet.get_y() + 4)
    _table(sheet, order, confirmed=confirmed)
    _sums(sheet, order, confirmed=confirmed)
    _closing(sheet, order)
    return bytes(sheet.output())


# --- the head ---------------------------------------------------------------------------------------------------------


def _opening(sheet: Sheet, order: OrderFacts, *, confirmed: bool) -> None:
    top = max(sheet.get_y(), 51.0)
    end = sheet.block([order.customer_name, *order.customer_address], LEFT, top, 85, size=10.5)
    y = top
    for name, value in _facts(order, confirmed=confirmed):
        sheet.words(name, 112, y, size=SMALL, colour=SOFT, width=30)
        for part in sheet.wrapped(value, 50, size=9.5):
            sheet.words(part, 142, y, width=50)
            y += LINE
    sheet.set_y(max(end, y) + 9)
    sheet.words(sheet.paper_title, LEFT, sheet.get_y(), size=15, bold=True)
    sheet.set_y(sheet.get_y() + 8)


def _facts(order: OrderFacts, *, confirmed: bool) -> Iterator[tuple[str, str]]:
    sent = order.submitted_at.astimezone(business_zone()).date() if order.submitted_at else today()
    facts = (
        (t("Our number"), order.erp_number if confirmed else ""),
        (t("Order in the portal"), order.number),
        (t("Your PO number"), order.reference),
        (t("Your customer number"), order.customer_number),
        (t("Ordered by"), order.placed_by_name),
        (t("Ordered on"), day(sent)),
        (t("Date of this paper"), day(today())),
        (t("Wished for"), day(order.wished) if order.wished else ""),
        (t("Deliver to"), ", ".join(order.ship_to)),
        (t("Terms of payment"), order.payment_terms),
    )
    yield from ((name, value) for name, value in facts if value)


def _differences(sheet: Sheet, order: OrderFacts) -> None:
    """First on the page, in a box of their own."""
    found = differences(order)
    if not found:
        return
    sheet.set_y(sheet.get_y() + 3)
    sheet.need(3 * LINE)
    sheet.paragraph(t("Different from what you ordered"), size=10.5, bold=True)
    for sentence in found:
        for row, part in enumerate(sheet.wrapped(sentence, WIDTH - 6)):
            sheet.need(LINE)
            if row == 0:
                sheet.set_fill_color(*colour_of(sheet.seller.colour))
                sheet.rect(LEFT, sheet.get_y() + 1.6, 1.4, 1.4, style="F")
            sheet.words(part, LEFT + 4, sheet.get_y(), width=WIDTH - 4)
            sheet.set_y(sheet.get_y() + LINE)
    sheet.set_y(sheet.get_y() + 1)


# --- the table --------------------------------------------------------------------------------------------------------


def _columns(currency: str, *, confirmed: bool) -> Sequence[Column]:
    """The columns of the right half; number and item stand before them."""
    dated = Column(t("Confirmed for") if confirmed else t("Wished for"), 169, 23)
    return (
        Column(t("Quantity"), 92, 22),
        Column(t("Unit price"), 114, 21),
        Column(t("Discount"), 135, 14),
        Column(t("Amount in {currency}", currency=currency), 149, 20),
        dated,
    )


ITEM_X, ITEM_WIDTH = LEFT + 8, 64.0


def _table(sheet: Sheet, order: OrderFacts, *, confirmed: bool) -> None:
    columns = _columns(order.currency, confirmed=confirmed)
    differing = differing_lines(order) if confirmed else frozenset()
    _table_head(sheet, columns)
    for line in order.lines:
        _row(sheet, columns, order, line, confirmed=confirmed, differs=line.number in differing)
    sheet.line_across(sheet.get_y() - 0.6, colour=INK, width=0.3)


def _table_head(sheet: Sheet, columns: Sequence[Column]) -> None:
    sheet.need(4 * LINE)
    y = sheet.get_y()
    sheet.words(t("Line"), LEFT, y, size=8, colour=SOFT, width=8)
    sheet.words(t("Item"), ITEM_X, y, size=8, colour=SOFT, width=ITEM_WIDTH)
    for column in columns:
        sheet.words(column.head, column.x, y, size=8, colour=SOFT, width=column.width, align=column.align)
    sheet.line_across(y + LINE + 0.6, colour=INK, width=0.3)
    sheet.set_y(y + LINE + 1.4)


def _row(
    sheet: Sheet, columns: Sequence[Column], order: OrderFacts, line: Line, *, confirmed: bool, differs: bool
) -> None:
    under = sheet.wrapped(_beneath(line), ITEM_WIDTH - 2, size=SMALL)
    height = LINE + len(under) * 4 + 1.6
    if sheet.need(height):
        _table_head(sheet, columns)
    y = sheet.get_y()
    if differs:
        sheet.set_fill_color(*PALE)
        sheet.rect(LEFT - 2, y - 0.6, WIDTH + 4, height, style="F")
        sheet.set_fill_color(*colour_of(sheet.seller.colour))
        sheet.rect(LEFT - 2, y - 0.6, 0.8, height, style="F")
    sheet.words(str(line.number), LEFT, y, size=SMALL, colour=SOFT, width=8)
    sheet.words(line.item, ITEM_X, y, bold=True, width=ITEM_WIDTH)
    for row, part in enumerate(under):
        sheet.words(part, ITEM_X, y + LINE + row * 4 - 0.3, size=SMALL, colour=SOFT, width=ITEM_WIDTH)
    for column, value in zip(columns, _values(order, line, confirmed=confirmed), strict=True):
        sheet.words(value, column.x + 1, y, size=9, width=column.width - 1, align=column.align)
    sheet.line_across(y + height - 0.6, colour=RULE)
    sheet.set_y(y + height)


def _beneath(line: Line) -> str:
    """The customer's own number and our name of it."""
    if not line.own_number:
        return line.name
    own = t("your {number}", number=line.own_number)
    return f"{own} · {line.name}" if line.name else own


def _values(order: OrderFacts, line: Line, *, confirmed: bool) -> tuple[str, str, str, str, str]:
    """Quantity, unit price, discount, amount, date."""
    held = line.held if confirmed else None
    unit_price = held.unit_price if held else line.unit_price
    discount = held.discount_percent if held else line.discount_percent
    wanted = line.promised if confirmed else line.quantity
    date = line.confirmed_date if confirmed else line.wished
    dated = day(date) if date else (t("date follows") if confirmed and wanted > ZERO else "")
    return (
        quantity(wanted, line.unit),
        price(unit_price),
        percent(discount) if discount else "",
        plain_amount(held.net if held else line.net, order.currency),
        dated,
    )


# --- below the table --------------------------------------------------------------------------------------------------


def _sums(sheet: Sheet, order: OrderFacts, *, confirmed: bool) -> None:
    rows = list(sum_rows(order, confirmed=confirmed))
    sheet.set_y(sheet.get_y() + 2)
    sheet.need(len(rows) * 5.2 + 4)
    for words, value, is_total in rows:
        y = sheet.get_y()
        sheet.words(words, 92, y, bold=is_total, width=52)
        sheet.words(value, 145, y, bold=is_total, width=24, align="R")
        sheet.set_y(y + 5.2)


def sum_rows(order: OrderFacts, *, confirmed: bool) -> Iterator[tuple[str, str, bool]]:
    """(words, amount, whether it is the sum that counts). Tax is the ERP's; before that it is only said that it comes."""
    held = confirmed and order.held_net is not None
    net = order.held_net if held and order.held_net is not None else order.net
    for charge in () if held and _charges_apart(order) else order.charges:
        yield (
            charge.labels.get(language()) or charge.labels.get("en", ""),
            plain_amount(charge.amount, order.currency),
            False,
        )
    in_currency = {"currency": order.currency}
    yield t("Sum before tax in {currency}", **in_currency), plain_amount(net, order.currency), not held
    if held and order.tax is not None and order.gross is not None:
        yield t("Tax"), plain_amount(order.tax, order.currency), False
        yield t("Total in {currency}", **in_currency), plain_amount(order.gross, order.currency), True


def plain_amount(value: Decimal | None, currency: str) -> str:
    """A sum with the currency's decimals, without its name."""
    return amount(value, currency).removeprefix(f"{currency} ").removesuffix(f" {currency}")


def _charges_apart(order: OrderFacts) -> bool:
    """Whether the ERP's sum is without our surcharges, because it invoices them on its own."""
    charged = sum((charge.amount for charge in order.charges), ZERO)
    return (
        bool(charged)
        and order.held_net is not None
        and rounded(order.held_net, order.currency) != rounded(order.net, order.currency)
    )


def _closing(sheet: Sheet, order: OrderFacts) -> None:
    words = [t("Your comment: {comment}", comment=order.comment)] if order.comment else []
    if order.terms_version:
        words.append(t("Our terms of sale apply, version {version}.", version=order.terms_version))
    for sentence in words:
        sheet.set_y(sheet.get_y() + 3)
        sheet.paragraph(sentence, size=9, colour=SOFT)
