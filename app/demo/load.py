"""`run.py demo load|reset`: puts the cast into a mirror that has their companies, and takes the orders away again.

Only where PORTICO_ENV is demo or test: everybody knows the password.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import text
from sqlalchemy.dialects import postgresql

from app.audit.recorder import Change, record
from app.audit.tags import Tag
from app.demo.cast import Cast, Company, Member, own_item_numbers, read_cast
from app.embedded.databases import dsn
from app.errors import Conflict, NotAllowed
from app.extensions import session, start_database, transaction
from app.models import transactional
from app.models.configuration import CustomerAccount, CustomerItemNumber
from app.security.actor import acting, machine
from app.security.scopes import Scope, enter, leave
from app.services import accounts, seller
from app.services.lifecycle import author
from config import Settings

Say = Callable[[str], None]

_CUSTOMERS = text("select number, id from customer where number = any(:numbers) and withdrawn_at is null")
_PEOPLE = text("select login from person where login = any(:logins)")
_KEPT = ("audit_event", "audit_personal")


def load(settings: Settings, say: Say) -> None:
    """Create those of the cast who are not there yet, with their companies' settings. Safe to run again.

    :raises NotAllowed: this is not a demo
    :raises Conflict: the mirror does not have their companies
    """
    _only_in_demo(settings)
    engine = start_database(settings.database_worker_url)
    try:
        introduce(read_cast(), say)
    finally:
        session.remove()
        engine.dispose()


def introduce(cast: Cast, say: Say) -> None:
    """Create the cast in the database this process is bound to; web and worker login both may.

    :raises Conflict: the mirror does not have their companies
    """
    with acting(machine("demo")):
        customers = _customers(cast)
        with transaction():
            enter(Scope.staff())
            changed = sum(_set_up(company, customers[company.number]) for company in cast.companies)
            known = set(session.execute(_PEOPLE, {"logins": [each.login for each in cast.people]}).scalars())
            new = [member for member in cast.people if member.login not in known]
            _add(new, cast.password, customers)
            seller.set_up(cast.seller)
    leave()
    say(f"{len(new)} of the cast are new, {len(cast.people) - len(new)} were there; {changed} companies were set up.")


def reset(settings: Settings, say: Say) -> None:
    """Remove every order with all that belongs to it. People, settings, the mirror and the audit record stay.

    :raises NotAllowed: this is not a demo
    """
    _only_in_demo(settings)
    with psycopg.connect(dsn(settings.database_owner_url)) as owner:
        owner.execute("set lock_timeout = '10s'")
        owner.execute(sql.SQL("truncate {}").format(sql.SQL(", ").join(map(sql.Identifier, _tables_of_orders()))))
    say("Every order of the demo is gone. The sandbox ERP still has those it was sent.")


def _tables_of_orders() -> list[str]:
    """Everything transactional but the audit record, which stays. They go together, so their order does not matter."""
    models = (getattr(transactional, name) for name in transactional.__all__)
    return sorted({model.__table__.name for model in models} - set(_KEPT))


def _only_in_demo(settings: Settings) -> None:
    if settings.environment not in ("demo", "test"):
        raise NotAllowed(
            f"PORTICO_ENV is {settings.environment}, and the demo cast has a password that everybody knows.",
            "Set PORTICO_ENV=demo on a machine that is one; here, use: python run.py user create",
        )


def _customers(cast: Cast) -> Mapping[str, int]:
    numbers = [company.number for company in cast.companies]
    enter(Scope.staff())
    with transaction():
        found = {row.number: row.id for row in session.execute(_CUSTOMERS, {"numbers": numbers})}
    leave()
    if missing := [number for number in numbers if number not in found]:
        raise Conflict(
            f"The demo cast works for the customers {', '.join(missing)}, which the ERP has not sent yet.",
            "Read the ERP first: python run.py sync",
        )
    return found


def _set_up(company: Company, customer_id: int) -> bool:
    """The portal's own settings of a company, and its item numbers; what is there already stays as it is."""
    numbers = own_item_numbers(company.own_item_numbers)
    rows = [{"customer_id": customer_id, "own_number": own, "item_number": ours} for own, ours in numbers]
    account = {
        "customer_id": customer_id,
        "account_manager": company.account_manager,
        "account_manager_phone": company.account_manager_phone,
        "look_at_first": 0,  # known for long: their orders pass without a person
    }
    changed = _insert_new(CustomerAccount, [account]) + (_insert_new(CustomerItemNumber, rows) if rows else 0)
    if changed:
        after: dict[str, Any] = {"account_manager": company.account_manager, "own_item_numbers": len(rows)}
        change = Change(Tag.CONFIGURATION_CHANGED, "customer", company.number, after=after)
        record([change], customer_id=customer_id, author=author())
    return bool(changed)


def _insert_new(model: type[Any], rows: list[dict[str, Any]]) -> int:
    table = model.__table__
    statement = postgresql.insert(table).values(rows).on_conflict_do_nothing().returning(table.c.customer_id)
    return len(session.execute(statement).all())


def _add(members: list[Member], password: str, customers: Mapping[str, int]) -> None:
    """All with one hash of their one password: hashing is slow on purpose."""
    hashed = accounts.hash_password(password) if members else ""
    for member in members:
        person_id = accounts.create_person(
            member.login,
            member.name,
            password,
            email=f"{member.login}@example.com",
            is_demo=True,
            password_hash=hashed,
        )
        accounts.add_membership(
            person_id,
            customer_id=customers[member.company] if member.company else None,
            roles=member.roles,
            order_limit=member.order_limit,
            portfolio=[customers[number] for number in member.portfolio],
        )
