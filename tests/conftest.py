"""Real PostgreSQL and Redis for every run: started once per test process on free ports, thrown away afterwards.

`database` gives each test module its own clone of a migrated database; `session` is bound to it as the web process.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.embedded.databases import Addresses
from app.embedded.services import Running, start_services
from app.extensions import current_scope, doorbell, session, start_database, stop_database
from app.migrations.commands import upgrade_database
from tests.world import Sandbox, World, fill, sandbox_running


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = start_services(tmp_path_factory.mktemp("services"), throwaway=True)
    yield running
    session.remove()
    running.stop()


@pytest.fixture(scope="session")
def migrated(services: Running) -> Running:
    """`portico` is migrated and nobody is connected to it, so that it can be cloned."""
    upgrade_database(services.owner_url)
    return services


_clones = iter(range(1, 1_000_000))


@pytest.fixture(scope="module")
def database(migrated: Running) -> Iterator[Addresses]:
    """An empty database of this test module; the process is bound to it with the web login."""
    name = f"clone_{next(_clones)}"
    addresses = migrated.new_database(name, template="portico")
    start_database(addresses.web)
    doorbell.start(migrated.redis_url)
    yield addresses
    stop_database()
    migrated.drop_database(name)


@pytest.fixture(autouse=True)
def _no_scope_left_over() -> Iterator[None]:
    """Each test starts seeing nothing."""
    current_scope.set(None)
    yield
    session.remove()
    current_scope.set(None)


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with sandbox_running(tmp_path_factory.mktemp("sandbox")) as running:
        yield running


@pytest.fixture(scope="session")
def filled(services: Running, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The database `filled`: rules, the first sync and the cast are in it; tokens of the cast are returned."""
    addresses = services.new_database("filled")
    world = World(addresses, services.redis_url, sandbox, tmp_path_factory.mktemp("filling"), tokens={})
    tokens = fill(world)
    stop_database()
    return tokens


@pytest.fixture(scope="module")
def world(
    services: Running, sandbox: Sandbox, filled: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """A database of this module with rules, mirror and cast; no process runs yet (`world.start("web", "worker")`)."""
    name = f"clone_{next(_clones)}"
    addresses = services.new_database(name, template="filled")
    doorbell.start(services.redis_url)
    doorbell.redis.flushall()
    made = World(addresses, services.redis_url, sandbox, tmp_path_factory.mktemp("world"), filled)
    yield made
    made.stop()
    sandbox.behave()
    stop_database()
    services.drop_database(name)


@pytest.fixture(scope="module")
def portal(world: World) -> World:
    """The same with web, worker and scheduler running."""
    world.start("web", "worker", "scheduler")
    return world
