"""Feeds that repeat, omit, reorder or stop, and clocks that are wrong: the mirror ends at what the ERP has."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from app.embedded.databases import Addresses, dsn
from app.erp.business_central.connector import BusinessCentral
from app.extensions import session, start_database, transaction
from app.security.scopes import Scope, entered
from app.services.reference_sync import EntityResult, sync
from tests.erp.matrix.conftest import HELMET, ITEM, MisbehavingErp

OVERLAP = 15 * 60


@pytest.fixture(scope="module")
def worker(database: Addresses) -> Iterator[Addresses]:
    engine = start_database(database.worker)
    yield database
    session.remove()
    engine.dispose()


class Mirror:
    """Reads from the sandbox what there is of stock, and tells what the mirror holds."""

    def __init__(self, erp: MisbehavingErp) -> None:
        self.erp = erp
        self.connector: BusinessCentral = erp.connector(overlap=OVERLAP)

    def read(self, *, full: bool = False, entity: str = "stock") -> EntityResult:
        (result,) = sync(self.connector, "main", full=full, say=lambda line: None, entities=(entity,))
        return result

    def change(self, quantity: int, item: str = ITEM) -> None:
        """Somebody counts in the ERP."""
        self.erp.control("stock", {"itemNumber": item, "quantity": quantity})

    def holds(self, item: str = ITEM) -> Decimal:
        query = (
            "select quantity from stock where item_number = :item and warehouse = 'FINISHED' and withdrawn_at is null"
        )
        return Decimal(self.ask(query, item=item)[0])

    def count(self) -> int:
        return int(self.ask("select count(*) from stock where withdrawn_at is null")[0])

    def ask(self, statement: str, **values: Any) -> list[Any]:
        with entered(Scope.sync()), transaction():
            return [row[0] for row in session.execute(text(statement), values)]


@pytest.fixture(scope="module")
def items_read(worker: Addresses, sandbox_of_the_matrix: Any) -> None:
    """The items, which stock refers to, are in the mirror."""
    connector = MisbehavingErp(sandbox_of_the_matrix).connector()
    sync(connector, "main", full=True, say=lambda line: None, entities=("items",))


@pytest.fixture
def mirror(items_read: None, worker: Addresses, erp: MisbehavingErp) -> Mirror:
    """All stock has been read once; the item of the test has 500."""
    with psycopg.connect(dsn(worker.owner)) as owner:
        owner.execute("delete from stock; delete from sync_state where entity in ('stock', 'prices')")
    mirror = Mirror(erp)
    mirror.change(500)
    mirror.read()
    assert mirror.holds() == 500
    return mirror


# --- the clock --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ahead", [600, -600], ids=["ten minutes ahead", "ten minutes behind"])
def test_an_erp_whose_clock_is_wrong_hides_no_change(mirror: Mirror, erp: MisbehavingErp, ahead: int) -> None:
    erp.control("clock", {"ahead_seconds": ahead})
    mirror.change(410)
    mirror.read()
    assert mirror.holds() == 410
    mirror.change(409)
    mirror.read()
    assert mirror.holds() == 409


@pytest.mark.parametrize("ahead", [600, -600], ids=["from ten minutes ahead", "from ten minutes behind"])
def test_a_clock_that_is_put_right_hides_no_change(mirror: Mirror, erp: MisbehavingErp, ahead: int) -> None:
    erp.control("clock", {"ahead_seconds": ahead})
    mirror.change(410)
    mirror.read()
    erp.control("clock", {"ahead_seconds": 0})
    mirror.change(300)
    mirror.read()
    assert mirror.holds() == 300


def test_a_clock_that_was_hours_ahead_hides_no_change_of_others(mirror: Mirror, erp: MisbehavingErp) -> None:
    erp.control("clock", {"ahead_seconds": 7200})
    mirror.change(410)
    mirror.read()
    erp.control("clock", {"ahead_seconds": 0})
    mirror.change(17, HELMET)
    mirror.read()
    assert mirror.holds(HELMET) == 17


def test_what_a_jump_beyond_the_overlap_hides_the_full_read_brings(mirror: Mirror, erp: MisbehavingErp) -> None:
    erp.control("clock", {"ahead_seconds": -7200})
    mirror.change(42)
    mirror.read()
    assert mirror.holds() == 500
    mirror.read(full=True)
    assert mirror.holds() == 42


# --- the feed ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["repeat_rows", "reverse_rows"])
def test_rows_that_come_twice_or_in_another_order_make_no_difference(
    mirror: Mirror, erp: MisbehavingErp, kind: str
) -> None:
    before = mirror.count()
    mirror.change(77)
    erp.spoil("stockByLocation", kind=kind, times=None)
    mirror.connector = erp.connector(overlap=OVERLAP, page_size=40)

    assert mirror.read().complete
    assert mirror.read(full=True).complete
    assert mirror.holds() == 77
    assert mirror.count() == before


def test_a_row_that_the_feed_omits_comes_with_the_next_as_that_reaches_back(
    mirror: Mirror, erp: MisbehavingErp
) -> None:
    mirror.change(66)
    erp.spoil("stockByLocation", kind="omit_row", row=None)
    mirror.read()
    assert mirror.holds() == 500
    mirror.read()
    assert mirror.holds() == 66


def test_a_full_read_withdraws_what_is_missing_and_the_next_one_brings_it_back(
    mirror: Mirror, erp: MisbehavingErp
) -> None:
    before = mirror.count()
    erp.spoil("stockByLocation", kind="omit_row", row=3)
    mirror.read(full=True)
    assert mirror.count() == before - 1
    mirror.read(full=True)
    assert mirror.count() == before


def test_an_empty_feed_withdraws_nothing_and_says_so(mirror: Mirror, erp: MisbehavingErp) -> None:
    before = mirror.count()
    erp.spoil("stockByLocation", kind="omit_row", row=None)
    assert "none was withdrawn" in mirror.read(full=True).problem
    assert mirror.count() == before


def test_a_page_token_that_expires_in_the_middle_costs_no_row(mirror: Mirror, erp: MisbehavingErp) -> None:
    before = mirror.count()
    mirror.connector = erp.connector(overlap=OVERLAP, page_size=40)
    erp.spoil("stockByLocation", kind="refuse", query="skiptoken", times=2, message="The page token has expired.")

    assert not mirror.read(full=True).complete
    erp.spoil("stockByLocation", kind="refuse", query="skiptoken", message="The page token has expired.")
    while not mirror.read(full=True).complete:
        pass
    assert mirror.count() == before


# --- records ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("quantity", "12"),
        ("quantity", None),
        ("itemNumber", 5),
        ("itemNumber", "NOBODY KNOWS IT"),
        ("quantity", 10**25),
    ],
)
def test_an_odd_record_is_set_aside_the_others_go_on_and_what_we_have_of_it_stays(
    mirror: Mirror, erp: MisbehavingErp, field: str, value: Any
) -> None:
    before = mirror.count()
    mirror.change(88)
    erp.spoil("stockByLocation", kind="odd_field", field=field, value=value, row=0)
    result = mirror.read(full=True)

    assert (result.complete, result.quarantined) == (True, 1)
    assert "1 row is set aside" in result.problem
    assert mirror.holds() == 88
    assert mirror.count() == before
    mirror.read(full=True)
    assert mirror.read().problem == ""


# --- a feed that stops ------------------------------------------------------------------------------------------------


def test_a_price_feed_that_stops_stops_alone_and_its_age_is_known(mirror: Mirror, erp: MisbehavingErp) -> None:
    mirror.read(entity="prices")
    fresh = mirror.ask("select fresh_at from sync_state where entity = 'prices'")
    held = mirror.ask("select count(*) from price where withdrawn_at is null")
    erp.spoil("priceListLines", kind="error_before_commit", times=None)
    mirror.change(90)

    assert not mirror.read(entity="prices").complete
    assert mirror.read().complete
    assert mirror.holds() == 90
    assert mirror.ask("select fresh_at from sync_state where entity = 'prices'") == fresh
    assert mirror.ask("select count(*) from price where withdrawn_at is null") == held
