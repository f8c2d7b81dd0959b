"""Everybody who might knock: the cast with tokens and sessions, those whose time is over, and strangers.

And what they might ask for: an object of their own company, of another one, and numbers that lead nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from app.security.actor import Actor, Role
from app.security.identity import hash_of
from app.views.door import SESSION_KEY
from tests.factories.planting import Planter, Row

ROLES = ("buyer", "approver", "company_admin", "account_manager", "validator", "administrator")
STRANGERS = ("anonymous", "unknown", "expired", "revoked", "disabled", "moved away")

MISSING, FOREIGN, OWN = "missing", "foreign", "own"


class Callers:
    """`secrets` are what each caller sends, as token and as session key."""

    def __init__(self, planter: Planter, application: Flask, moment: datetime) -> None:
        self.planter, self.application, self.moment = planter, application, moment
        self.alpha, self.beta = planter.customer(name="Alpha"), planter.customer(name="Beta")
        planter.customer(name="Elsewhere", source="other")
        planter.item("BIKE")
        planter.item("ELSEWHERE", source="other")
        self.secrets: dict[str, str] = {"anonymous": "", "unknown": "pt_nobody-has-this-one"}
        self.people = self._cast()
        self.leaver = planter.person("leaver", Role.BUYER, customer=self.alpha)
        self.charlie = planter.person("charlie", Role.BUYER, customer=self.beta)
        self._strangers()
        self.objects: Mapping[str, Mapping[str, str]] = {
            "order": self._orders(),
            "approval": self._approvals(),
            "offer": self._offers(),
            "proposal": self._proposals(),
            "invoice": self._invoices(),
            "other order": self._other_orders(),
            "item": {OWN: "BIKE", FOREIGN: "ELSEWHERE", MISSING: "NO-SUCH-ITEM"},
            "membership": self._memberships(),
            "person": {OWN: str(self.leaver.person_id), MISSING: "999999999"},
            "customer": {OWN: str(self.alpha["id"]), FOREIGN: str(self.beta["id"]), MISSING: "999999999"},
            "message": self._messages(),
            "sent order": {OWN: "P-701", MISSING: "P-503"},
            "relink": self._relinks(),
            "record": {OWN: str(self.alpha["id"]), MISSING: "999999999"},
        }

    # people

    def _cast(self) -> dict[str, Actor]:
        people = {}
        for role in ROLES:
            ours = role in ("account_manager", "validator", "administrator")
            people[role] = self.planter.person(
                role,
                Role(role),
                customer=None if ours else self.alpha,
                portfolio=[self.alpha["id"]] if role == "account_manager" else (),
            )
            self._let_in(role, people[role])
        return people

    def _strangers(self) -> None:
        for name in STRANGERS[2:]:
            self._let_in(name, self.planter.person(name, Role.BUYER, Role.APPROVER, customer=self.alpha))
        past = self.moment - timedelta(days=2)
        for sentence, who in (
            ("update api_token set expires_at = %(past)s where membership_id = %(m)s", "expired"),
            ("update sign_in_session set created_at = %(past)s, seen_at = %(past)s where membership_id = %(m)s", "expired"),
            ("update api_token set revoked_at = %(past)s where membership_id = %(m)s", "revoked"),
            ("update sign_in_session set ended_at = %(past)s where membership_id = %(m)s", "revoked"),
            ("update person set active = false where login = 'disabled'", "disabled"),
            ("update membership set ended_at = %(past)s where id = %(m)s", "moved away"),
        ):  # fmt: skip
            membership = self.planter.one("select m.id from membership m join person p on p.id = m.person_id"
                                          " where p.login = %(who)s", who=who)["id"]  # fmt: skip
            self.planter.connection.execute(sentence, {"past": past, "m": membership})

    def _let_in(self, name: str, actor: Actor) -> None:
        secret = f"pt_{name}"
        self.secrets[name] = secret
        self.planter.row(
            "api_token",
            membership_id=actor.membership_id,
            token_hash=hash_of(secret),
            expires_at=self.moment + timedelta(days=30),
        )
        self.planter.row("sign_in_session", membership_id=actor.membership_id, key_hash=hash_of(secret))

    # objects

    def _order(self, customer: Row, number: str, **values: Any) -> Row:
        buyer = self.people["buyer"] if customer is self.alpha else self.charlie
        order = self.planter.row(
            "customer_order", customer_id=customer["id"], source="main", number=number, currency="USD",
            placed_by=buyer.person_id, **values,
        )  # fmt: skip
        self.planter.row("order_line", order_id=order["id"], customer_id=customer["id"], line_number=1, unit="PCS")
        return order

    def _orders(self) -> dict[str, str]:
        self._order(self.alpha, "P-501")
        self._order(self.beta, "P-502")
        return {OWN: "P-501", FOREIGN: "P-502", MISSING: "P-503"}

    def _messages(self) -> dict[str, str]:
        order = self.planter.one("select id from customer_order where number = 'P-701'")
        row = self.planter.row(
            "outbox_message", order_id=order["id"], customer_id=self.alpha["id"], order_key="P0DEAD", order_version=1,
            connection="main", kind="create_order", state="dead", body=_body("P0DEAD"),
        )  # fmt: skip
        return {OWN: str(row["id"]), MISSING: "999999"}

    def _relinks(self) -> dict[str, str]:
        order = self.planter.one("select id from customer_order where number = 'P-701'")
        row = self.planter.row(
            "relink", order_id=order["id"], customer_id=self.alpha["id"], new_number="101050", state="asked",
            asked_by=self.people["buyer"].person_id, differences=[],
        )  # fmt: skip
        return {OWN: str(row["id"]), MISSING: "999999"}

    def _approvals(self) -> dict[str, str]:
        found = {MISSING: "999999"}
        for whose, customer, number in ((OWN, self.alpha, "P-601"), (FOREIGN, self.beta, "P-602")):
            order = self._order(customer, number, process="awaiting_approval", ball_with="approver")
            row = self.planter.row("approval", order_id=order["id"], customer_id=customer["id"], currency="USD")
            found[whose] = str(row["id"])
        return found

    def _memberships(self) -> dict[str, str]:
        """The own one is of somebody who can be changed and let go without harm to anybody else."""
        return {OWN: str(self.leaver.membership_id), FOREIGN: str(self.charlie.membership_id), MISSING: "999999999"}

    def _proposals(self) -> dict[str, str]:
        found = {MISSING: "P-711|999999"}
        moved = {"before": {"unit_price": "80", "net": "80"}, "after": {"unit_price": "90", "net": "90"}}
        for whose, customer, number in ((OWN, self.alpha, "P-711"), (FOREIGN, self.beta, "P-712")):
            order = self._order(customer, number, process="confirmed", validation="approved", hold_reason="your_answer")
            row = self.planter.row(
                "proposal", order_id=order["id"], customer_id=customer["id"], line_number=1, code="price_changed",
                origin="erp", **moved,
            )  # fmt: skip
            found[whose] = f"{number}|{row['id']}"
        return found

    def _offers(self) -> dict[str, str]:
        keep = {"id": "keep", "label": {"en": "Keep"}, "effect": {"keep": True}, "default": True}
        words = {"message": {"en": "Something to choose."}, "fix": {"en": "Keep it."}}
        found = {MISSING: "P-701|999999-keep"}
        for whose, customer, number in ((OWN, self.alpha, "P-701"), (FOREIGN, self.beta, "P-702")):
            order = self._order(customer, number)["id"]
            values = {"order_id": order, "customer_id": customer["id"]}
            judgement = self.planter.row("judgement", **values, order_version=1, facts={})["id"]
            finding = self.planter.row("finding", **values, judgement_id=judgement, texts=words, offers=[keep])
            found[whose] = f"{number}|{finding['id']}-keep"
        return found

    def _other_orders(self) -> dict[str, str]:
        for customer, number in ((self.alpha, "101047"), (self.beta, "101048")):
            self.planter.row(
                "erp_order", customer_id=customer["id"], source="main", erp_key=number, number=number, currency="USD",
                channel="phone", status="open", ordered_on=self.moment.date(),
            )  # fmt: skip
        return {OWN: "101047", FOREIGN: "101048", MISSING: "101049"}

    def _invoices(self) -> dict[str, str]:
        for customer, number in ((self.alpha, "103022"), (self.beta, "103023")):
            self.planter.row(
                "invoice", customer_id=customer["id"], source="main", erp_key=number, number=number, currency="USD",
                issued_on=self.moment.date(), status="open",
            )  # fmt: skip
        return {OWN: "103022", FOREIGN: "103023", MISSING: "103024"}

    # asking

    def ask(self, who: str, method: str, path: str) -> TestResponse:
        """One request: with a token at the API, with a session on pages. An empty JSON object, or an empty form."""
        client = self.application.test_client(use_cookies=True)
        secret = self.secrets[who]
        if path.startswith("/api/"):
            headers = {"Authorization": f"Bearer {secret}"} if secret else {}
            return client.open(path, method=method, headers=headers, json=None if method == "GET" else {})
        if secret:
            with client.session_transaction() as browser:
                browser[SESSION_KEY] = secret
        return client.open(path, method=method)


def _body(key: str) -> dict[str, Any]:
    """A message to the ERP as it is stored."""
    head = {"customer_number": "C-1", "reference": "", "currency": "USD", "ship_to_code": "", "comment": ""}
    return {"key": key, **head, "requested_date": None, "lines": [], "charges": []}
