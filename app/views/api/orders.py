"""Orders over the API: create, read, change, send, cancel, history."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from flask import Response, jsonify, make_response, request

from app.audit.history import history as history_of
from app.domain.order_states import Process
from app.errors import BadRequest, Conflict, NotFound, PortalError, PreconditionNeeded, Unprocessable
from app.extensions import transaction
from app.failpoints import reach
from app.models.transactional import Order
from app.security.actor import Actor
from app.security.permissions import Permission
from app.security.policy import require
from app.services import idempotency
from app.services.idempotency import Answer
from app.services.lifecycle import locked
from app.services.ordering import cancel as cancelling
from app.services.ordering import checking, drafts
from app.services.ordering.place import Outcome, place
from app.services.ordering.preparing import MOST_LINES, Prepared, prepare
from app.services.ordering.reading import recent, sheet, sheet_of
from app.services.ordering.typed import TypedLine, TypedOrder
from app.views.api import blueprint, shapes
from app.views.api.body import Body, json_body
from app.views.api.catalog import page_size
from app.views.api.describing import describe
from app.views.door import api_door, current_actor
from app.views.portal.story import visible
from app.words import n_, t, tn

_NUMBER = re.compile(r"P-[0-9]{1,18}")


class NoLines(Unprocessable):
    code = "no_lines"


class TooManyLines(PortalError):
    code = "too_many_lines"
    status = 413
    title = n_("Too many lines for one order")


def checked_number(number: str) -> str:
    """:raises NotFound: it cannot be the number of an order; the same answer as for a foreign one"""
    if not _NUMBER.fullmatch(number):
        raise NotFound()
    return number


@blueprint.post("/orders")
@describe(
    "Create an order, and send it when `submit` is true",
    body="OrderBody",
    answer="Order",
    headers=("Idempotency-Key",),
    statuses=(201, 200, 409, 422),
)
@api_door(Permission.ORDER_CREATE)
def create() -> Response:
    actor = current_actor()
    key = idempotency.checked_key(request.headers.get("Idempotency-Key"))
    body = json_body()
    typed, submit = read_order(body), body.yes_no("submit", default=False)
    customer_id = actor.customer_id or 0
    print_ = idempotency.fingerprint([repr(typed), submit])
    reach("S1")
    with transaction():
        kept = idempotency.earlier(customer_id, key, print_)
    if kept is not None:
        return _kept(kept)
    prepared = prepare(customer_id, typed.lines, live=submit)
    with transaction():
        answer = idempotency.once(customer_id, key, print_, lambda: _create(actor, typed, prepared, submit=submit))
        reach("S2")
    reach("S3")
    return _kept(answer)


def _create(actor: Actor, typed: TypedOrder, prepared: Prepared, *, submit: bool) -> Answer:
    order = drafts.create(actor, typed, prepared)
    if not submit:
        checking.look(order, prepared)
    elif place(actor, order, prepared).outcome is Outcome.BLOCKED:
        return Answer(422, _blocked(order, actor), order.id)
    return Answer(201, shapes.order(sheet_of(order), actor), order.id)


def _kept(answer: Answer) -> Response:
    response = make_response(jsonify(answer.body), answer.status)
    if answer.status >= 400:
        response.mimetype = "application/problem+json"
    else:
        response.headers["Location"] = f"/api/v1/orders/{answer.body['number']}"
        response.headers["ETag"] = f'"{answer.body["version"]}"'
    if answer.repeated:
        response.headers["Idempotent-Replay"] = "true"
    return response


def _blocked(order: Order, actor: Actor) -> dict[str, Any]:
    """A blocked order stays a draft; the problem names its number and every finding."""
    shaped = shapes.order(sheet_of(order), actor)
    points = sum(1 for finding in shaped["findings"] if finding["outcome"] == "block")
    return {
        "type": "urn:portico:problem:order_blocked",
        "title": t("The order needs a change before it can be sent"),
        "status": 422,
        "code": "order_blocked",
        "detail": tn(
            "{n} point must be changed first. The order is kept as a draft.",
            "{n} points must be changed first. The order is kept as a draft.",
            points,
        ),
        "fix": t("Change {number} and send it again.", number=order.number),
        "number": order.number,
        "findings": shaped["findings"],
        "order": shaped,
    }


@blueprint.get("/orders")
@describe("Orders within the scope, newest first", answer="OrderList", query=("process", "limit", "cursor"))
@api_door(Permission.ORDER_READ)
def orders() -> dict[str, Any]:
    limit = page_size()
    process = request.args.get("process", "")
    if process and process not in list(Process):
        raise BadRequest(
            t("{state} is no state of an order.", state=repr(process[:40])),
            t("Use one of: {known}.", known=", ".join(Process)),
        )
    with transaction():
        rows = recent(before_id=shapes.from_cursor(request.args.get("cursor")), process=process, limit=limit + 1)
    page = rows[:limit]
    more = page[-1].id if len(rows) > limit else None
    return {"items": [shapes.order_row(row) for row in page], "next": shapes.cursor(more)}


@blueprint.get("/orders/<number>")
@describe("One order with lines, findings, approval, deliveries and invoices", answer="Order")
@api_door(Permission.ORDER_READ)
def order(number: str) -> Response:
    actor = current_actor()
    with transaction():
        found = sheet(checked_number(number))
        require(actor, Permission.ORDER_READ, found.order)
        return answer_with_tag(shapes.order(found, actor))


def answer_with_tag(shaped: dict[str, Any], status: int = 200) -> Response:
    """An order with its version as ETag."""
    response = make_response(jsonify(shaped), status)
    response.headers["ETag"] = f'"{shaped["version"]}"'
    return response


@blueprint.get("/orders/<number>/history")
@describe("Every change: when, who, from where, before and after, and the ERP call it belongs to", answer="History")
@api_door(Permission.ORDER_READ)
def history(number: str) -> dict[str, Any]:
    actor = current_actor()
    with transaction():
        found = sheet(checked_number(number))
        require(actor, Permission.ORDER_READ, found.order)
        entries = visible(history_of("order", number), actor)
        return {"items": [shapes.entry(entry) for entry in entries], "next": None}


@blueprint.patch("/orders/<number>")
@describe(
    "Change a draft", body="OrderChange", answer="Order", headers=("If-Match",), statuses=(200, 404, 409, 412, 428)
)
@api_door(Permission.ORDER_CHANGE)
def change(number: str) -> Response:
    actor = current_actor()
    with transaction():
        stored = sheet(checked_number(number)).order
        before = drafts.typed_of(stored)
    seen = _seen_version()
    typed = read_change(json_body(), before)
    prepared = prepare(actor.customer_id or 0, typed.lines, live=False)
    with transaction():
        held = locked(number)
        drafts.change(actor, held, typed, prepared, seen_version=seen)
        checking.look(held, prepared)
        return answer_with_tag(shapes.order(sheet_of(held), actor))


def _seen_version() -> int:
    seen = version_in_header()
    if seen is None:
        raise PreconditionNeeded(
            t("The header If-Match is missing, so a change of somebody else could be lost."),
            t("Send the ETag of the order you read."),
        )
    return seen


def version_in_header() -> int | None:
    """The version named by If-Match; -1, which no order has, where it cannot be one, None where it is missing."""
    typed = request.headers.get("If-Match", "").removeprefix("W/").strip('"')
    if not typed:
        return None
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else -1


@blueprint.post("/orders/<number>/submit")
@describe("Send a draft", answer="Order", statuses=(200, 404, 409, 422))
@api_door(Permission.ORDER_SUBMIT)
def submit(number: str) -> Response:
    actor = current_actor()
    with transaction():
        stored = sheet(checked_number(number)).order
        require(actor, Permission.ORDER_SUBMIT, stored)
        seen, lines = stored.version, drafts.stored_lines(stored)
    prepared = prepare(actor.customer_id or 0, lines, live=True)
    with transaction():
        held = locked(number)
        _unchanged(held, seen)
        receipt = place(actor, held, prepared)
        if receipt.outcome is Outcome.BLOCKED:
            response = make_response(jsonify(_blocked(held, actor)), 422)
            response.mimetype = "application/problem+json"
            return response
        return answer_with_tag(shapes.order(sheet_of(held), actor))


def _unchanged(order: Order, seen: int) -> None:
    if order.version != seen:
        raise Conflict(
            t(
                "{number} was changed while it was being sent: version {seen} became {version}.",
                number=order.number,
                seen=seen,
                version=order.version,
            ),
            t("Read it again and send it if it still says what you want."),
        )


@blueprint.post("/orders/<number>/cancel")
@describe("Cancel, or ask the ERP to", body="Reason", answer="Order", statuses=(200, 404, 409), optional_body=True)
@api_door(Permission.ORDER_CANCEL)
def cancel(number: str) -> Response:
    actor = current_actor()
    with transaction():
        held = locked(checked_number(number))
        reason = json_body(optional=True).text("reason", longest=500)
        cancelling.cancel(actor, held, reason)
        return answer_with_tag(shapes.order(sheet_of(held), actor))


def read_order(body: Body) -> TypedOrder:
    """The order body of the API.

    :raises NoLines: there are none
    :raises TooManyLines: more than can be handled at once
    """
    typed = TypedOrder(
        lines=body.rows("lines", _read_line),
        reference=body.text("reference", longest=35),
        requested_date=body.day("requested_delivery_date"),
        ship_to=body.text("ship_to", longest=35),
        ship_to_address=body.mapping("ship_to_address"),
        comment=body.text("comment", longest=2000),
    )
    return _checked(typed)


def read_change(body: Body, before: TypedOrder) -> TypedOrder:
    """What the body names replaces what was there; lines are replaced as a whole."""
    given: dict[str, Any] = {}
    if "reference" in body.values:
        given["reference"] = body.text("reference", longest=35)
    if "requested_delivery_date" in body.values:
        given["requested_date"] = body.day("requested_delivery_date")
    if "ship_to" in body.values:
        given["ship_to"] = body.text("ship_to", longest=35)
    if "ship_to_address" in body.values:
        given["ship_to_address"] = body.mapping("ship_to_address")
    if "comment" in body.values:
        given["comment"] = body.text("comment", longest=2000)
    if "lines" in body.values:
        given["lines"] = body.rows("lines", _read_line)
    return _checked(replace(before, **given))


def _checked(typed: TypedOrder) -> TypedOrder:
    if not typed.lines:
        raise NoLines(t("An order needs at least one line."), t("Add what you want to order; nothing was stored."))
    if len(typed.lines) > MOST_LINES:
        raise TooManyLines(
            tn(
                "This order has {n} line; {most} can go in one order.",
                "This order has {n} lines; {most} can go in one order.",
                len(typed.lines),
                most=MOST_LINES,
            ),
            t("Split it; nothing was stored."),
        )
    return typed


def _read_line(body: Body) -> TypedLine:
    return TypedLine(
        item=body.needed_text("item", longest=100),
        quantity=body.quantity("quantity"),
        unit=body.text("unit", longest=20),
        requested_date=body.day("requested_delivery_date"),
        buyer_line=body.text("buyer_line", longest=50),
        cost_center=body.text("cost_center", longest=50),
        comment=body.text("comment", longest=500),
    )
