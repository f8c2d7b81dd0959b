"""More: what is not needed every hour. Approvals, invoices, the company's pages, language, sign out."""

from __future__ import annotations

from flask import render_template

from app.security.permissions import Permission
from app.views.door import door
from app.views.portal import blueprint


@blueprint.get("/more")
@door(Permission.ME_READ)
def more() -> str:
    return render_template("portal/more.html")
