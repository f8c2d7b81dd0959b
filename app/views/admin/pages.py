"""A page in the administrators' menu that is no list of a table: FAB's frame and menu, our own template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from flask_appbuilder import BaseView

from app.security.permissions import Permission
from app.views.door import door


class Page(BaseView):
    """One address, `list`, so that the menu leads to it as to a screen.

    :cvar permission: needed to read it; also FAB's name of the view
    :cvar noun: its name in the menu
    """

    permission: ClassVar[Permission]
    noun: ClassVar[str]
    template: ClassVar[str]
    default_view = "list"
    base_permissions = ["can_read"]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.class_permission_name = cls.permission.value

    def list(self) -> str:
        """The page."""
        page: str = self.render_template(self.template, view=self, title=self.noun, **self.facts())
        return page

    def facts(self) -> Mapping[str, Any]:
        """What the template shows."""
        raise NotImplementedError

    def _register_urls(self) -> None:
        self.blueprint.add_url_rule("/list/", "list", door(self.permission)(self.list), methods=["GET"])
