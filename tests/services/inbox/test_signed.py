"""Events signed as Standard Webhooks asks."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.errors import BadRequest
from app.extensions import transaction
from app.security.scopes import Scope, entered
from app.services import inbox
from app.services.inbox.signed import signature

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
OLD, NEW, OTHERS = ("whsec_" + base64.b64encode(bytes([each]) * 32).decode() for each in (1, 2, 3))
PRICES = b'{"entity": "prices", "change": "updated"}'


def sign(body: bytes = PRICES, *, key: str = OLD, name: str = "msg_1", late: timedelta = timedelta()) -> inbox.Envelope:
    moment = str(int((NOW - late).timestamp()))
    return inbox.Envelope(name, moment, signature(key, name, moment, body))


def take(envelope: inbox.Envelope, body: bytes = PRICES, *, secrets: tuple[str, ...] = (OLD,)) -> frozenset[str]:
    with entered(Scope.staff()), transaction():
        return inbox.take_signed("main", envelope, body, secrets=secrets, now=NOW)


def test_the_signature_is_the_one_of_the_specification() -> None:
    """The example of the specification's own libraries."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    message_id, moment, body = "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}'
    assert signature(secret, message_id, moment, body) == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_signed_event_is_stored_under_its_id_once(stored: Any) -> None:
    assert {take(sign()), take(sign()), take(sign(late=timedelta(seconds=9)))} == {frozenset({"prices"})}
    assert stored() == [("prices", "updated", "msg_1")]


def test_while_secrets_change_both_count_and_afterwards_one(stored: Any) -> None:
    assert take(sign(key=OLD), secrets=(NEW, OLD))
    assert take(sign(key=NEW), secrets=(NEW, OLD))
    with pytest.raises(inbox.NotTheErp):
        take(sign(key=OLD), secrets=(NEW,))


def test_one_fitting_signature_among_several_is_enough(stored: Any) -> None:
    envelope = sign()
    several = inbox.Envelope(envelope.message_id, envelope.timestamp, f"v1a,x v1,AAAA {envelope.signatures} junk")
    assert take(several) == {"prices"}


@pytest.mark.parametrize(
    ("envelope", "body", "secrets"),
    [
        (sign(), PRICES.replace(b"prices", b"stock "), (OLD,)),
        (sign(key=OTHERS), PRICES, (OLD, NEW)),
        (sign(late=timedelta(minutes=5, seconds=1)), PRICES, (OLD,)),
        (sign(late=-timedelta(minutes=5, seconds=1)), PRICES, (OLD,)),
        (inbox.Envelope("msg_2", sign().timestamp, sign().signatures), PRICES, (OLD,)),
        (inbox.Envelope("msg_1", str(int(sign().timestamp) + 1), sign().signatures), PRICES, (OLD,)),
        (inbox.Envelope("msg_1", "now", sign().signatures), PRICES, (OLD,)),
        (inbox.Envelope("msg_1", "\u0661\u0662", sign().signatures), PRICES, (OLD,)),
        (inbox.Envelope("msg_1", sign().timestamp, ""), PRICES, (OLD,)),
        (inbox.Envelope("msg_1", sign().timestamp, "v1,\u00e4"), PRICES, (OLD,)),
        (inbox.Envelope("m" * 201, sign(name="m" * 201).timestamp, sign(name="m" * 201).signatures), PRICES, (OLD,)),
        (sign(), PRICES, ()),
    ],
    ids=["body changed", "secret of others", "too old", "from the future", "other id", "other time", "no time",
         "digits of another script", "no signature", "no base64", "id too long", "no secret set"],
)  # fmt: skip
def test_what_is_not_signed_by_the_erp_changes_nothing(
    stored: Any, envelope: inbox.Envelope, body: bytes, secrets: tuple[str, ...]
) -> None:
    with pytest.raises(inbox.NotTheErp):
        take(envelope, body, secrets=secrets)
    assert stored() == []


def test_an_unknown_kind_is_taken_and_wakes_nobody(stored: Any, rung: list[str]) -> None:
    body = b'{"entity": "moon phases \\u0000", "change": "waning"}'
    inbox.wake_readers(take(sign(body), body))
    assert (stored(), rung) == ([("other", "other", "msg_1")], [])


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"entity": 4}', b'{"entity": "prices", "change": null}'])
def test_a_signed_body_of_another_form_is_said_to_be_one(stored: Any, body: bytes) -> None:
    with pytest.raises(BadRequest):
        take(sign(body), body)
    assert stored() == []


def test_two_hundred_kilobytes_are_taken_and_no_more(stored: Any) -> None:
    body = PRICES + b" " * (inbox.LARGEST_MESSAGE - len(PRICES))
    assert take(sign(body), body) == {"prices"}
    with pytest.raises(inbox.TooLarge):
        take(sign(body + b" "), body + b" ")
