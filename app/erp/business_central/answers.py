"""How Business Central words a refusal, and the shapes its good answers must have.

Body of a refusal: `{"error": {"code": "Family_Name", "message": "text  CorrelationId:  guid."}}`. Texts are pinned to
en-US by `Accept-Language`, so the few signs looked for here stay readable.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from app.erp.http import Refusal, as_json
from app.erp.transport import Reply

LONGEST_MESSAGE = 300
_CORRELATION = re.compile(r"\s*CorrelationId:\s*([0-9a-fA-F-]{8,36})\.?")
_LOCKED = re.compile(r"\b(deadlock|locked by another user|lock timeout)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rows:
    """A page of a collection as the ERP sent it; `next` is the address of the following page or empty."""

    rows: tuple[Any, ...]
    next: str


def read_refusal(reply: Reply) -> Refusal:
    """The ERP's own words where it has any, else a sentence with the status."""
    code, message = _code_and_message(reply)
    correlation = _CORRELATION.search(message)
    return Refusal(
        message=plain_words(message) or f"The ERP refused the request (status {reply.status}) without saying why.",
        request_id=correlation.group(1) if correlation else "",
        already_there=reply.status in (400, 409) and code == "Internal_EntityWithSameKeyExists",
        passing=reply.status == 409 and bool(_LOCKED.search(message)),
    )


def plain_words(message: str) -> str:
    """A message fit to be shown: without the correlation id, control characters and surplus length."""
    text = _CORRELATION.sub("", message)
    text = "".join(sign if sign.isprintable() else " " for sign in text)
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_MESSAGE else text[: LONGEST_MESSAGE - 1] + "…"


def as_rows(reply: Reply) -> Rows:
    """A collection: `value` is a list, `@odata.nextLink` an address or absent."""
    answer = as_json(reply)
    rows = answer.get("value") if isinstance(answer, dict) else None
    following = answer.get("@odata.nextLink") if isinstance(answer, dict) else None
    if not isinstance(rows, list) or not (following is None or isinstance(following, str)):
        raise ValueError("not a collection")
    return Rows(tuple(rows), following or "")


def as_pdf(reply: Reply) -> bytes:
    if not reply.body.startswith(b"%PDF-"):
        raise ValueError("not a PDF file")
    return reply.body


def _code_and_message(reply: Reply) -> tuple[str, str]:
    try:
        answer = as_json(reply)
    except ValueError:
        return "", ""
    error = answer.get("error") if isinstance(answer, dict) else None
    if not isinstance(error, dict):
        return "", ""
    return str(error.get("code", "")), str(error.get("message", ""))
