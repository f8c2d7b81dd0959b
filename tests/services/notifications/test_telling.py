"""What is told to whom: noted in the transaction of what it tells of, once, to people of the company and nobody else."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from app import clock
from app.erp.port import OrderRecord, OrderToPlace
from app.extensions import session
from app.jobs.relay import drain
from app.security.actor import Role
from app.security.scopes import Scope, entered
from app.services import notifications, review
from app.services.fulfilment import follow
from tests.factories.shop import Shop
from tests.fakes.erp import FakeErp
from tests.services.notifications.post_office import PostOffice


class Lost(Exception):
    """The process dies before it commits."""


@pytest.fixture
def without_dates(erp: FakeErp, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ERP gives its number at once, and dates later."""
    create = erp.create_order

    def created(order: OrderToPlace) -> OrderRecord:
        found = create(order)
        return replace(found, lines=tuple(replace(line, confirmed_date=None) for line in found.lines))

    monkeypatch.setattr(erp, "create_order", created)


@pytest.fixture
def reject(shop: Shop) -> Callable[..., None]:
    def reject(number: str, code: str = "address_unclear", note: str = "") -> None:
        with shop.holding(shop.vera, number) as order:
            review.reject(shop.vera, order, code, note)

    return reject


def news_of(shop: Shop, number: str) -> None:
    with entered(Scope.staff()):
        follow({shop.order(number)["key"]})


def test_an_order_that_is_sent_gets_a_receipt(shop: Shop, post: PostOffice) -> None:
    number = shop.ordered("BIKE 5")
    assert post.one("receipt")["subject"] == ""

    post.deliver()

    receipt = post.one("receipt")
    assert (receipt["state"], receipt["to_address"]) == ("kept", "alice@example.com")
    assert receipt["subject"] == f"We have your order {number}"
    assert "This is not yet our acceptance" in receipt["body_text"]
    assert receipt["attachment"].startswith(b"%PDF")


def test_what_is_rolled_back_is_not_told(shop: Shop, post: PostOffice) -> None:
    number = shop.draft("BIKE 5")

    with suppress(Lost), shop.holding(shop.alice, number) as order:
        notifications.receipt(order)
        raise Lost

    assert post.rows() == []


def test_every_approver_but_the_requester_is_asked(shop: Shop, post: PostOffice) -> None:
    otto = shop.planter.person("otto", Role.BUYER, Role.APPROVER, customer=shop.alpha, limit="10")
    olga = shop.planter.person("olga", Role.APPROVER, customer=shop.alpha)
    try:
        shop.ordered("BIKE 1", by=otto)
        post.deliver()
        assert post.readers("approval_asked") == ["Bob", "Olga"]
    finally:
        gone = [otto.person_id, olga.person_id]
        post.change("update membership set ended_at = now() where person_id = any(%s)", gone)


def test_the_question_names_amount_limit_and_the_largest_lines(shop: Shop, post: PostOffice) -> None:
    shop.ordered("BIKE 100", "HELMET 1", "HELMET 2", "HELMET 3", "HELMET 4", "HELMET 5")

    post.deliver()

    asked = post.one("approval_asked")
    assert "Alice ordered for USD 8,450.00 before tax. Up to USD 5,000.00" in asked["body_text"]
    assert "1. BIKE" in asked["body_text"]
    assert "2. HELMET" not in asked["body_text"]
    assert "/approvals/" in asked["body_text"]


def test_a_question_that_was_answered_in_the_meantime_is_not_sent(shop: Shop, post: PostOffice) -> None:
    number = shop.ordered("BIKE 100")
    shop.say_yes(number)

    post.deliver()

    assert (post.one("approval_asked")["state"], post.one("receipt")["state"]) == ("kept", "kept")
    assert "decided already" in post.one("approval_asked")["reason"]
    assert post.one("approval_asked")["subject"] == ""


def test_an_approvers_no_reaches_the_buyer_with_its_reason(shop: Shop, post: PostOffice) -> None:
    shop.say_no(shop.ordered("BIKE 100"), "Wait until January.")

    post.deliver()

    back = post.one("given_back")
    assert back["to_name"] == "Alice"
    assert "Wait until January." in back["body_text"]
    assert "Bob" in back["subject"]


def test_the_desks_no_reaches_the_buyer_and_the_approver(
    shop: Shop, post: PostOffice, reject: Callable[..., None]
) -> None:
    number = shop.ordered("BIKE 100", "CUSTOM 1")
    shop.say_yes(number)
    reject(number, note="Which gate, please?")

    post.deliver()

    assert post.readers("not_accepted") == ["Alice", "Bob"]
    told = post.rows("not_accepted")[0]["body_text"]
    assert "We cannot tell where to deliver." in told
    assert "What you can do: Complete the address." in told
    assert "> Which gate, please?" in told


def test_what_the_desk_said_then_is_told_whatever_it_says_later(
    shop: Shop, post: PostOffice, reject: Callable[..., None]
) -> None:
    number = shop.ordered("CUSTOM 1")
    reject(number, "other", "The first of two reasons given.")
    post.change("update customer_order set review_note = 'The second.' where number = %s", number)

    post.deliver()

    assert "The first of two reasons given." in post.one("not_accepted")["body_text"]


def test_a_question_of_the_desk_reaches_the_buyer(shop: Shop, post: PostOffice) -> None:
    number = shop.ordered("CUSTOM 1")
    post.ask(number, "Which colour?")

    post.deliver()

    assert "> Which colour?" in post.one("question")["body_text"]


def test_a_confirmation_is_one_mail_however_often_the_erp_tells_of_it(
    shop: Shop, post: PostOffice, erp: FakeErp
) -> None:
    number = shop.ordered("BIKE 5")
    drain()
    post.mirrored(number)
    for _ in range(3):
        news_of(shop, number)

    post.deliver()

    confirmation = post.one("confirmation")
    assert confirmation["dedup"] == f"confirmation:{number}:1"
    assert "our number SO-7" in confirmation["subject"]
    assert confirmation["attachment_name"] == f"confirmation-{number}.pdf"


@pytest.mark.usefixtures("without_dates")
def test_a_confirmation_waits_for_the_dates(shop: Shop, post: PostOffice) -> None:
    number = shop.ordered("BIKE 5")
    drain()
    post.deliver()
    assert post.one("confirmation")["state"] == "waiting"

    post.mirrored(number)
    news_of(shop, number)
    post.deliver()

    assert post.one("confirmation")["state"] == "kept"
    assert "Tue 1 Dec 2026" in post.one("confirmation")["body_text"]


@pytest.mark.usefixtures("without_dates")
def test_without_dates_it_goes_after_half_an_hour(shop: Shop, post: PostOffice) -> None:
    shop.ordered("BIKE 5")
    clock.shift(timedelta(minutes=-31))
    try:
        drain()
    finally:
        clock.shift(timedelta())
    post.deliver()

    assert "date follows" in post.one("confirmation")["body_text"]


def test_each_difference_stands_before_everything_else(shop: Shop, post: PostOffice, erp: FakeErp) -> None:
    number = shop.ordered("BIKE 5", "HELMET 1")
    drain()
    document = post.mirrored(number)
    post.change(
        "update erp_order_line set quantity = 4, unit_price = 81, confirmed_date = '2026-12-04'"
        " where erp_order_id = %s and line_number = 1",
        document["id"],
    )
    post.change("update order_line set requested_date = '2026-12-01' where item_number = 'BIKE'")
    news_of(shop, number)

    post.deliver()

    told = post.one("confirmation")
    assert told["subject"].startswith("Confirmed, with differences")
    first = told["body_text"].split("We accept")[0]
    assert "* Line 1, BIKE: 4 confirmed instead of 5 pieces." in first
    assert "* Line 1, BIKE: on Fri 4 Dec 2026 instead of Tue 1 Dec 2026." in first
    assert "* Line 1, BIKE: USD 81.00 each instead of USD 80.00." in first
    assert "HELMET" not in first


def test_each_delivery_is_told_once(shop: Shop, post: PostOffice, erp: FakeErp) -> None:
    number = shop.ordered("BIKE 5")
    drain()
    post.mirrored(number, shipped=2)
    post.shipped(number, "SH-1")
    news_of(shop, number)
    post.shipped(number, "SH-2", tracking_url="javascript:alert(1)")
    news_of(shop, number)
    news_of(shop, number)

    post.deliver()

    first, second = post.rows("shipped")
    assert "delivery SH-1" in first["subject"]
    assert "Follow the parcel: https://track.example.com/00340" in first["body_text"]
    assert "2 pieces" in first["body_text"]
    assert "javascript" not in second["body_text"] + second["body_html"]


def test_who_left_the_company_is_told_nothing(shop: Shop, post: PostOffice) -> None:
    zoe = shop.planter.person("zoe", Role.BUYER, customer=shop.alpha)
    shop.ordered("BIKE 1", by=zoe)
    post.change("update membership set ended_at = now() where person_id = %s", zoe.person_id)

    post.deliver()

    receipt = post.one("receipt")
    assert (receipt["state"], receipt["to_address"]) == ("kept", "")
    assert "Nobody who would get it" in receipt["reason"]


def test_a_person_without_an_address_is_written_to_and_nothing_is_sent(shop: Shop, post: PostOffice) -> None:
    post.change("update person set email = '' where login = 'alice'")
    shop.ordered("BIKE 1")

    post.deliver("smtp://127.0.0.1:1")

    assert post.one("receipt")["state"] == "kept"
    assert post.one("receipt")["reason"] == "This person has no mail address."


@pytest.mark.parametrize("who", ["alice", "charlie"])
def test_a_customer_reads_no_mail_table(shop: Shop, post: PostOffice, who: str) -> None:
    shop.ordered("BIKE 1")

    with shop.scope(getattr(shop, who)), pytest.raises(ProgrammingError, match="permission denied"):
        session.execute(text("select * from mail"))
