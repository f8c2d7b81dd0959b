"""Copies the records of a page into a temporary table, cleaned of what PostgreSQL cannot keep.

COPY refuses tables with row security, so pages land in a temporary table first and are merged from there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from operator import attrgetter
from typing import Any

from psycopg import Cursor, sql

from app.extensions import session
from app.services.reference_sync.mirror import Field

At = Cursor[tuple[Any, ...]]


def raw_cursor() -> At:
    """A cursor of the driver, inside the open transaction and its scope."""
    driver = session().connection().connection.driver_connection
    assert driver is not None
    cursor: At = driver.cursor()
    return cursor


def plan_by_key(at: At) -> None:
    """For the open transaction: find the rows of a page in the big tables through their keys, a look-up each.

    Hashing a big table for every page would make the time of a run grow with the square of its length.
    """
    at.execute("set local enable_hashjoin = off")
    at.execute("set local enable_mergejoin = off")


def stage(
    at: At, page: sql.Identifier, fields: Sequence[Field], *, source: str, rows: Iterable[Any], key: Sequence[str]
) -> list[str]:
    """Fill the temporary table `page`; `place` counts the rows, `customer_id` is to be found.

    `source` stands on every row, so that joins compare two columns: a comparison with a constant would make PostgreSQL
    take the rows of the one source for few, and read all of them for every page.

    :param key: columns that tell the rows apart; of several with the same key the last one stays
    :returns: a sentence for each row that cannot be kept as it is
    """
    typed = [sql.SQL("{} {}").format(sql.Identifier(each.name), sql.SQL(each.type)) for each in fields]
    at.execute(
        sql.SQL(
            "create temporary table {} (place bigint generated always as identity, source text default {},"
            " customer_id bigint, {}) on commit drop"
        ).format(page, sql.Literal(source), sql.SQL(", ").join(typed))
    )
    unfit = _copy(at, page, fields, rows)
    at.execute(sql.SQL("create index on {} ({})").format(page, sql.SQL(", ").join(map(sql.Identifier, key))))
    analyze(at, page)
    drop_repeated(at, page, key)
    return unfit


def analyze(at: At, page: sql.Identifier) -> None:
    """Nobody else counts the rows of a temporary table, and without a count the joins are planned for a handful."""
    at.execute(sql.SQL("analyze {}").format(page))


def drop_repeated(at: At, page: sql.Identifier, key: Sequence[str]) -> None:
    """Of rows with the same key the last one counts."""
    at.execute(
        sql.SQL(
            "delete from {page} where place in (select place from"
            " (select place, row_number() over (partition by {key} order by place desc) from {page}) ranked (place, rank)"
            " where rank > 1)"
        ).format(page=page, key=sql.SQL(", ").join(map(sql.Identifier, key)))
    )


def _copy(at: At, page: sql.Identifier, fields: Sequence[Field], rows: Iterable[Any]) -> list[str]:
    names = sql.SQL(", ").join(sql.Identifier(each.name) for each in fields)
    read = [attrgetter(each.path) for each in fields]
    unfit: list[str] = []
    with at.copy(sql.SQL("copy {} ({}) from stdin").format(page, names)) as copy:
        for row in rows:
            values = [get(row) for get in read]
            too_big = [each.name for each, value in zip(fields, values, strict=True) if not _fits(value, each.limit)]
            if too_big:
                unfit.append(f"{values[0]} holds a number in {' and '.join(too_big)} that is too big to be kept")
                continue
            copy.write_row([_cleaned(value) for value in values])
    return unfit


def _fits(value: Any, limit: Decimal | None) -> bool:
    if limit is None or value is None:
        return True
    return Decimal(value).is_finite() and abs(value) < limit


def _cleaned(value: Any) -> Any:
    """Text without the two things PostgreSQL cannot hold: the zero character and halves of surrogate pairs."""
    if not isinstance(value, str):
        return value
    return value.replace("\0", "").encode("utf-8", "replace").decode()
