"""Today: what waits for me, then ordering, then news. People who work for us are sent to where their work is."""

from __future__ import annotations

from flask import redirect, render_template
from werkzeug.wrappers import Response

from app.extensions import transaction
from app.security.actor import Actor
from app.security.permissions import Permission
from app.security.policy import may_at_all
from app.services import approvals
from app.services.ordering.reading import recent
from app.views.door import current_actor, door
from app.views.portal import blueprint, rows
from app.views.sign_in import home_of

DRAFTS, LAST = 5, 10


@blueprint.get("/")
@door(Permission.ME_READ)
def today() -> Response | str:
    actor = current_actor()
    home = home_of(actor)
    if home != "/":
        return redirect(home)
    with transaction():
        waiting = approvals.waiting_list() if may_at_all(actor, Permission.APPROVAL_READ) else ()
        drafts = recent(process="draft", limit=DRAFTS) if may_at_all(actor, Permission.ORDER_CHANGE) else []
        back = [row for row in recent(process="in_validation") if row.ball_with == "buyer"]
        last = recent(limit=LAST + DRAFTS)
    elsewhere = {row.number for row in (*drafts, *back)}
    return render_template(
        "portal/today.html",
        approvals=waiting,
        drafts=rows.views(drafts, actor),
        back=rows.views(back, actor),
        last=rows.views([row for row in last if row.number not in elsewhere][:LAST], actor),
        can_order=_can_order(actor),
    )


def _can_order(actor: Actor) -> bool:
    return may_at_all(actor, Permission.ORDER_CREATE)
