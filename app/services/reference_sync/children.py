"""What belongs to a record and comes with it whole: units of an item, addresses of a customer, lines of a document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import sql

from app.services.reference_sync import queries
from app.services.reference_sync.mirror import Lines, Mirror, Turn, Written, owned
from app.services.reference_sync.staging import At, analyze, stage


def replace_units(at: At, units: Lines, rows: Sequence[Any], turn: Turn) -> Written:
    """Units of the items on the page. Order lines copy their unit, so one that is gone is withdrawn, not deleted.

    `any (array(…))` and `not in` are meant, here and below: looked up and hashed even while statistics are missing.
    """
    written = _stage_lines(at, units, rows, turn)
    at.execute(
        """
        insert into item_unit as t (item_id, source, code, factor)
        select p.owner_id, %(source)s, p.code, p.factor from page_item_unit p
        on conflict (item_id, code) do update set factor = excluded.factor, withdrawn_at = null
        where (t.factor, t.withdrawn_at is null) is distinct from (excluded.factor, true)
        returning t.item_id""",
        turn.values(),
    )
    written.changed |= {item_id for (item_id,) in at}
    at.execute(
        """
        update item_unit u set withdrawn_at = %(moment)s
        where u.item_id = any (array(
            select t.id from page_item p join item t on t.source = p.source and t.erp_key = p.erp_key))
        and u.withdrawn_at is null
        and (u.item_id, u.code) not in (select sent.owner_id, sent.code from page_item_unit sent)
        returning u.item_id""",
        turn.values(),
    )
    written.changed |= {item_id for (item_id,) in at}
    return written


def owners_of_addresses(at: At, ids: set[int]) -> set[int]:
    """The customers whose addresses these are."""
    at.execute("select distinct customer_id from ship_to where id = any(%s)", [list(ids)])
    return {customer_id for (customer_id,) in at}


def withdraw_other_addresses(at: At, turn: Turn) -> set[int]:
    """Delivery addresses that the customers on the page do not have any more.

    :returns: ids of the customers concerned
    """
    at.execute(
        """
        update ship_to s set withdrawn_at = %(moment)s
        where s.customer_id = any (array(
            select t.id from page_customer p join customer t on t.source = p.source and t.erp_key = p.erp_key))
        and s.withdrawn_at is null
        and s.erp_key not in (select sent.erp_key from page_ship_to sent)
        returning s.customer_id""",
        turn.values(),
    )
    return {customer_id for (customer_id,) in at}


def release_lines_of_moved(at: At, mirror: Mirror, lines: Lines, turn: Turn) -> None:
    """A document that went over to another customer: its lines carry the old one and would hold it fast."""
    at.execute(
        sql.SQL(
            "delete from {lines} line using {page} p, {table} t"
            " where t.source = p.source and t.erp_key = p.erp_key and t.customer_id <> p.customer_id"
            " and line.{parent} = t.id"
        ).format(lines=lines.name, page=mirror.page, table=mirror.name, parent=sql.Identifier(lines.parent)),
        turn.values(),
    )


def replace_lines(at: At, lines: Lines, rows: Sequence[Any], turn: Turn) -> Written:
    """Lines of the documents on the page, only where they differ. A document that came without lines keeps its own."""
    written = _stage_lines(at, lines, rows, turn)
    names = {
        "page": lines.page,
        "lines": lines.name,
        "parent": sql.Identifier(lines.parent),
        "columns": queries.listed(lines.fields),
    }
    at.execute(_DIFFERING.format(**names))
    differing = [owner_id for (owner_id,) in at]
    if differing:
        at.execute(sql.SQL("delete from {lines} where {parent} = any(%s)").format(**names), [differing])
        at.execute(_REFILL.format(**names), [differing])
        at.execute(_NEWS.format(table=lines.owner.name), {**turn.values(), "ids": differing})
    written.changed |= set(differing)
    return written


_DIFFERING = sql.SQL(
    """
    with sent as (select owner_id, {columns} from {page}),
    kept as (select {parent}, {columns} from {lines} where {parent} in (select owner_id from {page}))
    select distinct owner_id
    from ((select * from sent except select * from kept) union all (select * from kept except select * from sent)) d"""
)
_NEWS = sql.SQL("update {table} set synced_at = %(moment)s where id = any(%(ids)s)")
_REFILL = sql.SQL(
    "insert into {lines} ({parent}, customer_id, {columns}) select owner_id, customer_id, {columns} from {page}"
    " where owner_id = any(%s)"
)


def _stage_lines(at: At, lines: Lines, rows: Sequence[Any], turn: Turn) -> Written:
    """Copy them and find their owners; lines of owners that were set aside go with them."""
    children = owned(rows, lines.records)
    unfit = stage(at, lines.page, lines.columns(), source=turn.source, rows=children, key=("owner_key", lines.key))
    at.execute(sql.SQL("alter table {} add owner_id bigint").format(lines.page))
    has_customer = "customer_id" in lines.table.c
    at.execute(
        sql.SQL(
            "update {page} p set owner_id = t.id, customer_id = {customer} from {table} t"
            " where t.source = p.source and t.erp_key = p.owner_key"
            " and exists (select from {owners} o where o.erp_key = p.owner_key)"
        ).format(
            page=lines.page,
            table=lines.owner.name,
            owners=lines.owner.page,
            customer=sql.SQL("t.customer_id" if has_customer else "null"),
        ),
        turn.values(),
    )
    at.execute(sql.SQL("delete from {} where owner_id is null").format(lines.page))
    analyze(at, lines.page)
    return Written(set_aside=[f"a line of {sentence}" for sentence in unfit])
