"""People with mail addresses, a post office, and a mail server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.services import seller
from tests.factories.shop import Shop
from tests.services.notifications.mail_server import Mailbox, listening
from tests.services.notifications.post_office import PostOffice


@pytest.fixture
def post(shop: Shop) -> PostOffice:
    post = PostOffice(shop)
    post.change("update person set email = login || '@example.com', language = 'en', active = true")
    seller.forget()
    return post


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with listening() as box:
        yield box
