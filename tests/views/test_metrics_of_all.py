"""The metrics of a running Portico: what the worker does is told by the web, too, and the queue is measured end to end."""

from __future__ import annotations

import re

import psycopg
import requests

from app import heartbeat
from app.embedded.databases import dsn
from tests.world import World, wait_until


def scrape(world: World) -> str:
    answer = requests.get(f"{world.url}/metrics", headers={"Authorization": "Bearer metrics-of-the-test"}, timeout=10)
    assert answer.ok
    return answer.text


def sample(text: str, series: str) -> float | None:
    """The value of one series, written with its labels as Prometheus has them."""
    found = re.search(rf"^{re.escape(series)} (\S+)$", text, re.MULTILINE)
    return None if found is None else float(found[1])


def test_an_order_shows_in_every_measure_of_the_contract(portal: World) -> None:
    answer = portal.api("alice").order("metrics-1", [{"item": "BC-M005", "quantity": "1"}])
    number = answer.json()["number"]
    wait_until(lambda: portal.api("alice").get(f"/orders/{number}")["state"]["process"] == "confirmed")
    beaten = 'portico_queue_lag_seconds{queue="portico"}'
    wait_until(lambda: sample(scrape(portal), beaten) is not None)

    text = scrape(portal)

    created = 'portico_erp_request_seconds_count{connection="main",operation="create_order",outcome="ok"}'
    placed = 'portico_http_request_seconds_count{method="POST",route="/api/v1/orders",status="201"}'
    assert sample(text, created) == 1
    assert sample(text, placed) == 1
    assert sample(text, 'portico_outbox_messages{state="done"}') == 1
    assert sample(text, "portico_outbox_oldest_seconds") == 0
    assert sample(text, 'portico_orders{process="confirmed",validation="approved"}') == 1
    assert sample(text, 'portico_breaker_state{connection="main"}') == 0
    assert (sample(text, beaten) or 0) < 30
    for entity in ("items", "customers", "prices", "stock", "balances", "orders"):
        age = sample(text, f'portico_reference_age_seconds{{connection="main",entity="{entity}"}}')
        assert age is not None
        assert age >= 0


def test_worker_and_scheduler_give_their_signs_and_somebody_watches(portal: World) -> None:
    signs = {heartbeat.ALIVE, heartbeat.RING, heartbeat.ANSWERED, "alerts.watch", "alerts.watched"}
    with psycopg.connect(dsn(portal.addresses.owner), autocommit=True) as owner:
        wait_until(lambda: signs <= {job for (job,) in owner.execute("select job from schedule_tick")})
