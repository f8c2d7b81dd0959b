"""Where an ERP tells us that something changed: in Business Central's form, or signed as Standard Webhooks asks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from flask import Response, current_app, jsonify, request
from limits import RateLimitItemPerMinute

from app.clock import now
from app.erp.port import ErpPort, connected
from app.errors import BadRequest, NotFound, TooMany
from app.extensions import transaction
from app.failpoints import reach
from app.security.scopes import Scope, entered
from app.security.throttle import Throttle
from app.services import inbox
from app.views.api import blueprint
from app.views.api.describing import describe
from app.views.door import client_ip, public
from app.words import t

# the most one address sends: an ERP merges what changes within half a minute, a flood is a thousand times as much
FLOOD = Throttle(RateLimitItemPerMinute(600))
# what addresses are made of, and what base64 adds; nothing a browser could take for a page
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{1,500}")


@blueprint.post("/erp/<connection>/events")
@describe(
    "News from the ERP: notices of Business Central's subscriptions, or an event signed as Standard Webhooks asks",
    body="ErpEvent",
    answer="EventTaken",
    headers=("webhook-id", "webhook-timestamp", "webhook-signature"),
    statuses=(200, 400, 404),
    optional_body=True,
)
@public("an ERP has no account here: each message carries a secret or a signature, and changes nothing without it")
def erp_events(connection: str) -> Response:
    _not_a_flood(connection)
    port = _port(connection)
    if "validationToken" in request.args:
        return _repeated(request.args.getlist("validationToken"))
    news = _taken(connection, port)
    inbox.wake_readers(news)
    return jsonify({"taken": sorted(news)})


def _taken(connection: str, port: ErpPort) -> frozenset[str]:
    """What there is news of, stored."""
    request.max_content_length = inbox.LARGEST_NOTICES
    message = request.get_data(cache=False)
    envelope = inbox.Envelope(
        *(request.headers.get(f"webhook-{part}", "") for part in ("id", "timestamp", "signature"))
    )
    with entered(Scope.staff()), transaction():
        if envelope.message_id:
            secrets = current_app.config["ERP_EVENT_SECRETS"]
            news = inbox.take_signed(connection, envelope, message, secrets=secrets, now=now())
        else:
            news = inbox.take_notices(connection, port, message)
        reach("S12a")
    reach("S12b")
    return news


def _port(connection: str) -> ErpPort:
    try:
        return connected(connection)
    except LookupError:
        raise NotFound(t("There is no ERP connection under this name."), t("Check the address.")) from None


def _repeated(tokens: Sequence[str]) -> Response:
    """The answer to the ERP's question whether this address is ours: its token, as plain text."""
    if len(tokens) != 1 or not _TOKEN.fullmatch(tokens[0]):
        raise BadRequest(
            t("The validation token holds signs that are not repeated here, or is too long."),
            t("Send letters, digits and the signs of an address, 500 at most."),
        )
    return Response(tokens[0], mimetype="text/plain")


def _not_a_flood(connection: str) -> None:
    try:
        FLOOD.count("erp events", connection[:60], client_ip())
    except TooMany as flood:
        raise TooMany(
            t("There were more events from this address than an ERP sends."),
            t("Wait a minute; what changed is read by the clock meanwhile."),
            **flood.facts,
        ) from flood
