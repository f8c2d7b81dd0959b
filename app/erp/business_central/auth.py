"""The token of the connection: client credentials (OAuth 2.0, RFC 6749 §4.4), fetched once for all threads.

Client-credential tokens have no refresh token; a new one is simply asked for. A refused sign-in is not repeated for a
while, so that a mistyped secret does not lock the service user out.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from app.erp.business_central.settings import Settings
from app.erp.errors import ErpError, ErpUnreachable
from app.erp.http import HttpClient, as_json
from app.erp.transport import Call, Reply, seconds_left

_RENEW_BEFORE = 60.0  # seconds before expiry, so that no call starts with a token about to end
_QUIET_AFTER_REFUSAL = 30.0


class TokenKeeper:
    """Implements `app.erp.http.Signer`."""

    def __init__(self, http: HttpClient, settings: Settings) -> None:
        self._http, self._settings = http, settings
        self._lock = threading.Lock()
        self._token, self._good_until, self._quiet_until = "", 0.0, 0.0

    def token(self) -> str:
        """A token with some life left.

        :raises ErpUnreachable: the ERP does not sign us in, so nothing of ours gets there
        """
        with self._alone():
            if not self._token or time.monotonic() >= self._good_until:
                self._fetch()
            return self._token

    def renew(self, refused: str) -> str:
        """A token other than the refused one; the first thread to ask fetches it, the others get the same."""
        with self._alone():
            if self._token == refused:
                self._fetch()
            return self._token

    @contextmanager
    def _alone(self) -> Iterator[None]:
        left = seconds_left()
        if not self._lock.acquire(timeout=-1 if left is None else left):
            raise ErpUnreachable("The ERP did not sign us in in time.")
        try:
            yield
        finally:
            self._lock.release()

    def _fetch(self) -> None:
        if time.monotonic() < self._quiet_until:
            raise ErpUnreachable("The ERP refused our sign-in a moment ago. Check the client id and secret.")
        try:
            token, lasts = self._http.send(self._call(), read=_token).value
        except ErpError as refused:
            if refused.exchange is not None and refused.exchange.status in (400, 401, 403):
                self._quiet_until = time.monotonic() + _QUIET_AFTER_REFUSAL
            reason = f"The ERP does not sign us in: {refused.reason}"
            raise ErpUnreachable(reason, exchange=refused.exchange) from refused
        self._token, self._good_until = token, time.monotonic() + max(lasts - _RENEW_BEFORE, lasts / 2)

    def _call(self) -> Call:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._settings.client_id,
            "client_secret": self._settings.client_secret,
            "scope": self._settings.scope,
        }
        return Call(
            operation="sign_in",
            method="POST",
            url=self._settings.sign_in_url,
            headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
            body=urlencode(form).encode(),
            confidential=True,
        )


def _token(reply: Reply) -> tuple[str, float]:
    answer: Any = as_json(reply)
    token = answer.get("access_token") if isinstance(answer, dict) else None
    if not isinstance(token, str) or not token.isascii() or not token.isprintable():
        raise ValueError("no token in the answer")
    lasts = answer.get("expires_in")
    return token, float(lasts) if str(lasts).isdigit() else 300.0
