"""One alert, one mail: whoever watches, however often, and however often it comes and goes."""

from __future__ import annotations

import threading

from app import heartbeat
from app.extensions import doorbell, session
from app.jobs import alerts as jobs
from app.jobs import mail, pulse, schedule
from app.security.scopes import Scope, entered
from app.services.alerts import open_alerts
from app.words import use_language
from tests.services.alerts.conftest import House, ago
from tests.services.alerts.test_every_alert import dead_letter, message, unposted


def test_what_comes_back_soon_is_the_same_alert_and_no_second_mail(house: House) -> None:
    dead_letter(house)
    house.watch()
    house.change("update outbox_message set state = 'waiting', created_at = now()")
    house.watch()
    house.change("update alert set cleared_at = now() - interval '14 minutes'")
    house.change("update outbox_message set state = 'dead'")
    house.watch()

    (alert,) = house.alerts()
    assert alert["cleared_at"] is None
    assert len(house.mails()) == 2


def test_after_a_time_of_quiet_a_mail_says_that_it_is_over_once(house: House) -> None:
    dead_letter(house)
    house.watch()
    house.change("delete from outbox_message")
    house.watch()
    house.change("update alert set cleared_at = now() - interval '16 minutes'")
    house.watch()
    house.watch()

    assert [row["subject"] for row in house.mails()[2:]] == [
        "Over: 1 message to the ERP needs a person",
        "Vorbei: 1 Nachricht an das ERP braucht einen Menschen",
    ]
    dead_letter(house)
    house.watch()
    assert len(house.alerts()) == 2
    assert len(house.mails()) == 6


def test_more_of_the_same_changes_the_figures_and_sends_nothing(house: House) -> None:
    dead_letter(house)
    house.watch()
    message(house, state="dead", finished_at=ago(hours=2))
    house.watch()

    assert house.alerts()[0]["facts"]["n"] == 2
    assert len(house.mails()) == 2


def test_many_watchers_at_once_raise_one_alert_and_write_each_mail_once(house: House) -> None:
    dead_letter(house)
    unposted(house)

    def watch() -> None:
        jobs.watch()
        session.remove()

    threads = [threading.Thread(target=watch) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(house.open()) == ["dead_letter", "unposted"]
    assert len(house.mails()) == 4


def test_pages_say_it_in_the_readers_language(house: House) -> None:
    dead_letter(house)
    house.watch()
    with entered(Scope.staff()):
        (shown,) = open_alerts()
        with use_language("de"):
            (auf_deutsch,) = open_alerts()
    assert shown.said.title == "1 message to the ERP needs a person"
    assert auf_deutsch.said.title == "1 Nachricht an das ERP braucht einen Menschen"
    assert shown.path == "/admin/dead-letters/list/"


def test_the_scheduler_rings_for_the_watch_and_the_beat(house: House) -> None:
    doorbell.redis.flushall()
    assert {"alerts.watch", heartbeat.RING} <= set(schedule.tick())
    assert not {"alerts.watch", heartbeat.RING} & set(schedule.tick())


def test_when_nobody_has_watched_for_a_while_whoever_notices_does_it_and_sends_the_mails(house: House) -> None:
    mail.start_mail("", "https://orders.example.com")
    house.watch()
    unposted(house)
    assert jobs.stand_in() is False
    house.change("update schedule_tick set ran_at = now() - interval '50 seconds' where job = 'alerts.watched'")

    pulse.beat()

    assert house.open() == ["unposted"]
    assert {row["state"] for row in house.mails()} == {"kept"}
    assert jobs.stand_in() is False


def test_an_administrator_who_left_gets_nothing(house: House) -> None:
    house.change("update person set active = false where login = 'adam'")
    try:
        dead_letter(house)
        house.watch()
    finally:
        house.change("update person set active = true where login = 'adam'")
    assert [row["to_name"] for row in house.mails()] == ["Ada"]
