"""Mails to people. Services call these in the transaction of what they tell of; that leaves an intent, a row in `mail`.

Whom it goes to, in which language and words, is found out by the worker (`app.jobs.mail`), which may read people. Until
then `body_text` holds the facts of the intent as JSON and `subject` is empty. `dedup` makes each mail unique.
"""

from app.services.notifications.intents import (
    approval_asked,
    can_be_sent,
    confirmation,
    given_back,
    not_accepted,
    proposal,
    question,
    receipt,
    shipped,
)

__all__ = [
    "approval_asked",
    "can_be_sent",
    "confirmation",
    "given_back",
    "not_accepted",
    "proposal",
    "question",
    "receipt",
    "shipped",
]
