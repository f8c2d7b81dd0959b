"""Passwords that somebody is given once, and the one they choose afterwards. Only slow hashes are kept."""

from __future__ import annotations

import secrets

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select, update
from werkzeug.security import check_password_hash

from app.audit.recorder import Change, record
from app.audit.tags import Tag
from app.errors import NotFound, Unprocessable
from app.extensions import session
from app.models.configuration import Person
from app.security.actor import Actor
from app.security.crossing import as_login
from app.security.permissions import Permission
from app.security.policy import require
from app.security.throttle import SIGN_IN
from app.services.accounts import SHORTEST_PASSWORD, hash_password
from app.services.lifecycle import author
from app.services.people.gates import end_sessions
from app.words import t

LONGEST_PASSWORD = 1000
# Without signs that look alike; 16 of them hold 79 bits.
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"


def one_time_password() -> str:
    """Something that can be read out on the telephone: four groups of four."""
    return "-".join("".join(secrets.choice(_SIGNS) for _ in range(4)) for _ in range(4))


def give(person_id: int, password: str) -> None:
    """From now on this password counts, and browsers that came in with the old one are out.

    :raises NotFound: there is no such person
    """
    hashed = hash_password(password)
    with as_login():
        user_id = session.execute(select(Person.user_id).where(Person.id == person_id)).scalar()
        if user_id is None:
            raise NotFound()
        session.execute(update(User).where(User.id == user_id).values(password=hashed))
    record([Change(Tag.PERSON_PASSWORD, "person", str(person_id))], customer_id=None, author=author())


def change_own(actor: Actor, current: str, new: str, *, key_hash: str) -> None:
    """Choose a password of one's own; other browsers of this person have to sign in again.

    :param key_hash: of the session that stays
    :raises Unprocessable: the present password is another one, or the new one will not do
    :raises TooMany: too many tries
    """
    require(actor, Permission.ME_CHANGE)
    who = ("password", str(actor.person_id))
    SIGN_IN.count(*who)
    if not _is_password_of(actor, current):
        raise Unprocessable(t("The present password is another one."), t("Type the one you signed in with."))
    SIGN_IN.forget(*who)
    check_new(new)
    hashed = hash_password(new)
    with as_login():
        user_id = select(Person.user_id).where(Person.id == actor.person_id).scalar_subquery()
        session.execute(update(User).where(User.id == user_id).values(password=hashed))
        end_sessions(actor.person_id or 0, except_key=key_hash)
    change = Change(Tag.PERSON_PASSWORD, "person", str(actor.person_id))
    record([change], customer_id=actor.customer_id, author=author())


def check_new(password: str) -> None:
    """:raises Unprocessable: it is too short to be safe, or longer than anybody types"""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise Unprocessable(
            t("A password has {least} to {most} characters.", least=SHORTEST_PASSWORD, most=LONGEST_PASSWORD),
            t("A few words in a row are easy to keep in mind and hard to guess."),
        )


def _is_password_of(actor: Actor, password: str) -> bool:
    query = select(User.password).join(Person, Person.user_id == User.id).where(Person.id == actor.person_id)
    with as_login():
        stored = session.execute(query).scalar()
    return stored is not None and check_password_hash(stored, password[:LONGEST_PASSWORD])
