"""The errors people may read: a code, what happened and why, and what to do next.

Not for bugs: a programming mistake stays an ordinary exception and is answered with a correlation id, never with its text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.words import n_, t


class PortalError(Exception):
    """Something a person can understand and act on.

    :param message: what happened and why, one or two sentences, in the reader's language
    :param fix: what to do next, likewise
    :param facts: machine-readable details for the problem document
    """

    code = "refused"
    status = 400
    title = n_("This cannot be done")

    def __init__(self, message: str, fix: str = "", **facts: Any) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix
        self.facts: Mapping[str, Any] = facts


class BadRequest(PortalError):
    """The request cannot be read as what it claims to be."""

    code = "bad_request"
    title = n_("The request cannot be read")


class SignInNeeded(PortalError):
    code = "sign_in_needed"
    status = 401
    title = n_("Please sign in")


class NotAllowed(PortalError):
    """This person may not do this; decided before anything is looked up."""

    code = "not_allowed"
    status = 403
    title = n_("Your role does not include this")


class NotFound(PortalError):
    """Foreign, missing and malformed numbers all end here, with the same words."""

    code = "not_found"
    status = 404
    title = n_("Not found")

    def __init__(self, message: str = "", fix: str = "", **facts: Any) -> None:
        super().__init__(
            message or t("There is nothing under this number for you."),
            fix or t("Check the number, or open it from your list."),
            **facts,
        )


class Conflict(PortalError):
    """Somebody else was faster, or the same request is still running."""

    code = "conflict"
    status = 409
    title = n_("Something changed in between")


class PreconditionNeeded(PortalError):
    code = "precondition_needed"
    status = 428
    title = n_("Say which version you saw")


class PreconditionNotMet(PortalError):
    code = "version_changed"
    status = 412
    title = n_("It changed since you read it")


class Unprocessable(PortalError):
    """Readable, but not something we can accept."""

    code = "not_acceptable"
    status = 422
    title = n_("This cannot be accepted as it is")


class TooMany(PortalError):
    code = "too_many_requests"
    status = 429
    title = n_("Too many requests")


class MoveRefused(Conflict):
    """An order is not in a state from which this step leads on; both states are named."""

    code = "move_refused"
    title = n_("This step is not open any more")
