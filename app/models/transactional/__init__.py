"""Transactional data: what is born here."""

from app.models.transactional.approval import Approval
from app.models.transactional.audit import AuditEvent, AuditPersonal
from app.models.transactional.idempotency import IdempotencyKey
from app.models.transactional.judgement import Judgement, OrderFinding
from app.models.transactional.message import ErpEvent, Mail, OrderMessage
from app.models.transactional.order import Order, OrderLine
from app.models.transactional.outbox import ErpCall, OutboxMessage

__all__ = [
    "Approval",
    "AuditEvent",
    "AuditPersonal",
    "ErpCall",
    "ErpEvent",
    "IdempotencyKey",
    "Judgement",
    "Mail",
    "Order",
    "OrderFinding",
    "OrderLine",
    "OrderMessage",
    "OutboxMessage",
]
