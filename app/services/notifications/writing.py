"""From an intent to mails: its readers found, a row for each, written in their language, with the paper that belongs to it.

Needs staff's scope, since it reads people. Runs in the worker; see `app.jobs.mail`.
"""

from __future__ import annotations

import json
from dataclasses import replace

from sqlalchemy import text

from app.errors import NotFound
from app.extensions import session
from app.services import papers, seller
from app.services.notifications import rendering
from app.services.notifications.claiming import GONE, NO_ADDRESS, NO_SERVER, NOBODY, Claimed, Kept
from app.services.notifications.intents import Kind
from app.services.notifications.letters import NotNeeded, letter
from app.services.notifications.places import public_url
from app.services.notifications.queries import Reader, reader, readers
from app.services.papers.facts import OrderFacts, order_facts
from app.words import t, use_language

_ANOTHER = text("""
    insert into mail (customer_id, order_id, person_id, kind, dedup, language, subject, body_text, body_html)
    values (:customer, :order, :person, :kind, :dedup, 'en', '', :facts, '') on conflict do nothing""")
_WRITTEN = text("""
    update mail set person_id = :person, language = :language, to_name = :name, to_address = :address,
                    subject = :subject, body_text = :text, body_html = :html, attachment = :paper,
                    attachment_name = :paper_name
     where id = :id and attempts = :attempts and state = 'waiting' returning id""")


def written(mail: Claimed) -> Claimed | Kept:
    """The mail ready to go; one that is written already comes back as it is.

    :returns: the reason instead when there is nothing, or nobody, to write to
    """
    if mail.subject:
        return mail
    try:
        order = order_facts(mail.order_id)
    except NotFound:
        return Kept(GONE)
    found = _reader(mail, order)
    if found is None:
        return Kept(NOBODY)
    try:
        return _write(mail, order, found)
    except NotNeeded as overtaken:
        return Kept(str(overtaken))


def what_keeps(mail: Claimed, *, server: bool) -> Kept | None:
    """Why a written mail is not sent, if it is not."""
    if not mail.to_address:
        return Kept(NO_ADDRESS)
    return None if server else Kept(NO_SERVER)


def _reader(mail: Claimed, order: OrderFacts) -> Reader | None:
    """Whom this row is for. An intent becomes the mail to its first reader; the others get rows of their own."""
    if mail.person_id is not None:
        return reader(mail.person_id, mail.customer_id)
    found = readers(Kind(mail.kind), order_id=mail.order_id, customer_id=mail.customer_id, buyer=order.placed_by)
    for other in found[1:]:
        row = {
            "customer": mail.customer_id,
            "order": mail.order_id,
            "person": other.id,
            "kind": mail.kind,
            "dedup": f"{mail.dedup}:{other.id}",
            "facts": mail.body_text,
        }
        session.execute(_ANOTHER, row)
    return found[0] if found else None


def _write(mail: Claimed, order: OrderFacts, to: Reader) -> Claimed:
    with use_language(to.language):
        made = letter(Kind(mail.kind), order, json.loads(mail.body_text))
        who = seller.current()
        paper, paper_name = _paper(made.paper, order, to.language)
        done = replace(
            mail,
            person_id=to.id,
            language=to.language,
            to_name=to.name,
            to_address=to.email.strip(),
            subject=" ".join(made.subject.split()),
            body_text=rendering.as_text(made, who, public_url=public_url()),
            body_html=rendering.as_html(made, who, public_url=public_url()),
            attachment=paper,
            attachment_name=paper_name,
        )
    values = {
        "id": done.id, "attempts": done.attempts, "person": done.person_id, "language": done.language,
        "name": done.to_name, "address": done.to_address, "subject": done.subject, "text": done.body_text,
        "html": done.body_html, "paper": done.attachment, "paper_name": done.attachment_name,
    }  # fmt: skip
    session.execute(_WRITTEN, values)
    return done


def _paper(kind: str, order: OrderFacts, language: str) -> tuple[bytes | None, str]:
    if kind == "receipt":
        return papers.receipt(order.id, language), t("receipt-{number}.pdf", number=order.number)
    if kind == "confirmation":
        return papers.confirmation(order.id, language), t("confirmation-{number}.pdf", number=order.number)
    return None, ""
