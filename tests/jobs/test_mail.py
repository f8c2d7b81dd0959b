"""Mails leave over a real SMTP conversation: once, with what belongs to them, later when the server says so."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from app.extensions import transaction
from app.jobs import mail as job
from app.jobs import schedule
from app.security.scopes import Scope, entered
from app.services.notifications import claiming, server
from app.services.notifications.claiming import Sent, claim, settle
from tests.factories.shop import Shop
from tests.services.conftest import erp, opened, shop
from tests.services.notifications.conftest import mailbox, post
from tests.services.notifications.mail_server import Mailbox
from tests.services.notifications.post_office import PostOffice

__all__ = ["erp", "mailbox", "opened", "post", "shop"]


def body_of(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def again(post: PostOffice, mailbox: Mailbox) -> None:
    post.change("update mail set due_at = now(), lease_until = null where state = 'waiting'")
    post.deliver(mailbox.url)


def test_a_mail_arrives_as_text_html_and_paper(shop: Shop, post: PostOffice, mailbox: Mailbox) -> None:
    number = shop.ordered("BIKE 5")

    assert post.deliver(mailbox.url) == 1

    (message,) = mailbox.taken
    assert message["To"] == "Alice <alice@example.com>"
    assert message["From"] == "Portico <noreply@orders.example.com>"
    assert message["Subject"] == f"We have your order {number}"
    assert message["Auto-Submitted"] == "auto-generated"
    assert "not yet our acceptance" in body_of(message, "plain")
    assert f"https://orders.example.com/orders/{number}" in body_of(message, "html")
    (paper,) = message.iter_attachments()
    assert paper.get_filename() == f"receipt-{number}.pdf"
    assert paper.get_content().startswith(b"%PDF")
    assert post.one("receipt")["state"] == "sent"


def test_many_mails_are_one_conversation_and_none_goes_twice(shop: Shop, post: PostOffice, mailbox: Mailbox) -> None:
    for _ in range(3):
        shop.ordered("BIKE 1")
    post.deliver(mailbox.url)
    again(post, mailbox)

    assert (mailbox.conversations, len(mailbox.taken)) == (1, 3)
    assert len({message["Message-ID"] for message in mailbox.taken}) == 3


def test_a_mail_is_tried_again_under_the_same_message_id(shop: Shop, post: PostOffice, mailbox: Mailbox) -> None:
    shop.ordered("BIKE 1")
    mailbox.will("END", "451 try later")
    post.deliver(mailbox.url)
    waiting = post.one("receipt")
    assert (waiting["state"], waiting["attempts"]) == ("waiting", 1)
    assert "451 try later" in waiting["reason"]
    assert waiting["due_at"] > waiting["created_at"]

    again(post, mailbox)

    assert post.one("receipt")["state"] == "sent"
    assert mailbox.taken[0]["Message-ID"] == server.message_id(waiting["dedup"])


@pytest.mark.parametrize(("command", "answer"), [("RCPT", "550 no such person"), ("END", "554 not wanted")])
def test_what_is_refused_for_good_is_dead_with_the_servers_words(
    shop: Shop, post: PostOffice, mailbox: Mailbox, command: str, answer: str
) -> None:
    shop.ordered("BIKE 1")
    mailbox.will(command, answer)

    post.deliver(mailbox.url)

    dead = post.one("receipt")
    assert dead["state"] == "dead"
    assert answer in dead["reason"]


def test_one_refused_mail_does_not_keep_the_next_one(shop: Shop, post: PostOffice, mailbox: Mailbox) -> None:
    shop.ordered("BIKE 1")
    shop.ordered("BIKE 2")
    mailbox.will("RCPT", "550 no such person")

    post.deliver(mailbox.url)

    assert [row["state"] for row in post.rows("receipt")] == ["dead", "sent"]


def test_a_server_that_is_away_is_asked_once_a_round(shop: Shop, post: PostOffice) -> None:
    for _ in range(3):
        shop.ordered("BIKE 1")

    assert post.deliver("smtp://127.0.0.1:9") == 1
    assert {row["state"] for row in post.rows()} == {"waiting"}


def test_a_server_that_hangs_up_in_between_is_called_again(shop: Shop, post: PostOffice, mailbox: Mailbox) -> None:
    shop.ordered("BIKE 1")
    mailbox.will("MAIL", "421 closing")
    post.deliver(mailbox.url)
    assert post.one("receipt")["state"] == "waiting"

    again(post, mailbox)

    assert post.one("receipt")["state"] == "sent"


def test_after_its_tries_a_person_has_to_look(shop: Shop, post: PostOffice) -> None:
    shop.ordered("BIKE 1")
    post.change("update mail set attempts = 39")

    post.deliver("smtp://127.0.0.1:9")

    assert post.one("receipt")["state"] == "dead"
    assert "in 40 tries" in post.one("receipt")["reason"]


def test_names_and_texts_cannot_become_headers_or_readers(shop: Shop, post: PostOffice, mailbox: Mailbox) -> None:
    post.change("update person set name = E'Eve\\r\\nBcc: all@example.com' where login = 'alice'")
    try:
        shop.ordered("BIKE 1", reference="X\nBcc: spy")
        post.deliver(mailbox.url)
    finally:
        post.change("update person set name = 'Alice' where login = 'alice'")

    (message,) = mailbox.taken
    assert message["Bcc"] is None
    assert [each.upper() for each in mailbox.recipients] == ["RCPT TO:<ALICE@EXAMPLE.COM>"]


@pytest.mark.parametrize(
    "address", ["a@example.com, b@example.com", "a@example.com\r\nRCPT TO:<b@x>", "alice", "a@b@c", "<a@example.com>"]
)
def test_what_is_not_one_address_gets_nothing(shop: Shop, post: PostOffice, mailbox: Mailbox, address: str) -> None:
    post.change("update person set email = %s where login = 'alice'", address)
    shop.ordered("BIKE 1")

    post.deliver(mailbox.url)

    assert post.one("receipt")["state"] == "dead"
    assert "is not one mail address" in post.one("receipt")["reason"]
    assert mailbox.recipients == []


def test_the_sellers_own_sender_and_answers(shop: Shop, post: PostOffice, mailbox: Mailbox) -> None:
    shop.planter.row("seller_profile", version=1, name="Adventure Works", mail_sender="orders@aw.example",
                     email="office@aw.example", colour="#0c5c68", changed_by=None)  # fmt: skip
    try:
        shop.ordered("BIKE 1")
        post.deliver(mailbox.url)
    finally:
        post.change("delete from seller_profile")

    assert mailbox.taken[0]["From"] == "Adventure Works <orders@aw.example>"
    assert mailbox.taken[0]["Reply-To"] == "Adventure Works <office@aw.example>"


def test_who_lost_the_claim_settles_nothing(shop: Shop, post: PostOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.ordered("BIKE 1")
    monkeypatch.setattr(claiming, "LEASE_SECONDS", -1)
    with entered(Scope.staff()):
        with transaction():
            first = claim()
        with transaction():
            second = claim()
        assert first is not None
        assert second is not None
        with transaction():
            assert settle(first, Sent()) is False
            assert settle(second, Sent()) is True


def test_a_password_is_not_sent_in_the_open(shop: Shop, post: PostOffice, mailbox: Mailbox,
                                            monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setattr(server, "LOOPBACK", ())
    shop.ordered("BIKE 1")

    post.deliver(f"smtp://user:secret@127.0.0.1:{mailbox.port}")

    assert "not sent in the open" in post.one("receipt")["reason"]
    assert mailbox.taken == []


def test_the_clock_rings_only_when_something_is_due(shop: Shop, post: PostOffice) -> None:
    post.change("delete from schedule_tick where job = 'mail.deliver'")
    assert "mail.deliver" not in schedule.tick()

    shop.ordered("BIKE 1")
    post.change("delete from schedule_tick where job = 'mail.deliver'")

    assert "mail.deliver" in schedule.tick()


def test_without_a_server_it_is_kept_to_be_read(shop: Shop, post: PostOffice) -> None:
    shop.ordered("BIKE 1")
    job.start_mail("", "https://orders.example.com")

    assert job.deliver() == 1
    assert (post.one("receipt")["state"], post.one("receipt")["reason"]) == ("kept", claiming.NO_SERVER)
