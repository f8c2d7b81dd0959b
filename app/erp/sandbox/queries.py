"""Reads of a page with the OData options: filter, order, paging by skip token, select, expand, count.

Produces JSON text straight from the rows, since a first sync reads tens of thousands of them.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from json.encoder import encode_basestring
from typing import Any
from urllib.parse import quote

from app.erp.sandbox import refusals, wire
from app.erp.sandbox.entities import FORMAT, PAGES, EntitySet, Expansion
from app.erp.sandbox.filters import Condition, read_filter

LARGEST_PAGE = 20_000
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Options:
    """The query options of one read, as text where their meaning depends on the page."""

    filter: str = ""
    orderby: str = ""
    select: str = ""
    expand: str = ""
    top: int | None = None
    skip: int = 0
    count: bool = False
    skiptoken: str = ""
    page_size: int = LARGEST_PAGE
    schema21: bool = False


def read_options(query: Mapping[str, str], prefer: str) -> Options:
    """Options out of a query string and the `Prefer` header.

    :raises Refusal: a number that is none
    """
    wanted = re.search(r"odata\.maxpagesize\s*=\s*(\d+)", prefer)
    size = int(wanted.group(1)) if wanted else LARGEST_PAGE
    return Options(
        filter=query.get("$filter", ""),
        orderby=query.get("$orderby", ""),
        select=query.get("$select", ""),
        expand=query.get("$expand", ""),
        top=_whole(query["$top"]) if "$top" in query else None,
        skip=_whole(query.get("$skip", "0")),
        count=query.get("$count", "false") == "true",
        skiptoken=query.get("$skiptoken", ""),
        page_size=max(1, min(size, LARGEST_PAGE)),
        schema21=query.get("$schemaversion", "2.0") >= "2.1",
    )


def _whole(text: str) -> int:
    if not text.isdigit():
        raise refusals.query_syntax()
    return int(text)


def read_page(db: sqlite3.Connection, page: EntitySet, options: Options, *, url: str, query: Mapping[str, str]) -> str:
    """One page of a collection as JSON text.

    :param url: address of the collection, for the context and the next link
    :param query: the query as asked, repeated in the next link
    """
    condition = read_filter(page, options.filter, allow_in=options.schema21) if options.filter else None
    order = _order(page, options.orderby)
    limit = options.page_size if options.top is None else min(options.top, options.page_size)
    rows = _rows(db, page, options, condition=condition, order=order, limit=limit + 1)
    more = len(rows) > limit and (options.top is None or options.top > limit)
    rows = rows[:limit]
    parts = [f'"@odata.context":{encode_basestring(url)}']
    if options.count:
        parts.append(f'"@odata.count":{_count(db, page, condition)}')
    parts.append(f'"value":[{",".join(render(db, page, rows, options))}]')
    if more:
        link = _next_link(url, query, _token(rows[-1], order), options, limit)
        parts.append(f'"@odata.nextLink":{encode_basestring(link)}')
    return "{" + ",".join(parts) + "}"


def read_one(db: sqlite3.Connection, page: EntitySet, record_id: str, options: Options, *, url: str) -> str | None:
    """One record as JSON text, None when there is none of that id."""
    row = db.execute(f"SELECT * FROM {page.source} WHERE id = ?", (record_id.lower(),)).fetchone()  # noqa: S608
    if row is None:
        return None
    body = render(db, page, [row], replace(options, filter=""))[0]
    return f'{{"@odata.context":{encode_basestring(url + "/$entity")},{body[1:]}'


def _order(page: EntitySet, orderby: str) -> list[tuple[str, bool]]:
    """Columns and whether they fall; closed by the id so that the order is total."""
    terms: list[tuple[str, bool]] = []
    for term in filter(None, (part.strip() for part in orderby.split(","))):
        name, _, direction = term.partition(" ")
        if direction.strip() not in ("", "asc", "desc"):
            raise refusals.query_syntax()
        if name not in page.fields:
            raise refusals.bad_request(f"Could not find a property named '{name}' on type 'Microsoft.NAV.{page.name}'.")
        terms.append((name, direction.strip() == "desc"))
    return [*(terms or [(column, False) for column in page.order]), ("id", False)]


def _rows(
    db: sqlite3.Connection,
    page: EntitySet,
    options: Options,
    *,
    condition: Condition | None,
    order: list[tuple[str, bool]],
    limit: int,
) -> list[sqlite3.Row]:
    where: list[str] = []
    values: list[Any] = []
    if condition is not None:
        where.append(condition.sql)
        values.extend(condition.values)
    if options.skiptoken:
        sql, after = _beyond(order, options.skiptoken)
        where.append(sql)
        values.extend(after)
    clause = f" WHERE {' AND '.join(f'({part})' for part in where)}" if where else ""
    sorting = ",".join(f"{name} DESC" if falls else name for name, falls in order)
    offset = 0 if options.skiptoken else options.skip
    statement = f"SELECT * FROM {page.source}{clause} ORDER BY {sorting} LIMIT {limit} OFFSET {offset}"  # noqa: S608
    return db.execute(statement, values).fetchall()


def _count(db: sqlite3.Connection, page: EntitySet, condition: Condition | None) -> int:
    clause, values = (f" WHERE {condition.sql}", condition.values) if condition else ("", ())
    found: int = db.execute(f"SELECT COUNT(*) FROM {page.source}{clause}", values).fetchone()[0]  # noqa: S608
    return found


def _token(row: sqlite3.Row, order: list[tuple[str, bool]]) -> str:
    return base64.urlsafe_b64encode(json.dumps([row[name] for name, _ in order]).encode()).decode()


def _beyond(order: list[tuple[str, bool]], token: str) -> tuple[str, list[Any]]:
    """The condition "sorts after the row of the token"."""
    try:
        last = json.loads(base64.urlsafe_b64decode(token))
    except (binascii.Error, ValueError) as err:
        raise refusals.query_syntax() from err
    if not isinstance(last, list) or len(last) != len(order):
        raise refusals.query_syntax()
    cases: list[str] = []
    values: list[Any] = []
    for at, (name, falls) in enumerate(order):
        same = [f"{earlier} = ?" for earlier, _ in order[:at]]
        beyond = f"{name} < ?" if falls else f"{name} > ?"
        cases.append(f"({' AND '.join([*same, beyond])})")
        values.extend(last[: at + 1])
    return " OR ".join(cases), values


def _next_link(url: str, query: Mapping[str, str], token: str, options: Options, limit: int) -> str:
    kept = {name: value for name, value in query.items() if name not in ("$skiptoken", "$skip", "$top")}
    if options.top is not None:
        kept["$top"] = str(options.top - limit)
    kept["$skiptoken"] = token
    return url + "?" + "&".join(f"{name}={quote(value, safe='')}" for name, value in kept.items())


def render(db: sqlite3.Connection, page: EntitySet, rows: list[sqlite3.Row], options: Options) -> list[str]:
    """Each row as the JSON text of one entity, expansions inside."""
    names = _selected(page, options.select)
    formats = [(f'"{name}":', name, FORMAT[page.fields[name].kind]) for name in names]
    nested = [_nested(db, page, rows, wish) for wish in _wishes(options.expand)]
    texts: list[str] = []
    for row in rows:
        parts = [f'"@odata.etag":{encode_basestring(wire.etag(row["rowVersion"] or 0))}']
        parts += [label + form(row[name]) for label, name, form in formats]
        parts += [f'"{expansion.name}":{found[row[expansion.parent]]}' for expansion, found in nested]
        texts.append("{" + ",".join(parts) + "}")
    return texts


def _selected(page: EntitySet, select: str) -> list[str]:
    if not select or select.strip() == "*":
        return list(page.fields)
    names = [name.strip() for name in select.split(",")]
    for name in names:
        if name not in page.fields:
            raise refusals.bad_request(f"Could not find a property named '{name}' on type 'Microsoft.NAV.{page.name}'.")
    return names


def _wishes(expand: str) -> list[tuple[str, Options]]:
    """`$expand` split at its top level into names and their own options."""
    wishes: list[tuple[str, Options]] = []
    for part in _split(expand, ","):
        match = re.fullmatch(r"(\w+)(?:\((.*)\))?", part.strip(), re.DOTALL)
        if match is None:
            raise refusals.query_syntax()
        inner = dict(option.strip().split("=", 1) for option in _split(match.group(2) or "", ";") if "=" in option)
        wishes.append((match.group(1), read_options(inner, "")))
    return wishes


def _split(text: str, sign: str) -> list[str]:
    """Parts between `sign`s outside parentheses and quotes; empty parts dropped."""
    parts, depth, quoted, start = [], 0, False, 0
    for at, letter in enumerate(text):
        quoted ^= letter == "'"
        depth += 0 if quoted else (letter == "(") - (letter == ")")
        if letter == sign and depth == 0 and not quoted:
            parts.append(text[start:at])
            start = at + 1
    return [part for part in (*parts, text[start:]) if part.strip()]


def _nested(
    db: sqlite3.Connection, page: EntitySet, rows: list[sqlite3.Row], wish: tuple[str, Options]
) -> tuple[Expansion, dict[str, str]]:
    """For one expansion: the JSON text to put under each parent value."""
    name, options = wish
    expansion = page.expansions.get(name)
    if expansion is None:
        raise refusals.bad_request(f"Could not find a property named '{name}' on type 'Microsoft.NAV.{page.name}'.")
    target = PAGES[expansion.target]
    children: dict[str, list[str]] = defaultdict(list)
    keys = list({row[expansion.parent] for row in rows})
    for at in range(0, len(keys), _CHUNK):
        found = _children(db, target, expansion, keys[at : at + _CHUNK], options)
        for row, text in zip(found, render(db, target, found, options), strict=True):
            children[row[expansion.child]].append(text)
    if expansion.many:
        return expansion, {key: f"[{','.join(children[key])}]" for key in keys}
    return expansion, {key: children[key][0] if children[key] else "null" for key in keys}


def _children(
    db: sqlite3.Connection, target: EntitySet, expansion: Expansion, keys: list[str], options: Options
) -> list[sqlite3.Row]:
    marks = ",".join("?" * len(keys))
    condition = read_filter(target, options.filter) if options.filter else None
    clause, values = (f" AND {condition.sql}", condition.values) if condition else ("", ())
    statement = (
        f"SELECT * FROM {target.source} WHERE {expansion.child} IN ({marks}){clause} "  # noqa: S608
        f"ORDER BY {','.join(target.order)}"
    )
    return db.execute(statement, (*keys, *values)).fetchall()
