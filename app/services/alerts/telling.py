"""Mails of alerts, written whole into the outbox of mails, one for each reader in their language; the worker sends them.

`dedup` makes a mail of an alert unique, so nobody is told of the same one twice, whoever watches.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Row, text

from app.clock import business_zone, now
from app.domain.readable import moment
from app.extensions import session, wake
from app.services import seller
from app.services.alerts.kinds import BY_CODE, AlertKind
from app.services.alerts.words import Facts, Said
from app.services.notifications.letters import Letter
from app.services.notifications.places import public_url
from app.services.notifications.rendering import as_html, as_text
from app.words import t, use_language

QUIET_MINUTES = 15  # an alert that comes back sooner was never over
_WORTH_TELLING_HOURS = 24


def tell(kind: AlertKind, alert_id: int, facts: Facts) -> None:
    """Write to everybody whom this kind concerns that it has been raised."""
    _write(kind, f"alert:{alert_id}", lambda: _raised(kind, kind.says(facts)))


_QUIET = text("""
    select id, kind, subject, facts, raised_at, cleared_at from alert a
     where cleared_at < now() - make_interval(mins => :quiet) and cleared_at > now() - make_interval(hours => :hours)
       and not exists (select 1 from mail where dedup like 'alert-over:' || a.id || ':%')
       and exists (select 1 from mail where dedup like 'alert:' || a.id || ':%')
     order by id""")


def tell_of_quiet() -> list[int]:
    """Write once of each alert that it is over, after a time without it.

    :returns: the ids of the alerts told of
    """
    told = session.execute(_QUIET, {"quiet": QUIET_MINUTES, "hours": _WORTH_TELLING_HOURS}).all()
    for row in told:
        if (kind := BY_CODE.get(row.kind)) is not None:
            _write(kind, f"alert-over:{row.id}", partial(_over, kind, row))
    return [row.id for row in told]


def _raised(kind: AlertKind, said: Said) -> Letter:
    return Letter(
        subject=said.title,
        title=said.title,
        paragraphs=(said.happened, said.then, t("You are not told of it again while it lasts.")),
        button=t("Look at it"),
        path=kind.path,
    )


def _over(kind: AlertKind, row: Row[Any]) -> Letter:
    what = kind.says({**row.facts, "subject": row.subject}).title
    return Letter(
        subject=t("Over: {what}", what=what),
        title=t("Over: {what}", what=what),
        paragraphs=(
            t("It began at {start} and was over at {end}. There is nothing for you to do.",
              start=_said(row.raised_at), end=_said(row.cleared_at)),
        ),
    )  # fmt: skip


def _said(value: datetime) -> str:
    return moment(value, business_zone(), now())


_READERS = text("""
    select p.id, p.name, p.email, p.language from person p
     where p.active and exists (select 1 from membership m where m.person_id = p.id and m.ended_at is null
                                 and m.roles && cast(:roles as text[])) order by p.id""")
_MAIL = text("""
    insert into mail (person_id, kind, dedup, language, to_name, to_address, subject, body_text, body_html)
    values (:person, 'alert', :dedup, :language, :name, :address, :subject, :text, :html) on conflict do nothing""")


def _write(kind: AlertKind, dedup: str, letter: Callable[[], Letter]) -> None:
    who = seller.current()
    for reader in session.execute(_READERS, {"roles": [role.value for role in kind.readers]}).all():
        with use_language(reader.language):
            made = letter()
            row = {
                "person": reader.id,
                "dedup": f"{dedup}:{reader.id}",
                "language": reader.language,
                "name": reader.name,
                "address": reader.email.strip(),
                "subject": " ".join(made.subject.split()),
                "text": as_text(made, who, public_url=public_url()),
                "html": as_html(made, who, public_url=public_url()),
            }
        session.execute(_MAIL, row)
    wake("mail.deliver")
