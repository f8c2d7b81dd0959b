"""One HTTP request and one answer, free of the server that carries them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from app.erp.sandbox import refusals, wire

JSON_TYPE = "application/json; odata.metadata=minimal; odata.streaming=true; charset=utf-8"


_KEY_IN_BODY = re.compile(rb'"(?:orderKey|externalDocumentNumber)"\s*:\s*"([^"\\]{1,35})"')
_KEY_IN_FILTER = re.compile(r"(?:orderKey|externalDocumentNumber) eq '([^']{1,35})'")


@dataclass
class Request:
    """What came in. `headers` have lower-case names.

    :param twist: changes the lines of an order that is entered by this request
    :param twice: whether such an order becomes two documents
    """

    method: str
    path: str
    query_text: str
    headers: dict[str, str]
    body: bytes
    peer: str
    twist: Callable[[list[dict[str, Any]]], None] | None = None
    twice: bool = False
    order_key: str = ""

    def __post_init__(self) -> None:
        """Note the order key it speaks of, so that the ledger can name it whatever becomes of the request."""
        in_body = _KEY_IN_BODY.search(self.body)
        in_filter = _KEY_IN_FILTER.search(self.query.get("$filter", ""))
        if in_body is not None:
            self.order_key = in_body.group(1).decode("utf-8", "replace").upper()
        elif in_filter is not None:
            self.order_key = in_filter.group(1).upper()

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(self.query_text, keep_blank_values=True))

    @property
    def url(self) -> str:
        """The address without its query, as the caller wrote the host."""
        return f"http://{self.headers.get('host', 'localhost')}{self.path}"

    def json(self) -> dict[str, Any]:
        """The body as an object.

        :raises Refusal: it is none
        """
        try:
            value = wire.load(self.body or b"{}")
        except ValueError as err:
            raise refusals.bad_request("Invalid Request Body") from err
        if not isinstance(value, dict):
            raise refusals.bad_request("Invalid Request Body")
        return value


@dataclass
class Answer:
    """What goes back.

    :param repeat: how often the body is written
    :param pieces: in how many pieces it is written each time
    :param pause: seconds after each piece
    """

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    repeat: int = 1
    pieces: int = 1
    pause: float = 0.0


def text_answer(text: str, status: int = 200, **headers: str) -> Answer:
    """JSON text that is ready."""
    return Answer(status, text.encode(), {"Content-Type": JSON_TYPE, "OData-Version": "4.0", **headers})


def json_answer(value: Any, status: int = 200) -> Answer:
    """A value as JSON."""
    return text_answer(wire.dump(value), status)


def refusal_answer(refusal: refusals.Refusal) -> Answer:
    """The OData error object."""
    return json_answer(refusal.body(), refusal.status)
