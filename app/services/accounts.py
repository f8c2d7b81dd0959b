"""People, what they are for whom, and tokens for their machines: the one writer of the identity tables.

Identity tables belong to the login of the process and are out of reach of every row scope; the audit record is the other
way round. So each change is written without a scope, recorded as staff, and the scope that was there before goes on.
Not for signing in: see `app.services.sign_in`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import insert, select, update
from werkzeug.security import generate_password_hash

from app.audit.recorder import Author, Change, record
from app.audit.tags import Tag
from app.clock import now
from app.errors import Conflict, NotFound, Unprocessable
from app.extensions import SET_SCOPE, current_scope, session
from app.models.configuration import ApiToken, Membership, Person, SignInSession
from app.security.actor import CUSTOMER_SIDE, Role, origin
from app.security.identity import hash_of, new_secret
from app.security.scopes import Scope, enter
from app.words import t

SHORTEST_PASSWORD = 12
TOKEN_PREFIX = "pt_"  # noqa: S105  makes a leaked token recognisable, holds no secret
_NO_SCOPE = ("none", "", "")


def create_person(
    login: str,
    name: str,
    password: str,
    *,
    email: str = "",
    language: str = "en",
    is_demo: bool = False,
    password_hash: str = "",
) -> int:
    """Add somebody who can sign in once they have a membership.

    :param login: what is typed at sign-in; kept in small letters
    :param password_hash: made by `hash_password` before; spares the time when many people get the same one
    :returns: the id of the person
    :raises Conflict: the login is taken
    :raises Unprocessable: login or password will not do
    """
    login = login.strip().lower()
    _check_login(login, password)
    _leave_scope()
    if _person_id(login) is not None:
        raise Conflict(t("Somebody has the login {login} already.", login=login), t("Choose another one."))
    person = {
        "user_id": _add_user(password_hash or hash_password(password)),
        "login": login,
        "name": name.strip() or login,
        "email": email,
        "language": language,
        "is_demo": is_demo,
    }
    person_id: int = session.execute(insert(Person).values(person).returning(Person.id)).scalar_one()
    _record(Change(Tag.PERSON_CREATED, "person", str(person_id), after={"is_demo": is_demo, "language": language}))
    return person_id


def hash_password(password: str) -> str:
    """Slow on purpose (scrypt)."""
    return generate_password_hash(password)


def add_membership(
    person_id: int,
    *,
    customer_id: int | None,
    roles: Collection[Role],
    order_limit: Decimal | None = None,
    portfolio: Sequence[int] = (),
) -> int:
    """Say what a person is, for a customer or for us.

    :param customer_id: None for people of the seller
    :param order_limit: net amount without approval; None is no limit, which is not zero
    :param portfolio: customers an account manager looks after
    :returns: the id of the membership
    :raises Unprocessable: the roles do not fit together
    """
    _check_roles(roles, customer_id)
    _leave_scope()
    values = {
        "person_id": person_id,
        "customer_id": customer_id,
        "roles": sorted(role.value for role in roles),
        "order_limit": order_limit,
        "portfolio": list(portfolio),
    }
    membership_id: int = session.execute(insert(Membership).values(values).returning(Membership.id)).scalar_one()
    limit = None if order_limit is None else str(order_limit)
    after = {"customer": customer_id, "roles": values["roles"], "order_limit": limit, "portfolio": values["portfolio"]}
    _record(Change(Tag.MEMBERSHIP_ADDED, "person", str(person_id), after=after), customer_id)
    return membership_id


def choose_language(person_id: int, language: str) -> None:
    """The language this person reads, on pages and in mails; a taste, so nothing is recorded."""
    _leave_scope()
    session.execute(update(Person).where(Person.id == person_id).values(language=language))


def disable_person(login: str) -> None:
    """Nobody comes in under this login any more: sessions end and tokens are revoked at once.

    :raises NotFound: nobody has the login
    """
    _leave_scope()
    person_id = _known_person(login)
    memberships = select(Membership.id).where(Membership.person_id == person_id)
    user_id = select(Person.user_id).where(Person.id == person_id).scalar_subquery()
    session.execute(update(Person).where(Person.id == person_id).values(active=False))
    session.execute(update(User).where(User.id == user_id).values(active=False))
    for gate, column in ((SignInSession, "ended_at"), (ApiToken, "revoked_at")):
        still_open = getattr(gate, column).is_(None)
        session.execute(
            update(gate)
            .where(gate.membership_id.in_(memberships), still_open)
            .values({column: now()})
            .execution_options(synchronize_session=False)
        )
    _record(Change(Tag.PERSON_DISABLED, "person", str(person_id), before={"active": True}, after={"active": False}))


def create_token(login: str, *, days: int, label: str = "", customer_id: int | None = None) -> str:
    """Make a token for the API, with the rights of one membership.

    :param days: how long it is good for
    :param customer_id: which of several memberships; the oldest when left out
    :returns: the token, which cannot be read again: only its hash is kept
    :raises NotFound: nobody has the login, or they have no such membership
    """
    _leave_scope()
    membership_id, of_customer = _membership(_known_person(login), customer_id)
    token = TOKEN_PREFIX + new_secret()
    expires_at = now() + timedelta(days=days)
    values = {"membership_id": membership_id, "token_hash": hash_of(token), "label": label, "expires_at": expires_at}
    token_id: int = session.execute(insert(ApiToken).values(values).returning(ApiToken.id)).scalar_one()
    after = {"membership": membership_id, "expires_at": expires_at.isoformat()}
    _record(Change(Tag.TOKEN_CREATED, "token", str(token_id), after=after), of_customer)
    return token


def revoke_token(token_id: int) -> None:
    """From now on the token opens nothing; one that was revoked stays so.

    :raises NotFound: there is no such token
    """
    _leave_scope()
    owner = session.execute(
        select(Membership.customer_id)
        .join(ApiToken, ApiToken.membership_id == Membership.id)
        .where(ApiToken.id == token_id)
    ).one_or_none()
    if owner is None:
        raise NotFound(t("There is no token {id}.", id=token_id), t("Look at the list of tokens."))
    revoked = update(ApiToken).where(ApiToken.id == token_id, ApiToken.revoked_at.is_(None))
    found = session.execute(
        revoked.values(revoked_at=now()).returning(ApiToken.revoked_at),
        execution_options={"synchronize_session": False},
    ).scalar()
    if found is not None:
        change = Change(Tag.CONFIGURATION_CHANGED, "token", str(token_id), after={"revoked_at": found.isoformat()})
        _record(change, owner.customer_id)


# --- checks -----------------------------------------------------------------------------------------------------------


def _check_login(login: str, password: str) -> None:
    if not login or not login.isprintable() or len(login) > 200:
        raise Unprocessable(t("A login has 1 to 200 characters that can be seen."), t("Choose another one."))
    if len(password) < SHORTEST_PASSWORD:
        raise Unprocessable(
            t(
                "The password has {count} characters, and fewer than {least} are guessed too easily.",
                count=len(password),
                least=SHORTEST_PASSWORD,
            ),
            t("Choose a longer one."),
        )


def _check_roles(roles: Collection[Role], customer_id: int | None) -> None:
    if not roles:
        raise Unprocessable(t("A membership without a role allows nothing."), t("Name at least one role."))
    ours = customer_id is None
    foreign = sorted(role.value for role in roles if (role in CUSTOMER_SIDE) == ours)
    if foreign:
        whose = t("people of a customer") if ours else t("people of the seller")
        raise Unprocessable(
            t("{roles}: these roles are for {whose}.", roles=" and ".join(foreign), whose=whose),
            t("Name a customer.") if ours else t("Leave the customer out, or choose other roles."),
        )


# --- identity tables --------------------------------------------------------------------------------------------------


def _add_user(password_hash: str) -> int:
    """The row FAB keeps. Its name and address are made up: the real ones stand in `person` and need not be unique."""
    code = uuid4().hex
    moment = now().replace(tzinfo=None)  # FAB's columns have no zone
    values = {
        "first_name": "",
        "last_name": "",
        "username": code,
        "email": f"{code}@portico.invalid",
        "password": password_hash,
        "active": True,
        "created_on": moment,
        "changed_on": moment,
        "created_by_fk": None,
        "changed_by_fk": None,
    }
    user_id: int = session.execute(insert(User).values(values).returning(User.id)).scalar_one()
    return user_id


def _person_id(login: str) -> int | None:
    return session.execute(select(Person.id).where(Person.login == login)).scalar()


def _known_person(login: str) -> int:
    person_id = _person_id(login.strip().lower())
    if person_id is None:
        raise NotFound(t("Nobody has the login {login}.", login=login), t("Check how it is written."))
    return person_id


def _membership(person_id: int, customer_id: int | None) -> tuple[int, int | None]:
    """(id, customer) of the membership that is meant."""
    query = select(Membership.id, Membership.customer_id).where(
        Membership.person_id == person_id, Membership.ended_at.is_(None)
    )
    if customer_id is not None:
        query = query.where(Membership.customer_id == customer_id)
    found = session.execute(query.order_by(Membership.id).limit(1)).one_or_none()
    if found is None:
        raise NotFound(t("This person has no membership to make a token for."), t("Give them a role first."))
    return found.id, found.customer_id


# --- scope ------------------------------------------------------------------------------------------------------------


def _leave_scope() -> None:
    """For the statements that follow, be the login itself."""
    _write_scope(_NO_SCOPE)


def _record(change: Change, customer_id: int | None = None) -> None:
    at = origin()
    before = current_scope.get()
    enter(Scope.staff())
    author = Author(at.actor.person_id, at.actor.name, at.actor.kind, at.ip)
    record([change], customer_id=customer_id, author=author)
    current_scope.set(before)
    _write_scope(before or _NO_SCOPE)


def _write_scope(scope: tuple[str, str, str]) -> None:
    session.execute(SET_SCOPE, dict(zip(("role", "customer", "customers"), scope, strict=True)))
