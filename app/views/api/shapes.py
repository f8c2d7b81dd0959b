"""How things look as JSON: money with its currency, numbers as text, moments in UTC. Inside notes appear nowhere."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row

from app.audit.history import Entry
from app.clock import business_zone
from app.domain.money import at_least_decimals
from app.domain.pricing import Price, Tier
from app.domain.quantities import plain
from app.errors import BadRequest
from app.security.actor import Actor
from app.security.permissions import Permission
from app.security.policy import may
from app.services.agreeing.telling import Put, next_step, sentences
from app.services.approvals import why_words
from app.services.catalogue.items import ItemFacts
from app.services.ordering.choices import key_of
from app.services.ordering.offers import api_id
from app.services.ordering.reading import OrderRow, OrderSheet
from app.services.pricing import Prices, explanation
from app.words import t

AMOUNT_DECIMALS = 4


def money(amount: Decimal | None, currency: str) -> dict[str, str] | None:
    """{"amount": "12.3400", "currency": "USD"}; unit prices keep the ERP's decimals."""
    if amount is None:
        return None
    return {"amount": at_least_decimals(amount, AMOUNT_DECIMALS), "currency": currency}


def moment(value: datetime | None) -> str | None:
    return None if value is None else value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def percent(value: Decimal) -> str:
    return plain(value)


def cursor(last: int | None) -> str | None:
    """An opaque place in a list."""
    return None if last is None else base64.urlsafe_b64encode(str(last).encode()).decode().rstrip("=")


def from_cursor(text: str | None) -> int | None:
    """:raises BadRequest: it is none of ours"""
    if not text:
        return None
    try:
        return int(base64.urlsafe_b64decode(text[:40] + "=" * (-len(text) % 4)).decode("ascii"))
    except (ValueError, binascii.Error):
        raise BadRequest(
            t("This cursor was not given out by us."), t("Start the list again without it, and follow `next`.")
        ) from None


def tier(value: Tier | None, currency: str) -> dict[str, Any] | None:
    if value is None:
        return None
    return {
        "quantity": plain(value.quantity),
        "unit_price": money(value.net_unit_price, currency),
        "discount": percent(value.discount_percent),
    }


def price(value: Price, prices: Prices) -> dict[str, Any]:
    """One line of an answer about prices."""
    return {
        "item": value.item,
        "quantity": plain(value.quantity),
        "unit": value.unit,
        "unit_price": money(value.unit_price, value.currency),
        "discount": percent(value.discount_percent),
        "net_unit_price": money(value.net_unit_price, value.currency),
        "total": money(value.total, value.currency),
        "explanation": explanation(value),
        "tiers": [tier(each, value.currency) for each in value.tiers],
        "next_tier": tier(value.next_tier, value.currency),
        "as_of": moment(prices.as_of),
        "promise": prices.promise_of(value).value,
    }


def item(value: ItemFacts, at_one: Price, prices: Prices) -> dict[str, Any]:
    """One item of a catalogue list, at its price for one."""
    return {
        "number": value.number,
        "name": value.name,
        "own_number": value.own_number,
        "category": value.category,
        "gtin": value.gtin,
        "unit": value.base_unit,
        "units": [{"unit": code, "quantity": plain(factor)} for code, factor in value.units.items()],
        "price": money(at_one.net_unit_price, at_one.currency),
        "tiers": [tier(each, at_one.currency) for each in at_one.tiers],
        "availability": plain(value.available),
        "lead_time_days": value.lead_time_days,
        "orderable": not value.blocked and value.discontinued_on is None,
        "as_of": moment(prices.as_of),
        "promise": prices.promise_of(at_one).value,
    }


def order_row(row: OrderRow) -> dict[str, Any]:
    """One order of a list."""
    return {
        "number": row.number,
        "reference": row.reference,
        "customer": row.customer_name,
        "state": {"process": row.process, "validation": row.validation, "payment": row.payment},
        "ball": {"with": row.ball_with, "since": moment(row.ball_since)},
        "on_hold": None if row.hold_reason is None else {"reason": row.hold_reason},
        "currency": row.currency,
        "totals": {"net": money(row.net, row.currency)},
        "lines": row.lines,
        "created_at": moment(row.created_at),
        "erp": {"number": row.erp_number or None},
    }


def order(sheet: OrderSheet, actor: Actor) -> dict[str, Any]:
    """An order as it is read and as it is answered to whoever placed it."""
    head = sheet.order
    return {
        "number": head.number,
        "reference": head.reference,
        "customer": {"number": sheet.customer_number, "name": sheet.customer_name},
        "state": {"process": head.process, "validation": head.validation, "payment": head.payment},
        "ball": {"with": head.ball_with, "since": moment(head.ball_since), "next": sheet.next_step},
        "lanes": sheet.lanes,
        "on_hold": _hold(sheet),
        "currency": head.currency,
        "totals": {
            "net": money(head.net, head.currency),
            "tax": money(head.tax, head.currency),
            "gross": money(head.gross, head.currency),
        },
        "charges": [_charge(each, head.currency, actor) for each in head.charges or ()],
        "promise": head.promise,
        "requested_delivery_date": day(head.requested_date),
        "ship_to": head.ship_to_code,
        "ship_to_address": head.ship_to_address,
        "comment": head.comment,
        "placed_by": head.placed_by_name,
        "created_at": moment(head.created_at),
        "submitted_at": moment(head.submitted_at),
        "cancel_requested_at": moment(head.cancel_requested_at),
        "rejection": _rejection(sheet),
        "lines": [_line(line, head.currency) for line in sheet.lines],
        "findings": [_finding(finding, head.choices or {}, actor) for finding in sheet.findings],
        "approval": _approval(sheet.approval),
        "proposals": [_proposal(each, head.currency) for each in sheet.proposals],
        "deliveries": [_shipment(each) for each in sheet.shipments],
        "invoices": [_invoice(each) for each in sheet.invoices],
        "messages": [_message(each) for each in sheet.messages],
        "version": head.version,
        "erp": {"number": head.erp_number or None, "status": head.erp_status or None, "key": head.key},
    }


def _hold(sheet: OrderSheet) -> dict[str, Any] | None:
    head = sheet.order
    if head.hold_reason is None:
        return None
    return {"reason": head.hold_reason, "since": moment(head.hold_since), "by": head.hold_by}


def _rejection(sheet: OrderSheet) -> dict[str, Any] | None:
    head = sheet.order
    if not head.review_reason:
        return None
    said = sheet.rejection
    words = {"words": said.words, "next": said.next_step} if said else {}
    return {"reason_code": head.review_reason, "note": head.review_note, **words}


def _line(line: Row[Any], currency: str) -> dict[str, Any]:
    open_quantity = max(line.quantity - line.shipped - line.cancelled, Decimal(0))
    return {
        "line": line.line_number,
        "item": line.item_number or line.typed_item,
        "typed_item": line.typed_item,
        "own_number": line.own_number,
        "name": line.item_name,
        "quantity": plain(line.quantity),
        "unit": line.unit,
        "base_quantity": plain(line.base_quantity),
        "unit_price": money(line.unit_price, currency),
        "discount": percent(line.discount_percent),
        "net_unit_price": money(line.net_unit_price, currency),
        "total": money(line.net, currency),
        "explanation": line.explanation,
        "promise": line.promise,
        "as_of": moment(line.price_as_of),
        "requested_delivery_date": day(line.requested_date),
        "confirmed_date": day(line.confirmed_date),
        "buyer_line": line.buyer_line,
        "cost_center": line.cost_center,
        "comment": line.comment,
        "quantities": {
            "ordered": plain(line.quantity),
            "confirmed": plain(line.confirmed),
            "shipped": plain(line.shipped),
            "open": plain(open_quantity),
            "cancelled": plain(line.cancelled),
        },
    }


def in_language(texts: dict[str, str], actor: Actor) -> str:
    """The reader's language, else English."""
    return texts.get(actor.language) or texts.get("en", "")


def _charge(charge: dict[str, Any], currency: str, actor: Actor) -> dict[str, Any]:
    return {
        "code": charge["code"],
        "label": in_language(charge["label"], actor),
        "amount": money(Decimal(charge["amount"]), currency),
        "why": in_language(charge["why"], actor),
        "line": charge["line"],
    }


def _finding(finding: Row[Any], choices: dict[str, Any], actor: Actor) -> dict[str, Any]:
    texts = finding.texts
    message, fix = texts["message"], texts["fix"]
    if not may(actor, Permission.DEBT_READ):
        message, fix = texts.get("message_without_amounts") or message, texts.get("fix_without_amounts") or fix
    shape = {
        "rule": finding.rule,
        "layer": finding.layer,
        "outcome": finding.outcome,
        "line": finding.line_number,
        "message": in_language(message, actor),
        "fix": in_language(fix, actor),
        "offers": [
            {
                "id": api_id(finding.id, offer["id"]),
                "label": in_language(offer["label"], actor),
                "effect": offer["effect"],
                "default": offer["default"],
                "chosen": choices.get(key_of(finding.rule, finding.line_number)) == offer["id"],
            }
            for offer in finding.offers
        ],
    }
    if actor.is_staff:
        shape["desk"] = in_language(texts.get("desk") or {}, actor)
    return shape


def _approval(row: Row[Any] | None) -> dict[str, Any] | None:
    if row is None:
        return None
    return {
        "id": row.id,
        "state": row.state,
        "why": why_words(row.why),
        "amount": money(row.amount, row.currency),
        "asked_at": moment(row.asked_at),
        "decided_at": moment(row.decided_at),
        "reason": row.reason,
    }


def _proposal(row: Row[Any], currency: str) -> dict[str, Any]:
    """Something other than what was ordered: `before` and `after` by field, and the same in words."""
    put = Put(
        code=row.code,
        before=row.before,
        after=row.after,
        item=f"{row.item} {row.item_name}".strip(),
        unit=row.unit,
        currency=currency,
        since=row.proposed_at.astimezone(business_zone()).date(),
        words=row.words,
    )
    return {
        "id": str(row.id),
        "line": row.line_number,
        "origin": row.origin,
        "reason_code": row.code,
        "message": " ".join(sentences(put)),
        "fix": next_step(put) if row.state == "open" else "",
        "before": row.before,
        "after": row.after,
        "state": row.state,
        "proposed_at": moment(row.proposed_at),
        "decided_at": moment(row.decided_at),
        "decided_by": row.decided_by_name,
    }


def _message(row: Row[Any]) -> dict[str, Any]:
    """What buyer and desk wrote to each other; inside notes are not among them."""
    return {
        "from": row.side,
        "by": row.author_name,
        "question": row.is_question,
        "text": row.body,
        "written_at": moment(row.written_at),
    }


def _shipment(row: Row[Any]) -> dict[str, Any]:
    lines = [{**line, "quantity": plain(Decimal(line["quantity"]))} for line in row.lines or ()]
    return {
        "number": row.number,
        "shipped_on": day(row.shipped_on),
        "carrier": row.carrier,
        "tracking_number": row.tracking_number,
        "tracking_url": row.tracking_url,
        "lines": lines,
    }


def _invoice(row: Row[Any]) -> dict[str, Any]:
    return {
        "number": row.number,
        "issued_on": day(row.issued_on),
        "due_on": day(row.due_on),
        "net": money(row.net, row.currency),
        "tax": money(row.tax, row.currency),
        "gross": money(row.gross, row.currency),
        "remaining": money(row.remaining, row.currency),
        "status": row.status,
    }


def entry(value: Entry) -> dict[str, Any]:
    """One change of a history."""
    return {
        "at": moment(value.at),
        "who": value.who,
        "kind": value.kind,
        "ip": value.ip or None,
        "what": value.what,
        "version": value.version,
        "before": value.before,
        "after": value.after,
        "correlation": value.correlation_id,
        "erp_call": value.erp_call,
    }


def invoice(row: Row[Any]) -> dict[str, Any]:
    """One invoice of a list."""
    return {
        **_invoice(row),
        "currency": row.currency,
        "customer": row.customer_name,
        "order": row.portal_order or None,
        "reference": row.reference,
        "erp_order": row.order_number or None,
    }


def invoice_line(row: Row[Any], currency: str) -> dict[str, Any]:
    return {
        "line": row.line_number,
        "item": row.item_number,
        "name": row.name,
        "quantity": plain(row.quantity),
        "unit": row.unit,
        "unit_price": money(row.unit_price, currency),
        "net": money(row.net, currency),
    }


def delivery(row: Row[Any]) -> dict[str, Any]:
    """One delivery of a list."""
    return {
        **_shipment(row),
        "order": row.portal_order or None,
        "reference": row.reference,
        "erp_order": row.order_number or None,
    }
