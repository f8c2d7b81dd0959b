"""Screens of what is kept in versions: the list and each version are FAB's, and a form that makes the next one is ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from flask import flash, make_response, redirect, url_for
from werkzeug.wrappers import Response

from app.extensions import transaction
from app.security.permissions import Permission
from app.services.seller import FormProblems
from app.views.base import ReadingInterface, Screen
from app.views.door import door
from app.words import n_


class KeepingScreen(Screen):
    """`GET /` shows the form, `POST /` saves it as a new version. What was typed is never lost by a refusal.

    :cvar change_permission: needed for the form
    :cvar form_template: gets `typed`, `problems` and what `form_facts` returns
    """

    permission = Permission.SELLER_READ
    change_permission = Permission.SELLER_CHANGE
    nouns = (n_("Version"), n_("Versions"))
    form_template: ClassVar[str]
    datamodel: ReadingInterface
    base_order = ("version", "desc")
    list_template = "admin/versions.html"

    def _register_urls(self) -> None:
        super()._register_urls()
        for name, view, method in (("form", self.form, "GET"), ("save", self.save, "POST")):
            self.blueprint.add_url_rule("/", name, door(self.change_permission)(view), methods=[method])

    def form(self) -> Response:
        """The newest version, ready to be changed."""
        with transaction():
            return self._page(self.newest(), {})

    def save(self) -> Response:
        """The next version, or the same form with what has to be changed."""
        try:
            with transaction():
                said = self.keep()
        except FormProblems as refusal:
            with transaction():
                return self._page({**self.newest(), **self.typed()}, refusal.problems, status=refusal.status)
        flash(said, "good")
        return redirect(url_for(f"{self.endpoint}.form"), 303)

    def _page(self, typed: Mapping[str, str], problems: Mapping[str, str], *, status: int = 200) -> Response:
        page = self.render_template(
            self.form_template, view=self, title=self.list_title, typed=typed, problems=problems, **self.form_facts()
        )
        return make_response(page, status)

    # what each screen brings

    def newest(self) -> dict[str, str]:
        """The fields of the version that counts now."""
        raise NotImplementedError

    def typed(self) -> dict[str, str]:
        """The fields as the browser sent them."""
        raise NotImplementedError

    def keep(self) -> str:
        """Save what was typed.

        :returns: a sentence that says so
        :raises FormProblems: naming every field that cannot be kept
        """
        raise NotImplementedError

    def form_facts(self) -> Mapping[str, Any]:
        """What else the form shows."""
        return {}
