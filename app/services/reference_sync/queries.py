"""The statements that merge a page into the mirror. Each works on the whole page at once, none on a single row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from psycopg import sql

from app.services.reference_sync.mirror import Mirror, Turn, Written
from app.services.reference_sync.staging import At, drop_repeated

_NOT_SENT = "which the ERP has not sent"


def listed(names: Iterable[str], prefix: str = "") -> sql.Composed:
    """Column names with commas, each with `prefix` before it."""
    return sql.SQL(", ").join(sql.SQL(prefix) + sql.Identifier(name) for name in names)


def mark_seen(at: At, mirror: Mirror, turn: Turn) -> None:
    """In a full run everything that came is there, whatever becomes of it below."""
    at.execute(
        sql.SQL(
            "update {table} t set synced_at = %(moment)s from {page} p"
            " where t.source = p.source and t.erp_key = p.erp_key"
        ).format(table=mirror.name, page=mirror.page),
        turn.values(),
    )


CLOCKS_DIFFER_BY = timedelta(minutes=15)


def drop_older(at: At, mirror: Mirror, turn: Turn) -> None:
    """What the mirror holds in a clearly newer version leaves the page: a feed of changes may repeat itself, late.

    An ERP's clock may be set back by minutes, so a version is older only beyond that; what lies between comes once more
    with the next feed, which reaches back as far.
    """
    at.execute(
        sql.SQL(
            "delete from {page} p using {table} t where t.source = p.source and t.erp_key = p.erp_key"
            " and t.withdrawn_at is null and p.modified_at < t.modified_at - %(slack)s"
        ).format(page=mirror.page, table=mirror.name),
        {"slack": CLOCKS_DIFFER_BY},
    )


def mark_unreadable(at: At, mirror: Mirror, turn: Turn, keys: list[str]) -> None:
    """What the connector could not read is still in the ERP; the row we have stays."""
    number = sql.SQL("or number = any(%(keys)s)") if "number" in mirror.table.c else sql.SQL("")
    at.execute(
        sql.SQL(
            "update {table} set synced_at = %(moment)s where source = %(source)s and (erp_key = any(%(keys)s) {number})"
        ).format(table=mirror.name, number=number),
        {**turn.values(), "keys": keys},
    )


def find_customers(at: At, mirror: Mirror, turn: Turn, *, needed: sql.Composable) -> list[str]:
    """Fill in `customer_id`; rows whose customer is unknown leave the page."""
    at.execute(
        sql.SQL(
            "update {page} p set customer_id = c.id from customer c"
            " where c.source = p.source and c.number = p.customer_number and {needed}"
        ).format(page=mirror.page, needed=needed),
        turn.values(),
    )
    at.execute(
        sql.SQL(
            "delete from {page} p where p.customer_id is null and {needed} returning {label}, p.customer_number"
        ).format(page=mirror.page, needed=needed, label=mirror.label)
    )
    return [f"{label} names the customer {number}, {_NOT_SENT}" for label, number in at]


def find_items(at: At, mirror: Mirror, turn: Turn) -> list[str]:
    """Rows whose item is unknown leave the page."""
    at.execute(
        sql.SQL(
            "delete from {page} p where not exists"
            " (select from item i where i.source = p.source and i.number = p.item_number)"
            " returning {label}, p.item_number"
        ).format(page=mirror.page, label=mirror.label),
        turn.values(),
    )
    return [f"{label} names the item {number}, {_NOT_SENT}" for label, number in at]


def settle_numbers(at: At, mirror: Mirror, turn: Turn) -> list[str]:
    """Two records of the ERP may not have the same number here: adopt what was made anew, set aside the rest."""
    drop_repeated(at, mirror.page, mirror.natural)
    names = {
        "table": mirror.name,
        "page": mirror.page,
        "here": listed(mirror.natural, "t."),
        "sent": listed(mirror.natural, "p."),
        "label": mirror.label,
    }
    if mirror.adopts:
        at.execute(
            sql.SQL(
                "update {table} t set erp_key = p.erp_key, synced_at = %(moment)s from {page} p"
                " where t.source = p.source and ({here}) = ({sent}) and t.erp_key <> p.erp_key"
                " and not exists (select from {page} o where o.erp_key = t.erp_key)"
                " and not exists (select from {table} o where o.source = p.source and o.erp_key = p.erp_key)"
            ).format(**names),
            turn.values(),
        )
    at.execute(
        sql.SQL(
            "delete from {page} p using {table} t"
            " where t.source = p.source and ({here}) = ({sent}) and t.erp_key <> p.erp_key returning {label}"
        ).format(**names),
        turn.values(),
    )
    return [f"{label} has the number of another record of the ERP" for (label,) in at]


def merge(at: At, mirror: Mirror, turn: Turn) -> Written:
    """Insert what is new, change what differs, revive what was withdrawn; leave everything else untouched."""
    found = ["customer_id"] if "customer_id" in mirror.table.c else []
    sent = list(dict.fromkeys([*mirror.fields, *found, *mirror.computed]))
    sources = [mirror.computed.get(name, sql.SQL("p.") + sql.Identifier(name)) for name in sent]
    compared = [name for name in sent if name not in mirror.on_change and name != "trigrams"]
    at.execute(
        sql.SQL(
            "insert into {table} as t (source, synced_at, withdrawn_at, {columns})"
            " select %(source)s, %(moment)s, case when {withdrawn} then %(moment)s::timestamptz end, {values}"
            " from {page} p where not ({withdrawn})"
            " or exists (select from {table} o where o.source = p.source and o.erp_key = p.erp_key)"
            " on conflict (source, erp_key) do update set {changes}"
            " where ({here}, t.withdrawn_at is null)"
            " is distinct from ({new}, excluded.withdrawn_at is null)"
            " returning t.id, t.xmax = 0"
        ).format(
            table=mirror.name,
            page=mirror.page,
            columns=listed(sent),
            values=sql.SQL(", ").join(sources),
            withdrawn=mirror.withdrawn or sql.SQL("false"),
            changes=_changes(sent, mirror.on_change),
            here=listed(compared, "t."),
            new=listed(compared, "excluded."),
        ),
        turn.values(),
    )
    rows = at.fetchall()
    return Written({row_id for row_id, _ in rows}, new=sum(is_new for _, is_new in rows))


def keys_on_page(at: At, mirror: Mirror) -> set[str]:
    """The ERP's keys of what is left on the page."""
    at.execute(sql.SQL("select erp_key from {}").format(mirror.page))
    return {key for (key,) in at}


def withdraw_unseen(at: At, mirror: Mirror, turn: Turn, began: Any) -> set[int]:
    """After a full run: what did not come is not in the ERP any more."""
    at.execute(
        sql.SQL(
            "update {table} set withdrawn_at = %(moment)s"
            " where source = %(source)s and withdrawn_at is null and synced_at < %(began)s returning id"
        ).format(table=mirror.name),
        {**turn.values(), "began": began},
    )
    return {row_id for (row_id,) in at}


def in_force(at: At, mirror: Mirror, source: str) -> int:
    """How many rows the mirror holds that are not withdrawn."""
    at.execute(
        sql.SQL("select count(*) from {table} where source = %s and withdrawn_at is null").format(table=mirror.name),
        [source],
    )
    (count,) = at.fetchone() or (0,)
    return int(count)


def order_keys(at: At, mirror: Mirror, ids: set[int]) -> set[str]:
    """The order keys that these documents carry."""
    if not ids or "order_key" not in mirror.table.c:
        return set()
    at.execute(
        sql.SQL("select distinct order_key from {table} where id = any(%s) and order_key <> ''").format(
            table=mirror.name
        ),
        [list(ids)],
    )
    return {key for (key,) in at}


def _changes(sent: list[str], on_change: Mapping[str, sql.Composable]) -> sql.Composed:
    assignments = [
        sql.SQL("{} = {}").format(
            sql.Identifier(name), on_change.get(name, sql.SQL("excluded.") + sql.Identifier(name))
        )
        for name in ("synced_at", "withdrawn_at", *sent)
    ]
    return sql.SQL(", ").join(assignments)
