"""The review desk: the queue of orders a person decides, and the decision. Nothing here changes what was ordered."""

from flask import Blueprint

blueprint = Blueprint("desk", __name__)

from app.views.desk import deciding, differences, keys, queue, showing, writing  # noqa: E402, F401  routes register
