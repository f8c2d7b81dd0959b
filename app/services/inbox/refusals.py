"""How an event is turned away. Senders act on the status: after these codes they give up."""

from __future__ import annotations

from app.errors import PortalError
from app.words import n_, t


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
