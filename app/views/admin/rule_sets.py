"""Published rule sets, as they judge. Texts are immutable; a new version is published beside the old ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from app.models.configuration import PublishedRuleSet
from app.security.permissions import Permission
from app.views.base import ReadingInterface, Screen, Section
from app.views.filters import Contains, Search
from app.words import t


class RuleSetScreen(Screen):
    datamodel = ReadingInterface(PublishedRuleSet)
    route_base = "/admin/rule-sets"
    permission = Permission.CONFIGURATION_READ
    nouns = ("Rule set", "Rule sets")
    about = "The newest one whose day has come judges every order."
    list_columns = ["version", "texts", "valid_from", "published_at", "note"]
    show_columns = ["version", "valid_from", "published_at", "note"]
    order_columns = ["valid_from", "published_at"]
    label_columns = {
        "version": "Version", "texts": "Rules", "valid_from": "Judges from", "published_at": "Published", "note": "Note",
    }  # fmt: skip
    cells = {
        "version": lambda it: it.version[:12],
        "texts": lambda it: len(it.texts),
        "note": lambda it: t(it.note),
    }
    figures = frozenset({"texts"})
    searches = (Search("note", "Note", "note", Contains), Search("version", "Version", "version", Contains))

    def name_of(self, item: Any) -> str:
        return str(item.version[:12])

    def sections(self, item: Any) -> Sequence[Section]:
        rows = [
            (name, Markup('<pre class="document" tabindex="0">{}</pre>').format(text))
            for name, text in sorted(item.texts.items())
        ]
        return (Section(t("Rules"), (t("File"), t("Text")), rows),)
