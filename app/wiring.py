"""Puts the web application together: one line per part. Asks the database nothing.

Not for deciding anything: what is allowed stands in `app.security`, what is answered in `app.views`.
"""

from __future__ import annotations

import os
from typing import Any

from flask import Flask, g
from flask_wtf.csrf import CSRFProtect

from app.security.policy import may_at_all
from app.security.roles import fab_roles
from app.starting import start_process
from app.views import api, company, desk, errors, health, own, portal, portfolio, sign_in
from app.views.admin import dead_letters_acts, people_access
from app.views.door import mark_public
from app.views.languages import register_languages
from app.views.register import register_admin
from app.views.requests import register_requests
from config import Settings


def build(settings: Settings | None = None) -> Flask:
    """The application, with every part of it registered.

    :param settings: read from the environment when left out
    :raises SettingsProblem: a setting has to be changed first
    """
    settings = settings or Settings.from_environment(os.environ)
    settings.require("database_url", "redis_url")
    app = Flask("app", static_folder="static", template_folder="templates")
    app.config.update(_flask_settings(settings))
    app.extensions["portico_settings"] = settings
    _connect(app, settings)
    errors.register(app)
    register_requests(app, settings)
    register_languages(app)
    app.register_blueprint(health.blueprint)
    app.register_blueprint(sign_in.blueprint)
    app.register_blueprint(portal.blueprint)
    app.register_blueprint(desk.blueprint)
    app.register_blueprint(company.blueprint)
    app.register_blueprint(portfolio.blueprint)
    app.register_blueprint(own.blueprint)
    app.register_blueprint(people_access.blueprint)
    app.register_blueprint(dead_letters_acts.blueprint)
    register_api(app)
    register_admin(app)
    mark_public(app, "static", "style sheets and pictures, the same for everybody")
    app.context_processor(_for_templates)
    return app


def register_api(app: Flask) -> None:
    """Tokens only, no cookie, so no form can be forged."""
    app.extensions["csrf"].exempt(api.blueprint)
    app.register_blueprint(api.blueprint)


def _flask_settings(settings: Settings) -> dict[str, Any]:
    https = settings.public_url.startswith("https://")
    return {
        "SECRET_KEY": settings.secret_key,
        "PUBLIC_URL": settings.public_url,
        "BUSINESS_TIME_ZONE": settings.business_time_zone,
        "METRICS_TOKEN": settings.metrics_token,
        "ERP_EVENT_SECRETS": settings.erp_event_secrets,
        "MAX_CONTENT_LENGTH": 10 * 1024 * 1024,
        # __Host- cookies need https; Chromium takes a plain name on loopback only
        "SESSION_COOKIE_NAME": "__Host-portico" if https else "portico",
        "SESSION_COOKIE_SECURE": https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "WTF_CSRF_TIME_LIMIT": None,  # a form lives as long as its session: nothing typed is lost
        "APP_NAME": "Portico",
        "AUTH_TYPE": 1,  # FAB's AUTH_DB; its pages are not registered
        "FAB_CREATE_DB": False,
        "FAB_UPDATE_PERMS": False,
        "FAB_ROLES": fab_roles(),
        "FAB_STATIC_FOLDER": None,
    }


def _connect(app: Flask, settings: Settings) -> None:
    """Opens nothing yet: connections are made when they are first needed."""
    app.extensions["portico_engine"] = start_process(
        settings, settings.database_url, pool_size=settings.web_threads + 2, patient=False
    )
    CSRFProtect(app)


def _for_templates() -> dict[str, Any]:
    """`actor` (None for strangers), `may(permission)` to hide what is not allowed, `home_path()`."""
    actor = g.get("actor")
    return {
        "actor": actor,
        "may": lambda permission: actor is not None and may_at_all(actor, permission),
        "home_path": lambda: sign_in.home_of(actor),
    }
