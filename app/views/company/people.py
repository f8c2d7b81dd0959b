"""People of a company: who they are, what they may do, letting somebody in and letting somebody go."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.errors import PortalError
from app.extensions import transaction
from app.security.permissions import Permission
from app.services.customers import facts_of
from app.services.people import company, members
from app.services.people.company import Newcomer
from app.views.company import blueprint
from app.views.company.overview import company_of
from app.views.door import current_actor, door
from app.views.people_forms import LONGEST_EMAIL, limit_field, member_view, newcomer_fields, role_choices
from app.views.portal import fields
from app.views.portal.fields import Unread
from app.words import LANGUAGE_NAMES, t


@blueprint.get("/people")
@door(Permission.COMPANY_READ)
def list_people() -> str:
    actor = current_actor()
    with transaction():
        found = members.of_company(company_of(actor))
        currency = facts_of(actor.customer_id or 0).currency
    views = [member_view(each, is_self=each.person_id == actor.person_id) for each in found]
    return render_template(
        "company/people.html",
        people=[each for each in views if each.ended_at is None],
        gone=[each for each in views if each.ended_at is not None],
        currency=currency,
    )


@blueprint.get("/people/new")
@door(Permission.COMPANY_PEOPLE)
def new_person() -> str:
    return _new_page()


@blueprint.post("/people")
@door(Permission.COMPANY_PEOPLE)
def add_person() -> str | tuple[str, int]:
    actor = current_actor()
    try:
        newcomer = newcomer_fields()
        with transaction():
            password = company.add(actor, newcomer)
    except Unread as problem:
        return _new_page(problem=str(problem)), 422
    except PortalError as refusal:
        return _new_page(problem=refusal.message, fix=refusal.fix), refusal.status
    return _welcome(newcomer, password)


def _welcome(newcomer: Newcomer, password: str) -> str:
    """The one page that shows the password; it is stored nowhere and no address leads back here."""
    return render_template("company/welcome.html", newcomer=newcomer, login=newcomer.login.lower(), password=password)


@blueprint.get("/people/<membership_id>")
@door(Permission.COMPANY_READ)
def show_person(membership_id: str) -> str:
    return _page(fields.checked_id(membership_id))


@blueprint.post("/people/<membership_id>")
@door(Permission.COMPANY_PEOPLE)
def change_person(membership_id: str) -> Response | tuple[str, int]:
    number, roles = fields.checked_id(membership_id), request.form.getlist("role")
    _known(number)
    try:
        limit = limit_field()
        with transaction():
            member = company.change(current_actor(), number, roles=roles, order_limit=limit)
    except Unread as problem:
        return _page(number, typed=roles, problem=str(problem)), 422
    except PortalError as refusal:
        return _page(number, typed=roles, problem=refusal.message, fix=refusal.fix), refusal.status
    flash(t("Saved. It counts from {name}'s next click on.", name=member.name), "good")
    return redirect(url_for("company.list_people"), 303)


@blueprint.post("/people/<membership_id>/end")
@door(Permission.COMPANY_PEOPLE)
def end_membership(membership_id: str) -> Response | tuple[str, int]:
    number = fields.checked_id(membership_id)
    _known(number)
    try:
        with transaction():
            member = company.end(current_actor(), number)
    except PortalError as refusal:
        return _page(number, problem=refusal.message, fix=refusal.fix), refusal.status
    flash(t("{name} is out of your company from now on. Orders and history stay.", name=member.name), "good")
    return redirect(url_for("company.list_people"), 303)


def _known(membership_id: int) -> None:
    """:raises NotFound: nobody of this company"""
    with transaction():
        members.in_company(company_of(current_actor()), membership_id)


def _page(membership_id: int, *, typed: list[str] | None = None, problem: str = "", fix: str = "") -> str:
    actor = current_actor()
    with transaction():
        member = members.in_company(company_of(actor), membership_id)
        currency = facts_of(actor.customer_id or 0).currency
    view = member_view(member, is_self=member.person_id == actor.person_id)
    return render_template(
        "company/person.html",
        person=view,
        limit=view.limit if typed is None else fields.clean(request.form.get("limit", ""))[:30],
        roles=role_choices(view.role_values if typed is None else typed),
        currency=currency,
        problem=problem,
        fix=fix,
    )


def _new_page(*, problem: str = "", fix: str = "") -> str:
    typed: dict[str, Any] = {
        name: fields.clean(request.form.get(name, ""))[:LONGEST_EMAIL]
        for name in ("login", "name", "email", "language", "limit")
    }
    with transaction():
        currency = facts_of(company_of(current_actor())).currency
    return render_template(
        "company/new_person.html",
        typed=typed,
        roles=role_choices(request.form.getlist("role") if request.method == "POST" else ["buyer"]),
        languages=LANGUAGE_NAMES,
        currency=currency,
        problem=problem,
        fix=fix,
    )
