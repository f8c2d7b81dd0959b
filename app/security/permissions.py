"""Everything somebody may be allowed to do, as `thing:action`. Without a row in `policy` it is denied to all."""

from __future__ import annotations

from enum import StrEnum

from app.words import n_


class Permission(StrEnum):
    ME_READ = "me:read"
    ME_CHANGE = "me:change"
    CATALOG_READ = "catalog:read"
    PRICE_READ = "price:read"
    ORDER_CREATE = "order:create"
    ORDER_READ = "order:read"
    ORDER_CHANGE = "order:change"
    ORDER_SUBMIT = "order:submit"
    ORDER_CANCEL = "order:cancel"
    ORDER_WRITE = "order:write"
    PROPOSAL_DECIDE = "proposal:decide"
    APPROVAL_READ = "approval:read"
    APPROVAL_DECIDE = "approval:decide"
    REVIEW_READ = "review:read"
    REVIEW_DECIDE = "review:decide"
    INVOICE_READ = "invoice:read"
    DEBT_READ = "debt:read"
    TOKEN_CREATE = "token:create"  # noqa: S105 (a permission, not a secret)
    COMPANY_READ = "company:read"
    COMPANY_PEOPLE = "company:people"
    COMPANY_ITEMS = "company:items"
    COMPANY_SETTINGS = "company:settings"
    PORTFOLIO_READ = "portfolio:read"
    CUSTOMER_LOOK = "customer:look"
    REFERENCE_READ = "reference:read"
    CONFIGURATION_READ = "configuration:read"
    CONFIGURATION_CHANGE = "configuration:change"
    OUTBOX_READ = "outbox:read"
    OUTBOX_RETRY = "outbox:retry"
    RECONCILIATION_READ = "reconciliation:read"
    RECONCILIATION_DECIDE = "reconciliation:decide"
    DEAD_LETTER_READ = "dead_letter:read"
    DEAD_LETTER_ACT = "dead_letter:act"
    AUDIT_READ = "audit:read"
    AUDIT_SEARCH = "audit:search"
    SELLER_READ = "seller:read"
    SELLER_CHANGE = "seller:change"


MEANINGS: dict[Permission, str] = {
    Permission.ME_READ: n_("read one's own identity, memberships and limits"),
    Permission.ME_CHANGE: n_("change one's own password and switch between one's own companies"),
    Permission.CATALOG_READ: n_("find items of one's own assortment"),
    Permission.PRICE_READ: n_("ask for one's own contract prices"),
    Permission.ORDER_CREATE: n_("start an order"),
    Permission.ORDER_READ: n_("read orders and their history"),
    Permission.ORDER_CHANGE: n_("change a draft"),
    Permission.ORDER_SUBMIT: n_("send an order"),
    Permission.ORDER_CANCEL: n_("cancel an order"),
    Permission.ORDER_WRITE: n_("write to the review desk about an order of one's company"),
    Permission.PROPOSAL_DECIDE: n_("accept or decline what differs from an order of one's company"),
    Permission.APPROVAL_READ: n_("see what waits for approval in one's company"),
    Permission.APPROVAL_DECIDE: n_("approve or reject an order of one's company, never one's own"),
    Permission.REVIEW_READ: n_("see the queue of the review desk"),
    Permission.REVIEW_DECIDE: n_("claim, ask about, approve and reject orders at the review desk, never one's own"),
    Permission.INVOICE_READ: n_("see invoices and deliveries of one's company"),
    Permission.DEBT_READ: n_("see what the company owes, its credit limit and what is overdue"),
    Permission.TOKEN_CREATE: n_("make an API token for oneself"),
    Permission.COMPANY_READ: n_("see the people, item numbers and settings of one's company"),
    Permission.COMPANY_PEOPLE: n_("let people of one's company in and out, and set their roles and limits"),
    Permission.COMPANY_ITEMS: n_("keep the item numbers of one's company"),
    Permission.COMPANY_SETTINGS: n_("change the settings of one's company"),
    Permission.PORTFOLIO_READ: n_("read the customers one looks after, with their credit"),
    Permission.CUSTOMER_LOOK: n_("send every order of a customer to the review desk"),
    Permission.REFERENCE_READ: n_("read the ERP's customers, items, prices and stock"),
    Permission.CONFIGURATION_READ: n_("read people, rule sets and settings"),
    Permission.CONFIGURATION_CHANGE: n_("change people, what they may do, and what the portal keeps for customers"),
    Permission.OUTBOX_READ: n_("read messages to the ERP, the calls made for them, and mails"),
    Permission.OUTBOX_RETRY: n_("send a message again that needs a person"),
    Permission.DEAD_LETTER_READ: n_("see which messages to the ERP need a person, and what was tried"),
    Permission.DEAD_LETTER_ACT: n_("settle a message that needs a person; put an ERP number right with a second one"),
    Permission.RECONCILIATION_READ: n_("read where portal and ERP differ"),
    Permission.RECONCILIATION_DECIDE: n_("compare portal and ERP, and decide where they differ"),
    Permission.AUDIT_READ: n_("read the audit record"),
    Permission.AUDIT_SEARCH: n_("search the audit record, as far as one's rows go"),
    Permission.SELLER_READ: n_("read the seller's profile, the terms of sale and their history"),
    Permission.SELLER_CHANGE: n_("change the seller's profile and publish terms of sale"),
}
