"""The names of everything that is recorded, `object:part:verb`. A new tag is one line here."""

from __future__ import annotations

from enum import StrEnum


class Tag(StrEnum):
    ORDER_CREATED = "order:created"
    ORDER_CHANGED = "order:changed"
    ORDER_LINE_CHANGED = "order:line:changed"
    ORDER_CHOICE = "order:choice:taken"
    ORDER_PRICED = "order:priced"
    ORDER_JUDGED = "order:judged"
    ORDER_MOVED = "order:moved"
    ORDER_VALIDATION = "order:validation:changed"
    ORDER_PAYMENT = "order:payment:changed"
    ORDER_HOLD = "order:hold:changed"
    ORDER_CLAIMED = "order:claimed"
    ORDER_QUESTION = "order:question:asked"
    ORDER_ANSWER = "order:question:answered"
    ORDER_NOTE = "order:note:written"
    ORDER_CANCEL_ASKED = "order:cancel:asked"
    ORDER_ERP = "order:erp:changed"
    ORDER_DELIVERY = "order:delivery:changed"
    APPROVAL_ASKED = "approval:asked"
    APPROVAL_DECIDED = "approval:decided"
    OUTBOX_DEAD = "outbox:dead"
    OUTBOX_RETRIED = "outbox:retried"
    TOKEN_CREATED = "token:created"  # noqa: S105 (a tag, not a secret)
    SIGNED_IN = "person:signed_in"
    SIGN_IN_REFUSED = "person:sign_in_refused"
    SIGNED_OUT = "person:signed_out"
    PERSON_CREATED = "person:created"
    PERSON_DISABLED = "person:disabled"
    PERSON_ENABLED = "person:enabled"
    PERSON_CHANGED = "person:changed"
    PERSON_PASSWORD = "person:password:changed"  # noqa: S105 (a tag, not a secret)
    PERSON_SWITCHED = "person:switched"
    SESSIONS_ENDED = "person:sessions:ended"
    TOKENS_REVOKED = "person:tokens:revoked"
    MEMBERSHIP_ADDED = "person:membership:added"
    MEMBERSHIP_CHANGED = "person:membership:changed"
    MEMBERSHIP_ENDED = "person:membership:ended"
    COMPANY_ITEMS = "company:items:changed"
    COMPANY_SETTINGS = "company:settings:changed"
    RULES_PUBLISHED = "rules:published"
    CONFIGURATION_CHANGED = "configuration:changed"
