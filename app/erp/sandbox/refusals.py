"""The ways this ERP says no, with the codes and texts of Business Central.

Only the answers live here; deciding when to give them is the business of the pages.
"""

from __future__ import annotations

import uuid


class Refusal(Exception):
    """An answer other than success.

    :param status: HTTP status
    :param code: Business Central error code, `Family_Name`
    :param message: text without the correlation id, which is added on the wire
    """

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message

    def body(self) -> dict[str, object]:
        """The OData error object; two blanks before the word CorrelationId, as recorded."""
        return {"error": {"code": self.code, "message": f"{self.message}  CorrelationId:  {uuid.uuid4()}."}}


def business(message: str) -> Refusal:
    """A rule of the trade forbids it."""
    return Refusal(400, "Application_DialogException", message)


def field_rule(message: str) -> Refusal:
    """A field may not hold this value."""
    return Refusal(400, "Application_FieldValidationException", message)


def not_related(field: str, table: str, value: str, related: str) -> Refusal:
    """A code that points nowhere."""
    text = (
        f"The field {field} of table {table} contains a value ({value}) "
        f"that cannot be found in the related table ({related})."
    )
    return Refusal(400, "Internal_InvalidTableRelation", text)


def too_long(value: str, limit: int) -> Refusal:
    """A text beyond the length of its field."""
    text = f"The length of the string is {len(value)}, but it must be less than or equal to {limit} characters."
    return Refusal(400, "Application_StringExceededLength", f"{text} Value: {value[:100]}")


def bad_request(message: str) -> Refusal:
    """A body or a query this service cannot take."""
    return Refusal(400, "BadRequest", message)


def query_syntax() -> Refusal:
    """A query option that cannot be read."""
    return Refusal(400, "BadRequest_NotFound", "Bad Request - Error in query syntax.")


def no_such_segment(segment: str) -> Refusal:
    """An address that names nothing."""
    return Refusal(404, "BadRequest_ResourceNotFound", f"Resource not found for the segment '{segment}'.")


def no_such_record(table: str, identification: str) -> Refusal:
    """A record that is not there, or not there any more."""
    text = f"The {table} does not exist. Identification fields and values: {identification}"
    return Refusal(404, "Internal_RecordNotFound", text)


def no_such_company() -> Refusal:
    return Refusal(404, "Internal_CompanyNotFound", "The company does not exist.")


def same_key(table: str, identification: str) -> Refusal:
    """The unique key is taken."""
    text = f"The record in table {table} already exists. Identification fields and values: {identification}"
    return Refusal(409, "Internal_EntityWithSameKeyExists", text)


def verb_not_allowed(verb: str, name: str, kind: str) -> Refusal:
    """The page does not take this method."""
    text = (
        f"'{verb}' requests for '{name}' of EdmType '{kind}' are not allowed "
        "within Dynamics 365 Business Central OData web services."
    )
    return Refusal(405, "BadRequest_MethodNotAllowed", text)


def no_if_match() -> Refusal:
    """PATCH and DELETE need the tag of what was read."""
    text = (
        "Could not validate the client concurrency token required by the service. "
        "Please provide a valid token in the client request."
    )
    return Refusal(400, "BadRequest_InvalidToken", text)


def changed_meanwhile() -> Refusal:
    """The tag is stale."""
    return Refusal(409, "Request_EntityChanged", "Another user has already changed the record.")


def not_signed_in() -> Refusal:
    return Refusal(401, "Authentication_InvalidCredentials", "The server has rejected the client credentials.")
