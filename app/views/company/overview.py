"""Company data as the ERP keeps it, with its age, and the settings a company decides itself."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.extensions import transaction
from app.security.actor import Actor
from app.security.permissions import Permission
from app.security.policy import may_at_all, require
from app.security.predicates import Belonging
from app.services.company import item_numbers, settings
from app.services.company.profile import profile_of
from app.services.people import members
from app.views.company import blueprint
from app.views.door import current_actor, door
from app.words import t


@blueprint.get("")
@door(Permission.COMPANY_READ)
def show() -> str:
    actor = current_actor()
    customer_id = company_of(actor)
    with transaction():
        return render_template(
            "company/overview.html",
            profile=profile_of(customer_id),
            sees_money=may_at_all(actor, Permission.DEBT_READ),
            people=sum(1 for each in members.of_company(customer_id) if each.ended_at is None),
            numbers=item_numbers.how_many(customer_id),
            treatments=_treatments(),
        )


@blueprint.post("/settings")
@door(Permission.COMPANY_SETTINGS)
def change_settings() -> Response:
    with transaction():
        settings.change(
            current_actor(),
            repeated_reference=request.form.get("repeated_reference", ""),
            substitutes_allowed=request.form.get("substitutes_allowed") == "yes",
        )
    flash(t("Saved. It counts from the next order on."), "good")
    return redirect(url_for("company.show"), 303)


def company_of(actor: Actor) -> int:
    """The company whose pages these are.

    :raises NotAllowed: whoever asks does not administer one
    """
    customer_id = actor.customer_id or 0
    require(actor, Permission.COMPANY_READ, Belonging(customer_id))
    return customer_id


def _treatments() -> dict[str, str]:
    return {
        "notice": t("Say so, and take the order as it is"),
        "offer": t("Say so, and suggest a PO number with a letter added"),
        "block": t("Do not take the order until it has another PO number"),
    }
