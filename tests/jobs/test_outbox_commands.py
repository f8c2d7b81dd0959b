"""Messages to the ERP from the command line: the same services as on the pages, with the rights of an administrator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from app.errors import NotFound
from app.jobs import outbox_commands
from config import Settings
from tests.factories.shop import Shop
from tests.fakes.erp import FakeErp
from tests.services.conftest import erp, opened, shop
from tests.services.dead_letters.conftest import bring, by_hand, dead, letter_id, sent

__all__ = ["bring", "by_hand", "dead", "erp", "letter_id", "opened", "sent", "shop"]

SETTINGS = Settings.from_environment({"PORTICO_ENV": "test"})
Id = Callable[[str], int]


@pytest.fixture(autouse=True)
def _started(monkeypatch: pytest.MonkeyPatch) -> None:
    """This process has its database and its ERP already."""
    monkeypatch.setattr(outbox_commands, "start_process", lambda *_: None)


def test_the_list_and_one_message_say_why(shop: Shop, dead: str, letter_id: Id) -> None:
    listed = list(outbox_commands.list_messages(SETTINGS, state="dead"))
    told = list(outbox_commands.show(SETTINGS, letter_id(dead)))

    assert dead in listed[0]
    assert "The ERP does not take the order as it is." in told[1]
    assert told[2] == "What came back: The customer is blocked for orders."
    assert any("create_order  400  refused" in line for line in told)
    with pytest.raises(NotFound):
        list(outbox_commands.show(SETTINGS, 999_999))


def test_handing_over_names_what_differs_and_how_to_agree(
    shop: Shop, dead: str, letter_id: Id, by_hand: Callable[..., Any], erp: FakeErp
) -> None:
    by_hand(dead)
    erp.by_hand["101047"] = replace(erp.by_hand["101047"], net=Decimal(450))

    done, told = outbox_commands.hand_over(SETTINGS, letter_id(dead), "101047")
    assert not done
    agreed = told[-1].rsplit(" ", 1)[1]

    done, told = outbox_commands.hand_over(SETTINGS, letter_id(dead), "101047", agreed=agreed)
    assert done
    assert shop.order(dead)["erp_number"] == "101047"
    entry = next(entry for entry in shop.history(dead) if entry["tag"] == "outbox:handed_over")
    assert entry["actor_kind"] == "cli"


def test_sending_again_is_recorded_as_the_command_lines_doing(shop: Shop, dead: str, letter_id: Id) -> None:
    outbox_commands.retry(SETTINGS, letter_id(dead))

    assert shop.messages(dead)[0]["state"] == "waiting"
    assert [e["actor_kind"] for e in shop.history(dead) if e["tag"] == "outbox:retried"] == ["cli"]
