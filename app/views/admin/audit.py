"""The audit record: who did what, when, from where, before and after. It only grows; this screen cannot change it."""

from __future__ import annotations

from typing import Any

from app.domain.state_words import state_word
from app.models.transactional import AuditEvent
from app.security.permissions import Permission
from app.views.admin import lookups
from app.views.base import ReadingInterface, Screen
from app.views.filters import ByPerson, Contains, Equals, OfCustomer, Search, Since, Until
from app.views.formats import shown
from app.words import t


class AuditScreen(Screen):
    datamodel = ReadingInterface(AuditEvent)
    route_base = "/admin/audit"
    permission = Permission.AUDIT_READ
    nouns = ("Entry", "Audit record")
    about = "Everything that was done here. Nobody can change or remove an entry."
    list_columns = ["at", "actor_code", "ip_code", "tag", "object_number", "customer_id", "correlation_id"]
    show_columns = [
        "at", "actor_code", "ip_code", "tag", "object_kind", "object_number", "object_version", "customer_id", "before",
        "after", "erp_call_id", "correlation_id",
    ]  # fmt: skip
    order_columns = ["at", "tag", "object_number"]
    label_columns = {
        "at": "When", "actor_code": "Who", "ip_code": "From", "tag": "What", "object_kind": "Kind of object",
        "object_number": "Object", "object_version": "Its version", "customer_id": "Customer", "before": "Before",
        "after": "After", "erp_call_id": "Call to the ERP", "correlation_id": "Reference",
    }  # fmt: skip
    cells = {
        "object_kind": lambda it: state_word(it.object_kind),
        "object_number": lambda it: f"{state_word(it.object_kind)} {it.object_number}",
        "erp_call_id": lambda it: (
            shown(None) if it.erp_call_id is None else lookups.link("ErpCallScreen.show", it.erp_call_id, t("Open"))
        ),
    }
    names = {"actor_code": lookups.personal, "ip_code": lookups.personal, "customer_id": lookups.customers}
    searches = (
        Search("user", "Done by", "actor_code", ByPerson),
        Search("customer", "Customer", "customer_id", OfCustomer),
        Search("object", "Number of the object", "object_number", Equals),
        Search("what", "What was done", "tag", Contains),
        Search("reference", "Reference of the request", "correlation_id", Equals),
        Search("from", "Done since", "at", Since, kind="date"),
        Search("to", "Done until", "at", Until, kind="date"),
    )

    def name_of(self, item: Any) -> str:
        return f"{item.tag} {item.object_number}"
