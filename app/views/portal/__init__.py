"""The pages of buyers and approvers: today, find, draft, orders, approvals, invoices. Server-rendered, 390 px first.

Everything works as plain forms without JavaScript.
"""

from flask import Blueprint

from app.views.portal import words
from app.views.portal.frame import frame

blueprint = Blueprint("portal", __name__)
words.register(blueprint)
blueprint.app_context_processor(lambda: {"frame": frame})

from app.views.portal import (  # noqa: E402, F401  routes register
    adding,
    again,
    answering,
    approvals,
    drafts,
    find,
    invoices,
    more,
    orders,
    papers,
    prices,
    proposals,
    sending,
    today,
)
