"""Own item numbers: found, added one by one or pasted as many lines, taken out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.extensions import transaction
from app.security.permissions import Permission
from app.services.company import item_numbers
from app.services.company.item_numbers import Pair, Refused, Taken
from app.views.company import blueprint
from app.views.company.overview import company_of
from app.views.door import current_actor, door
from app.views.portal import fields
from app.words import t, tn

PAGE = 50
MOST_LINES = 2000
LONGEST_SEARCH = 100
LONGEST_LINE = 200
LARGEST_OFFSET = 100_000
_BETWEEN = re.compile(r"\s*[;\t,]\s*|\s{2,}")


@blueprint.get("/items")
@door(Permission.COMPANY_READ)
def list_items() -> str:
    return _page()


@blueprint.post("/items")
@door(Permission.COMPANY_ITEMS)
def add_items() -> Response | tuple[str, int]:
    """Two fields for one number, or many lines; what was not taken stays in the field to be corrected."""
    pasted = fields.clean(request.form.get("lines", ""))
    pairs = _pairs(pasted) or _pair_of_fields()
    if len(pairs) > MOST_LINES:
        problem = t(
            "These are {count} lines; {most} can be taken at once. Nothing was taken.",
            count=len(pairs),
            most=MOST_LINES,
        )
        return _page(lines=pasted, problem=problem), 422
    if not pairs:
        return _page(problem=t("Nothing was typed. Type your number and ours, or paste lines.")), 422
    with transaction():
        taken = item_numbers.add(current_actor(), pairs)
    if taken.refused:
        return _page(lines=_lines(taken.refused), taken=taken), 422
    flash(tn("{n} item number is kept.", "{n} of {n} item numbers are kept.", taken.taken), "good")
    return redirect(url_for("company.list_items"), 303)


@blueprint.post("/items/remove")
@door(Permission.COMPANY_ITEMS)
def remove_item() -> Response:
    own = request.form.get("own", "")
    with transaction():
        gone = item_numbers.remove(current_actor(), own)
    if gone:
        flash(t("{number} is taken out.", number=own), "good")
    return redirect(url_for("company.list_items", q=request.form.get("q") or None), 303)


def _page(*, lines: str = "", problem: str = "", taken: Taken | None = None) -> str:
    q = fields.clean(request.args.get("q", ""))[:LONGEST_SEARCH]
    offset = min(max(request.args.get("from", 0, type=int), 0), LARGEST_OFFSET)
    with transaction():
        customer_id = company_of(current_actor())
        found = item_numbers.listed(customer_id, q=q, limit=PAGE + 1, offset=offset)
        total = item_numbers.how_many(customer_id)
    return render_template(
        "company/items.html",
        q=q,
        items=found[:PAGE],
        offset=offset,
        more=offset + PAGE if len(found) > PAGE else None,
        total=total,
        lines=lines,
        problem=problem,
        taken=taken,
    )


def _pairs(pasted: str) -> list[Pair]:
    return [_pair(row, line) for row, line in enumerate(pasted.split("\n"), start=1) if line.strip()]


def _pair(row: int, line: str) -> Pair:
    """Semicolon, tabulator, comma or two blanks stand between the numbers; more columns are not looked at."""
    parts = [*_BETWEEN.split(line.strip()[:LONGEST_LINE]), ""]
    return Pair(row, parts[0].strip('" '), parts[1].strip('" '))


def _pair_of_fields() -> list[Pair]:
    own, ours = (fields.clean(request.form.get(name, ""))[:LONGEST_LINE] for name in ("own", "ours"))
    return [Pair(1, own, ours)] if own or ours else []


def _lines(refused: Sequence[Refused]) -> str:
    return "\n".join(f"{each.pair.own};{each.pair.ours}" for each in refused)
