"""`GET /me`: who the token speaks for, and what it may."""

from __future__ import annotations

from typing import Any

from app.extensions import transaction
from app.security.actor import Actor
from app.security.permissions import Permission
from app.security.policy import may_at_all
from app.services.customers import facts_of
from app.views.api import blueprint
from app.views.api.describing import describe
from app.views.api.shapes import money
from app.views.door import api_door, current_actor


@blueprint.get("/me")
@describe("Who I am: identity, memberships, roles, active company, limits", answer="Me")
@api_door(Permission.ME_READ)
def me() -> dict[str, Any]:
    actor = current_actor()
    with transaction():
        company = _company(actor)
    currency = company["currency"] if company else ""
    return {
        "login": actor.login,
        "name": actor.name,
        "language": actor.language,
        "roles": sorted(actor.roles),
        "memberships": [{"company": company and company["number"], "roles": sorted(actor.roles), "active": True}],
        "company": company,
        "limits": {"order_without_approval": money(actor.order_limit, currency)},
        "permissions": [permission.value for permission in Permission if may_at_all(actor, permission)],
    }


def _company(actor: Actor) -> dict[str, Any] | None:
    if actor.customer_id is None:
        return None
    customer = facts_of(actor.customer_id)
    return {
        "number": customer.number,
        "name": customer.name,
        "currency": customer.currency,
        "payment_terms": customer.payment_terms,
        "ship_tos": [
            {
                "code": each.code,
                "name": each.name,
                "city": each.city,
                "country": each.country,
                "default": each.is_default,
            }
            for each in customer.ship_tos
        ],
    }
