"""Every kind of mail in every language: whole, escaped, loading nothing from anywhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from app.erp.port import connected
from app.jobs.relay import drain
from app.security.scopes import Scope, entered
from app.services import notifications, review
from app.services.fulfilment import follow
from app.services.notifications.intents import Kind
from app.services.notifications.rendering import readable_on
from app.words import LANGUAGES
from tests.factories.planting import Row
from tests.factories.shop import Shop
from tests.fakes.erp import FakeErp, Trouble
from tests.services.notifications.post_office import PostOffice

HOSTILE = "<script>alert(1)</script> & {number} %(x)s {{ 7 * 7 }}"

Tell = Callable[[Kind, str], Row]


@pytest.fixture
def tell(shop: Shop, post: PostOffice, erp: FakeErp) -> Tell:
    """Makes happen what such a mail tells of, in words of the worst kind, and has it written for its first reader."""

    def tell(kind: Kind, language: str) -> Row:
        post.change("update person set language = %s", language)
        _HAPPENINGS[kind](shop, post)
        post.deliver()
        return post.rows(kind)[0]

    return tell


def _over_the_limit(shop: Shop, post: PostOffice) -> None:
    shop.ordered("BIKE 100", "HELMET 2", reference=HOSTILE[:35])


def _given_back(shop: Shop, post: PostOffice) -> None:
    shop.say_no(shop.ordered("BIKE 100"), HOSTILE)


def _not_accepted(shop: Shop, post: PostOffice) -> None:
    with shop.holding(shop.vera, shop.ordered("CUSTOM 1")) as order:
        review.reject(shop.vera, order, "item_not_available", HOSTILE)


def _asked(shop: Shop, post: PostOffice) -> None:
    post.ask(shop.ordered("CUSTOM 1"), HOSTILE)


def _sent(shop: Shop, post: PostOffice) -> None:
    shop.ordered("BIKE 5", "HELMET 2", reference=HOSTILE[:35])


def _confirmed(shop: Shop, post: PostOffice) -> str:
    number = shop.ordered("BIKE 5", "HELMET 2", reference=HOSTILE[:35])
    drain()
    post.mirrored(number, quantity=4)
    with entered(Scope.staff()):
        follow({shop.order(number)["key"]})
    return number


def _shipped(shop: Shop, post: PostOffice) -> None:
    number = _confirmed(shop, post)
    post.shipped(number, carrier=HOSTILE)
    with entered(Scope.staff()):
        follow({shop.order(number)["key"]})


def _differing(shop: Shop, post: PostOffice) -> None:
    shop.ordered("BIKE 5", "HELMET 2", reference=HOSTILE[:35])
    entered_with = connected("main")
    assert isinstance(entered_with, FakeErp)
    entered_with.will("create_order", Trouble.WRONG_PRICE)
    drain()


def _free(shop: Shop, post: PostOffice) -> None:
    with shop.holding(shop.alice, shop.draft("BIKE 5", reference=HOSTILE[:35])) as order:
        notifications.can_be_sent(order)


_HAPPENINGS: dict[Kind, Callable[[Shop, PostOffice], object]] = {
    Kind.RECEIPT: _sent,
    Kind.APPROVAL_ASKED: _over_the_limit,
    Kind.GIVEN_BACK: _given_back,
    Kind.NOT_ACCEPTED: _not_accepted,
    Kind.CONFIRMATION: _confirmed,
    Kind.SHIPPED: _shipped,
    Kind.QUESTION: _asked,
    Kind.PROPOSAL: _differing,
    Kind.CAN_BE_SENT: _free,
}


class Elements(HTMLParser):
    """What a page is made of, and where it leads."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.language = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        for name, value in attrs:
            if name == "href":
                self.links.append(value or "")
            if name in ("src", "background", "srcset") or "url(" in (value or ""):
                self.loads.append(value or "")
            if tag == "html" and name == "lang":
                self.language = value or ""


def test_everything_that_can_be_told_has_a_case_here() -> None:
    assert set(_HAPPENINGS) == set(Kind)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", Kind)
def test_a_mail_is_whole_in_every_language(tell: Tell, kind: Kind, language: str) -> None:
    mail = tell(kind, language)
    page = Elements(mail["body_html"])

    assert (mail["state"], mail["language"], page.language) == ("kept", language, language)
    assert mail["subject"]
    assert "script" not in page.names
    assert page.loads == []
    assert all(link.startswith("https://") for link in page.links)
    assert not re.search(
        r"\{\w+\}", mail["subject"].replace("{number}", "") + mail["body_text"].replace("{number}", "")
    )
    assert (mail["attachment"] is not None) is (kind in (Kind.RECEIPT, Kind.CONFIRMATION))


@pytest.mark.parametrize("kind", Kind)
def test_german_and_english_are_two_texts(tell: Tell, post: PostOffice, kind: Kind) -> None:
    english = tell(kind, "en")
    post.shop.empty()
    german = tell(kind, "de")

    shared = set(_sentences(english["body_text"])) & set(_sentences(german["body_text"]))
    assert shared == set(), "these stayed English"
    assert english["subject"].split("P-")[0] != german["subject"].split("P-")[0]


def _sentences(text: str) -> list[str]:
    """Lines of ours that say something: no quotes, no items, no addresses."""
    lines = [line.strip() for line in text.split("-- ")[0].splitlines()]
    return [line for line in lines if re.search(r"[a-z]{3,} [a-z]{2,}", line) and not line.startswith((">", "1", "2"))]


def test_what_others_wrote_stands_in_the_html_as_text(tell: Tell) -> None:
    mail = tell(Kind.GIVEN_BACK, "en")

    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; {number} %(x)s {{ 7 * 7 }}" in mail["body_html"]
    assert f"> {HOSTILE}" in mail["body_text"]


def test_numbers_and_dates_are_written_as_the_reader_writes_them(tell: Tell, post: PostOffice) -> None:
    english = tell(Kind.APPROVAL_ASKED, "en")["body_text"]
    post.shop.empty()
    german = tell(Kind.APPROVAL_ASKED, "de")["body_text"]

    assert "USD 8,060.00" in english
    assert "8.060,00 USD" in german


@pytest.mark.parametrize(("colour", "on_it"), [("#0c5c68", "#ffffff"), ("#ffe066", "#000000"), ("#ffffff", "#000000")])
def test_the_button_can_be_read_on_every_colour(colour: str, on_it: str) -> None:
    assert readable_on(colour) == on_it
