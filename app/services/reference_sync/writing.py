"""The steps that take a page into its table: copy, look up what it refers to, set aside what does not fit, merge."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.services.reference_sync import children, queries
from app.services.reference_sync.mirror import Lines, Mirror, Turn, Written
from app.services.reference_sync.staging import At, stage


def write_page(at: At, mirror: Mirror, rows: Sequence[Any], turn: Turn) -> Written:
    """Merge a page into one table."""
    set_aside = prepare(at, mirror, rows, turn)
    written = queries.merge(at, mirror, turn)
    written.set_aside = set_aside
    return written


def write_documents(at: At, mirror: Mirror, lines: Lines, *, rows: Sequence[Any], turn: Turn) -> Written:
    """Merge a page of documents, and replace the lines of those whose lines differ."""
    set_aside = prepare(at, mirror, rows, turn)
    children.release_lines_of_moved(at, mirror, lines, turn)
    written = queries.merge(at, mirror, turn)
    replaced = children.replace_lines(at, lines, rows, turn)
    written.changed |= replaced.changed
    written.set_aside = set_aside + replaced.set_aside
    return written


def prepare(at: At, mirror: Mirror, rows: Sequence[Any], turn: Turn) -> list[str]:
    """Copy the page and keep on it only what can be merged.

    :returns: a sentence for each row that was set aside
    """
    set_aside = stage(at, mirror.page, mirror.columns(), source=turn.source, rows=rows, key=("erp_key",))
    if turn.full:
        queries.mark_seen(at, mirror, turn)
    elif "modified_at" in mirror.fields:
        queries.drop_older(at, mirror, turn)
    if mirror.customer is not None:
        set_aside += queries.find_customers(at, mirror, turn, needed=mirror.customer)
    if mirror.item:
        set_aside += queries.find_items(at, mirror, turn)
    if mirror.natural:
        set_aside += queries.settle_numbers(at, mirror, turn)
    return set_aside
