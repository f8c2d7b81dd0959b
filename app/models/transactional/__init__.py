"""Transactional data: what is born here."""

from app.models.transactional.agreeing import Proposal, Relink
from app.models.transactional.approval import Approval
from app.models.transactional.audit import AuditEvent, AuditPersonal
from app.models.transactional.idempotency import IdempotencyKey
from app.models.transactional.judgement import Judgement, OrderFinding
from app.models.transactional.message import ErpEvent, Mail, OrderMessage, ReadingWish
from app.models.transactional.order import Order, OrderLine
from app.models.transactional.outbox import ErpCall, ErpCallMinute, ErpLine, OutboxMessage
from app.models.transactional.watching import Alert, Drift, ReconciliationRun

__all__ = [
    "Alert",
    "Approval",
    "AuditEvent",
    "AuditPersonal",
    "Drift",
    "ErpCall",
    "ErpCallMinute",
    "ErpEvent",
    "ErpLine",
    "IdempotencyKey",
    "Judgement",
    "Mail",
    "Order",
    "OrderFinding",
    "OrderLine",
    "OrderMessage",
    "OutboxMessage",
    "Proposal",
    "ReadingWish",
    "ReconciliationRun",
    "Relink",
]
