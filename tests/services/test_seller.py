"""The seller's profile and terms: kept in versions, checked field by field, written down, changed by administrators."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import pytest
from PIL import Image

from app.errors import NotAllowed
from app.extensions import transaction
from app.security.actor import Actor
from app.services import seller
from app.services.seller import FormProblems, Seller
from app.words import use_language
from tests.factories.shop import Shop


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 20)) -> bytes:
    made = BytesIO()
    Image.new("RGB", size, "#0c5c68").save(made, kind)
    return made.getvalue()


@pytest.fixture(autouse=True)
def _nothing_kept(shop: Shop) -> Iterator[None]:
    yield
    shop.planter.connection.execute("delete from seller_profile")
    shop.planter.connection.execute("delete from terms")
    seller.forget()


def save(
    shop: Shop, *, by: Actor | None = None, logo: bytes | None = None, without: bool = False, **typed: str
) -> Seller:
    actor = by or shop.ada
    with shop.scope(actor), transaction():
        return seller.save(actor, typed, logo=logo, without_logo=without)


def problems_of(shop: Shop, *, logo: bytes | None = None, **typed: str) -> dict[str, str]:
    with pytest.raises(FormProblems) as refusal:
        save(shop, logo=logo, **{"name": "Adventure Works", **typed})
    return dict(refusal.value.problems)


def test_before_anybody_filled_it_in_there_is_a_plain_one(shop: Shop) -> None:
    with shop.scope(shop.alice), transaction():
        assert seller.current() == Seller()
        assert seller.terms_version() is None


def test_every_save_is_a_version_and_the_newest_counts_at_once(shop: Shop) -> None:
    save(shop, name="Adventure Works", country="us", iban="de89370400440532013000")
    save(shop, phone="+1 425 555 0100")

    with shop.scope(shop.alice), transaction():
        now = seller.current()
    assert (now.version, now.name, now.country, now.phone) == (2, "Adventure Works", "US", "+1 425 555 0100")
    assert now.iban == "DE89 3704 0044 0532 0130 00"
    assert len(shop.planter.all("select 1 from seller_profile")) == 2


def test_saving_the_same_again_is_no_version(shop: Shop) -> None:
    save(shop, name="Adventure Works")

    assert save(shop, name="Adventure Works").version == 1


def test_the_record_says_what_was_and_what_is(shop: Shop) -> None:
    save(shop, name="Adventure Works", logo=picture())
    save(shop, name="Adventure Works Cycles")

    entry = shop.planter.all("select * from audit_event where object_kind = 'seller' order by id")[-1]
    assert entry["before"] == {"version": 1, "name": "Adventure Works"}
    assert entry["after"] == {"version": 2, "name": "Adventure Works Cycles"}
    assert entry["actor_id"] == shop.ada.person_id


@pytest.mark.parametrize("who", ["vera", "alice", "carol"])
def test_only_administrators_change_it(shop: Shop, who: str) -> None:
    with pytest.raises(NotAllowed):
        save(shop, by=getattr(shop, who), name="Mine")
    actor = getattr(shop, who)
    with shop.scope(actor), transaction(), pytest.raises(NotAllowed):
        seller.publish_terms(actor, {"en": "Mine"})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("name", "x" * 201),
        ("iban", "DE89370400440532013001"),
        ("bic", "DEUT"),
        ("vat_id", "DE12345678"),
        ("country", "Germany"),
        ("email", "a@b, c@d"),
        ("mail_sender", "orders@aw.example\nBcc: all@example.com"),
        ("website", "javascript:alert(1)"),
        ("colour", "red; background: url(x)"),
    ],
)
def test_what_cannot_be_kept_is_named_with_a_sentence(shop: Shop, field: str, value: str) -> None:
    problems = problems_of(shop, **{field: value})

    assert list(problems) == [field]
    assert problems[field].endswith(".")
    assert shop.planter.all("select 1 from seller_profile") == []


def test_all_problems_are_told_at_once(shop: Shop) -> None:
    assert set(problems_of(shop, iban="X", colour="red", logo=b"GIF89a")) == {"iban", "colour", "logo"}


def test_a_vat_id_from_elsewhere_is_kept_as_it_is(shop: Shop) -> None:
    assert save(shop, name="A", vat_id="91-1144442").vat_id == "91-1144442"
    assert save(shop, vat_id="DE 136,695 976").vat_id.endswith("136695976")


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_logo_is_taken_and_given_up_again(shop: Shop, kind: str) -> None:
    assert save(shop, name="A", logo=picture(kind)).logo_type == f"image/{kind.lower()}"
    assert save(shop, phone="1").logo == picture(kind)
    assert save(shop, without=True).logo is None


@pytest.mark.parametrize(
    "content",
    [
        b"GIF89a" + bytes(100),
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"\x89PNG\r\n\x1a\n" + b"<script>alert(1)</script>",
        b"\xff\xd8\xff" + bytes(300 * 1024),
    ],
)
def test_what_only_claims_to_be_a_picture_is_not_taken(shop: Shop, content: bytes) -> None:
    assert list(problems_of(shop, logo=content)) == ["logo"]


def test_a_small_file_that_unfolds_into_a_huge_picture_is_not_taken(shop: Shop) -> None:
    assert list(problems_of(shop, logo=picture(size=(2001, 10)))) == ["logo"]


def test_terms_are_published_in_versions_and_an_order_keeps_its_own(shop: Shop) -> None:
    with shop.scope(shop.ada), transaction():
        seller.publish_terms(shop.ada, {"en": "Pay in 30 days.", "de": "Zahlung in 30 Tagen."})
    first = shop.ordered("BIKE 1")
    with shop.scope(shop.ada), transaction():
        assert seller.publish_terms(shop.ada, {"en": "Pay in 14 days."}) == 2
    second = shop.ordered("BIKE 1")

    assert [shop.order(number)["terms_version"] for number in (first, second)] == [1, 2]
    with shop.scope(shop.alice), transaction(), use_language("de"):
        assert seller.terms_text(1) == "Zahlung in 30 Tagen."
        assert seller.terms_text(2) == "Pay in 14 days."
        assert seller.terms_text(99) == ""


def test_terms_need_a_text_that_is_new(shop: Shop) -> None:
    with shop.scope(shop.ada), transaction(), pytest.raises(FormProblems) as refusal:
        seller.publish_terms(shop.ada, {"en": "", "de": "Nur deutsch."})
    assert list(refusal.value.problems) == ["en"]

    with shop.scope(shop.ada), transaction():
        seller.publish_terms(shop.ada, {"en": "Pay."})
    with shop.scope(shop.ada), transaction(), pytest.raises(FormProblems, match="Nothing was saved"):
        seller.publish_terms(shop.ada, {"en": " Pay. ", "de": ""})
