"""The pages of a company's administrator: company data, people, own item numbers, settings. Plain forms, 390 px first."""

from flask import Blueprint

blueprint = Blueprint("company", __name__, url_prefix="/company")

from app.views.company import items, overview, people  # noqa: E402, F401  routes register
