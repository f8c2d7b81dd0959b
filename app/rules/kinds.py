"""The kinds of values rules speak about, and which of them may be compared or calculated with each other.

Not for the facts themselves: those are in `vocabulary.py`.
"""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What sort of value a fact, a literal or a calculation is."""

    TEXT = "text"
    TEXTS = "list of texts"
    YES_NO = "yes or no"
    DATE = "date"
    NUMBER = "plain number"
    COUNT = "count"
    PERCENT = "percentage"
    QUANTITY = "quantity"
    AMOUNT = "amount of money"
    UNIT_PRICE = "unit price"

    @property
    def phrase(self) -> str:
        """As it stands after 'is': an amount of money, yes or no."""
        if self is Kind.YES_NO:
            return self.value
        return f"{'an' if self is Kind.AMOUNT else 'a'} {self.value}"


PLAIN = frozenset({Kind.NUMBER, Kind.COUNT, Kind.PERCENT})
NUMBERS = PLAIN | {Kind.QUANTITY, Kind.AMOUNT, Kind.UNIT_PRICE}


def comparable(left: Kind, right: Kind) -> bool:
    """Whether the two may be compared: same kind, or numbers of which one has no unit."""
    if left is right:
        return True
    return left in NUMBERS and right in NUMBERS and (left in PLAIN or right in PLAIN)


def result(operator: str, left: Kind, right: Kind) -> Kind | None:
    """The kind of `left operator right`; None where the trade knows no such calculation."""
    if Kind.DATE in (left, right):
        return _of_dates(operator, left, right)
    if left not in NUMBERS or right not in NUMBERS:
        return None
    if operator in "+-":
        return _of_sum(left, right)
    return _of_product(left, right) if operator == "*" else _of_quotient(left, right)


def _of_dates(operator: str, left: Kind, right: Kind) -> Kind | None:
    if operator == "-" and left is right:
        return Kind.COUNT
    return Kind.DATE if operator in "+-" and left is Kind.DATE and right in PLAIN else None


def _of_sum(left: Kind, right: Kind) -> Kind | None:
    if left is right:
        return left
    if not comparable(left, right):
        return None
    if left in PLAIN and right in PLAIN:
        return Kind.NUMBER
    return left if right in PLAIN else right


def _of_product(left: Kind, right: Kind) -> Kind | None:
    if {left, right} == {Kind.QUANTITY, Kind.UNIT_PRICE}:
        return Kind.AMOUNT
    if left in PLAIN and right in PLAIN:
        return Kind.NUMBER
    if left in PLAIN:
        return right
    return left if right in PLAIN else None


def _of_quotient(left: Kind, right: Kind) -> Kind | None:
    if right in PLAIN:
        return Kind.NUMBER if left in PLAIN else left
    if left is right:
        return Kind.NUMBER
    if left is Kind.AMOUNT:
        return Kind.UNIT_PRICE if right is Kind.QUANTITY else Kind.QUANTITY
    return None
