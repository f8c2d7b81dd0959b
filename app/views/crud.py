"""Screens whose rows are added, edited and taken out through FAB's generated forms, with the audit record.

For tables where a row is all there is to decide. Where a change has consequences a service knows of, use that service
(see docs/adr). Nothing typed is lost by a refusal, and nobody overwrites what somebody else has just kept unseen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from flask import abort, after_this_request, flash, redirect, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.forms import DynamicForm
from flask_appbuilder.security.decorators import has_access
from flask_appbuilder.widgets import FormWidget
from psycopg.errors import UniqueViolation
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response
from wtforms import BooleanField, Field, SelectField

from app.errors import Conflict, PortalError
from app.extensions import session
from app.security.permissions import Permission
from app.views.audited import AuditedInterface
from app.views.base import Screen, as_id
from app.views.crud_forms import generated
from app.views.formats import shown
from app.words import n_, t


@dataclass(frozen=True, slots=True)
class Sentences:
    """What is said after a change, and before a row is taken out."""

    added: str
    changed: str
    taken_out: str
    before_taking_out: str


class CrudScreen(Screen):
    """A list and a record like every screen, with forms.

    :cvar changes: which of add, edit and delete there are
    :cvar change_permission: needed for all of them
    """

    datamodel: AuditedInterface
    permission = Permission.CONFIGURATION_READ
    change_permission = Permission.CONFIGURATION_CHANGE
    nouns = (n_("Entry"), n_("Entries"))
    changes = frozenset({"add", "edit", "delete"})
    sentences: ClassVar[Sentences]

    method_permission_name = {**Screen.method_permission_name, "add": "act", "edit": "act", "delete": "act"}
    list_template = "admin/kept_list.html"
    add_template = "admin/kept_form.html"
    edit_template = "admin/kept_form.html"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.include_route_methods = cls.include_route_methods | cls.changes

    def _permission_of(self, method: str) -> Permission:
        return self.change_permission if method in self.changes else super()._permission_of(method)

    def _init_forms(self) -> None:
        self.add_form = self._generated(self.add_columns, self.add_form_extra_fields)
        self.edit_form = self._generated(self.edit_columns, self.edit_form_extra_fields)

    def _generated(self, columns: list[str], fields: Mapping[str, Any]) -> type[DynamicForm]:
        return generated(
            self.datamodel,
            columns,
            labels=self.label_columns,
            hints=self.description_columns,
            checks=self.validators_columns,
            fields=fields,
        )

    # adding

    def prefilled(self) -> Mapping[str, Any]:
        """What the empty form holds already."""
        return {}

    def _add(self) -> dict[str, Any] | None:
        form = self.add_form(data=self.prefilled())
        if request.method == "GET":
            return self._form(form, "add", self.add_columns)
        if not form.validate():
            return self._again(form, "add", self.add_columns)
        item = self.datamodel.obj()
        try:
            self._kept(form, item, self.pre_add, self.datamodel.add)
        except PortalError as refusal:
            return self._again(form, "add", self.add_columns, refusal=refusal)
        flash(t(self.sentences.added), "good")
        return None

    # editing

    def _edit(self, pk: str) -> dict[str, Any] | None:
        item = self._found(pk, hold=request.method == "POST")
        form = self.edit_form(obj=item)
        place = {"pk": self.datamodel.key_of(item), "name": self.name_of(item)}
        place["version"] = self.datamodel.version_of(item)
        if request.method == "GET":
            return self._form(form, "edit", self.edit_columns, **place)
        between = self._changed_in_between(form, item)
        if not form.validate() or between:
            tell_of_changes(between)
            return self._again(form, "edit", self.edit_columns, refusal=_changed() if between else None, **place)
        try:
            self._kept(form, item, self.pre_update, self.datamodel.edit)
        except PortalError as refusal:
            return self._again(form, "edit", self.edit_columns, refusal=refusal, **place)
        flash(t(self.sentences.changed), "good")
        return None

    def _changed_in_between(self, form: DynamicForm, item: Any) -> list[tuple[Field, Field]]:
        """(as typed, as it is now) of what differs, when the form shows an older row than the one kept now."""
        if request.form.get("version") == self.datamodel.version_of(item):
            return []
        now = self.edit_form(formdata=None, obj=item)
        pairs = [(form[name], now[name]) for name in self.edit_columns]
        return [(typed, kept) for typed, kept in pairs if typed.data != kept.data]

    # taking out

    @expose("/delete/<pk>", methods=["GET", "POST"])
    @has_access
    def delete(self, pk: str) -> Any:
        """Asks first; takes out what was asked about and nothing newer."""
        item = self._found(pk, hold=request.method == "POST")
        seen = request.form.get("version") == self.datamodel.version_of(item)
        refusal: PortalError | None = None
        if request.method == "POST":
            try:
                if not seen:
                    raise _changed()
                self.pre_delete(item)
                self.datamodel.delete(item)
            except PortalError as problem:
                session.rollback()
                refusal = problem
                _answer_with(problem.status)
            else:
                flash(t(self.sentences.taken_out), "good")
                return self.post_delete_redirect()
        return self._asks(self._found(pk, hold=False), refusal)

    def _asks(self, item: Any, refusal: PortalError | None) -> str:
        cells = zip(self.show_columns, self._rows([item], self.show_columns)[0], strict=True)
        page: str = self.render_template(
            "admin/kept_delete.html", view=self, title=self.nouns[0], name=self.name_of(item), refusal=refusal,
            pk=self.datamodel.key_of(item), values=dict(cells), version=self.datamodel.version_of(item),
        )  # fmt: skip
        return page

    # what all of them share

    def _found(self, pk: str, *, hold: bool) -> Any:
        item = self.datamodel.hold(as_id(pk)) if hold else self.datamodel.get(as_id(pk))
        if item is None:
            abort(404)
        return item

    def _kept(self, form: DynamicForm, item: Any, check: Any, keep: Any) -> None:
        """:raises PortalError: it cannot be kept; the row is then as it was"""
        try:
            with session.no_autoflush:
                form.populate_obj(item)
                check(item)
            keep(item)
        except PortalError:
            session.rollback()
            raise
        except IntegrityError as problem:
            session.rollback()
            if isinstance(problem.orig, UniqueViolation):
                raise Conflict(t("This is kept already."), t("Look it up in the list.")) from problem
            raise

    def _again(
        self, form: DynamicForm, action: str, columns: list[str], *, refusal: PortalError | None = None, **more: Any
    ) -> dict[str, Any]:
        """The same form with what was typed and what has to be changed."""
        session.rollback()
        _answer_with(422 if refusal is None else refusal.status)
        return self._form(form, action, columns, refusal=refusal, **more)

    def _form(self, form: DynamicForm, action: str, columns: list[str], **more: Any) -> dict[str, Any]:
        shown_fields = [form[name] for name in columns]
        return {action: FormWidget(view=self, action=action, form=form, fields=shown_fields, **more)}

    def post_add_redirect(self) -> Response:
        return self._to_the_list()

    def post_edit_redirect(self) -> Response:
        return self._to_the_list()

    def post_delete_redirect(self) -> Response:
        return self._to_the_list()

    def _to_the_list(self) -> Response:
        return redirect(url_for(f"{self.endpoint}.list"), 303)


def tell_of_changes(between: list[tuple[Field, Field]]) -> None:
    """At each field: what somebody else has kept in it, and what was typed here."""
    for typed, kept in between:
        words = t("It is now: {now}. Typed here: {typed}.", now=in_words(kept), typed=in_words(typed))
        typed.errors = [*typed.errors, words]


def in_words(field: Field) -> str:
    """The value of a field as a reader would say it."""
    if isinstance(field, SelectField):
        return next((label for value, label, *_ in field.iter_choices() if value == field.data), str(field.data))
    if isinstance(field, BooleanField):
        return t("yes") if field.data else t("no")
    return t("nothing") if field.data in (None, "") else str(shown(field.data))


def _changed() -> Conflict:
    return Conflict(
        t("Somebody else has changed this since you opened it. Nothing was saved yet."),
        t("Compare, and do it again if you still want it so."),
    )


def _answer_with(status: int) -> None:
    """The status of the page that is about to be made."""

    @after_this_request
    def change(response: Response) -> Response:
        response.status_code = status
        return response
