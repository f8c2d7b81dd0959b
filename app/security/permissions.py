"""Everything somebody may be allowed to do, as `thing:action`. Without a row in `policy` it is denied to all."""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    ME_READ = "me:read"
    CATALOG_READ = "catalog:read"
    PRICE_READ = "price:read"
    ORDER_CREATE = "order:create"
    ORDER_READ = "order:read"
    ORDER_CHANGE = "order:change"
    ORDER_SUBMIT = "order:submit"
    ORDER_CANCEL = "order:cancel"
    APPROVAL_READ = "approval:read"
    APPROVAL_DECIDE = "approval:decide"
    REVIEW_READ = "review:read"
    REVIEW_DECIDE = "review:decide"
    INVOICE_READ = "invoice:read"
    TOKEN_CREATE = "token:create"  # noqa: S105 (a permission, not a secret)
    REFERENCE_READ = "reference:read"
    CONFIGURATION_READ = "configuration:read"
    OUTBOX_READ = "outbox:read"
    OUTBOX_RETRY = "outbox:retry"
    AUDIT_READ = "audit:read"


MEANINGS: dict[Permission, str] = {
    Permission.ME_READ: "read one's own identity, memberships and limits",
    Permission.CATALOG_READ: "find items of one's own assortment",
    Permission.PRICE_READ: "ask for one's own contract prices",
    Permission.ORDER_CREATE: "start an order",
    Permission.ORDER_READ: "read orders and their history",
    Permission.ORDER_CHANGE: "change a draft",
    Permission.ORDER_SUBMIT: "send an order",
    Permission.ORDER_CANCEL: "cancel an order",
    Permission.APPROVAL_READ: "see what waits for approval in one's company",
    Permission.APPROVAL_DECIDE: "approve or reject an order of one's company, never one's own",
    Permission.REVIEW_READ: "see the queue of the review desk",
    Permission.REVIEW_DECIDE: "claim, approve and reject orders at the review desk, never one's own",
    Permission.INVOICE_READ: "see invoices and amounts of debt",
    Permission.TOKEN_CREATE: "make an API token for oneself",
    Permission.REFERENCE_READ: "read the ERP's customers, items, prices and stock",
    Permission.CONFIGURATION_READ: "read people, rule sets and settings",
    Permission.OUTBOX_READ: "read messages to the ERP and the calls made for them",
    Permission.OUTBOX_RETRY: "send a message again that needs a person",
    Permission.AUDIT_READ: "read the audit record",
}
