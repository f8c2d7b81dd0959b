"""Orders into the ERP: find, enter, cancel. One document for one key, whatever happens on the way.

With the staging page the ERP itself keeps the key unique: a second entry is answered with
`Internal_EntityWithSameKeyExists`. Without it we look first in every place where the order may be by then
(`salesOrders`, then `salesInvoices` and `salesShipments`, as a posted order vanishes), which leaves a small gap; see
the capabilities.
Codes are kept in capitals over there, so keys are compared in capitals.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from app.erp.business_central import documents
from app.erp.business_central.fields import Row, Unreadable
from app.erp.business_central.odata import OData, Query, literal
from app.erp.errors import ErpAlreadyHas, ErpMisread, ErpRefused
from app.erp.http import as_json
from app.erp.port import ChargeToPlace, ErpOrderStatus, LineToPlace, OrderRecord, OrderToPlace
from app.erp.transport import Reply

_TAG = "@odata.etag"
_STAGED = "lines,charges"


@dataclass(frozen=True, slots=True)
class Found:
    """An order in the ERP with what is needed to cancel it; no `tag` when it cannot be cancelled there any more."""

    order: OrderRecord
    entity: str
    erp_key: str
    tag: str


class Door(Protocol):
    """One way of getting orders in."""

    def find(self, key: str) -> Found | None: ...
    def enter(self, order: OrderToPlace) -> OrderRecord: ...


class Ordering:
    """The verbs of the port, over whichever door the installation has."""

    def __init__(self, odata: OData, door: Door) -> None:
        self._odata, self._door = odata, door

    def find(self, key: str) -> OrderRecord | None:
        found = self._door.find(key.upper())
        return found.order if found else None

    def enter(self, order: OrderToPlace) -> OrderRecord:
        return self._door.enter(order)

    def cancel(self, key: str) -> OrderRecord:
        """Cancel the order; once it is cancelled, asking again changes nothing."""
        try:
            return self._cancel_once(key)
        except ErpRefused as refused:
            if not _seen_too_early(refused):
                raise
        return self._cancel_once(key)

    def _cancel_once(self, key: str) -> OrderRecord:
        found = self._door.find(key.upper())
        if found is None:
            raise ErpRefused(f"The ERP has no order under {key}, so there is nothing to cancel.")
        if found.order.status is ErpOrderStatus.CANCELLED:
            return found.order
        if not found.tag or any(line.shipped for line in found.order.lines):
            raise ErpRefused(f"Goods of order {found.order.number} have left already, so it cannot be cancelled.")
        self._odata.delete(found.entity, found.erp_key, tag=found.tag, operation="cancel_order", order_key=key)
        again = self._door.find(key.upper())
        return again.order if again else _cancelled(found.order)


class StagingDoor:
    """`portalOrders` of the companion extension."""

    def __init__(self, odata: OData) -> None:
        self._odata = odata

    def find(self, key: str) -> Found | None:
        query = Query(entity="portalOrders", filter=f"orderKey eq {literal(key)}", expand=_STAGED)
        return _found(self._odata, query, documents.staged_order)

    def enter(self, order: OrderToPlace) -> OrderRecord:
        """:raises ErpAlreadyHas: the key is taken"""
        read = _reader(order, documents.staged_order)
        return self._odata.create(
            "portalOrders", staged_body(order), operation="create_order", order_key=order.key, expand=_STAGED, read=read
        )


class StandardDoor:
    """Plain `salesOrders`, inserted with their lines in one go (one transaction)."""

    def __init__(self, odata: OData) -> None:
        self._odata = odata

    def find(self, key: str) -> Found | None:
        return self._find(f"externalDocumentNumber eq {literal(key)}")

    def enter(self, order: OrderToPlace) -> OrderRecord:
        """:raises ErpAlreadyHas: a document with this key was found beforehand"""
        key, customer = literal(order.key.upper()), literal(order.customer_number)
        if self._find(f"externalDocumentNumber eq {key} and customerNumber eq {customer}"):
            raise ErpAlreadyHas(f"The ERP has a document under {order.key} already.")
        return self._odata.create(
            "salesOrders",
            standard_body(order),
            operation="create_order",
            order_key=order.key,
            expand="salesOrderLines",
            read=_reader(order, documents.standard_order),
        )

    def _find(self, wanted: str) -> Found | None:
        open_one = _found(
            self._odata, Query(entity="salesOrders", filter=wanted, expand="salesOrderLines"), documents.standard_order
        )
        if open_one is not None:
            return open_one
        for entity in ("salesInvoices", "salesShipments"):
            posted = _found(self._odata, Query(entity=entity, filter=wanted), documents.posted_order)
            if posted is not None:
                return Found(posted.order, posted.entity, posted.erp_key, tag="")
        return None


# --- what we send -----------------------------------------------------------------------------------------------------


def staged_body(order: OrderToPlace) -> Mapping[str, Any]:
    """The body for `portalOrders`. Dates nobody asked for are left out: the empty value is the ERP's default."""
    return _without_none(
        {
            "orderKey": order.key,
            "customerNumber": order.customer_number,
            "customerReference": order.reference,
            "requestedDeliveryDate": order.requested_date and order.requested_date.isoformat(),
            "shipToCode": order.ship_to_code,
            "currencyCode": order.currency,
            "comment": order.comment,
            "lines": [_staged_line(line) for line in order.lines],
            "charges": [_staged_charge(charge) for charge in order.charges] or None,
        }
    )


def standard_body(order: OrderToPlace) -> Mapping[str, Any]:
    """The body for `salesOrders`. `number` and `sequence` are never sent: the ERP gives both.

    Comments become lines of their own; the customer's reference has no field on this page.
    """
    lines: list[Mapping[str, Any]] = [_comment(order.comment)] if order.comment else []
    for line in order.lines:
        lines.append(_standard_line(line))
        lines.extend([_comment(line.comment)] if line.comment else [])
    lines.extend(_standard_charge(charge) for charge in order.charges)
    return _without_none(
        {
            "externalDocumentNumber": order.key,
            "customerNumber": order.customer_number,
            "currencyCode": order.currency,
            "requestedDeliveryDate": order.requested_date and order.requested_date.isoformat(),
            "salesOrderLines": lines,
        }
    )


def _staged_line(line: LineToPlace) -> Mapping[str, Any]:
    return _without_none(
        {
            "lineNo": line.line_number,
            "itemNumber": line.item_number,
            "quantity": line.quantity,
            "unitOfMeasureCode": line.unit,
            "unitPrice": line.unit_price,
            "discountPercent": line.discount_percent,
            "requestedDeliveryDate": line.requested_date and line.requested_date.isoformat(),
            "comment": line.comment,
        }
    )


def _staged_charge(charge: ChargeToPlace) -> Mapping[str, Any]:
    return {"code": charge.code, "description": charge.description[:100], "amount": charge.amount}


def _standard_charge(charge: ChargeToPlace) -> Mapping[str, Any]:
    """A line of type Charge; its code has to be one of the ERP's item charges."""
    return {
        "lineType": "Charge",
        "lineObjectNumber": charge.code,
        "description": charge.description[:100],
        "quantity": 1,
        "unitPrice": charge.amount,
    }


def _standard_line(line: LineToPlace) -> Mapping[str, Any]:
    return {
        "lineType": "Item",
        "lineObjectNumber": line.item_number,
        "quantity": line.quantity,
        "unitOfMeasureCode": line.unit,
        "unitPrice": line.unit_price,
        "discountPercent": line.discount_percent,
    }


def _comment(text: str) -> Mapping[str, Any]:
    return {"lineType": "Comment", "description": " ".join(text.split())[:100]}


def _without_none(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


# --- what comes back --------------------------------------------------------------------------------------------------


def _found(odata: OData, query: Query, read: Callable[[Row], OrderRecord]) -> Found | None:
    raw = next(iter(odata.rows(query, operation="find_order", size=10)), None)
    if raw is None:
        return None
    try:
        row = Row(raw)
        return Found(read(row), query.entity, row.key("id"), row.text_or_empty(_TAG))
    except Unreadable as unreadable:
        raise ErpMisread(f"The ERP's order cannot be read: {unreadable.reason}.") from unreadable


def _reader(order: OrderToPlace, read: Callable[[Row], OrderRecord]) -> Callable[[Reply], OrderRecord]:
    """Reads the answer to an entry; one we cannot read, or about another order, leaves open what was entered."""

    def entered(reply: Reply) -> OrderRecord:
        record = read(Row(as_json(reply)))
        if record.key.upper() != order.key.upper():
            raise Unreadable("orderKey is not the one we sent")
        return record

    return entered


def _cancelled(order: OrderRecord) -> OrderRecord:
    """The standard page deletes a cancelled order; this is what it was."""
    lines = tuple(replace(line, cancelled=line.quantity) for line in order.lines)
    return replace(order, status=ErpOrderStatus.CANCELLED, lines=lines)


def _seen_too_early(refused: ErpRefused) -> bool:
    """Somebody changed the order between our look and our request (409 `Request_EntityChanged`, or 412)."""
    return refused.exchange is not None and refused.exchange.status in (409, 412)
