"""What one comparison finds, from plain values alone: no database, no ERP."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.domain.order_states import Process
from app.erp.port import BalanceRecord, Channel, ErpOrderStatus, InvoiceStatus, OrderLineRecord, OrderRecord
from app.services.reconciliation import comparing
from app.services.reconciliation.kinds import KINDS, Kind
from app.services.reconciliation.sides import Difference, Found, Mirrored, OurLine, OurOrder
from tests.services.reference_sync.fake_port import customer, invoice

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
LINE = OrderLineRecord(
    1, "BIKE", "Bike", "PCS", Decimal(5), Decimal(80), Decimal(0), Decimal(400), *[Decimal(0)] * 3, confirmed_date=None
)
THEIRS = OrderRecord(
    "SO-1", "SO-1", "PO1", "C1", "PO-4711", Channel.PORTAL, ErpOrderStatus.OPEN, NOW.date(), "USD", Decimal(400),
    Decimal(40), Decimal(440), (LINE,), NOW - timedelta(hours=1),
)  # fmt: skip
OURS = OurOrder(
    "P-1", "PO1", 7, "C1", Process.CONFIRMED, "USD", Decimal(400), "SO-1", "done", False, False,
    (OurLine(1, "BIKE", "PCS", Decimal(5), Decimal(80), Decimal(0)),),
)  # fmt: skip


def compared(theirs: OrderRecord = THEIRS, ours: OurOrder | None = OURS, **given: Any) -> list[Found]:
    usual: dict[str, Any] = {"mirrored": Mirrored(theirs, False), "known_customer": True, "has_our_sign": True}
    return comparing.of_document(theirs, ours=ours, **{**usual, "settled": True, **given})


def kinds(*args: Any, **given: Any) -> list[Kind]:
    return [found.kind for found in compared(*args, **given)]


def line(**changes: Any) -> OrderRecord:
    return replace(THEIRS, lines=(replace(LINE, **changes),))


def ours(**changes: Any) -> OurOrder:
    return replace(OURS, **changes)


def test_two_sides_that_agree_are_no_drift() -> None:
    assert compared() == []


CASES = [
    (Kind.UNKNOWN_HERE, THEIRS, None),
    (Kind.UNSENT_HERE, THEIRS, ours(process=Process.DRAFT, message="", erp_number="")),
    (Kind.UNSENT_HERE, THEIRS, ours(process=Process.IN_VALIDATION, message="", erp_number="")),
    (Kind.UNSENT_HERE, THEIRS, ours(message="dead")),
    (Kind.WAITS_HERE, THEIRS, ours(message="waiting", process=Process.RECEIVED)),
    (Kind.TWICE, replace(THEIRS, number="SO-2"), ours(linked=True)),
    (Kind.OTHER_CUSTOMER, replace(THEIRS, customer_number="C2"), OURS),
    (Kind.LINES_DIFFER, line(quantity=Decimal(4)), OURS),
    (Kind.LINES_DIFFER, line(item_number="HELMET"), OURS),
    (Kind.LINES_DIFFER, line(line_number=2), OURS),
    (Kind.LINES_DIFFER, replace(THEIRS, lines=(LINE, replace(LINE, line_number=2))), OURS),
    (Kind.PRICES_DIFFER, line(unit_price=Decimal("80.01")), OURS),
    (Kind.PRICES_DIFFER, line(discount_percent=Decimal(5)), OURS),
    (Kind.SUMS_DIFFER, replace(THEIRS, net=Decimal(425)), OURS),
    (Kind.STATE_BEHIND, line(shipped=Decimal(2)), OURS),
    (Kind.STATE_BEHIND, replace(THEIRS, status=ErpOrderStatus.CANCELLED), OURS),
    (Kind.ERP_BEHIND, THEIRS, ours(process=Process.DELIVERED)),
    (Kind.CANCELLED_HERE, THEIRS, ours(process=Process.CANCELLED)),
]


@pytest.mark.parametrize(("kind", "theirs", "our_side"), CASES)
def test_each_way_the_sides_drift_apart_has_its_kind(
    kind: Kind, theirs: OrderRecord, our_side: OurOrder | None
) -> None:
    assert kinds(theirs, our_side) == [kind]


@pytest.mark.parametrize(
    ("theirs", "our_side"),
    [
        (THEIRS, ours(sending=True, message="waiting", process=Process.RECEIVED)),  # on its way at this moment
        (line(unit_price=Decimal("80.00004")), OURS),  # the ERP rounds prices
        (replace(THEIRS, net=Decimal("400.01")), OURS),  # and lines
        (replace(THEIRS, lines=()), OURS),  # some ERPs keep no lines of posted orders
        (replace(THEIRS, lines=(replace(LINE, line_number=10_000),)), ours(linked=True)),  # typed in by people
        (replace(THEIRS, status=ErpOrderStatus.CANCELLED), ours(process=Process.CANCELLED)),
    ],
)
def test_what_is_as_it_should_be_is_no_drift(theirs: OrderRecord, our_side: OurOrder) -> None:
    assert kinds(theirs, our_side) == []


def test_a_foreign_document_under_no_key_of_ours_is_none_of_our_business() -> None:
    assert kinds(THEIRS, None, has_our_sign=False) == []


def test_what_changed_a_moment_ago_may_still_be_on_its_way() -> None:
    assert not comparing.is_settled(NOW - timedelta(minutes=14), NOW)
    assert kinds(line(quantity=Decimal(4)), settled=False, mirrored=None) == []
    assert kinds(THEIRS, ours(process=Process.CANCELLED), settled=False) == []


@pytest.mark.parametrize("settled", [True, False])
def test_what_a_restore_of_the_portal_lost_is_listed_however_new_it_is(settled: bool) -> None:
    assert kinds(THEIRS, None, settled=settled) == [Kind.UNKNOWN_HERE]


def test_the_mirror_is_compared_beside_our_order() -> None:
    old = replace(THEIRS, status=ErpOrderStatus.RELEASED, lines=(replace(LINE, confirmed_date=NOW.date()),))
    (found,) = compared(mirrored=Mirrored(old, False))
    assert found.kind is Kind.MIRROR_BEHIND
    assert found.differences == (Difference("state", "released", "open"), Difference("lines", "1", "1"))
    assert kinds(mirrored=None) == kinds(mirrored=Mirrored(THEIRS, True)) == [Kind.MIRROR_BEHIND]


def test_an_unknown_customer_is_named_beside_everything_else() -> None:
    assert kinds(THEIRS, None, known_customer=False, mirrored=None) == [Kind.UNKNOWN_CUSTOMER, Kind.UNKNOWN_HERE]


def test_a_difference_says_what_each_side_has() -> None:
    (found,) = compared(line(quantity=Decimal("4.50")))
    assert found.object == "P-1"
    assert found.differences == (Difference("quantity", "5 PCS", "4.5 PCS", 1),)
    assert found.facts["number"] == "SO-1"


def test_lines_people_typed_in_count_by_item() -> None:
    typed = replace(THEIRS, lines=(replace(LINE, line_number=10_000, quantity=Decimal(3)),))
    (found,) = compared(typed, ours(linked=True))
    assert found.differences == (Difference("quantity", "BIKE 5 PCS", "BIKE 3 PCS"),)


def test_invoices_are_missing_differ_or_wait_for_their_customer() -> None:
    theirs = invoice("103", "C1", remaining="5")

    def found(mirrored: Any, customer_id: int | None = 7, settled: bool = True) -> list[Kind]:
        return [
            each.kind
            for each in comparing.of_invoice(theirs, mirrored=mirrored, customer_id=customer_id, settled=settled)
        ]

    assert found(theirs) == found(None, settled=False) == []
    assert found(None) == [Kind.INVOICE_MISSING]
    assert found(replace(theirs, remaining=Decimal(11))) == [Kind.INVOICE_DIFFERS]
    assert found(replace(theirs, status=InvoiceStatus.PAID)) == [Kind.INVOICE_DIFFERS]
    assert found(None, customer_id=None) == [Kind.UNKNOWN_CUSTOMER]


def test_credit_and_balance_differ_only_for_customers_we_have() -> None:
    theirs, owed = customer("C1", credit_limit=Decimal(500)), BalanceRecord("C1", Decimal(10), Decimal(0))
    before = replace(theirs, credit_limit=None)
    assert comparing.of_customer(theirs, mirrored=None, customer_id=None) == []
    assert comparing.of_balance(owed, mirrored=owed, customer_id=7) == []
    (terms,) = comparing.of_customer(theirs, mirrored=before, customer_id=7)
    (sum_,) = comparing.of_balance(owed, mirrored=replace(owed, balance=Decimal(4)), customer_id=7)
    assert (terms.kind, terms.differences) == (Kind.CREDIT_DIFFERS, (Difference("credit_limit", "", "500"),))
    assert (sum_.kind, sum_.differences) == (Kind.BALANCE_DIFFERS, (Difference("balance", "4", "10"),))


def test_every_kind_says_what_it_means_and_who_ends_it() -> None:
    assert set(KINDS) == set(Kind)
    for about in KINDS.values():
        assert about.title
        assert about.meaning
        assert bool(about.decisions) == (about.heals.value == "no")
