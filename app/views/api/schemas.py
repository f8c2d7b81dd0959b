"""The JSON shapes of the API, as JSON Schema, for the OpenAPI document."""

from __future__ import annotations

from typing import Any

TEXT: dict[str, Any] = {"type": "string"}
MAYBE_TEXT: dict[str, Any] = {"type": "string", "nullable": True}
DAY: dict[str, Any] = {"type": "string", "format": "date", "nullable": True}
MOMENT: dict[str, Any] = {"type": "string", "format": "date-time", "nullable": True}
NUMBER: dict[str, Any] = {"type": "string", "description": "a decimal number as text", "example": "5"}


def _object(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "object", "properties": properties}
    if required:
        schema["required"] = list(required)
    return schema


def _list(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _page(name: str) -> dict[str, Any]:
    return _object({"items": _list(_ref(name)), "next": MAYBE_TEXT}, "items", "next")


_LINE_NUMBER: dict[str, Any] = {"type": "integer", "nullable": True}
_BODY_LINE = {
    "item": {**TEXT, "description": "our number, the own number or the EAN", "maxLength": 100},
    "quantity": NUMBER,
    "unit": {**TEXT, "example": "PCS", "description": "left out: the item's base unit"},
    "requested_delivery_date": DAY,
    "buyer_line": TEXT,
    "cost_center": TEXT,
    "comment": TEXT,
}
_BODY = {
    "reference": {**TEXT, "maxLength": 35, "example": "PO-4711"},
    "requested_delivery_date": DAY,
    "ship_to": {**TEXT, "description": "code of a delivery address; left out: the usual one"},
    "ship_to_address": {"type": "object", "nullable": True},
    "comment": TEXT,
    "lines": _list(_ref("OrderBodyLine")),
}
_STATE = _object({"process": TEXT, "validation": TEXT, "payment": TEXT})
_BALL = _object({"with": TEXT, "since": MOMENT, "next": TEXT})
_FINDING = _object(
    {
        "rule": TEXT,
        "layer": {"type": "string", "enum": ["integrity", "business", "finance", "logistics"]},
        "outcome": {"type": "string", "enum": ["notice", "offer", "review", "block"]},
        "line": {"type": "integer", "nullable": True},
        "message": TEXT,
        "fix": TEXT,
        "offers": _list(
            _object(
                {
                    "id": TEXT,
                    "label": TEXT,
                    "effect": {"type": "object"},
                    "default": {"type": "boolean"},
                    "chosen": {"type": "boolean"},
                }
            )
        ),
    }
)
_LINE = _object(
    {
        "line": {"type": "integer"},
        "item": TEXT,
        "typed_item": TEXT,
        "own_number": TEXT,
        "name": TEXT,
        "quantity": NUMBER,
        "unit": TEXT,
        "base_quantity": NUMBER,
        "unit_price": _ref("Money"),
        "discount": NUMBER,
        "net_unit_price": _ref("Money"),
        "total": _ref("Money"),
        "explanation": _list({"type": "object"}),
        "promise": TEXT,
        "as_of": MOMENT,
        "requested_delivery_date": DAY,
        "confirmed_date": DAY,
        "quantities": _object(dict.fromkeys(("ordered", "confirmed", "shipped", "open", "cancelled"), NUMBER)),
    }
)

_INVOICE = _object(
    {
        "number": TEXT,
        "issued_on": DAY,
        "due_on": DAY,
        "currency": TEXT,
        "net": _ref("Money"),
        "tax": _ref("Money"),
        "gross": _ref("Money"),
        "remaining": _ref("Money"),
        "status": {"type": "string", "enum": ["open", "paid", "cancelled"]},
        "customer": TEXT,
        "order": MAYBE_TEXT,
        "reference": TEXT,
        "erp_order": MAYBE_TEXT,
        "lines": _list({"type": "object"}),
    }
)

SCHEMAS: dict[str, dict[str, Any]] = {
    "ErpEvent": _object(
        {
            "entity": {**TEXT, "example": "prices", "description": "the kind of data that changed (signed form)"},
            "change": {**TEXT, "example": "updated"},
            "value": {**_list({"type": "object"}), "description": "notices of Business Central's subscriptions"},
        }
    ),
    "EventTaken": _object({"taken": _list(TEXT)}, "taken"),
    "Money": {
        **_object({"amount": {**TEXT, "example": "12.3400"}, "currency": {**TEXT, "example": "USD"}}),
        "nullable": True,
    },
    "Problem": _object(
        {
            "type": TEXT,
            "title": TEXT,
            "status": {"type": "integer"},
            "detail": TEXT,
            "code": TEXT,
            "fix": TEXT,
            "number": TEXT,
            "findings": _list(_ref("Finding")),
            "correlation_id": TEXT,
        },
        "type",
        "title",
        "status",
        "detail",
        "code",
    ),
    "Finding": _FINDING,
    "OrderBodyLine": _object(_BODY_LINE, "item", "quantity"),
    "OrderBody": _object({**_BODY, "submit": {"type": "boolean", "default": False}}, "lines"),
    "OrderChange": _object(_BODY),
    "Order": _object(
        {
            "number": TEXT,
            "reference": TEXT,
            "state": _STATE,
            "ball": _BALL,
            "lanes": {"type": "object"},
            "on_hold": {"type": "object", "nullable": True},
            "currency": TEXT,
            "totals": _object({name: _ref("Money") for name in ("net", "tax", "gross")}),
            "charges": _list(
                _object({"code": TEXT, "label": TEXT, "amount": _ref("Money"), "why": TEXT, "line": _LINE_NUMBER})
            ),
            "lines": _list(_LINE),
            "findings": _list(_ref("Finding")),
            "approval": {"type": "object", "nullable": True},
            "proposals": _list(_ref("Proposal")),
            "deliveries": _list({"type": "object"}),
            "invoices": _list({"type": "object"}),
            "messages": _list(_object({"from": TEXT, "by": TEXT, "question": {"type": "boolean"}, "text": TEXT})),
            "version": {"type": "integer"},
            "erp": _object({"number": MAYBE_TEXT, "status": MAYBE_TEXT, "key": TEXT}),
        }
    ),
    "OrderRow": _object({"number": TEXT, "reference": TEXT, "state": _STATE, "ball": _BALL, "currency": TEXT}),
    "OrderList": _page("OrderRow"),
    "HistoryEntry": _object(
        {
            "at": MOMENT,
            "who": TEXT,
            "ip": MAYBE_TEXT,
            "what": TEXT,
            "before": {"type": "object", "nullable": True},
            "after": {"type": "object", "nullable": True},
            "correlation": TEXT,
            "erp_call": {"type": "object", "nullable": True},
        }
    ),
    "History": _page("HistoryEntry"),
    "Me": _object(
        {
            "login": TEXT,
            "name": TEXT,
            "roles": _list(TEXT),
            "memberships": _list({"type": "object"}),
            "company": {"type": "object", "nullable": True},
            "limits": {"type": "object"},
            "permissions": _list(TEXT),
        }
    ),
    "Item": _object(
        {
            "number": TEXT,
            "name": TEXT,
            "own_number": TEXT,
            "unit": TEXT,
            "units": _list(_object({"unit": TEXT, "quantity": NUMBER})),
            "price": _ref("Money"),
            "tiers": _list({"type": "object"}),
            "availability": NUMBER,
            "as_of": MOMENT,
            "promise": TEXT,
        }
    ),
    "ItemList": _page("Item"),
    "PriceQuestion": _object(
        {
            "lines": _list(_object({"item": TEXT, "quantity": NUMBER, "unit": TEXT}, "item", "quantity")),
            "live": {"type": "boolean", "default": False},
        },
        "lines",
    ),
    "PriceList": _object({"lines": _list({"type": "object"}), "as_of": MOMENT}),
    "ApprovalList": _object({"items": _list({"type": "object"}), "next": MAYBE_TEXT}),
    "ReviewQueue": _object({"items": _list({"type": "object"}), "next": MAYBE_TEXT}),
    "AuditList": _object({"items": _list({"type": "object"}), "next": MAYBE_TEXT}),
    "OutboxMessage": _object(
        {
            "id": {"type": "integer"},
            "kind": TEXT,
            "order": TEXT,
            "state": TEXT,
            "reason": MAYBE_TEXT,
            "owner": MAYBE_TEXT,
            "erp_number": MAYBE_TEXT,
        }
    ),
    "HandOver": _object({"erp_number": TEXT, "agreed": TEXT, "version": {"type": "integer"}}, "erp_number"),
    "OutboxList": _page("OutboxMessage"),
    "Proposal": _object(
        {
            "id": TEXT,
            "line": {"type": "integer", "nullable": True},
            "origin": {"type": "string", "enum": ["erp", "prices", "desk"]},
            "reason_code": TEXT,
            "message": TEXT,
            "fix": TEXT,
            "before": {"type": "object"},
            "after": {"type": "object"},
            "state": {"type": "string", "enum": ["open", "accepted", "declined", "lapsed"]},
            "proposed_at": MOMENT,
            "decided_at": MOMENT,
            "decided_by": TEXT,
        }
    ),
    "Decision": _object({"version": {"type": "integer"}}),
    "Reason": _object({"reason": TEXT, "version": {"type": "integer"}}),
    "Note": _object({"note": TEXT, "version": {"type": "integer"}}),
    "Message": _object({"text": TEXT, "version": {"type": "integer"}}, "text"),
    "Rejection": _object({"reason_code": TEXT, "note": TEXT, "version": {"type": "integer"}}, "reason_code"),
    "Invoice": _INVOICE,
    "InvoiceList": _page("Invoice"),
    "Shipment": _object(
        {
            "number": TEXT,
            "shipped_on": DAY,
            "carrier": TEXT,
            "tracking_number": TEXT,
            "tracking_url": TEXT,
            "lines": _list({"type": "object"}),
            "order": MAYBE_TEXT,
            "reference": TEXT,
            "erp_order": MAYBE_TEXT,
        }
    ),
    "ShipmentList": _page("Shipment"),
    "Pdf": {"type": "string", "format": "binary"},
    "IntakeText": _object(
        {
            "text": {**TEXT, "description": "lines as typed or pasted: item, quantity and unit in any usual form"},
            "file": {
                "type": "string",
                "format": "binary",
                "description": "multipart only: the same as a text file in UTF-8",
            },
        }
    ),
    "Intake": _object(
        {
            "result": {"type": "string", "enum": ["accepted", "accepted_with_problems", "rejected"]},
            "file_problem": MAYBE_TEXT,
            "recognised": {"type": "integer", "description": "lines that may go into an order"},
            "of": {"type": "integer", "description": "lines that asked for something"},
            "lines": _list(
                _object(
                    {
                        "row": {"type": "integer"},
                        "item": TEXT,
                        "quantity": NUMBER,
                        "unit": TEXT,
                        "base_quantity": NUMBER,
                        "requested_date": DAY,
                        "note": TEXT,
                    }
                )
            ),
            "problems": _list(
                _object(
                    {
                        "row": {"type": "integer"},
                        "code": TEXT,
                        "value": TEXT,
                        "message": TEXT,
                        "suggestions": _list(TEXT),
                    }
                )
            ),
            "notices": _list(_object({"row": {"type": "integer"}, "code": TEXT, "message": TEXT})),
            "corrected_file": MAYBE_TEXT,
        },
        "result",
        "lines",
        "problems",
    ),
    "OpenApi": {"type": "object"},
}
