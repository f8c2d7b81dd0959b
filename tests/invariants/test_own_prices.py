"""A customer sees the items and stock of its own ERP, and no price that was made for somebody else."""

from __future__ import annotations

from typing import Any

import pytest
from psycopg import Connection

from tests.factories.planting import Planter, Row
from tests.invariants.conftest import Enter


@pytest.fixture(scope="module")
def alpha(planter: Planter) -> Row:
    """A dealer of the ERP `main`; beside it Beta, a retailer of the same ERP, and a customer of another ERP."""
    alpha = planter.customer(price_group="DEALER")
    beta = planter.customer(price_group="RETAIL")
    planter.customer(source="other")
    for source in ("main", "other"):
        planter.item("BIKE", source=source)
        planter.row("tax_rate", source=source, tax_area="US", tax_group="ALL")
        planter.price("BIKE", "10", source=source, list_code=f"ALL-{source}")
    planter.price("BIKE", "9", group="DEALER", list_code="DEALER")
    planter.price("BIKE", "8", group="RETAIL", list_code="RETAIL")
    planter.price("BIKE", "7", group="DEALER", list_code="DEALER-other", source="other")
    planter.price("BIKE", "6", customer=alpha, list_code="OWN")
    planter.price("BIKE", "5", customer=beta, list_code="FOREIGN")
    return alpha


def lists(connection: Connection[Any]) -> set[str]:
    return {code for (code,) in connection.execute("select list_code from price")}


def test_prices_for_all_for_the_own_group_and_for_oneself_are_visible_and_no_others(alpha: Row, as_role: Enter) -> None:
    with as_role("portico_customer", customer=alpha["id"]) as connection:
        assert lists(connection) == {"ALL-main", "DEALER", "OWN"}


def test_an_account_manager_sees_no_price_made_for_a_customer_of_somebody_else(alpha: Row, as_role: Enter) -> None:
    with as_role("portico_portfolio", customers=alpha["id"]) as connection:
        assert lists(connection) == {"ALL-main", "DEALER", "RETAIL", "OWN"}


@pytest.mark.parametrize("table", ["item", "item_unit", "stock", "tax_rate", "price"])
@pytest.mark.parametrize("scope", [("portico_customer", "customer"), ("portico_portfolio", "customers")])
def test_reference_data_of_another_erp_is_invisible(
    alpha: Row, as_role: Enter, table: str, scope: tuple[str, str]
) -> None:
    role, value = scope
    with as_role(role, **{value: alpha["id"]}) as connection:
        assert {source for (source,) in connection.execute(f"select source from {table}")} == {"main"}
    with as_role("portico_staff") as connection:
        assert {source for (source,) in connection.execute(f"select source from {table}")} == {"main", "other"}


@pytest.mark.parametrize("table", ["item", "item_unit", "stock", "tax_rate", "price"])
def test_without_a_customer_there_is_no_assortment(alpha: Row, as_role: Enter, table: str) -> None:
    with as_role("portico_customer") as connection:
        assert connection.execute(f"select count(*) from {table}").fetchone() == (0,)
