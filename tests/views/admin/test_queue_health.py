"""The page of queue health: calm while all is well, plain when it is not, and its pictures are figures as well."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.embedded.databases import Addresses
from app.embedded.services import Running
from app.views.admin.queue_health_svg import Plot, Series, risen, runs, scale_end, svg
from tests.views.admin.world import World, sign_in, web_app

PAGE = "/admin/queue-health/list/"


@pytest.fixture(scope="module")
def world(database: Addresses) -> World:
    world = World(database)
    world.person("ada", "administrator")
    return world


@pytest.fixture(scope="module")
def app(database: Addresses, services: Running, world: World) -> Iterator[Flask]:
    with web_app(database, services) as app:
        yield app


@pytest.fixture(scope="module")
def ada(app: Flask) -> FlaskClient:
    client = app.test_client()
    sign_in(client, "ada")
    return client


def test_while_all_is_well_nothing_is_said_about_it(ada: FlaskClient, world: World) -> None:
    page = ada.get(PAGE).text
    assert "What needs attention" not in page
    assert "<svg class=" not in page
    assert "No call was made in this time." in page
    assert "Nothing waited at any of these moments." in page


@pytest.fixture(scope="module")
def outage(world: World) -> None:
    """An ERP that went silent five minutes ago, and an order that waits for it."""
    customer = world.customer("10000")
    alice = world.person("alice", "buyer", customer=customer)
    order = world.order("P-10391", customer, alice, process="received", validation="approved")
    dead = world.dead_message(order, customer)
    world.run("update outbox_message set finished_at = now() - interval '20 minutes' where id = %s", dead)
    world.run(
        "insert into outbox_message (customer_id, order_id, order_key, order_version, connection, kind, body, created_at)"
        " values (%s, %s, 'K', 2, 'main', 'create_order', '{}', now() - interval '40 minutes')",
        customer, order,
    )  # fmt: skip
    world.run(
        "insert into erp_call_minute (connection, operation, outcome, minute, calls, buckets, slowest)"
        " select 'main', 'create_order', case when n < 5 then 'unknown' else 'ok' end,"
        " date_trunc('minute', now()) - n * interval '1 minute', 1, array(select (i = 13)::int"
        " from generate_series(1, 30) i), 150 from generate_series(1, 20) n"
    )
    world.run(
        "insert into erp_line (connection, breaker, changed_at, answered_at, probe_at, reason) values ('main', 'open',"
        " now(), now() - interval '5 minutes', now() + interval '30 seconds', '<b>The ERP</b> cannot be reached.')"
    )
    world.run(
        "insert into alert (kind, facts) values ('dead_letter', jsonb_build_object('n', 1, 'since', now())),"
        " ('of_another_version', '{}')"
    )


def test_an_outage_is_told_in_words_and_figures(ada: FlaskClient, outage: None) -> None:
    page = re.sub(r"\s+", " ", ada.get(f"{PAGE}?window=1h").text)
    assert "1 message to the ERP needs a person" in page
    assert '<span class="mark stop">silent</span>' in page
    assert "&lt;b&gt;The ERP&lt;/b&gt; cannot be reached." in page
    assert "<b>40 min</b> the oldest order on its way waits, P-10391" in page
    assert '<td class="figure" data-label="unanswered">4 (20 %)</td>' in page
    assert '<td class="figure" data-label="95 of 100">148 ms</td>' in page


def test_each_picture_has_a_title_a_description_and_its_figures(ada: FlaskClient, outage: None) -> None:
    page = ada.get(f"{PAGE}?window=1h").text
    assert page.count("<svg class=") == page.count("As figures") == 3
    for code in ("calls", "durations", "waiting"):
        assert f'aria-labelledby="{code}-title {code}-description"' in page
    assert "20 calls in this time; 4 of them got no useful answer." in page
    assert "At most 1 messages waited at once; now it is 1." in page
    assert "style=" not in page


@pytest.mark.parametrize("window", ["1h", "24h", "7d", "", "1 year", "%00x"])
def test_every_stretch_of_time_is_shown_and_no_address_breaks_the_page(
    ada: FlaskClient, outage: None, window: str
) -> None:
    page = ada.get(f"{PAGE}?window={window}")
    assert page.status_code in (200, 404)
    assert page.status_code == 404 or page.text.count('aria-current="true"') >= 1


def test_the_first_page_says_what_needs_attention(ada: FlaskClient, outage: None) -> None:
    page = ada.get("/admin/").text
    assert "1 message to the ERP needs a person" in page
    assert 'href="/admin/dead-letters/list/"' in page


# the drawing


@pytest.mark.parametrize(
    ("largest", "end"), [(0, 1), (1, 1), (1.5, 2), (3, 4), (5, 10), (10, 10), (11, 20), (41, 100), (1_700, 2_000)]
)
def test_a_scale_ends_at_a_plain_number(largest: float, end: float) -> None:
    assert scale_end(largest) == end


def test_a_gap_in_the_values_is_a_gap_in_the_line() -> None:
    found = [len(run) for run in runs([1, 2, None, None, 3, None, 4, 5], 10)]
    assert found == [2, 1, 2]


def test_what_is_rare_is_drawn_only_where_it_is() -> None:
    assert risen([0, 0, 0, 4, 0, 0, 2]) == [None, None, 0, 4, 0, 0, 2]
    assert risen([0, 0]) == [None, None]


def test_values_lie_between_the_ends_of_the_field() -> None:
    (run,) = runs([0, 5, 10], 10)
    assert run == [(46.0, 156.0), (219.0, 83.0), (392.0, 10.0)]


def test_texts_in_a_drawing_are_escaped() -> None:
    plot = Plot(
        code="x",
        title="<b>",
        description="a & b",
        series=(Series("s", "first", [1, 2], filled=True),),
        ends=("<i>", "m", "now"),
        said=str,
    )
    drawn = svg(plot)
    assert "<b>" not in drawn
    assert "<i>" not in drawn
    assert "a &amp; b" in drawn
