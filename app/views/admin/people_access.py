"""What administrators do with one person: details, memberships, password, browsers and tokens, the way in altogether.

Forms of our own beside FAB's list and record of people, since every one of them calls a service.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.errors import NotFound, PortalError
from app.extensions import transaction
from app.security.permissions import Permission
from app.services.people import members, staff
from app.services.people.members import Member
from app.services.people.roles import OF_A_COMPANY, OF_THE_SELLER
from app.services.people.staff import Details, Place
from app.views.admin import lookups
from app.views.door import current_actor, door
from app.views.people_forms import (
    LONGEST_EMAIL,
    email_field,
    language_field,
    limit_field,
    member_view,
    name_field,
    role_choices,
)
from app.views.portal import fields
from app.views.portal.fields import Unread
from app.words import LANGUAGE_NAMES, t, tn

blueprint = Blueprint("people_access", __name__, url_prefix="/admin/people")

Answer = Response | str | tuple[str, int]
LONGEST_PORTFOLIO = 4000


@blueprint.get("/new")
@door(Permission.CONFIGURATION_CHANGE)
def new_person() -> str:
    return _new_page()


@blueprint.post("/new")
@door(Permission.CONFIGURATION_CHANGE)
def add_person() -> Answer:
    try:
        details, place = _details(), _place(fields.clean(request.form.get("customer", "")))
        login = fields.clean(request.form.get("login", ""))[:LONGEST_EMAIL]
        with transaction():
            person_id, password = staff.create(current_actor(), login, details, place)
    except Unread as problem:
        return _new_page(problem=str(problem)), 422
    except PortalError as refusal:
        return _new_page(problem=refusal.message, fix=refusal.fix), refusal.status
    return _secret(person_id, password)


@blueprint.get("/<person_id>/access")
@door(Permission.CONFIGURATION_CHANGE)
def show(person_id: str) -> str:
    return _page(fields.checked_id(person_id))


@blueprint.post("/<person_id>/details")
@door(Permission.CONFIGURATION_CHANGE)
def change_details(person_id: str) -> Answer:
    return _do(person_id, lambda number: staff.change_details(current_actor(), number, _details()), t("Saved."))


@blueprint.post("/<person_id>/memberships")
@door(Permission.CONFIGURATION_CHANGE)
def add_membership(person_id: str) -> Answer:
    def add(number: int) -> None:
        place = _place(fields.clean(request.form.get("customer", "")))
        staff.add_membership(current_actor(), number, place)

    return _do(person_id, add, t("Added. It counts at once."))


@blueprint.post("/memberships/<membership_id>")
@door(Permission.CONFIGURATION_CHANGE)
def change_membership(membership_id: str) -> Answer:
    member = _member(membership_id)

    def change(_: int) -> None:
        staff.change_membership(current_actor(), member.membership_id, _place(""))

    return _do(str(member.person_id), change, t("Saved. It counts from the next click on."))


@blueprint.post("/memberships/<membership_id>/end")
@door(Permission.CONFIGURATION_CHANGE)
def end_membership(membership_id: str) -> Answer:
    member = _member(membership_id)

    def end(_: int) -> None:
        staff.end_membership(current_actor(), member.membership_id)

    return _do(str(member.person_id), end, t("Ended. Orders and history stay."))


@blueprint.post("/<person_id>/disable")
@door(Permission.CONFIGURATION_CHANGE)
def disable(person_id: str) -> Answer:
    return _do(
        person_id, lambda number: staff.disable(current_actor(), number), t("Nobody comes in as this person now.")
    )


@blueprint.post("/<person_id>/enable")
@door(Permission.CONFIGURATION_CHANGE)
def enable(person_id: str) -> Answer:
    return _do(person_id, lambda number: staff.enable(current_actor(), number), t("This person can sign in again."))


@blueprint.post("/<person_id>/end-sessions")
@door(Permission.CONFIGURATION_CHANGE)
def end_sessions(person_id: str) -> Answer:
    number = fields.checked_id(person_id)
    with transaction():
        count = staff.end_sessions(current_actor(), number)
    return _done(number, tn("{n} browser has to sign in again.", "{n} browsers have to sign in again.", count))


@blueprint.post("/<person_id>/revoke-tokens")
@door(Permission.CONFIGURATION_CHANGE)
def revoke_tokens(person_id: str) -> Answer:
    number = fields.checked_id(person_id)
    with transaction():
        count = staff.revoke_tokens(current_actor(), number)
    return _done(number, tn("{n} token opens nothing any more.", "{n} tokens open nothing any more.", count))


@blueprint.post("/<person_id>/password")
@door(Permission.CONFIGURATION_CHANGE)
def new_password(person_id: str) -> Answer:
    number = fields.checked_id(person_id)
    with transaction():
        password = staff.new_password(current_actor(), number)
    return _secret(number, password)


# --- how ----------------------------------------------------------------------------------------------------------------


def _do(person_id: str, act: Callable[[int], object], done: str) -> Answer:
    """One change in a transaction, and back to the person; a refusal shows on the same page."""
    number = fields.checked_id(person_id)
    try:
        with transaction():
            act(number)
    except Unread as problem:
        return _page(number, problem=str(problem)), 422
    except NotFound:
        raise
    except PortalError as refusal:
        return _page(number, problem=refusal.message, fix=refusal.fix), refusal.status
    return _done(number, done)


def _done(person_id: int, words: str) -> Response:
    flash(words, "good")
    return redirect(url_for("people_access.show", person_id=person_id), 303)


def _member(membership_id: str) -> Member:
    """:raises NotFound: there is no such membership"""
    with transaction():
        return members.one(fields.checked_id(membership_id))


def _details() -> Details:
    return Details(name_field(), email_field(), language_field())


def _place(customer_number: str) -> Place:
    numbers = fields.clean(request.form.get("portfolio", ""))[:LONGEST_PORTFOLIO]
    return Place(
        customer_number=customer_number,
        roles=request.form.getlist("role"),
        order_limit=limit_field(),
        portfolio=numbers.replace(",", " ").replace(";", " ").split(),
    )


def _page(person_id: int, *, problem: str = "", fix: str = "") -> str:
    with transaction():
        person = staff.person(person_id)
        found = members.of_person(person_id)
        facts = {
            "person": {name: getattr(person, name) for name in ("id", "login", "name", "email", "language", "active")},
            "is_self": person_id == current_actor().person_id,
            "ways_in": staff.ways_in(person_id),
            "memberships": _memberships(found),
        }
    return _render("admin/person.html", **facts, problem=problem, fix=fix)


def _memberships(found: list[Member]) -> list[dict[str, Any]]:
    ids = {each.customer_id for each in found if each.customer_id is not None}
    numbers = lookups.customer_numbers({number for each in found for number in each.portfolio})
    names = lookups.customers(ids)
    return [
        {
            "view": (view := member_view(each)),
            "customer": None if each.customer_id is None else names.get(each.customer_id, each.customer_id),
            "roles": role_choices(view.role_values, OF_A_COMPANY if each.customer_id is not None else OF_THE_SELLER),
            "portfolio": " ".join(numbers.get(number, "") for number in each.portfolio),
        }
        for each in found
    ]


def _new_page(*, problem: str = "", fix: str = "") -> str:
    names = ("login", "name", "email", "language", "customer", "limit", "portfolio")
    return _render(
        "admin/new_person.html",
        typed={name: fields.clean(request.form.get(name, ""))[:LONGEST_EMAIL] for name in names},
        ticked=request.form.getlist("role"),
        problem=problem,
        fix=fix,
    )


def _secret(person_id: int, password: str) -> str:
    """The one page that shows the password; it is stored nowhere and no address leads back here."""
    with transaction():
        person = staff.person(person_id)
        facts = {"name": person.name, "login": person.login, "person_id": person.id}
    return _render("admin/new_password.html", **facts, password=password)


def _render(template: str, **facts: Any) -> str:
    """Within the frame of the administrators' screens, which needs FAB's menu."""
    return render_template(
        template,
        appbuilder=current_app.appbuilder,  # type: ignore[attr-defined]
        languages=LANGUAGE_NAMES,
        company_roles=role_choices((), OF_A_COMPANY),
        seller_roles=role_choices((), OF_THE_SELLER),
        **facts,
    )
