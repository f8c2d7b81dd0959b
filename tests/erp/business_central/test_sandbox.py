"""What the port promises, against the sandbox ERP over HTTP."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from app.domain.pricing import Ask, resolve
from app.erp.business_central.connector import BusinessCentral
from app.erp.errors import (
    ErpAlreadyHas,
    ErpBusy,
    ErpError,
    ErpMisread,
    ErpRefused,
    ErpUnavailable,
    ErpUnknownOutcome,
)
from app.erp.port import (
    Channel,
    CustomerRecord,
    ErpOrderStatus,
    InvoiceStatus,
    ItemRecord,
    LineToPlace,
    OrderToPlace,
    Page,
    QuoteCustomer,
    collect_exchanges,
)
from tests.erp.business_central.conftest import Erp

TODAY = datetime.now(UTC).date()
_keys = itertools.count(1)


def rows_of(stream: Iterator[Page[Any]]) -> list[Any]:
    return [row for page in stream for row in page.rows]


def end_of(stream: Iterator[Page[Any]]) -> str:
    """The cursor after reading everything."""
    return [page.cursor for page in stream][-1]


def a_customer(erp: Erp) -> CustomerRecord:
    return next(row for row in rows_of(erp.connector().customers(None)) if row.block == "none" and row.ship_tos)


def an_item(erp: Erp) -> ItemRecord:
    return next(row for row in rows_of(erp.connector().items(None)) if not row.blocked)


def an_order(erp: Erp, key: str = "", **fields: Any) -> OrderToPlace:
    """Three and seven of an item at a price of our own."""
    customer, item = a_customer(erp), an_item(erp)
    lines = tuple(
        LineToPlace(
            number, item.number, item.name, Decimal(quantity), item.base_unit, Decimal("19.994"), Decimal("2.5")
        )
        for number, quantity in ((1, 3), (5, 7))
    )
    order = {
        "key": key or f"PO-TEST-{next(_keys)}",
        "customer_number": customer.number,
        "reference": "Our order 4711",
        "currency": customer.currency,
        "ship_to_code": customer.ship_tos[0].code,
        "requested_date": date(2031, 5, 6),
        "comment": "Ring the bell",
        "lines": lines,
    }
    return OrderToPlace(**{**order, **fields})


# --- reading ----------------------------------------------------------------------------------------------------------


def test_a_first_reading_brings_everything_and_leaves_nothing_aside(erp: Erp) -> None:
    connector = erp.connector()

    counts = {
        "customers": len(rows_of(connector.customers(None))),
        "balances": len(rows_of(connector.balances())),
        "items": len(rows_of(connector.items(None))),
        "prices": len(rows_of(connector.prices(None))),
        "stock": len(rows_of(connector.stock(None))),
        "tax rates": len(rows_of(connector.tax_rates(None))),
    }

    assert counts["customers"] == counts["balances"] == 701
    assert min(counts.values()) > 0
    assert connector.quarantine == []


def test_small_pages_bring_the_same_rows(erp: Erp) -> None:
    whole, pieces = erp.connector(), erp.connector(page_size=40)

    assert rows_of(pieces.items(None)) == rows_of(whole.items(None))
    assert rows_of(pieces.customers(None)) == rows_of(whole.customers(None))


def test_an_item_knows_its_units_and_a_customer_its_terms(erp: Erp) -> None:
    item, customer = an_item(erp), a_customer(erp)

    assert (item.base_unit, Decimal(1)) in [(unit.code, unit.factor) for unit in item.units]
    assert customer.price_group == "DEALER"
    assert customer.payment_terms_code
    assert customer.tax_area in {rate.tax_area for rate in rows_of(erp.connector().tax_rates(None))}


def test_a_changed_price_comes_alone(erp: Erp) -> None:
    connector, item = erp.connector(), an_item(erp)
    before = end_of(connector.prices(None))
    line = {"priceListCode": "TEST", "lineNo": 1, "assetNo": item.number, "unitPrice": 1.25, "minimumQuantity": 1000}
    erp.control("prices", line)

    (changed,) = rows_of(connector.prices(before))

    assert (changed.line.list_code, changed.line.item, changed.line.unit_price) == (
        "TEST",
        item.number,
        Decimal("1.25"),
    )


def test_a_change_of_planning_or_details_brings_the_item_or_customer_again(erp: Erp) -> None:
    connector, item = erp.connector(), an_item(erp)
    customer = rows_of(connector.customers(None))[-1]
    items, customers = end_of(connector.items(None)), end_of(connector.customers(None))
    erp.control("items", {"number": item.number, "leadTimeDays": 77})
    erp.control("customers", {"number": customer.number, "prepaymentRequired": not customer.prepayment})

    (changed_item,) = rows_of(connector.items(items))
    (changed_customer,) = rows_of(connector.customers(customers))

    assert (changed_item.number, changed_item.lead_time_days) == (item.number, 77)
    assert (changed_customer.number, changed_customer.prepayment) == (customer.number, not customer.prepayment)


def test_a_reading_taken_up_at_a_page_goes_on_there(erp: Erp) -> None:
    connector = erp.connector(page_size=100)
    pages = list(connector.customers(None))

    rest = rows_of(connector.customers(pages[2].cursor))

    assert rest == [row for page in pages[3:] for row in page.rows]


# --- quoting ----------------------------------------------------------------------------------------------------------


def test_a_quote_is_what_the_resolver_says_of_the_same_lines(erp: Erp) -> None:
    connector, customer = erp.connector(), a_customer(erp)
    items = [item for item in rows_of(connector.items(None)) if not item.blocked][:120]
    asks = [
        Ask(item.number, Decimal(12), item.base_unit, Decimal(1), item.base_unit, item.list_price) for item in items
    ]
    lines = [row.line for row in rows_of(connector.prices(None)) if row.active]

    quote = connector.quote(
        QuoteCustomer(customer.number, customer.price_group, customer.currency), asks, on=TODAY, deadline=20
    )

    assert list(quote.prices) == resolve(
        asks, lines, customer=customer.number, price_group=customer.price_group, currency=customer.currency, on=TODAY
    )
    assert not all(price.on_request for price in quote.prices)


def test_a_quote_knows_the_price_of_this_moment(erp: Erp) -> None:
    connector, item = erp.connector(), an_item(erp)
    ask = Ask(item.number, Decimal(1), item.base_unit, Decimal(1), item.base_unit, Decimal("99999"))
    erp.control("prices", {"priceListCode": "MOMENT", "lineNo": 1, "assetNo": item.number, "unitPrice": 0.5})

    (price,) = connector.quote(QuoteCustomer("X", "", "USD"), [ask], on=TODAY, deadline=20).prices

    erp.control("prices", {"priceListCode": "MOMENT", "lineNo": 1, "status": "Inactive"})
    assert price.unit_price == Decimal("0.5")


def test_a_quote_that_takes_too_long_is_given_up(erp: Erp) -> None:
    item = an_item(erp)
    ask = Ask(item.number, Decimal(1), item.base_unit, Decimal(1), item.base_unit, None)
    connector = erp.connector()
    connector.quote(QuoteCustomer("X", "", "USD"), [ask], on=TODAY, deadline=20)
    erp.fault("slow_drip", match="priceListLines", seconds=20)

    with pytest.raises(ErpUnavailable):
        connector.quote(QuoteCustomer("X", "", "USD"), [ask], on=TODAY, deadline=0.4)


# --- orders -----------------------------------------------------------------------------------------------------------


def test_an_order_is_entered_as_it_was_approved_and_found_again(erp: Erp) -> None:
    connector, order = erp.connector(), an_order(erp)

    entered = connector.create_order(order)

    assert connector.find_order(order.key.lower()) == entered
    assert (entered.key, entered.customer_number, entered.reference) == (
        order.key,
        order.customer_number,
        "Our order 4711",
    )
    assert (entered.status, entered.channel) == (ErpOrderStatus.OPEN, Channel.PORTAL)
    sent = [
        (line.line_number, line.item_number, line.quantity, line.unit_price, line.discount_percent)
        for line in order.lines
    ]
    kept = [
        (line.line_number, line.item_number, line.quantity, line.unit_price, line.discount_percent)
        for line in entered.lines
    ]
    assert kept == sent


def test_a_second_entry_under_the_same_key_is_told_so(erp: Erp) -> None:
    connector, order = erp.connector(), an_order(erp)
    connector.create_order(order)

    with pytest.raises(ErpAlreadyHas):
        connector.create_order(order)
    assert len(erp.control(f"orders?key={order.key}", method="GET")["value"]) == 1


def test_a_key_nobody_used_finds_nothing(erp: Erp) -> None:
    assert erp.connector().find_order("NOBODY'S") is None


@pytest.mark.parametrize(
    ("fault", "family", "entered"),
    [
        ({"kind": "timeout_before_commit", "seconds": 2}, ErpUnknownOutcome, False),
        ({"kind": "timeout_after_commit", "seconds": 2}, ErpUnknownOutcome, True),
        ({"kind": "error_before_commit"}, ErpUnknownOutcome, False),
        ({"kind": "error_after_commit"}, ErpUnknownOutcome, True),
        ({"kind": "truncated_json"}, ErpUnknownOutcome, True),
        ({"kind": "html_login"}, ErpUnknownOutcome, False),
        ({"kind": "bad_gateway"}, ErpUnknownOutcome, False),
        ({"kind": "refuse_connection"}, ErpUnknownOutcome, False),
        ({"kind": "busy", "retry_after": 7}, ErpBusy, False),
        ({"kind": "refuse", "message": "Customer is on hold."}, ErpRefused, False),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else "",
)
def test_after_any_bad_end_a_look_tells_what_became_of_it(
    erp: Erp, fault: dict[str, Any], family: type[ErpError], entered: bool
) -> None:
    connector, order = erp.connector(read_timeout=0.5), an_order(erp)
    assert connector.find_order(order.key) is None
    erp.fault(**fault, method="POST")

    with collect_exchanges() as exchanges, pytest.raises(ErpError) as caught:
        connector.create_order(order)

    assert type(caught.value) is family
    assert caught.value.exchange is exchanges[-1]
    assert (connector.find_order(order.key) is not None) is entered


def test_an_order_can_be_cancelled_once_and_the_second_time_changes_nothing(erp: Erp) -> None:
    connector, order = erp.connector(), an_order(erp)
    connector.create_order(order)

    cancelled = connector.cancel_order(order.key)

    assert cancelled.status is ErpOrderStatus.CANCELLED
    assert [line.cancelled for line in cancelled.lines] == [Decimal(3), Decimal(7)]
    assert connector.cancel_order(order.key) == cancelled


def test_an_order_that_left_in_part_is_not_cancelled(erp: Erp) -> None:
    connector, order = erp.connector(), an_order(erp)
    number = connector.create_order(order).number
    follow(erp, number, "ship_first")

    with pytest.raises(ErpRefused, match="left already"):
        connector.cancel_order(order.key)


def test_what_does_not_exist_is_not_cancelled(erp: Erp) -> None:
    with pytest.raises(ErpRefused, match="NO-SUCH-KEY"):
        erp.connector().cancel_order("NO-SUCH-KEY")


def test_a_token_that_ends_between_two_calls_is_renewed(erp: Erp) -> None:
    connector, order = erp.connector(), an_order(erp)
    connector.find_order(order.key)
    erp.control("tokens/revoke")

    assert connector.create_order(order).key == order.key


# --- what follows an order --------------------------------------------------------------------------------------------


def follow(erp: Erp, number: str, until: str) -> None:
    """Let the ERP work on an order until it has done a step."""
    for _ in range(12):
        if erp.control(f"orders/{number}/step")["step"] == until:
            return
    raise AssertionError(f"{number} never came to {until}")


def test_shipments_and_invoices_follow_the_order(erp: Erp) -> None:
    connector, order = erp.connector(), an_order(erp)
    since = {name: end_of(getattr(connector, name)(None)) for name in ("orders", "shipments", "invoices")}
    number = connector.create_order(order).number
    follow(erp, number, "invoice")

    (moved,) = [row for row in rows_of(connector.orders(since["orders"])) if row.number == number]
    shipments = [row for row in rows_of(connector.shipments(since["shipments"])) if row.order_key == order.key]
    invoices = [row for row in rows_of(connector.invoices(since["invoices"])) if row.order_key == order.key]

    assert any(line.shipped for line in moved.lines)
    assert all(shipment.lines and shipment.tracking_number for shipment in shipments)
    assert {line.order_line for shipment in shipments for line in shipment.lines} <= {1, 5}
    assert [invoice.status for invoice in invoices] == [InvoiceStatus.OPEN] * len(invoices)
    assert invoices[0].gross == invoices[0].net + invoices[0].tax == invoices[0].remaining


def test_a_payment_is_noticed(erp: Erp) -> None:
    connector, order = erp.connector(), an_order(erp)
    follow(erp, connector.create_order(order).number, "invoice")
    (invoice, *_) = [row for row in rows_of(connector.invoices(None)) if row.order_key == order.key]
    since = end_of(connector.invoices(None))
    erp.control("payments", {"invoiceNumber": invoice.number, "amount": 1})

    (part_paid,) = rows_of(connector.invoices(since))

    assert (part_paid.number, part_paid.remaining) == (invoice.number, invoice.gross - 1)


def test_the_invoice_can_be_fetched_as_pdf(erp: Erp) -> None:
    connector, order = erp.connector(), an_order(erp)
    follow(erp, connector.create_order(order).number, "invoice")
    (invoice, *_) = [row for row in rows_of(connector.invoices(None)) if row.order_key == order.key]

    assert connector.invoice_pdf(invoice.number).startswith(b"%PDF-")
    with pytest.raises(ErpRefused, match="no invoice"):
        connector.invoice_pdf("NONE")
    erp.fault("html_login", match="pdfDocument")
    with pytest.raises(ErpMisread):
        connector.invoice_pdf(invoice.number)


def test_orders_by_phone_are_seen_too(erp: Erp) -> None:
    connector, order = erp.connector(), an_order(erp)
    since = end_of(connector.orders(None))
    line = {"lineNo": 1, "itemNumber": order.lines[0].item_number, "quantity": 2, "unitOfMeasureCode": "PCS"}
    body = {"customerNumber": order.customer_number, "lines": [line], "channel": "Phone", "live": False}
    number = erp.control("orders", body)["orderNumber"]

    (seen,) = rows_of(connector.orders(since))

    assert (seen.number, seen.channel, len(seen.lines)) == (number, Channel.PHONE, 1)


# --- without the staging page -----------------------------------------------------------------------------------------


def test_plain_sales_orders_are_looked_for_before_they_are_entered(erp: Erp) -> None:
    connector, order = erp.connector(staging=False), an_order(erp, comment="")
    entered = connector.create_order(order)

    with pytest.raises(ErpAlreadyHas):
        connector.create_order(order)
    assert connector.find_order(order.key) == entered
    assert [line.quantity for line in entered.lines] == [Decimal(3), Decimal(7)]
    assert connector.cancel_order(order.key).status is ErpOrderStatus.CANCELLED
    assert connector.find_order(order.key) is None


def test_a_posted_plain_order_is_found_by_its_invoice(erp: Erp) -> None:
    connector, order = erp.connector(staging=False), an_order(erp, comment="")
    number = connector.create_order(order).number
    post_fully(erp, number)

    found = connector.find_order(order.key)

    assert found is not None
    assert (found.number, found.status) == (number, ErpOrderStatus.POSTED)


def post_fully(erp: Erp, number: str) -> None:
    for _ in range(20):
        if erp.control(f"orders/{number}/step")["releaseStatus"] == "Posted":
            return
    raise AssertionError(f"{number} was never posted")


def test_capabilities_say_what_this_connection_can_do(erp: Erp) -> None:
    def can(connector: BusinessCentral) -> tuple[bool, bool, bool]:
        abilities = connector.capabilities()
        return abilities.unique_order_key, abilities.cancel_order, abilities.change_order

    assert can(erp.connector()) == (True, True, False)
    assert can(erp.connector(staging=False)) == (False, True, False)
    with pytest.raises(ErpRefused, match="cannot change"):
        erp.connector().change_order(an_order(erp))


def test_an_order_is_found_by_its_number_whoever_entered_it(erp: Erp) -> None:
    placed = erp.connector().create_order(an_order(erp))

    found = erp.connector().find_order_by_number(placed.number.lower())

    assert found is not None
    assert (found.number, found.key, found.customer_number) == (placed.number, placed.key, placed.customer_number)
    assert [(line.item_number, line.quantity) for line in found.lines] == [
        (line.item_number, line.quantity) for line in placed.lines
    ]
    assert erp.connector().find_order_by_number("NO-SUCH-1") is None
    assert erp.connector().find_order_by_number("x' or 'a' eq 'a") is None
