"""What administrators look back at over the API: the audit record and the messages to the ERP."""

from __future__ import annotations

import uuid

from tests.world import World, wait_until


def test_a_refused_message_is_found_and_sent_again(portal: World) -> None:
    portal.sandbox.tell("faults", kind="refuse", match="portalOrders", method="POST", times=1, message="Not today.")
    ada, alice = portal.api("ada"), portal.api("alice")
    number = alice.order(str(uuid.uuid4()), [{"item": "BC-M005", "quantity": "2"}]).json()["number"]
    wait_until(lambda: ada.get("/outbox?state=dead")["items"])

    dead = ada.get("/outbox?state=dead")["items"][0]
    assert dead["order"] == number
    assert "Not today" in dead["reason"]
    again = ada.post(f"/outbox/{dead['id']}/retry")

    assert again.status_code == 200, again.text
    wait_until(lambda: alice.get(f"/orders/{number}")["state"]["process"] == "confirmed")
    assert ada.post(f"/outbox/{dead['id']}/retry").status_code == 409


def test_a_company_admin_reads_that_a_message_needs_a_person_but_not_the_words_of_the_erp(portal: World) -> None:
    refusal = {"message": "Posting period of ledger 4 is closed."}
    portal.sandbox.tell("faults", kind="refuse", match="portalOrders", method="POST", times=1, **refusal)
    ada, alice, carol = portal.api("ada"), portal.api("alice"), portal.api("carol")
    number = alice.order(str(uuid.uuid4()), [{"item": "BC-M005", "quantity": "2"}]).json()["number"]
    wait_until(lambda: ada.get("/outbox?state=dead")["items"])

    ours, theirs = (who.get(f"/audit?object={number}")["items"] for who in (ada, carol))
    message = next(row for row in theirs if row["what"] == "outbox:dead")
    ada.post(f"/outbox/{ada.get('/outbox?state=dead')['items'][0]['id']}/retry")

    assert "ledger 4" in str(ours)
    assert "ledger 4" not in str(theirs)
    assert message["after"] is None


def test_the_record_is_found_by_user_customer_period_and_object(portal: World) -> None:
    ada, alice = portal.api("ada"), portal.api("alice")
    number = alice.order(str(uuid.uuid4()), [{"item": "BC-M005", "quantity": "2"}]).json()["number"]

    by_object = ada.get(f"/audit?object={number}")["items"]
    by_all = ada.get(f"/audit?user=alice&customer=AW00000001&from=2020-01-01&object={number}")["items"]

    assert {row["object"]["number"] for row in by_object} == {number}
    assert {row["who"] for row in by_all} == {"Alice"}
    assert ada.get(f"/audit?object={number}&to=2020-01-01")["items"] == []
    assert ada.call("GET", "/audit?from=yesterday").status_code == 400


def test_a_company_admin_finds_the_records_of_her_company_alone(portal: World) -> None:
    charlie, carol = portal.api("charlie"), portal.api("carol")
    foreign = charlie.order(str(uuid.uuid4()), [{"item": "BC-M005", "quantity": "2"}]).json()["number"]

    assert carol.get("/audit")["items"]
    assert carol.get(f"/audit?object={foreign}")["items"] == []
    assert charlie.call("GET", "/audit").status_code == 403
