"""Messages to the ERP, and every call made for them. A dead one can be sent again; it cannot be doubled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup
from sqlalchemy import select

from app.domain.state_words import state_word
from app.extensions import session
from app.models.transactional import ErpCall, OutboxMessage
from app.security.permissions import Permission
from app.services import dead_letters
from app.services.delivery import listing
from app.views.admin import lookups
from app.views.base import ReadingInterface, Screen, Section, scoped_action
from app.views.door import current_actor
from app.views.filters import Contains, Equals, OfCustomer, Search, Since, Until
from app.views.formats import mark, shown, stamp
from app.words import n_, t, tn


class OutboxScreen(Screen):
    datamodel = ReadingInterface(OutboxMessage)
    route_base = "/admin/outbox"
    permission = Permission.OUTBOX_READ
    act_permission = Permission.OUTBOX_RETRY
    nouns = ("Message to the ERP", "Messages to the ERP")
    about = "A dead message needs a person. Sending it again first asks the ERP whether it has it already."
    list_columns = ["id", "order_id", "customer_id", "kind", "state", "attempts", "due_at", "reason"]
    show_columns = [
        "id", "order_id", "customer_id", "connection", "kind", "order_key", "order_version", "state", "reason",
        "reason_code", "owner_id", "owned_at", "attempts", "tries", "created_at", "due_at", "lease_until", "sent_at",
        "finished_at", "correlation_id", "body",
    ]  # fmt: skip
    order_columns = ["id", "state", "attempts", "due_at"]
    figures = frozenset({"attempts"})
    label_columns = {
        "id": "Message", "order_id": "Order", "customer_id": "Customer", "connection": "ERP", "kind": "Asks to",
        "order_key": "Key of the order", "order_version": "Version of the order", "state": "State", "reason": "Why",
        "reason_code": "Code", "owner_id": n_("With"), "owned_at": n_("With them since"), "attempts": "Tries",
        "tries": n_("Tries, by how they ended"), "created_at": "Written", "due_at": "Next try",
        "lease_until": "Being sent until", "sent_at": "Last sent", "finished_at": "Finished",
        "correlation_id": "Reference", "body": "What is sent",
    }  # fmt: skip
    cells = {
        "state": lambda it: mark(it.state),
        "kind": lambda it: state_word(it.kind),
        "reason_code": lambda it: technical(it.reason_code),
        "reason": lambda it: technical(it.reason),
        "due_at": lambda it: stamp(it.due_at) if it.state == "waiting" else shown(None),
    }
    names = {"order_id": lookups.orders, "customer_id": lookups.customers, "owner_id": lookups.people}
    searches = (
        Search("state", "State", "state", Equals, kind="choice", choices=listing.STATES),
        Search("key", "Key of the order", "order_key", Contains),
        Search("customer", "Customer", "customer_id", OfCustomer),
        Search("since", "Written since", "created_at", Since, kind="date"),
        Search("until", "Written until", "created_at", Until, kind="date"),
    )

    @scoped_action("send_again", "Send again")
    def send_again(self, messages: Sequence[OutboxMessage]) -> None:
        """Dead ones wait again and go out with the next round."""
        ids = [message.id for message in messages]
        self.each(ids, lambda each: dead_letters.retry(current_actor(), each), done=_done)

    def sections(self, item: Any) -> Sequence[Section]:
        calls = session.scalars(select(ErpCall).where(ErpCall.message_id == item.id).order_by(ErpCall.id))
        columns = (t("When"), t("Call"), t("Answer"), t("Outcome"), t("Took"), t("Number in the ERP's log"))
        rows = [
            (
                lookups.link("ErpCallScreen.show", call.id, stamp(call.started_at)), state_word(call.operation),
                shown(call.status), mark(call.outcome), t("{n} ms", n=call.milliseconds), shown(call.erp_request_id),
            )
            for call in calls
        ]  # fmt: skip
        return (Section(t("Calls"), columns, rows, nothing=t("Not sent yet.")),)


def technical(words: str) -> Any:
    """A code, or words of the ERP: as they are in every language."""
    return Markup('<span translate="no">{}</span>').format(words) if words else shown(None)


def _done(count: int) -> str:
    return tn("{n} will be sent again with the next round.", "{n} will be sent again with the next round.", count)
