"""`run.py user` and `run.py token`: people and tokens from the command line."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text

from app.errors import NotFound, Unprocessable
from app.extensions import session, transaction
from app.jobs.at_once import at_work
from app.security.actor import Role, acting, machine
from app.security.identity import new_secret
from app.security.scopes import Scope, enter, leave
from app.services import accounts
from config import Settings

_CLI = machine("cli")
_CUSTOMER = text("select id from customer where number = :number and withdrawn_at is null order by id limit 1")


def create_user(settings: Settings, *, name: str, email: str, roles: Sequence[str], customer: str | None = None) -> str:
    """Add a person with one membership.

    :param name: the login
    :param customer: the customer's number at the ERP; None for people of the seller
    :returns: a line with a password that was drawn
    """
    wanted = _roles(roles)
    password = new_secret()
    with at_work(settings), acting(_CLI):
        customer_id = None if customer is None else _customer_id(customer)
        with transaction():
            person_id = accounts.create_person(name, name, password, email=email)
            accounts.add_membership(person_id, customer_id=customer_id, roles=wanted)
    return f"{name} can sign in now. Password, shown once: {password}"


def disable_user(settings: Settings, *, name: str) -> str:
    """End a person's access."""
    with at_work(settings), acting(_CLI), transaction():
        accounts.disable_person(name)
    return f"{name} cannot sign in any more; sessions have ended and tokens are revoked."


def create_token(settings: Settings, *, name: str, days: int) -> str:
    """Make a token for the API.

    :returns: the token and nothing else, so that a script can take it
    """
    with at_work(settings), acting(_CLI), transaction():
        return accounts.create_token(name, days=days, label="command line")


def _roles(names: Sequence[str]) -> list[Role]:
    known = {role.value: role for role in Role}
    if unknown := sorted(set(names) - set(known)):
        raise Unprocessable(f"There is no role {', '.join(unknown)}.", f"Known are: {', '.join(sorted(known))}.")
    return [known[name] for name in names]


def _customer_id(number: str) -> int:
    enter(Scope.staff())
    found = session.execute(_CUSTOMER, {"number": number}).scalar()
    leave()
    if found is None:
        raise NotFound(f"The ERP has sent no customer {number}.", "Check the number, or run: python run.py sync")
    return int(found)
