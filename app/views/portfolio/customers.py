"""My customers and one customer: who owns each fact and how old it is, prices, orders, people, "always look"."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.extensions import transaction
from app.security.permissions import Permission
from app.services import portfolio
from app.services.company import settings
from app.services.portfolio import MOST_PRICES
from app.views.door import current_actor, door
from app.views.people_forms import member_view
from app.views.portal import fields
from app.views.portal.words import channel, erp_label, order_label
from app.views.portfolio import blueprint
from app.words import t


@blueprint.get("")
@door(Permission.PORTFOLIO_READ)
def show() -> str:
    with transaction():
        return render_template("portfolio/customers.html", customers=portfolio.customers(current_actor()))


@blueprint.get("/<customer_id>")
@door(Permission.PORTFOLIO_READ)
def show_customer(customer_id: str) -> str:
    with transaction():
        found = portfolio.customer(current_actor(), fields.checked_id(customer_id))
        return render_template(
            "portfolio/customer.html",
            sheet=found,
            customer=found.profile.customer,
            people=[member_view(each) for each in found.people],
            most_prices=MOST_PRICES,
            channel=channel,
            erp_label=erp_label,
            order_label=order_label,
        )


@blueprint.post("/<customer_id>/look")
@door(Permission.CUSTOMER_LOOK)
def always_look(customer_id: str) -> Response:
    wanted = request.form.get("always_look") == "yes"
    with transaction():
        settings.always_look(current_actor(), fields.checked_id(customer_id), wanted)
    flash(
        t("From now on every order of this customer comes to the desk.")
        if wanted
        else t("From now on only orders with a point come to the desk."),
        "good",
    )
    return redirect(url_for("portfolio.show_customer", customer_id=customer_id), 303)
