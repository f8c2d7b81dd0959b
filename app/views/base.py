"""What every FAB screen of ours stands on: guarded routes, lists that name their columns, scoped actions.

FAB brings the routes, the query of the list, filters, paging and roles; the pages are our own templates, without
script. Screens read and actions call services; for screens with forms see `app.views.crud`. Not for pages people work
on all day: see `app.views.portal`, `desk`.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import urlencode

from flask import abort, flash, g, has_app_context, redirect, request, url_for
from flask_appbuilder import ModelView, expose
from flask_appbuilder.actions import action as fab_action
from flask_appbuilder.models.filters import Filters
from flask_appbuilder.security.decorators import has_access
from flask_appbuilder.widgets import ListWidget, RenderTemplateWidget, ShowWidget
from werkzeug.wrappers import Response

from app.errors import NotAllowed, PortalError
from app.extensions import transaction
from app.security.permissions import Permission
from app.views.audited import AuditedInterface
from app.views.door import door
from app.views.filters import Search
from app.views.formats import NOTHING, shown
from app.words import t

LARGEST_ID = 2**63 - 1
LARGEST_PAGE = 100_000


class ReadingInterface(AuditedInterface):
    """Reads a table for FAB and refuses to write it: what these screens show changes through services alone."""

    def add(self, item: Any, commit: bool = True) -> None:
        raise self._refusal()

    def edit(self, item: Any, commit: bool = True) -> None:
        raise self._refusal()

    def delete(self, item: Any, commit: bool = True) -> None:
        raise self._refusal()

    def delete_all(self, items: Sequence[Any]) -> None:
        raise self._refusal()

    def _refusal(self) -> NotAllowed:
        return NotAllowed(
            t("This screen only shows."), t("Change it where it belongs: in the ERP, or on its own page.")
        )


class SafeFilters:
    """FAB keeps the filters of a request on the view, which threads share; here every request has its own copy."""

    @property
    def _filters(self) -> Filters | None:
        template = self.__dict__.get("_filter_template")
        if template is None or not has_app_context():
            return template
        own: dict[int, Filters] = g.setdefault("filters_of_views", {})
        if id(self) not in own:
            own[id(self)] = copy.copy(template)
            own[id(self)].clear_filters()
        return own[id(self)]

    @_filters.setter
    def _filters(self, template: Filters | None) -> None:
        self.__dict__["_filter_template"] = template


class SearchForm(RenderTemplateWidget):
    """The fields above a list; FAB's own needs script."""

    template = "appbuilder/general/widgets/search.html"


@dataclass(frozen=True, slots=True)
class Section:
    """A table below a record: its lines, findings, calls. Columns named in `figures` are set to the right."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    nothing: str = ""
    figures: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a list somebody is: page, order, and what was searched for; knows the links from here."""

    endpoint: str
    page: int
    order: str
    down: bool
    searched: Mapping[str, str] = field(default_factory=dict)

    def link(self, **changes: Any) -> str:
        """The address of the same list with another page or order."""
        here = {"page": self.page or None, "order": self.order or None, "down": "1" if self.down else None}
        wanted = {**self.searched, **here, **changes}
        query = urlencode({name: value for name, value in wanted.items() if value})
        return url_for(self.endpoint) + (f"?{query}" if query else "")

    def sort_link(self, column: str) -> str:
        """Order by the column; once more turns it round."""
        again = self.order == column and not self.down
        return self.link(order=column, down="1" if again else None, page=None)


class Screen(SafeFilters, ModelView):
    """A list and a record of one noun.

    :cvar permission: needed to read it; also FAB's name of the view
    :cvar act_permission: needed for its actions
    :cvar nouns: one and many, as in "No order found" and "Orders"
    :cvar searches: fields above the list
    :cvar cells: column → function of the record, where the value alone does not say enough
    :cvar names: column of ids → function that finds the words for many of them in one statement
    :cvar figures: columns set to the right
    :cvar changes: forms there are for a record, see `app.views.crud`
    """

    datamodel: AuditedInterface
    permission: ClassVar[Permission]
    act_permission: ClassVar[Permission | None] = None
    nouns: ClassVar[tuple[str, str]]
    searches: ClassVar[Sequence[Search]] = ()
    cells: ClassVar[Mapping[str, Callable[[Any], Any]]] = {}
    names: ClassVar[Mapping[str, Callable[[Collection[Any]], Mapping[Any, Any]]]] = {}
    figures: ClassVar[frozenset[str]] = frozenset()
    about: ClassVar[str] = ""
    changes: ClassVar[frozenset[str]] = frozenset()

    base_permissions = ["can_read", "can_act"]
    method_permission_name = {"list": "read", "show": "read", "action": "act", "action_post": "act"}
    base_order = ("id", "desc")
    page_size = 25

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.class_permission_name = cls.permission.value
        cls.list_title = cls.nouns[1]
        cls.show_title = cls.nouns[0]
        cls.search_columns = sorted({each.column for each in cls.searches})
        cls.include_route_methods = {"list", "show"} | ({"action", "action_post"} if cls.act_permission else set())

    def _init_forms(self) -> None:
        """There is nothing to fill in, and FAB's forms would load whole tables."""

    def _register_urls(self) -> None:
        """Each route through the door, marked with its permission."""
        for method in sorted(self.include_route_methods):
            view = getattr(self, method)
            guarded = door(self._permission_of(method))(view)
            for url, methods in view._urls:
                self.blueprint.add_url_rule(url, method, guarded, methods=methods)

    def _permission_of(self, method: str) -> Permission:
        acts = method.startswith("action") and self.act_permission is not None
        return self.act_permission if acts and self.act_permission is not None else self.permission

    # the list

    def _list(self, **_: Any) -> dict[str, Any]:
        place = self._place()
        filters = self._filters
        assert filters is not None
        for search in self.searches:
            if value := place.searched.get(search.name):
                filters.add_filter(search.column, search.filter, value)
        return {"list": self._table(filters, place), "search": SearchForm(view=self, place=place)}

    def _place(self) -> Place:
        args = request.args
        given = ((search, args.get(search.name, "").strip()) for search in self.searches)
        return Place(
            endpoint=f"{self.endpoint}.list",
            page=args.get("page", 0, type=_page_number),
            order=args.get("order", "") if args.get("order") in self.order_columns else "",
            down=args.get("down") == "1",
            searched={search.name: value for search, value in given if value and search.takes(value)},
        )

    def _table(self, filters: Filters, place: Place) -> ListWidget:
        order, direction = (place.order, "desc" if place.down else "asc") if place.order else self.base_order
        count, items = self.datamodel.query(
            filters.get_joined_filters(self._base_filters), order, direction, page=place.page, page_size=self.page_size
        )
        return ListWidget(
            view=self,
            place=place,
            count=count,
            pages=-(-count // self.page_size),
            rows=list(zip(map(self.datamodel.key_of, items), self._rows(items, self.list_columns), strict=True)),
        )

    def _rows(self, items: Sequence[Any], columns: Sequence[str]) -> list[list[Any]]:
        words = {
            column: find({getattr(item, column) for item in items} - {None})
            for column, find in self.names.items()
            if column in columns
        }
        return [[self._cell(item, column, words.get(column)) for column in columns] for item in items]

    def _cell(self, item: Any, column: str, words: Mapping[Any, Any] | None) -> Any:
        if column in self.cells:
            return self.cells[column](item)
        value = getattr(item, column)
        return shown(value if words is None else words.get(value, value))

    # one record

    def _show(self, pk: str) -> dict[str, Any]:
        item = self.datamodel.get(as_id(pk))
        if item is None:
            abort(404)
        cells = zip(self.show_columns, self._rows([item], self.show_columns)[0], strict=True)
        values = {column: cell for column, cell in cells if cell is not NOTHING}
        name, key = self.name_of(item), self.datamodel.key_of(item)
        return {"show": ShowWidget(view=self, pk=key, name=name, values=values, sections=self.sections(item))}

    def _deserialize_pk_if_composite(self, pk: str) -> str:
        """Every record of ours has an id of its own."""
        return pk

    def name_of(self, item: Any) -> str:
        """What the record is called in its heading."""
        return str(getattr(item, "number", item.id))

    def sections(self, item: Any) -> Sequence[Section]:
        """Tables below the record."""
        return ()

    # actions

    @expose("/action/<string:name>/<pk>", methods=["POST"])
    @has_access
    def action(self, name: str, pk: str) -> Response:
        """An action on the record that is open."""
        return self._act(name, [pk])

    @expose("/action_post", methods=["POST"])
    @has_access
    def action_post(self) -> Response:
        """An action on the records ticked in the list."""
        return self._act(request.form.get("action", ""), request.form.getlist("rowid"))

    def _act(self, name: str, pks: Iterable[str]) -> Response:
        wanted = self.actions.get(name)
        if wanted is None:
            abort(404)
        items = [item for item in map(self.datamodel.get, map(as_id, pks)) if item is not None]
        wanted.func(items)
        return redirect(url_for(f"{self.endpoint}.list"), 303)

    def each(self, ids: Iterable[int], act: Callable[[int], object], *, done: Callable[[int], str]) -> None:
        """Do something to each, in a transaction each, and say how it went.

        :param done: how many went well → the sentence that says so
        """
        count = 0
        for each in ids:
            try:
                with transaction():
                    act(each)
                count += 1
            except PortalError as refusal:
                flash(f"{refusal.message} {refusal.fix}".strip(), "look")
        if count:
            flash(done(count), "good")

    # FAB's way back through the history in the cookie is not used

    def update_redirect(self) -> None:
        """The browser knows where it was."""

    def get_redirect(self) -> str:
        return url_for(f"{self.endpoint}.list")


def scoped_action(name: str, words: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A button for records of a screen. The function gets records read again in the scope of whoever asks."""

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        decorated: Callable[..., None] = fab_action(name, words)(function)
        return decorated

    return decorate


def as_id(text: str) -> int:
    """The id in an address; what cannot be one is not found."""
    if not (text.isascii() and text.isdigit() and len(text) <= 19) or int(text) > LARGEST_ID:
        abort(404)
    return int(text)


def _page_number(text: str) -> int:
    """:raises ValueError: no number of a page"""
    return min(max(int(text), 0), LARGEST_PAGE)
