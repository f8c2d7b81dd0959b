"""Every call to the ERP and what came back, redacted and bounded."""

from __future__ import annotations

from typing import Any

from app.domain.state_words import state_word
from app.models.transactional import ErpCall
from app.security.permissions import Permission
from app.views.admin import lookups
from app.views.base import ReadingInterface, Screen
from app.views.filters import Contains, Equals, OfCustomer, Search, Since, Until
from app.views.formats import document, mark
from app.words import t


class ErpCallScreen(Screen):
    datamodel = ReadingInterface(ErpCall)
    route_base = "/admin/erp-calls"
    permission = Permission.OUTBOX_READ
    nouns = ("Call to the ERP", "Calls to the ERP")
    about = "Kept for the telephone call with whoever runs the ERP. Secrets are blacked out."
    list_columns = ["started_at", "operation", "order_id", "status", "outcome", "milliseconds", "erp_request_id"]
    show_columns = [
        "started_at", "connection", "operation", "method", "url", "order_id", "customer_id", "message_id", "status",
        "outcome", "milliseconds", "erp_request_id", "correlation_id", "request_body", "response_body",
    ]  # fmt: skip
    order_columns = ["started_at", "operation", "status", "milliseconds"]
    figures = frozenset({"milliseconds"})
    label_columns = {
        "started_at": "When", "connection": "ERP", "operation": "Call", "method": "Method", "url": "Address",
        "order_id": "Order", "customer_id": "Customer", "message_id": "Message", "status": "Answer",
        "outcome": "Outcome", "milliseconds": "Took", "erp_request_id": "Number in the ERP's log",
        "correlation_id": "Reference", "request_body": "Sent", "response_body": "Answered",
    }  # fmt: skip
    cells = {
        "outcome": lambda it: mark(it.outcome),
        "operation": lambda it: state_word(it.operation),
        "milliseconds": lambda it: t("{n} ms", n=it.milliseconds),
        "request_body": lambda it: document(it.request_body),
        "response_body": lambda it: document(it.response_body),
    }
    names = {"order_id": lookups.orders, "customer_id": lookups.customers}
    searches = (
        Search("operation", "Call", "operation", Contains),
        Search("outcome", "Outcome", "outcome", Equals),
        Search("customer", "Customer", "customer_id", OfCustomer),
        Search("reference", "Reference", "correlation_id", Equals),
        Search("since", "Since", "started_at", Since, kind="date"),
        Search("until", "Until", "started_at", Until, kind="date"),
    )

    def name_of(self, item: Any) -> str:
        return state_word(item.operation)
