"""The seller's profile: name, look, addresses and bank, as they stand on pages, papers and mails. Every save is a version.

Also the logo for everybody, and the profile for every page (`seller()` in templates).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from flask import Blueprint, Flask, abort, request, send_file
from werkzeug.wrappers import Response

from app.extensions import transaction
from app.models.configuration import SellerProfile
from app.services import seller
from app.views.admin import lookups
from app.views.admin.keeping import KeepingScreen
from app.views.base import ReadingInterface
from app.views.door import current_actor, public
from app.views.formats import shown
from app.words import n_, t

blueprint = Blueprint("seller", __name__)


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the form; `kind` is that of its input element, or `area`."""

    name: str
    label: str
    hint: str = ""
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that belong together."""

    title: str
    fields: Sequence[Field]


GROUPS = (
    Group(
        n_("Who we are"),
        (
            Field("name", n_("Name"), n_("On every page, and whom mails come from.")),
            Field("legal_name", n_("Legal name"), n_("On papers. Empty: the name.")),
            Field("address", n_("Address"), "", "area"),
            Field("country", n_("Country"), n_("Two letters, like US or DE.")),
            Field("vat_id", n_("VAT ID")),
            Field("register_entry", n_("Entry in the register"), n_("Court and number, where the law wants them.")),
        ),
    ),
    Group(
        n_("How to reach us"),
        (
            Field("email", n_("Mail"), n_("Answers to our mails reach this address."), "email"),
            Field("phone", n_("Telephone"), "", "tel"),
            Field("website", n_("Website"), "", "url"),
            Field("mail_sender", n_("Mails come from"), n_("Allowed by the mail server. Empty: noreply@ us."), "email"),
        ),
    ),
    Group(
        n_("Where to pay"),
        (
            Field("bank_name", n_("Bank")),
            Field("iban", n_("IBAN"), n_("Its check digits are tested.")),
            Field("bic", n_("BIC")),
        ),
    ),
)  # fmt: skip


class SellerScreen(KeepingScreen):
    datamodel = ReadingInterface(SellerProfile)
    route_base = "/admin/seller"
    form_template = "admin/seller.html"
    nouns = (n_("Version of the seller's profile"), n_("Seller"))
    about = n_("Every version that there was; the newest one counts.")
    list_columns = ["version", "name", "legal_name", "changed_at", "changed_by"]
    show_columns = [*("version", *seller.TYPED), "logo", "changed_at", "changed_by"]
    order_columns = ["version"]
    figures = frozenset({"version"})
    label_columns = {
        "version": n_("Version"), "logo": n_("Logo"), "colour": n_("Colour"), "changed_at": n_("Changed"),
        "changed_by": n_("By"), **{field.name: field.label for group in GROUPS for field in group.fields},
    }  # fmt: skip
    cells = {"logo": lambda it: shown(f"{it.logo_type}, {len(it.logo)} B" if it.logo else "")}
    names = {"changed_by": lookups.people}

    def name_of(self, item: Any) -> str:
        return t("Version {number}", number=item.version)

    def newest(self) -> dict[str, str]:
        profile = seller.newest()
        return {name: getattr(profile, name) for name in seller.TYPED}

    def typed(self) -> dict[str, str]:
        return {name: request.form[name] for name in seller.TYPED if name in request.form}

    def keep(self) -> str:
        picture = request.files.get("logo")
        kept = seller.save(
            current_actor(),
            self.typed(),
            logo=picture.read(seller.LARGEST_LOGO + 1) if picture is not None else None,
            without_logo="without_logo" in request.form,
        )
        return t("This is kept as version {number}.", number=kept.version)

    def form_facts(self) -> Mapping[str, Any]:
        return {"groups": GROUPS, "profile": seller.newest()}


@blueprint.get("/seller/logo")
@public("the seller's own logo, on the page where people sign in, too")
def logo() -> Response:
    """The picture of the newest profile; its address carries the version, so it may be kept by browsers."""
    with transaction():
        profile = seller.current()
    if profile.logo is None:
        abort(404)
    response = send_file(BytesIO(profile.logo), mimetype=profile.logo_type, max_age=3600)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def register_seller(app: Flask) -> None:
    """The logo, and `seller()` for every template."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals["seller"] = seller.current
