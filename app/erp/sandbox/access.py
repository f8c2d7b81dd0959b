"""Who may call: the token endpoint with client credentials, and the check of bearer tokens.

Tokens carry their own expiry under a signature, so they outlive a restart until they expire or are revoked.
Source: client credentials flow of Microsoft Entra; 401 text as recorded from Business Central.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from urllib.parse import parse_qs

from app.erp.sandbox import refusals
from app.erp.sandbox.messages import Answer, Request, json_answer
from app.erp.sandbox.store import Store

TENANT = "portico-demo"
ENVIRONMENT = "Sandbox"
COMPANY_ID = "5a0e2ab1-7d5c-4a11-9f0d-1c7d0a5e0001"
CLIENT_ID = "portico"
CLIENT_SECRET = "portico-sandbox"  # noqa: S105 -- demo credentials of a sandbox, published in its documentation
SCOPE = "https://api.businesscentral.dynamics.com/.default"


class Access:
    """Issues and checks tokens.

    :param lifetime: seconds a token lives
    """

    def __init__(self, store: Store, lifetime: int) -> None:
        self.lifetime = lifetime
        self._store = store
        self._key = self._stored_key()

    def _stored_key(self) -> bytes:
        with self._store.writing() as change:
            row = change.one("SELECT value FROM settings WHERE name = 'token key'")
            if row is not None:
                return str(row["value"]).encode()
            key = secrets.token_hex(32)
            change.db.execute("INSERT INTO settings VALUES ('token key', ?)", (key,))
        return key.encode()

    def revoke_all(self) -> None:
        """Make every token given so far worthless."""
        with self._store.writing() as change:
            change.db.execute("DELETE FROM settings WHERE name = 'token key'")
        self._key = self._stored_key()

    def remember(self) -> None:
        """Keep the key in a store that was filled anew, so that tokens stay good."""
        with self._store.writing() as change:
            change.db.execute("INSERT OR REPLACE INTO settings VALUES ('token key', ?)", (self._key.decode(),))

    def _signed(self, claim: str) -> str:
        mark = hmac.new(self._key, claim.encode(), hashlib.sha256).digest()
        return f"{claim}.{base64.urlsafe_b64encode(mark).decode().rstrip('=')}"

    def issue(self, request: Request) -> Answer:
        """The token endpoint."""
        form = {name: values[0] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()}
        if form.get("grant_type") != "client_credentials":
            return _declined(400, "unsupported_grant_type", "AADSTS70003: The app requested an unsupported grant type.")
        if form.get("scope") != SCOPE:
            return _declined(
                400, "invalid_scope", "AADSTS70011: The provided value for the input 'scope' is not valid."
            )
        known = form.get("client_id") == CLIENT_ID
        if not known or not hmac.compare_digest(form.get("client_secret", "").encode(), CLIENT_SECRET.encode()):
            return _declined(401, "invalid_client", "AADSTS7000215: Invalid client secret provided.")
        token = self._signed(f"{int(time.time()) + self.lifetime}.{secrets.token_hex(8)}")
        answer = {"token_type": "Bearer", "expires_in": self.lifetime, "ext_expires_in": self.lifetime}
        return json_answer({**answer, "access_token": token})

    def check(self, request: Request) -> None:
        """Let the caller in.

        :raises Refusal: no token, a foreign one, or one that has expired
        """
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        claim = token.rpartition(".")[0]
        if scheme.lower() != "bearer" or not hmac.compare_digest(self._signed(claim).encode(), token.encode()):
            raise refusals.not_signed_in()
        if int(claim.partition(".")[0]) <= time.time():
            raise refusals.not_signed_in()


def _declined(status: int, error: str, description: str) -> Answer:
    return json_answer({"error": error, "error_description": description}, status)
