"""Administrators' screens on FAB: who may open them, what they show, and what no address can make them do."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.embedded.databases import Addresses
from app.embedded.services import Running
from app.errors import NotAllowed
from app.security.permissions import Permission
from app.views.audited import AuditedInterface
from app.views.base import as_id
from app.views.register import MENU
from tests.views.admin.world import World, csrf_of, fill, sign_in, web_app

FORMS = {"add": "add", "edit": "edit/1", "delete": "delete/1"}
SCREENS = [screen for _, screens in MENU for screen in screens]


@pytest.fixture(scope="module")
def world(database: Addresses) -> World:
    world = World(database)
    riders, wheelers = world.customer("10000"), world.customer("10001", "<script>alert(1)</script> Wheelers")
    alice = world.person("alice", "buyer", customer=riders)
    for login, role in (("ada", "administrator"), ("vera", "validator"), ("max", "account_manager")):
        world.person(login, role)
    order = world.order("P-10391", riders, alice, process="in_validation", validation="approved", reference="PO-4711")
    world.order("P-10392", wheelers, alice)
    fill(world, riders, order)
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


def _first(screen: type, world: World) -> int:
    return world.run(f"select min({screen.datamodel.key}) from {screen.datamodel.obj.__tablename__}")


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.__name__)
def test_ada_finds_a_list_and_a_record_of_everything(ada: FlaskClient, world: World, screen: type) -> None:
    listed = ada.get(f"{screen.route_base}/list/")
    shown = ada.get(f"{screen.route_base}/show/{_first(screen, world)}")
    assert (listed.status_code, shown.status_code) == (200, 200)
    assert f"<h1>{screen.nouns[1]}</h1>" in listed.text
    assert "There is nothing here yet" not in listed.text
    assert screen.nouns[1] in shown.text


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.__name__)
def test_every_column_has_plain_words_and_only_its_own_forms_write(ada: FlaskClient, screen: type) -> None:
    own = dict(screen.__dict__["label_columns"])
    assert set(screen.list_columns) | set(screen.show_columns) <= set(own)
    for verb in {"add", "edit/1", "delete/1", "download/x"} - {FORMS[form] for form in screen.changes}:
        assert ada.get(f"{screen.route_base}/{verb}").status_code == 404
        assert ada.post(f"{screen.route_base}/{verb}").status_code == 404


@pytest.mark.parametrize(
    "bad", ["abc", "99999999999999999999", "9223372036854775808", "0", "-1", "1.5", "%D9%A1", "1%00"]
)
def test_what_cannot_be_a_record_is_not_found(ada: FlaskClient, bad: str) -> None:
    for screen in SCREENS:
        assert ada.get(f"{screen.route_base}/show/{bad}").status_code == 404, screen


@pytest.mark.parametrize("login", ["alice", "vera", "max"])
def test_others_read_in_words_that_this_is_not_theirs(app: Flask, world: World, login: str) -> None:
    client = app.test_client()
    sign_in(client, login)
    for address in ("/admin/", "/admin/customers/list/", "/admin/outbox/show/1"):
        answer = client.get(address)
        assert answer.status_code == 403
        assert "Your role does not include this" in answer.text
        assert "Riders Company" not in answer.text


def test_a_validator_reads_orders_at_the_desk_not_here(app: Flask, world: World) -> None:
    client = app.test_client()
    sign_in(client, "vera")
    answer = client.get("/admin/orders/list/")
    assert answer.status_code == 403
    assert "only administrators may do this" in answer.text


def test_an_order_shows_its_findings_in_words(ada: FlaskClient, world: World) -> None:
    page = ada.get(f"/admin/orders/show/{world.run('select id from customer_order where number = %s', 'P-10391')}").text
    assert "This order takes your account over its limit." in page
    assert "over by 2,632.55 (5.3 %)" in page
    assert "USD 663.35" in page
    assert "27.6395" in page
    assert "10000 Riders Company" in page


def test_texts_from_elsewhere_are_text(ada: FlaskClient) -> None:
    page = ada.get("/admin/orders/list/").text
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>" not in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?customer=10000", ["P-10391"]),
        ("?customer=riders", ["P-10391"]),
        ("?reference=4711", ["P-10391"]),
        ("?process=draft", ["P-10392"]),
        ("?number=%25", []),
        ("?since=2999-01-01", []),
        ("?since=tomorrow", []),
        ("?since=9999-12-31&until=0001-01-01", []),
        ("?until=2999-12-31", ["P-10391", "P-10392"]),
        ("?process=%F0%9F%98%80'--&customer=", []),
    ],
)
def test_orders_are_found(ada: FlaskClient, query: str, found: list[str]) -> None:
    page = ada.get(f"/admin/orders/list/{query}")
    assert page.status_code == 200
    assert [number for number in ("P-10391", "P-10392") if f">{number}</a>" in page.text] == found


@pytest.mark.parametrize(
    "query",
    [
        "?page=-1",
        "?page=abc",
        "?page=99999999999999999999",
        "?order=metadata&down=1",
        "?order=__class__",
        "?psize_ItemScreen=9",
        "?page_ItemScreen=x",
        "?_flt_0_nothing=1",
        "?_oc_ItemScreen=metadata&_od_ItemScreen=asc",
        f"?name={'x' * 5000}",
    ],
)
def test_no_address_makes_a_list_fail_or_grow(ada: FlaskClient, query: str) -> None:
    page = ada.get(f"/admin/items/list/{query}")
    assert page.status_code == 200
    assert page.text.count('class="record"') <= 25


def test_pages_keep_the_search_and_the_order(ada: FlaskClient) -> None:
    page = ada.get("/admin/items/list/?name=Bike&order=name&down=1").text
    assert "60 in all, page 1 of 3" in page
    assert "/admin/items/list/?name=Bike&amp;page=1&amp;order=name&amp;down=1" in page


def test_two_people_searching_at_once_see_their_own(app: Flask, ada: FlaskClient, world: World) -> None:
    wrong: list[str] = []

    def search(number: str) -> None:
        client = app.test_client()
        sign_in(client, "ada")
        for _ in range(15):
            page = client.get(f"/admin/items/list/?number={number}").text
            if f">{number}</a>" not in page or page.count('class="record"') != 1:
                wrong.append(number)

    threads = [threading.Thread(target=search, args=(number,)) for number in ("BK-58", "BK-59")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_the_audit_record_is_found_by_person_customer_and_object(ada: FlaskClient, world: World) -> None:
    everything = ada.get("/admin/audit/list/").text
    assert "person:signed_in" in everything
    assert "Ada" in everything
    assert "127.0.0.1" in everything
    assert "person:signed_in" in ada.get("/admin/audit/list/?user=ada").text
    assert "Nothing fits" in ada.get("/admin/audit/list/?user=nobody").text
    assert "Nothing fits" in ada.get("/admin/audit/list/?object=P-1").text


def test_a_dead_message_is_sent_again(ada: FlaskClient, world: World) -> None:
    message = world.run("select id from outbox_message where state = 'dead'")
    token = csrf_of(ada.get(f"/admin/outbox/show/{message}"))
    done = ada.post(f"/admin/outbox/action/send_again/{message}", data={"csrf_token": token}, follow_redirects=True)
    assert "1 will be sent again" in done.text
    assert world.run("select state from outbox_message where id = %s", message) == "waiting"
    assert world.run("select count(*) from audit_event where tag = 'outbox:retried'") == 1

    again = ada.post("/admin/outbox/action_post", data={"csrf_token": token, "action": "send_again", "rowid": message},
                     follow_redirects=True)  # fmt: skip
    assert "needs nobody to send it again" in again.text


def test_an_action_needs_a_form_of_ours_a_role_and_a_name(app: Flask, ada: FlaskClient, world: World) -> None:
    assert ada.get("/admin/outbox/action/send_again/1").status_code == 405
    assert ada.post("/admin/outbox/action/send_again/1").status_code == 400
    token = csrf_of(ada.get("/admin/outbox/list/"))
    assert ada.post("/admin/outbox/action/other/1", data={"csrf_token": token}).status_code == 404
    assert ada.post("/admin/outbox/action/send_again/abc", data={"csrf_token": token}).status_code == 404
    assert ada.post("/admin/customers/action/send_again/1", data={"csrf_token": token}).status_code == 404

    alice = app.test_client()
    sign_in(alice, "alice")
    with alice.session_transaction():
        token = csrf_of(alice.get("/admin/"))
    assert alice.post("/admin/outbox/action/send_again/1", data={"csrf_token": token}).status_code == 403


def test_the_first_page_counts_what_waits(ada: FlaskClient, world: World) -> None:
    page = ada.get("/admin/").text
    assert "<b>1</b> being checked" in page
    assert "<b>items</b>" in page
    assert 'href="/dead-letters"' in page


def test_a_screen_refuses_to_write_even_from_inside(ada: FlaskClient) -> None:
    for screen in (each for each in SCREENS if not each.changes):
        for write in (screen.datamodel.add, screen.datamodel.edit, screen.datamodel.delete):
            with pytest.raises(NotAllowed):
                write(object())


def test_every_screen_writes_through_the_audited_datamodel(ada: FlaskClient) -> None:
    assert [screen for screen in SCREENS if not isinstance(screen.datamodel, AuditedInterface)] == []


def test_every_route_names_its_permission_or_why_it_needs_none(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        marks = [getattr(view, name, None) for name in ("permission", "public_reason")]
        assert sum(mark is not None for mark in marks) == 1, rule
        assert isinstance(marks[0], Permission | None)


def test_ids_are_plain_digits() -> None:
    assert as_id("42") == 42
