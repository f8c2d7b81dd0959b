"""What everybody does with their own access: change to another company, choose a password."""

from flask import Blueprint

blueprint = Blueprint("own", __name__)

from app.views.own import password, switch  # noqa: E402, F401  routes register
