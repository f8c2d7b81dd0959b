"""The terms of sale, in each language. Publishing makes a new version; orders keep the one they were sent under."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request
from markupsafe import Markup

from app.models.configuration import Terms
from app.services import seller
from app.views.admin import lookups
from app.views.admin.keeping import KeepingScreen
from app.views.base import ReadingInterface, Section
from app.views.door import current_actor
from app.words import LANGUAGE_NAMES, LANGUAGES, n_, t


class TermsScreen(KeepingScreen):
    datamodel = ReadingInterface(Terms)
    route_base = "/admin/terms"
    form_template = "admin/terms.html"
    nouns = (n_("Version of the terms of sale"), n_("Terms of sale"))
    about = n_("Every version that there was; orders sent now are under the newest one.")
    list_columns = ["version", "texts", "published_at", "published_by"]
    show_columns = ["version", "published_at", "published_by"]
    order_columns = ["version"]
    figures = frozenset({"version"})
    label_columns = {
        "version": n_("Version"), "texts": n_("Languages"), "published_at": n_("Published"), "published_by": n_("By"),
    }  # fmt: skip
    cells = {"texts": lambda it: ", ".join(LANGUAGE_NAMES.get(code, code) for code in sorted(it.texts))}
    names = {"published_by": lookups.people}

    def name_of(self, item: Any) -> str:
        return t("Version {number}", number=item.version)

    def sections(self, item: Any) -> Sequence[Section]:
        return [
            Section(
                LANGUAGE_NAMES.get(code, code),
                (t("Text"),),
                [(Markup('<pre class="document" tabindex="0">{}</pre>').format(words),)],
            )
            for code, words in sorted(item.texts.items())
        ]

    def newest(self) -> dict[str, str]:
        return dict(seller.newest_terms())

    def typed(self) -> dict[str, str]:
        return {code: request.form[code] for code in LANGUAGES if code in request.form}

    def keep(self) -> str:
        version = seller.publish_terms(current_actor(), self.typed())
        return t("Version {number} is published. Orders sent from now on are under it.", number=version)

    def form_facts(self) -> Mapping[str, Any]:
        return {"version": seller.terms_version()}
