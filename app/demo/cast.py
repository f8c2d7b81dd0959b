"""The demo cast as `cast.yml` declares it."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from app.security.actor import Role

_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Company:
    """A customer of the ERP. `own_item_numbers` names the list in `buyer_item_numbers.csv` that it uses."""

    number: str
    account_manager: str = ""
    account_manager_phone: str = ""
    own_item_numbers: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """One of the cast. `company` empty: works for the seller. `order_limit` None is no limit."""

    login: str
    name: str
    roles: tuple[Role, ...]
    company: str = ""
    order_limit: Decimal | None = None
    portfolio: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cast:
    """`seller` are fields of the seller's profile."""

    password: str
    seller: Mapping[str, str]
    companies: tuple[Company, ...]
    people: tuple[Member, ...]


def read_cast(path: Path = _FOLDER / "cast.yml") -> Cast:
    """What the file declares."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Cast(
        password=content["password"],
        seller=content["seller"],
        companies=tuple(Company(**company) for company in content["companies"]),
        people=tuple(_member(person) for person in content["people"]),
    )


def own_item_numbers(buyer: str) -> list[tuple[str, str]]:
    """(the buyer's number, our item number) of one list."""
    with (_FOLDER / "buyer_item_numbers.csv").open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines)
        return [(row["buyer_item_number"], row["item_number"]) for row in rows if row["buyer"] == buyer]


def _member(person: dict[str, Any]) -> Member:
    limit = person.get("order_limit")
    return Member(
        login=person["login"],
        name=person["name"],
        roles=tuple(Role(role) for role in person["roles"]),
        company=person.get("company", ""),
        order_limit=None if limit is None else Decimal(limit),
        portfolio=tuple(person.get("portfolio", ())),
    )
