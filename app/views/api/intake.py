"""`POST /intake`: a buyer's list read line by line; nothing is created of it."""

from __future__ import annotations

import codecs
import csv
import io
from typing import Any

from flask import request

from app.domain.quantities import plain
from app.errors import BadRequest, PortalError
from app.extensions import transaction
from app.security.permissions import Permission
from app.services.customers import facts_of
from app.services.intake.outcome import Intake, Line, Notice, Problem
from app.services.intake.text import read_text
from app.views.api import blueprint, shapes
from app.views.api.body import json_body
from app.views.api.describing import describe
from app.views.door import api_door, current_actor
from app.words import n_, t

_ZIP = b"PK"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class OtherKind(PortalError):
    """A file that is not plain text."""

    code = "unsupported_file"
    status = 415
    title = n_("This kind of file is not read here")


@blueprint.post("/intake")
@describe(
    "Read a list of lines as typed or pasted; creates nothing",
    body="IntakeText",
    answer="Intake",
    body_types=("application/json", "multipart/form-data", "application/x-www-form-urlencoded"),
    statuses=(200, 400, 415),
)
@api_door(Permission.ORDER_CREATE)
def intake() -> dict[str, Any]:
    text = _text()
    with transaction():
        read = read_text(facts_of(current_actor().customer_id or 0), text)
    return shaped(read)


def _text() -> str:
    uploaded = request.files.get("file")
    if uploaded is not None:
        return _decoded(uploaded.read())
    text = request.form["text"] if "text" in request.form else json_body().values.get("text")
    if not isinstance(text, str):
        raise BadRequest(
            t("text is missing: the lines as typed or pasted."), t("Send a JSON object or a form with the field text.")
        )
    return text


def _decoded(content: bytes) -> str:
    """The text of an uploaded file: UTF-8, or UTF-16 where its first bytes say so.

    :raises OtherKind: a workbook, or another encoding
    """
    kind = "utf-16" if content[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig"
    try:
        if content.startswith(_ZIP):
            raise UnicodeDecodeError(kind, content[:2], 0, 2, "a workbook")
        return content.decode(kind)
    except UnicodeDecodeError:
        if b"\0" in content and not content.startswith(_ZIP):
            return "\0"
        raise OtherKind(
            t("Only plain text in UTF-8 can be read here, not workbooks or other encodings."),
            t("Copy the lines and paste them as text, or save the file as CSV in UTF-8."),
        ) from None


def shaped(read: Intake) -> dict[str, Any]:
    """The contract's answer."""
    return {
        "result": read.result,
        "file_problem": read.file_problem or None,
        "message": read.file_message or None,
        "recognised": len(read.lines),
        "of": read.of,
        "lines": [_line(each) for each in read.lines],
        "problems": [_problem(each) for each in read.problems],
        "notices": [_notice(each) for each in read.notices],
        "corrected_file": _corrected(read) if read.problems else None,
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "row": line.row,
        "item": line.item,
        "name": line.name,
        "quantity": plain(line.quantity),
        "unit": line.unit,
        "base_quantity": plain(line.base_quantity),
        "requested_date": shapes.day(line.requested_date),
        "note": line.note,
    }


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "row": problem.row,
        "code": problem.code,
        "value": problem.value,
        "message": problem.message,
        "suggestions": list(problem.suggestions),
    }


def _notice(notice: Notice) -> dict[str, Any]:
    return {"code": notice.code, "row": notice.rows[0], "rows": list(notice.rows), "message": notice.message}


def _corrected(read: Intake) -> str:
    """The list to correct: what was understood, and each question beside what was written, safe for a spreadsheet."""
    rows = [(line.row, line.item, plain(line.quantity), line.unit, line.note, "", "") for line in read.lines]
    rows += [
        (each.row, "", "", "", "", each.written, " ".join((each.message, *each.suggestions))) for each in read.problems
    ]
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(["row", "item", "quantity", "unit", "note", "written", "question"])
    writer.writerows([[_harmless(str(cell)) for cell in row] for row in sorted(rows)])
    return out.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
