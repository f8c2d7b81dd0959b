"""What FAB's generated forms need to speak like the rest: our words for what cannot be kept, cleaned texts, plain fields.

Not for rules between fields or about other rows: a screen asks those in `pre_add` and `pre_update`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_appbuilder.forms import DynamicForm, GeneralModelConverter
from flask_wtf import FlaskForm
from wtforms import Field, IntegerField, StringField
from wtforms.validators import ValidationError
from wtforms.widgets import TextInput

from app.views.audited import AuditedInterface
from app.views.portal.fields import clean
from app.words import n_, t

# What WTForms says, and what we say
WORDS: Mapping[str, str] = {
    "This field is required.": n_("This is needed."),
    "Not a valid integer value.": n_("A whole number is needed, like 3."),
    "Not a valid choice.": n_("Choose one of those offered."),
}
NOT_KNOWN = n_("This cannot be kept as it was typed.")


class OurWords:
    """Translations as WTForms asks for them; a sentence it has and we do not know gets a plain one."""

    def gettext(self, said: str) -> str:
        words = WORDS.get(said, NOT_KNOWN)
        return t(words)

    def ngettext(self, one: str, many: str, n: int) -> str:
        return self.gettext(one)


class PlainForm(DynamicForm):
    """Base of every generated form."""

    class Meta(FlaskForm.Meta):
        def get_translations(self, form: Any) -> OurWords:
            return OurWords()

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Field:
            """FAB's widgets put labels into fields as well and want its script; texts lose what no keyboard types."""
            kind = unbound_field.field_class
            if issubclass(kind, StringField):
                options = {**options, "filters": [_cleaned]}
            if issubclass(kind, (StringField, IntegerField)):
                options = {**options, "widget": TextInput()}
            return super().bind_field(form, unbound_field, options)


class Longest:
    """At most so many characters; the browser keeps to it, too."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.field_flags = {"maxlength": count}

    def __call__(self, form: Any, field: Field) -> None:
        if len(field.data or "") > self.count:
            typed = len(field.data)
            raise ValidationError(t("These are {typed} characters; {most} can be kept.", typed=typed, most=self.count))


def filled(form: Any, field: Field) -> None:
    """Something is left of the text when blanks and what no keyboard types are gone."""
    if not field.data:
        raise ValidationError(t("This is needed."))


class Between:
    """A whole number within bounds, both included."""

    def __init__(self, least: int, most: int) -> None:
        self.least, self.most = least, most
        self.field_flags = {"inputmode": "numeric"}

    def __call__(self, form: Any, field: Field) -> None:
        if field.data is None or not self.least <= field.data <= self.most:
            raise ValidationError(
                t("A whole number from {least} to {most} is needed.", least=self.least, most=self.most)
            )


def generated(
    datamodel: AuditedInterface,
    columns: Sequence[str],
    *,
    labels: Mapping[str, str],
    hints: Mapping[str, str],
    checks: Mapping[str, Sequence[Any]],
    fields: Mapping[str, Any],
) -> type[DynamicForm]:
    """FAB's form of these columns and no others.

    :param fields: name → a field of our own, where the column's type does not say enough
    """
    own = {name: list(each) for name, each in checks.items()}  # FAB adds to these lists
    made = GeneralModelConverter(datamodel).create_form(dict(labels), list(columns), dict(hints), own, dict(fields))
    return type("GeneratedForm", (PlainForm, made), {})


def _cleaned(typed: Any) -> Any:
    return clean(typed) if isinstance(typed, str) else typed
