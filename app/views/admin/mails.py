"""Every mail the portal wrote: to whom, what, and whether it went out. Without a mail server they are read here."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from app.models.transactional import Mail
from app.security.permissions import Permission
from app.services.notifications.intents import Kind
from app.views.admin import lookups
from app.views.base import ReadingInterface, Screen
from app.views.filters import Contains, Equals, OfCustomer, Search, Since, Until
from app.views.formats import NOTHING, mark, shown, stamp
from app.words import LANGUAGE_NAMES, n_, t

KINDS: dict[str, str] = {
    "receipt": n_("receipt"),
    "approval_asked": n_("approval asked"),
    "given_back": n_("given back"),
    "not_accepted": n_("not accepted"),
    "confirmation": n_("confirmation"),
    "shipped": n_("delivery"),
    "question": n_("question of the desk"),
    "proposal": n_("question about a difference"),
    "can_be_sent": n_("draft can be sent"),
}

ALARM = n_("alert")  # written whole by `app.services.alerts`, so it is no kind of intent


class MailScreen(Screen):
    datamodel = ReadingInterface(Mail)
    route_base = "/admin/mails"
    permission = Permission.OUTBOX_READ
    nouns = (n_("Mail"), n_("Mails"))
    about = n_(
        "What the portal wrote to people. A kept one was not sent, for the reason beside it, and can be read here."
    )
    list_columns = ["subject", "kind", "to_name", "state", "created_at", "reason"]
    show_columns = [
        "subject", "kind", "to_name", "to_address", "language", "order_id", "customer_id", "state", "reason", "attempts",
        "created_at", "due_at", "sent_at", "attachment_name", "dedup", "body_text",
    ]  # fmt: skip
    order_columns = ["created_at", "state", "kind"]
    figures = frozenset({"attempts"})
    label_columns = {
        "subject": n_("Subject"), "kind": n_("Tells"), "to_name": n_("To"), "to_address": n_("Address"),
        "language": n_("Language"), "order_id": n_("Order"), "customer_id": n_("Customer"), "state": n_("State"),
        "reason": n_("Why"), "attempts": n_("Tries"), "created_at": n_("Written"), "due_at": n_("Next try"),
        "sent_at": n_("Sent"), "attachment_name": n_("Attached"), "dedup": n_("Unique key"), "body_text": n_("Text"),
    }  # fmt: skip
    cells = {
        "subject": lambda it: it.subject or t("not written yet"),
        "kind": lambda it: _tells(it.kind),
        "language": lambda it: LANGUAGE_NAMES.get(it.language, it.language),
        "state": lambda it: mark(it.state),
        "reason": lambda it: shown(t(it.reason) if it.reason else ""),
        "due_at": lambda it: stamp(it.due_at) if it.state == "waiting" else NOTHING,
        "body_text": lambda it: _text(it),
    }
    names = {"order_id": lookups.orders, "customer_id": lookups.customers}
    searches = (
        Search(
            "kind",
            n_("Tells"),
            "kind",
            Equals,
            kind="choice",
            choices=tuple(kind.value for kind in Kind),
            words=lambda kind: _tells(kind),
        ),
        Search("state", n_("State"), "state", Equals, kind="choice", choices=("waiting", "kept", "dead", "sent")),
        Search("to", n_("To"), "to_name", Contains),
        Search("customer", n_("Customer"), "customer_id", OfCustomer),
        Search("since", n_("Written since"), "created_at", Since, kind="date"),
        Search("until", n_("Written until"), "created_at", Until, kind="date"),
    )

    def name_of(self, item: Any) -> str:
        return str(item.subject) or t("not written yet")


def _tells(kind: str) -> str:
    word = ALARM if kind == "alert" else KINDS.get(kind, kind)
    return t(word)


def _text(mail: Mail) -> Any:
    """The plain part as it is; before it is written there is nothing to read."""
    if not mail.subject:
        return NOTHING
    return Markup('<pre class="document" tabindex="0">{}</pre>').format(mail.body_text)
