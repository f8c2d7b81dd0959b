"""How an event is turned away. Senders act on the status: after most codes they give up, after 503 they come again."""

from __future__ import annotations

from app.errors import PortalError
from app.words import n_, t

AGAIN_AFTER = 30  # seconds


class NotTheErp(PortalError):
    """The message does not carry a secret that only the ERP knows. Why is logged, not told."""

    code = "event_not_ours"
    status = 403
    title = n_("This is not from the ERP")

    def __init__(self) -> None:
        super().__init__(
            t("The message does not show that it comes from the ERP of this connection, so nothing was changed."),
            t("Check the secret, the clock of the sender and that the body is sent as it was signed."),
        )


class TooLarge(PortalError):
    """More than a genuine message has."""

    code = "too_large"
    status = 413
    title = n_("That is too much at once")

    def __init__(self) -> None:
        super().__init__(t("An event may have 200 kB."), t("Send it without data: the portal reads the ERP itself."))


class BellSilent(PortalError):
    """Stored, but nobody can be called to read the ERP now; the sender shall come again."""

    code = "unavailable"
    status = 503
    title = n_("We cannot answer right now")

    def __init__(self) -> None:
        super().__init__(
            t("The event was noted, but the portal cannot act on it at this moment."),
            t("Send it again in half a minute."),
            retry_after=AGAIN_AFTER,
        )
