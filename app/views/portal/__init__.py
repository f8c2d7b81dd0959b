"""The pages of buyers and approvers: today, find, draft, orders, approvals. Server-rendered, one column from 390 px up.

Everything works as plain forms without JavaScript.
"""

from flask import Blueprint

from app.views.portal import words

blueprint = Blueprint("portal", __name__)
words.register(blueprint)

from app.views.portal import adding, approvals, drafts, find, orders, sending, today  # noqa: E402, F401  routes register
