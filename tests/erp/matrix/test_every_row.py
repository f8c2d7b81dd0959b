"""No row is forgotten: each is shown by tests that exist, or says why it cannot be."""

from __future__ import annotations

from importlib import import_module

from tests.erp.matrix.entries import ENTRIES
from tests.erp.matrix.rows import DELIVERING, ENTERING, READING, ROWS
from tests.erp.matrix.test_asking import READS


def test_the_matrix_has_every_row_from_e1_to_e24() -> None:
    assert [row.id for row in ROWS] == [f"E{number}" for number in range(1, 25)]
    assert all(bool(row.shown) != bool(row.cannot) for row in ROWS)


def test_every_row_is_shown_by_tests_there_are() -> None:
    for row in ROWS:
        for name in row.shown:
            module, _, function = name.partition(".")
            assert callable(getattr(import_module(f"tests.erp.matrix.{module}"), function, None)), (row.id, name)


def test_a_row_that_points_at_a_table_is_in_that_table() -> None:
    entered, read = {entry.row for entry in ENTRIES}, {row for row, _, _ in READS}
    for row in ROWS:
        assert not {ENTERING, DELIVERING} & set(row.shown) or row.id in entered, row.id
        assert READING not in row.shown or row.id in read, row.id
    assert entered | read <= {row.id for row in ROWS}
