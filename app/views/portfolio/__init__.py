"""The pages of account managers: the customers they look after, and one of them in full. They read, but for one setting."""

from flask import Blueprint

blueprint = Blueprint("portfolio", __name__, url_prefix="/portfolio")

from app.views.portfolio import customers  # noqa: E402, F401  routes register
