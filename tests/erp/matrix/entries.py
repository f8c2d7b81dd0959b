"""What an ERP can do to an order that is being entered: one table, played against the connector and against delivery.

`fault` is planned in the sandbox ERP for the next POST to its staging page; how each is done is in `docs/sandbox.md`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from app.erp.errors import ErpBusy, ErpError, ErpRefused, ErpUnknownOutcome


@dataclass(frozen=True)
class Entry:
    """One behaviour.

    :param row: of the matrix
    :param outcome: what the connector raises; None when it returns the order as the ERP now has it
    :param written: documents in the ERP after that one call
    :param ends: what becomes of the order: `confirmed` once in the ERP; `dead` for people to look at, with the ERP's
        words; `asked`, as the ERP holds something else and the buyer decides
    :param short: whether the caller's deadline is what ends the call
    """

    row: str
    erp: str
    fault: dict[str, Any]
    outcome: type[ErpError] | None = ErpUnknownOutcome
    written: int = 0
    ends: str = "confirmed"
    short: bool = False

    def __str__(self) -> str:
        return f"{self.row} {self.erp}"


def in_words(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)


def _stumbles(status: int, row: str) -> list[Entry]:
    fault = {"status": status}
    return [
        Entry(row, f"says {status} before the commit", {"kind": "error_before_commit", **fault}),
        Entry(row, f"says {status} after the commit", {"kind": "error_after_commit", **fault}, written=1),
    ]


def _refuses(row: str, status: int, code: str, message: str) -> Entry:
    fault = {"kind": "refuse", "status": status, "code": code, "message": message}
    return Entry(row, f"refuses with {status}: {message}", fault, ErpRefused, ends="dead")


def _busy(what: str, retry_after: str | int | None) -> Entry:
    fault: dict[str, Any] = {"kind": "busy"}
    if retry_after is not None:
        fault["retry_after"] = retry_after
    return Entry("E7", f"says 429 with {what}", fault, ErpBusy)


def _changes(kind: str, *, ends: str = "asked", **fields: Any) -> Entry:
    return Entry("E15", kind.replace("_", " "), {"kind": kind, **fields}, None, written=1, ends=ends)


_A_YEAR = 365 * 24 * 3600
_IN_A_MINUTE = in_words(datetime.now(UTC) + timedelta(minutes=1))

ENTRIES: tuple[Entry, ...] = (
    Entry("E2", "is silent, then gone, before the commit", {"kind": "timeout_before_commit", "seconds": 1}, short=True),
    Entry("E3", "is silent after the commit", {"kind": "timeout_after_commit", "seconds": 1}, written=1, short=True),
    Entry("E3", "hangs up after the commit", {"kind": "timeout_after_commit", "seconds": 0}, written=1),
    Entry("E4", "commits after the caller is gone", {"kind": "late_commit", "seconds": 0.3}),
    *_stumbles(500, "E5"),
    *[entry for status in (408, 502, 503, 504) for entry in _stumbles(status, "E6")],
    Entry("E6", "answers with the page of a gateway", {"kind": "bad_gateway"}),
    Entry(
        "E6",
        "says 503 with Retry-After after the commit",
        {"kind": "error_after_commit", "status": 503, "retry_after": 20},
        written=1,
    ),
    _busy("seconds", 20),
    _busy("a date", _IN_A_MINUTE),
    _busy("no Retry-After", None),
    _busy("a Retry-After of a year", _A_YEAR),
    _busy("a Retry-After below zero", "-60"),
    _busy("a Retry-After nobody understands", "after lunch"),
    Entry(
        "E8", "answers a byte a time and never ends", {"kind": "endless_drip", "seconds": 0.05}, written=1, short=True
    ),
    Entry("E8", "answers too slowly", {"kind": "slow_drip", "seconds": 5}, written=1, short=True),
    Entry("E9", "breaks off in the middle of its JSON", {"kind": "truncated_json"}, written=1),
    Entry("E9", "shows a sign-in page with 200", {"kind": "html_login"}),
    Entry("E9", "answers with nothing", {"kind": "empty_body"}, written=1),
    Entry("E9", "answers with a picture", {"kind": "wrong_type"}, written=1),
    Entry("E9", "answers with a gzip bomb", {"kind": "gzip_bomb"}, written=1),
    Entry("E9", "answers with 100 MB", {"kind": "huge_answer"}, written=1),
    Entry("E10", "does not know the token any more", {"kind": "token_dies"}, None, written=1),
    _refuses("E11", 403, "Authorization_Denied", "You have no permission on this page."),
    _refuses("E11", 404, "BadRequest_NotFound", "The company cannot be found."),
    _refuses("E11", 413, "BadRequest", "The request body is too large."),
    _refuses("E11", 422, "BadRequest", "The order cannot be processed."),
    _refuses("E13", 400, "Application_DialogException", "The credit limit of the customer is exceeded."),
    _refuses("E13", 400, "Application_DialogException", "The customer is blocked with type All."),
    _refuses("E13", 400, "Application_FieldValidationException", "Blocked must be equal to 'No' in Item."),
    _refuses("E13", 400, "Application_DialogException", "The price has changed since."),
    Entry("E14", "enters the header and loses a line", {"kind": "lines_missing"}, None, written=1, ends="asked"),
    _changes("wrong_price", factor=1.5),
    _changes("rounded_price", ends="confirmed"),
    _changes("other_item", item="BK-M18B-44"),
    _changes("other_quantity", factor=2),
    _changes("other_date", days=60),
    _changes("split_line"),
    Entry("E21", "redirects to another host", {"kind": "redirect", "location": "https://erp.example/v2.0/orders"}),
    Entry(
        "E21", "redirects to the cloud's metadata", {"kind": "redirect", "location": "http://169.254.169.254/latest"}
    ),
    Entry(
        "E21",
        "redirects with 307, which keeps the method",
        {"kind": "redirect", "status": 307, "location": "http://127.0.0.1:9/steal"},
    ),
)
