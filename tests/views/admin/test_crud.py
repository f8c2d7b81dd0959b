"""Forms of administrators' screens: each change with exactly one record, in one transaction, and nothing overwritten."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.embedded.databases import Addresses
from app.embedded.services import Running
from app.views import audited
from tests.views.admin.world import World, csrf_of, fill, sign_in, web_app

NUMBERS, SETTINGS = "/admin/item-numbers", "/admin/customer-settings"


@pytest.fixture(scope="module")
def world(database: Addresses) -> World:
    world = World(database)
    riders = world.customer("10000")
    world.customer("10001", "Wheelers")
    alice = world.person("alice", "buyer", customer=riders)
    world.person("carol", "company_admin", customer=riders)
    for login, role in (("ada", "administrator"), ("vera", "validator"), ("max", "account_manager")):
        world.person(login, role)
    fill(world, riders, world.order("P-10391", riders, alice))
    return world


@pytest.fixture(scope="module")
def app(database: Addresses, services: Running, world: World) -> Iterator[Flask]:
    with web_app(database, services) as app:
        yield app


@pytest.fixture
def ada(app: Flask, world: World) -> FlaskClient:
    """The administrator, and tables with one number and one customer's settings in them."""
    world.run("delete from customer_item_number")
    world.run("delete from customer_account")
    world.run("insert into customer_account (customer_id, account_manager) values (%s, 'Max')", world.customer("10000"))
    world.add("customer_item_number", customer_id=world.customer("10000"), own_number="RIDE-1", item_number="BK-1")
    return browser(app, "ada")


def browser(app: Flask, login: str) -> FlaskClient:
    client = app.test_client()
    sign_in(client, login)
    return client


def send(client: FlaskClient, address: str, *, opened: TestResponse | None = None, **typed: Any) -> TestResponse:
    """Open the form, fill in what is given and send it; `opened` is a form that was opened before."""
    page = opened or client.get(address)
    version = re.search(r'name="version" value="([^"]+)"', page.text)
    form = {"csrf_token": csrf_of(page), "version": version[1] if version else "", **typed}
    return client.post(address, data=form, follow_redirects=True)


def kept(world: World) -> list[tuple[Any, ...]]:
    return world.rows("select own_number, item_number from customer_item_number order by 1")


def of_riders(world: World, form: str = "edit") -> str:
    return f"{NUMBERS}/{form}/{world.run('select id from customer_item_number where own_number = %s', 'RIDE-1')}"


def settings_of(world: World, number: str = "10000") -> str:
    return f"{SETTINGS}/edit/{world.customer(number)}"


class Records:
    """What the audit record has gained since the test began."""

    def __init__(self, world: World) -> None:
        self.world, self.before = world, world.run("select coalesce(max(id), 0) from audit_event")

    def new(self) -> list[tuple[Any, ...]]:
        return self.world.rows(
            "select e.tag, e.object_number, e.before, e.after, e.customer_id, p.name from audit_event e"
            " join person p on p.id = e.actor_id where e.id > %s",
            self.before,
        )


@pytest.fixture
def records(world: World, ada: FlaskClient) -> Records:
    return Records(world)


# --- every change leaves one record


def test_a_number_is_added_with_one_record(ada: FlaskClient, world: World, records: Records) -> None:
    answer = send(ada, f"{NUMBERS}/add", customer="10001", own_number=" W-7 ", item_number="bk 2")

    assert "The number is kept." in answer.text
    assert kept(world) == [("RIDE-1", "BK-1"), ("W-7", "BK-2")]
    expected = ("company:items:changed", "10001", None, {"W-7": "BK-2"}, world.customer("10001"), "Ada")
    assert records.new() == [expected]


def test_a_number_is_changed_with_one_record_of_what_differs(ada: FlaskClient, world: World, records: Records) -> None:
    send(ada, of_riders(world), own_number="RIDE-1", item_number="BK-2")

    [(_, number, before, after, *_)] = records.new()
    assert (number, before, after) == ("10000", {"RIDE-1": "BK-1"}, {"RIDE-1": "BK-2"})
    assert kept(world) == [("RIDE-1", "BK-2")]


def test_a_number_is_taken_out_after_asking_with_one_record(ada: FlaskClient, world: World, records: Records) -> None:
    asked = ada.get(of_riders(world, "delete"))
    assert "Take out RIDE-1?" in asked.text
    assert kept(world) == [("RIDE-1", "BK-1")]

    assert "The number is taken out." in send(ada, of_riders(world, "delete"), opened=asked).text
    assert kept(world) == []
    assert [row[2:4] for row in records.new()] == [({"RIDE-1": "BK-1"}, None)]


def test_settings_are_changed_with_one_record_of_what_differs(ada: FlaskClient, world: World, records: Records) -> None:
    given = {"account_manager": "Max", "repeated_reference": "block", "look_at_first": "0", "always_look": "y"}
    answer = send(ada, settings_of(world), **given)

    assert "Saved. It counts from the next order on." in answer.text
    [(tag, number, before, after, *_)] = records.new()
    assert (tag, number) == ("company:settings:changed", "10000")
    assert before == {
        "repeated_reference": "offer", "substitutes_allowed": True, "always_look": False, "look_at_first": 3,
    }  # fmt: skip
    assert after == {
        "repeated_reference": "block", "substitutes_allowed": False, "always_look": True, "look_at_first": 0,
    }  # fmt: skip


def test_a_customer_without_settings_starts_from_the_usual_ones(
    ada: FlaskClient, world: World, records: Records
) -> None:
    page = ada.get(f"{SETTINGS}/add?customer=10001")
    assert 'value="10001"' in page.text
    assert '<option selected value="offer">' in page.text

    send(ada, f"{SETTINGS}/add", customer="10001", repeated_reference="notice", look_at_first="3")
    assert world.run("select repeated_reference from customer_account where customer_id = %s", world.customer("10001"))
    assert len(records.new()) == 1


def test_saving_without_a_change_leaves_no_record(ada: FlaskClient, world: World, records: Records) -> None:
    send(ada, of_riders(world), own_number="RIDE-1", item_number="BK-1")

    assert records.new() == []


@pytest.mark.parametrize("form", ["add", "edit", "delete"])
def test_nothing_is_kept_when_the_record_cannot_be_written(
    ada: FlaskClient, world: World, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError("the record is full")

    monkeypatch.setattr(audited, "record", full)
    address = f"{NUMBERS}/add" if form == "add" else of_riders(world, form)
    answer = send(ada, address, customer="10001", own_number="OTHER", item_number="BK-3")

    assert answer.status_code == 500
    assert "the record is full" not in answer.text
    assert kept(world) == [("RIDE-1", "BK-1")]


def test_no_record_is_kept_of_a_change_that_fails(
    ada: FlaskClient, world: World, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = audited.record

    def then_fail(*given: Any, **named: Any) -> None:
        real(*given, **named)
        raise OSError("the disk is full")

    monkeypatch.setattr(audited, "record", then_fail)
    send(ada, of_riders(world), own_number="RIDE-1", item_number="BK-2")

    assert (kept(world), records.new()) == ([("RIDE-1", "BK-1")], [])


# --- somebody else was faster


def test_an_edit_of_what_has_changed_meanwhile_tells_both_values(ada: FlaskClient, world: World) -> None:
    opened = ada.get(settings_of(world))
    world.run("update customer_account set account_manager = 'Zoe', repeated_reference = 'block'")
    answer = send(
        ada, settings_of(world), opened=opened, account_manager="Ben", repeated_reference="notice", look_at_first="3",
        substitutes_allowed="y",
    )  # fmt: skip

    assert answer.status_code == 409
    assert "Somebody else has changed this since you opened it." in answer.text
    assert "It is now: Zoe. Typed here: Ben." in answer.text
    assert "It is now: Do not take the order. Typed here: Only say so." in answer.text
    assert world.run("select account_manager from customer_account") == "Zoe"

    again = {"account_manager": "Ben", "repeated_reference": "notice", "look_at_first": "3"}
    assert "Saved." in send(ada, settings_of(world), opened=answer, **again).text
    assert world.run("select account_manager from customer_account") == "Ben"


def test_a_form_without_a_version_overwrites_nothing(ada: FlaskClient, world: World) -> None:
    answer = send(ada, of_riders(world), version="", own_number="RIDE-1", item_number="BK-2")

    assert answer.status_code == 409
    assert kept(world) == [("RIDE-1", "BK-1")]


def test_what_has_changed_since_it_was_asked_about_is_not_taken_out(ada: FlaskClient, world: World) -> None:
    asked = ada.get(of_riders(world, "delete"))
    world.run("update customer_item_number set item_number = 'BK-9'")
    answer = send(ada, of_riders(world, "delete"), opened=asked)

    assert answer.status_code == 409
    assert "BK-9" in answer.text
    assert kept(world) == [("RIDE-1", "BK-9")]


def test_what_is_gone_is_not_found(ada: FlaskClient, world: World) -> None:
    opened, address = ada.get(of_riders(world)), of_riders(world)
    world.run("delete from customer_item_number")

    assert send(ada, address, opened=opened, own_number="X", item_number="BK-2").status_code == 404


# --- who may, and what no form can make it do


@pytest.mark.parametrize("login", ["alice", "carol", "vera", "max"])
def test_the_forms_are_for_administrators_alone(app: Flask, ada: FlaskClient, world: World, login: str) -> None:
    client = browser(app, login)
    token = csrf_of(client.get("/admin/"))
    for address in (f"{NUMBERS}/add", of_riders(world), of_riders(world, "delete"), settings_of(world)):
        assert client.get(address).status_code == 403
        sent = client.post(address, data={"csrf_token": token, "own_number": "X", "item_number": "BK-2"})
        assert sent.status_code == 403
    assert kept(world) == [("RIDE-1", "BK-1")]


def test_what_the_form_does_not_show_cannot_be_sent(ada: FlaskClient, world: World) -> None:
    wheelers = world.customer("10001")
    send(ada, of_riders(world), own_number="RIDE-1", item_number="BK-2", customer_id=wheelers, customer="10001", id=777)
    assert kept(world) == [("RIDE-1", "BK-2")]
    assert world.run("select customer_id from customer_item_number") == world.customer("10000")

    added = {"customer": "10001", "own_number": "W", "item_number": "BK-2"}
    send(ada, f"{NUMBERS}/add", **added, customer_id=world.customer("10000"), id=777)
    assert world.run("select customer_id from customer_item_number where own_number = 'W'") == wheelers
    assert world.run("select count(*) from customer_item_number where id = 777") == 0


def test_settings_of_a_customer_stay_that_customers(ada: FlaskClient, world: World) -> None:
    given = {"account_manager": "Ben", "repeated_reference": "offer", "look_at_first": "3"}
    send(ada, settings_of(world), **given, customer_id=world.customer("10001"), customer="10001")

    assert world.rows("select customer_id, account_manager from customer_account") == [(world.customer("10000"), "Ben")]
    assert ada.post(f"{SETTINGS}/delete/{world.customer('10000')}").status_code == 404


# --- what cannot be kept, in words


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"own_number": "", "item_number": "BK-2"}, "This is needed."),
        ({"own_number": "x" * 61, "item_number": "BK-2"}, "These are 61 characters; 60 can be kept."),
        ({"own_number": "W", "item_number": "NO-1"}, "NO-1 is not one of the items this customer can order."),
        ({"own_number": "BK-3", "item_number": "BK-2"}, "BK-3 is our number of another item"),
        ({"own_number": "\0", "item_number": "BK-2"}, "This is needed."),
        ({"customer": "777", "own_number": "W", "item_number": "BK-2"}, "No customer can be told by this number."),
        ({"customer": "10000", "own_number": "RIDE-1", "item_number": "BK-2"}, "RIDE-1 already stands for BK-1."),
    ],
)
def test_a_number_that_cannot_be_kept_comes_back_as_typed(
    ada: FlaskClient, world: World, typed: dict[str, str], said: str
) -> None:
    answer = send(ada, f"{NUMBERS}/add", **{"customer": "10001", **typed})

    assert answer.status_code in (409, 422)
    assert said in answer.text
    assert f'value="{typed["item_number"]}"' in answer.text
    assert kept(world) == [("RIDE-1", "BK-1")]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"look_at_first": "three"}, "A whole number is needed, like 3."),
        ({"look_at_first": "-1"}, "A whole number from 0 to 1000 is needed."),
        ({"look_at_first": "9" * 30}, "A whole number from 0 to 1000 is needed."),
        ({"repeated_reference": "often"}, "Choose one of those offered."),
    ],
)
def test_settings_that_cannot_be_kept_are_marked(
    ada: FlaskClient, world: World, typed: dict[str, str], said: str
) -> None:
    answer = send(ada, settings_of(world), **{"repeated_reference": "offer", "look_at_first": "3", **typed})

    assert answer.status_code == 422
    assert said in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert world.run("select account_manager from customer_account") == "Max"


def test_two_who_add_the_same_number_at_once_get_a_sentence_not_a_fault(
    ada: FlaskClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.views.admin.item_numbers.ItemNumberScreen._only_once", lambda *_: None)
    answer = send(ada, f"{NUMBERS}/add", customer="10000", own_number="RIDE-1", item_number="BK-2")

    assert answer.status_code == 409
    assert "This is kept already." in answer.text


def test_the_forms_speak_german(app: Flask, ada: FlaskClient, world: World) -> None:
    world.run("update person set language = 'de' where login = 'ada'")
    try:
        client = browser(app, "ada")
        page = client.get(settings_of(world)).text
        answer = send(client, settings_of(world), repeated_reference="often", look_at_first="drei").text
    finally:
        world.run("update person set language = 'en' where login = 'ada'")

    assert "Eine schon verwendete Bestellnummer" in page
    assert "Auftrag nicht annehmen" in page
    assert "Hier wird eine ganze Zahl gebraucht, etwa 3." in answer
    assert "Bitte eine der angebotenen Möglichkeiten wählen." in answer


def test_a_customers_page_leads_to_what_the_portal_keeps(ada: FlaskClient, world: World) -> None:
    assert f'href="{SETTINGS}/show/' in ada.get(f"/admin/customers/show/{world.customer('10000')}").text
    assert f'href="{SETTINGS}/add?customer=10001"' in ada.get(f"/admin/customers/show/{world.customer('10001')}").text
