"""Who may go where: every route × every caller × every kind of object, against one table. A new route needs a row.

What is expected is written here on its own; the policy table of the application is not asked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.security.callers import FOREIGN, MISSING, OWN, ROLES, STRANGERS, Callers

CUSTOMER_SIDE = frozenset({"buyer", "approver", "company_admin"})
WHO: dict[str, frozenset[str]] = {
    "me:read": frozenset(ROLES),
    "me:change": frozenset(ROLES),
    "catalog:read": CUSTOMER_SIDE,
    "price:read": CUSTOMER_SIDE,
    "order:create": frozenset({"buyer"}),
    "order:read": frozenset(ROLES),
    "order:change": frozenset({"buyer"}),
    "order:submit": frozenset({"buyer"}),
    "order:cancel": frozenset({"buyer"}),
    "order:write": frozenset({"buyer"}),
    "proposal:decide": frozenset({"buyer", "approver"}),
    "approval:read": frozenset({"approver", "company_admin"}),
    "approval:decide": frozenset({"approver"}),
    "review:read": frozenset({"validator"}),
    "review:decide": frozenset({"validator"}),
    "portfolio:read": frozenset({"account_manager"}),
    "customer:look": frozenset({"account_manager", "administrator"}),
    "configuration:change": frozenset({"administrator"}),
    **{
        permission: frozenset({"company_admin"})
        for permission in ("company:read", "company:people", "company:items", "company:settings")
    },
    "dead_letter:read": frozenset({"administrator", "validator"}),
    "dead_letter:act": frozenset({"administrator", "validator"}),
    "seller:read": frozenset({"administrator"}),
    "reconciliation:read": frozenset({"administrator"}),
    "reconciliation:decide": frozenset({"administrator"}),
    "seller:change": frozenset({"administrator"}),
    "invoice:read": CUSTOMER_SIDE | {"validator", "administrator"},
    "audit:search": frozenset({"administrator", "company_admin"}),
    **{
        permission: frozenset({"administrator"})
        for permission in ("reference:read", "configuration:read", "outbox:read", "outbox:retry", "audit:read")
    },
}


@dataclass(frozen=True)
class Way:
    """A method and a route, what it needs, and what kind of object its address names."""

    method: str
    rule: str
    permission: str
    kind: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.rule}"

    def path(self, number: str) -> str:
        parts = iter(number.split("|"))  # an address that names two things
        return re.sub(r"<[^>]+>", lambda _: next(parts, number), self.rule)


WAYS = (
    Way("GET", "/api/v1/me", "me:read"),
    Way("GET", "/api/v1/catalog/items", "catalog:read"),
    Way("GET", "/api/v1/catalog/items/<path:number>", "catalog:read", "item"),
    Way("POST", "/api/v1/prices", "price:read"),
    Way("GET", "/api/v1/orders", "order:read"),
    Way("POST", "/api/v1/orders", "order:create"),
    Way("GET", "/api/v1/orders/<number>", "order:read", "order"),
    Way("GET", "/api/v1/orders/<number>/history", "order:read", "order"),
    Way("PATCH", "/api/v1/orders/<number>", "order:change", "order"),
    Way("POST", "/api/v1/orders/<number>/submit", "order:submit", "order"),
    Way("POST", "/api/v1/orders/<number>/cancel", "order:cancel", "order"),
    Way("POST", "/api/v1/orders/<number>/offers/<offer_id>/accept", "order:change", "offer"),
    *(Way("POST", f"/api/v1/orders/<number>/proposals/<proposal_id>/{verb}", "proposal:decide", "proposal")
      for verb in ("accept", "decline")),
    Way("POST", "/api/v1/intake", "order:create"),
    Way("GET", "/api/v1/invoices", "invoice:read"),
    Way("GET", "/api/v1/invoices/<number>", "invoice:read", "invoice"),
    Way("GET", "/api/v1/invoices/<number>/pdf", "invoice:read", "invoice"),
    Way("GET", "/api/v1/shipments", "invoice:read"),
    Way("GET", "/api/v1/approvals", "approval:read"),
    Way("POST", "/api/v1/approvals/<approval_id>/approve", "approval:decide", "approval"),
    Way("POST", "/api/v1/approvals/<approval_id>/reject", "approval:decide", "approval"),
    Way("GET", "/api/v1/review", "review:read"),
    Way("GET", "/api/v1/audit", "audit:search"),
    Way("GET", "/api/v1/outbox", "outbox:read"),
    Way("POST", "/api/v1/outbox/<message_id>/retry", "outbox:retry", "message"),
    Way("POST", "/api/v1/outbox/<message_id>/hand-over", "outbox:retry", "message"),
    Way("GET", "/admin/dead-letters/list/", "outbox:read"),
    Way("GET", "/dead-letters", "dead_letter:read"),
    Way("GET", "/dead-letters/<message_id>", "dead_letter:read", "message"),
    *(Way("POST", f"/dead-letters/<message_id>/{verb}", "dead_letter:act", "message")
      for verb in ("take-up", "put-down", "retry", "take-out", "let-stand", "correct", "give-back", "hand-over")),
    Way("GET", "/dead-letters/relink/<number>", "dead_letter:read", "sent order"),
    Way("POST", "/dead-letters/relink/<number>", "dead_letter:act", "sent order"),
    *(Way("POST", f"/dead-letters/relinks/<relink_id>/{verb}", "dead_letter:act", "relink")
      for verb in ("agree", "refuse")),
    *(Way("POST", f"/api/v1/review/<number>/{verb}", "review:decide", "order")
      for verb in ("claim", "unclaim", "ask", "approve", "reject")),
    Way("POST", "/api/v1/orders/<number>/messages", "order:write", "order"),
    Way("GET", "/", "me:read"),
    Way("GET", "/find", "catalog:read"),
    Way("POST", "/find", "order:change"),
    Way("POST", "/find/scan", "order:change"),
    Way("POST", "/find/undo", "order:change"),
    Way("GET", "/find/price", "price:read"),
    Way("GET", "/price/<path:number>", "price:read", "item"),
    Way("GET", "/more", "me:read"),
    Way("GET", "/invoices", "invoice:read"),
    Way("GET", "/invoices/<number>", "invoice:read", "invoice"),
    Way("GET", "/invoices/<number>/pdf", "invoice:read", "invoice"),
    Way("GET", "/orders/other/<number>", "order:read", "other order"),
    Way("POST", "/orders/<number>/again", "order:create", "order"),
    Way("GET", "/orders/<number>/receipt", "order:read", "order"),
    Way("GET", "/orders/<number>/confirmation", "order:read", "order"),
    Way("GET", "/orders", "order:read"),
    Way("GET", "/orders/<number>", "order:read", "order"),
    Way("POST", "/orders/<number>/cancel", "order:cancel", "order"),
    *(Way("POST", f"/orders/<number>/proposals/<proposal_id>/{verb}", "proposal:decide", "proposal")
      for verb in ("accept", "decline")),
    Way("POST", "/orders/<number>/proposals/accept", "proposal:decide", "order"),
    *(Way("POST", f"/desk/<number>/differences/{verb}", "review:decide", "order") for verb in ("agreed", "cancel")),
    Way("GET", "/drafts/new", "order:create"),
    Way("POST", "/drafts", "order:create"),
    Way("GET", "/drafts/<number>", "order:read", "order"),
    Way("POST", "/drafts/<number>", "order:change", "order"),
    Way("POST", "/drafts/<number>/send", "order:submit", "order"),
    Way("GET", "/approvals", "approval:read"),
    Way("GET", "/approvals/<approval_id>", "approval:read", "approval"),
    Way("POST", "/approvals/<approval_id>/approve", "approval:decide", "approval"),
    Way("POST", "/approvals/<approval_id>/reject", "approval:decide", "approval"),
    Way("GET", "/desk", "review:read"),
    Way("GET", "/desk/<number>", "review:read", "order"),
    *(Way("POST", f"/desk/<number>/{verb}", "review:decide", "order")
      for verb in ("claim", "unclaim", "ask", "note", "approve", "reject")),
    Way("POST", "/desk/keys", "review:read"),
    Way("POST", "/orders/<number>/answer", "order:write", "order"),
    Way("GET", "/switch", "me:read"),
    Way("POST", "/switch", "me:change"),
    Way("GET", "/password", "me:change"),
    Way("POST", "/password", "me:change"),
    Way("GET", "/company", "company:read"),
    Way("POST", "/company/settings", "company:settings"),
    Way("GET", "/company/people", "company:read"),
    Way("GET", "/company/people/new", "company:people"),
    Way("POST", "/company/people", "company:people"),
    Way("GET", "/company/people/<membership_id>", "company:read", "membership"),
    Way("POST", "/company/people/<membership_id>", "company:people", "membership"),
    Way("POST", "/company/people/<membership_id>/end", "company:people", "membership"),
    Way("GET", "/company/items", "company:read"),
    Way("POST", "/company/items", "company:items"),
    Way("POST", "/company/items/remove", "company:items"),
    Way("GET", "/portfolio", "portfolio:read"),
    Way("GET", "/portfolio/<customer_id>", "portfolio:read", "customer"),
    Way("POST", "/portfolio/<customer_id>/look", "customer:look", "customer"),
    Way("GET", "/admin/reconciliation/list/", "reconciliation:read"),
    Way("POST", "/admin/reconciliation/start", "reconciliation:decide"),
    Way("POST", "/admin/drifts/decide/<pk>", "reconciliation:decide", "record"),
    Way("GET", "/admin/roles/list/", "configuration:read"),
    Way("GET", "/admin/settings/list/", "configuration:read"),
    Way("GET", "/admin/queue-health/list/", "outbox:read"),
    *(Way(method, "/admin/people/new", "configuration:change") for method in ("GET", "POST")),
    Way("GET", "/admin/people/<person_id>/access", "configuration:change", "person"),
    *(Way("POST", f"/admin/people/<person_id>/{verb}", "configuration:change", "person")
      for verb in ("details", "memberships", "disable", "enable", "end-sessions", "revoke-tokens", "password")),
    Way("POST", "/admin/people/memberships/<membership_id>", "configuration:change", "membership"),
    Way("POST", "/admin/people/memberships/<membership_id>/end", "configuration:change", "membership"),
    *(Way(method, f"/admin/{screen}/", "seller:change") for screen in ("seller", "terms") for method in ("GET", "POST")),
    Way("GET", "/admin/", "configuration:read"),
    *(Way("GET", f"/admin/{screen}/{page}", permission, "record" if "pk" in page else "")
      for permission, screens in {
          "reference:read": ("customers", "items", "prices", "stock", "erp-orders", "shipments", "invoices", "sync"),
          "configuration:read": ("people", "rule-sets", "customer-settings", "item-numbers"),
          "outbox:read": ("outbox", "erp-calls", "mails"),
          "seller:read": ("seller", "terms"),
          "reconciliation:read": ("drifts",),
          "audit:read": ("audit", "orders"),
      }.items()
      for screen in screens for page in ("list/", "show/<pk>")),
    *(Way(method, f"/admin/{screen}/{form}", "configuration:change", "record" if "pk" in form else "")
      for screen, forms in {
          "customer-settings": ("add", "edit/<pk>"), "item-numbers": ("add", "edit/<pk>", "delete/<pk>"),
      }.items()
      for form in forms for method in ("GET", "POST")),
    Way("POST", "/admin/outbox/action/<string:name>/<pk>", "outbox:retry", "record"),
    Way("POST", "/admin/outbox/action_post", "outbox:retry"),
)  # fmt: skip

PUBLIC = {
    "GET /api/v1/openapi.json", "GET /sign-in", "POST /sign-in", "POST /sign-out", "GET /static/<path:filename>",
    "POST /api/v1/erp/<connection>/events", "GET /health/live", "GET /health/ready", "GET /metrics",
    "GET /seller/logo", "POST /language",
}  # fmt: skip

MALFORMED = {
    "order": ("x", "P-", "p-501", "P-501 ", "P-5e2", "P-99999999999999999999", "P-501'--", "%C3%BC", "%F0%9F%9A%B2"),
    "approval": ("x", "-1", "1.5", "99999999999999999999999"),
    "offer": ("x|1-keep", "P-501|x", "P-501|-1-keep", "P-501|99999999999999999999-keep", "P-501|%C3%BC"),
    "proposal": ("x|1", "P-501|x", "P-501|-1", "P-501|99999999999999999999", "P-701|%C3%BC"),
    "invoice": ("x", "-1", "%C3%BC", "9" * 60, "103022'--"),
    "item": ("%20", "%27", "a" * 300),
    "other order": ("%20", "%27", "-", "a" * 300, "P-501"),
    **dict.fromkeys(("message", "relink"), ("x", "-1", "99999999999999999999999")),
    "sent order": ("x", "P-", "p-501", "P-99999999999999999999", "%C3%BC"),
    "record": ("x", "-1", "99999999999999999999999"),
    **dict.fromkeys(("membership", "person", "customer"), ("x", "-1", "1.5", "99999999999999999999999")),
}


def registered(portal: Flask) -> dict[str, Any]:
    """`GET /path` → the function behind it."""
    return {
        f"{method} {rule.rule}": portal.view_functions[rule.endpoint]
        for rule in portal.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


NEW_EVERY_TIME = re.compile(r'(name="(?:csrf_token|next)" value=")[^"]*')


def told(response: TestResponse) -> tuple[int, str]:
    """Status and body, without what every request has of its own: its reference, the token of its forms, its address."""
    body = response.get_data(as_text=True).replace(response.headers["X-Correlation-ID"], "…")
    return response.status_code, NEW_EVERY_TIME.sub(r"\1", body)


def is_api(way: Way) -> bool:
    return way.rule.startswith("/api/")


def numbers(callers: Callers, way: Way) -> list[str]:
    """Own, foreign and missing; a way without an object has one address."""
    return list(callers.objects[way.kind].values()) if way.kind else [""]


# --- the table is complete --------------------------------------------------------------------------------------------


def test_every_route_has_a_row_and_every_row_a_route(portal: Flask) -> None:
    assert set(registered(portal)) == {str(way) for way in WAYS} | PUBLIC


def test_every_route_carries_the_mark_of_its_row(portal: Flask) -> None:
    marks = {name: getattr(view, "permission", None) for name, view in registered(portal).items()}

    assert {name: mark for name, mark in marks.items() if mark} == {str(way): way.permission for way in WAYS}


def test_what_is_open_to_everybody_says_why(portal: Flask) -> None:
    reasons = {name: getattr(view, "public_reason", "") for name, view in registered(portal).items()}

    assert {name for name, reason in reasons.items() if reason} == PUBLIC


def test_every_place_in_the_openapi_document_is_in_the_table(callers: Callers) -> None:
    paths = callers.ask("anonymous", "GET", "/api/v1/openapi.json").get_json()["paths"]
    documented = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    in_table = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(way)) for way in WAYS if is_api(way)}

    assert documented == in_table | {"GET /api/v1/openapi.json", "POST /api/v1/erp/{connection}/events"}


# --- strangers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", WAYS, ids=str)
@pytest.mark.parametrize("who", STRANGERS)
def test_a_stranger_is_asked_to_sign_in_whatever_they_ask_for(callers: Callers, way: Way, who: str) -> None:
    wanted = numbers(callers, way) if who == "anonymous" else numbers(callers, way)[:1]
    answers = {told(callers.ask(who, way.method, way.path(number))) for number in wanted}

    assert {status for status, _ in answers} == {401 if is_api(way) else 302}
    assert len(answers) == 1 or not is_api(way)


def test_pages_lead_a_stranger_to_the_sign_in_page_and_back(callers: Callers) -> None:
    answer = callers.ask("anonymous", "GET", "/orders/P-501")

    assert answer.headers["Location"] == "/sign-in?next=/orders/P-501"


def test_every_stranger_at_the_api_gets_the_same_words(callers: Callers) -> None:
    assert len({told(callers.ask(who, "GET", "/api/v1/me")) for who in STRANGERS}) == 1


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic YWxpY2U6cG9ydA==", "pt_buyer", "Bearer pt_buyer extra", "Bearer \xff"]
)
def test_a_header_that_is_no_token_is_no_token(portal: Flask, callers: Callers, header: str) -> None:
    answer = portal.test_client().get("/api/v1/me", headers={"Authorization": header})

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="portico"'


def test_a_session_opens_no_api_and_a_token_no_page(portal: Flask, callers: Callers) -> None:
    browser = portal.test_client()
    with browser.session_transaction() as cookie:
        cookie["key"] = callers.secrets["buyer"]
    token = {"Authorization": f"Bearer {callers.secrets['buyer']}"}

    assert browser.get("/orders").status_code == 200
    assert browser.get("/api/v1/me").status_code == 401
    assert portal.test_client().get("/orders", headers=token).status_code == 302


# --- roles ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ROLES)
@pytest.mark.parametrize("way", WAYS, ids=str)
def test_a_role_goes_where_the_table_lets_it_and_nowhere_else(callers: Callers, way: Way, who: str) -> None:
    if who not in WHO[way.permission]:
        answers = {told(callers.ask(who, way.method, way.path(number))) for number in numbers(callers, way)}
        assert {status for status, _ in answers} == {403}, "not refused"
        assert len(answers) == 1, "the refusal tells whether there is something"
        return
    own = callers.objects[way.kind][OWN] if way.kind else ""
    status = callers.ask(who, way.method, way.path(own)).status_code

    assert status not in (401, 403)
    assert status < 500
    assert status != 404 or way.rule.startswith("/admin/")


@pytest.mark.parametrize(
    ("way", "who"),
    [(way, who) for way in WAYS if way.kind for who in sorted(WHO[way.permission])],
    ids=lambda value: str(value),
)
def test_foreign_missing_and_malformed_are_one_answer(callers: Callers, way: Way, who: str) -> None:
    known = callers.objects[way.kind]
    wrong = [known[MISSING], *MALFORMED[way.kind]]
    if FOREIGN in known and who not in ("validator", "administrator"):
        wrong.append(known[FOREIGN])
    answers = {number: told(callers.ask(who, way.method, way.path(number))) for number in wrong}

    assert {status for status, _ in answers.values()} == {404}
    assert len(set(answers.values())) == 1, {number: body[:80] for number, (_, body) in answers.items()}


@pytest.mark.parametrize("way", [way for way in WAYS if way.kind and is_api(way)], ids=str)
def test_a_malformed_number_tells_a_stranger_nothing_either(callers: Callers, way: Way) -> None:
    expected = told(callers.ask("anonymous", way.method, way.path(callers.objects[way.kind][OWN])))
    answers = {told(callers.ask("anonymous", way.method, way.path(number))) for number in MALFORMED[way.kind]}

    assert answers == {expected}


# --- rights that end --------------------------------------------------------------------------------------------------


def test_a_right_that_is_withdrawn_is_gone_at_the_next_request(callers: Callers) -> None:
    membership = callers.people["buyer"].membership_id
    change = callers.planter.connection.execute
    assert callers.ask("buyer", "POST", "/api/v1/orders").status_code == 400

    change("update membership set roles = '{approver}' where id = %s", [membership])
    try:
        assert callers.ask("buyer", "POST", "/api/v1/orders").status_code == 403
        change("update membership set ended_at = now() where id = %s", [membership])
        assert callers.ask("buyer", "POST", "/api/v1/orders").status_code == 401
    finally:
        change("update membership set roles = '{buyer}', ended_at = null where id = %s", [membership])


def test_a_role_this_version_does_not_know_opens_nothing(callers: Callers) -> None:
    membership = callers.people["validator"].membership_id
    change = callers.planter.connection.execute
    change("update membership set roles = '{emperor}' where id = %s", [membership])
    try:
        answers = [callers.ask("validator", "GET", f"/api/v1/{path}").status_code for path in ("orders", "review")]
        assert answers == [403, 403]
    finally:
        change("update membership set roles = '{validator}' where id = %s", [membership])


# --- lists ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("buyer", {"P-501", "P-601"}),
        ("account_manager", {"P-501", "P-601"}),
        ("validator", {"P-501", "P-502", "P-601", "P-602"}),
        ("administrator", {"P-501", "P-502", "P-601", "P-602"}),
    ],
)
def test_a_list_shows_what_is_within_the_scope(callers: Callers, who: str, sees: set[str]) -> None:
    items = callers.ask(who, "GET", "/api/v1/orders").get_json()["items"]

    planted = {"P-501", "P-502", "P-601", "P-602"}  # more may have been ordered by the tests above
    assert {item["number"] for item in items} & planted == sees


def test_the_approvals_of_another_company_are_not_in_the_inbox(callers: Callers) -> None:
    body = callers.ask("approver", "GET", "/api/v1/approvals").get_data(as_text=True)

    assert "P-602" not in body


# --- forged forms -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", [way for way in WAYS if way.method == "POST" and not is_api(way)], ids=str)
def test_a_form_from_another_site_changes_nothing(portal: Flask, callers: Callers, way: Way) -> None:
    number = callers.objects[way.kind][OWN] if way.kind else ""
    portal.config["WTF_CSRF_ENABLED"] = True
    try:
        answer = callers.ask(sorted(WHO[way.permission])[0], way.method, way.path(number))
    finally:
        portal.config["WTF_CSRF_ENABLED"] = False

    assert answer.status_code == 400
    assert "form works only in the session" in answer.get_data(as_text=True)
