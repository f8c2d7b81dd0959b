"""Who sells: the profile on pages, papers and mails, and the terms of sale. Every save is a new version, and stays.

Read by every page, so the newest profile is kept for a few seconds. Not for what administrators see of old versions.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from PIL import Image, UnidentifiedImageError
from sqlalchemy import Engine, insert, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from stdnum import bic as bank_codes
from stdnum import iban as account_numbers
from stdnum.eu import vat as vat_ids
from stdnum.exceptions import ValidationError

from app.audit.recorder import Author, Change, record
from app.audit.tags import Tag
from app.errors import Unprocessable
from app.extensions import after_commit, session
from app.models.configuration import SellerProfile, Terms
from app.security.actor import Actor, origin
from app.security.permissions import Permission
from app.security.policy import require
from app.words import LANGUAGES, language, t

KEPT_SECONDS = 10.0
LARGEST_LOGO = 200 * 1024
LARGEST_SIDE = 2000  # pixels
LONGEST = 200
LONGEST_ADDRESS = 500
LONGEST_TERMS = 200_000

# The first bytes of the two kinds of picture that pages, mails and papers can all show.
_PICTURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Seller:
    """What stands on pages, papers and mails. `version` 0: nobody has filled it in yet."""

    version: int = 0
    name: str = "Portico"
    legal_name: str = ""
    address: str = ""
    country: str = ""
    email: str = ""
    phone: str = ""
    website: str = ""
    vat_id: str = ""
    register_entry: str = ""
    bank_name: str = ""
    iban: str = ""
    bic: str = ""
    mail_sender: str = ""
    colour: str = "#0c5c68"
    logo: bytes | None = None
    logo_type: str = ""

    @property
    def full_name(self) -> str:
        """The legal name where there is one."""
        return self.legal_name or self.name


TYPED = tuple(each.name for each in fields(Seller) if each.name not in ("version", "logo", "logo_type"))


class FormProblems(Unprocessable):
    """Some fields cannot be kept as typed.

    :ivar problems: field → a sentence for whoever typed it
    """

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(
            t("Nothing was saved yet: some fields need a change."), t("Look at the fields that are marked.")
        )
        self.problems = problems


_kept: tuple[Engine, float, Seller] | None = None


def current() -> Seller:
    """The profile that counts now, at most ten seconds old. When the database is silent, the last one known."""
    global _kept
    bound = session().get_bind()
    engine = bound if isinstance(bound, Engine) else bound.engine
    known = _kept if _kept is not None and _kept[0] is engine else None
    if known is not None and time.monotonic() - known[1] < KEPT_SECONDS:
        return known[2]
    try:
        found = newest()
    except (OperationalError, PoolTimeout):
        session.rollback()
        return known[2] if known is not None else Seller()
    _kept = (engine, time.monotonic(), found)
    return found


def forget() -> None:
    """The next `current` reads again."""
    global _kept
    _kept = None


_NEWEST = select(SellerProfile.__table__).order_by(SellerProfile.version.desc()).limit(1)


def newest() -> Seller:
    """The newest profile, read now."""
    row = session.execute(_NEWEST).mappings().one_or_none()
    if row is None:
        return Seller()
    return Seller(**{each.name: row[each.name] for each in fields(Seller)})


def save(actor: Actor, typed: Mapping[str, str], *, logo: bytes | None = None, without_logo: bool = False) -> Seller:
    """Keep a new version of the profile.

    :param typed: the fields of `TYPED`; those left out stay as they are
    :param logo: a new picture, PNG or JPEG; without one the old one stays
    :param without_logo: take the old picture away
    :raises FormProblems: naming every field that cannot be kept as typed
    :raises NotAllowed: not an administrator
    """
    require(actor, Permission.SELLER_CHANGE)
    return _save(typed, logo=logo, without_logo=without_logo)


def set_up(typed: Mapping[str, str]) -> bool:
    """The first version of the profile, by a job; what somebody filled in stays.

    :returns: whether it was needed
    """
    return newest().version == 0 and _save(typed).version > 0


def _save(typed: Mapping[str, str], *, logo: bytes | None = None, without_logo: bool = False) -> Seller:
    _one_at_a_time()
    before = newest()
    after = replace(before, **_read(typed, logo), version=before.version + 1)
    if without_logo and not logo:
        after = replace(after, logo=None, logo_type="")
    if replace(after, version=before.version) == before:
        return before
    session.execute(insert(SellerProfile.__table__).inline(), {**asdict(after), "changed_by": origin().actor.person_id})
    _record("seller", after.version, _shown(before), _shown(after))
    after_commit(forget)
    return after


def publish_terms(actor: Actor, texts: Mapping[str, str]) -> int:
    """Publish a new version of the terms of sale; orders sent from now on are under it.

    :param texts: language → the whole text; the English one is needed, the others are read in English where missing
    :returns: its version
    :raises FormProblems: the text is missing, too long, or the one that counts already
    """
    require(actor, Permission.SELLER_CHANGE)
    _one_at_a_time()
    texts = {code: _clean(texts.get(code, "")) for code in LANGUAGES}
    before = _newest_terms()
    problems = _problems_of_terms(texts, before[1])
    if problems:
        raise FormProblems(problems)
    kept = {code: words for code, words in texts.items() if words}
    values = {"version": before[0] + 1, "texts": kept, "published_by": actor.person_id}
    session.execute(insert(Terms.__table__).inline(), values)
    sizes = {code: len(words) for code, words in kept.items()}
    _record("terms", before[0] + 1, {"version": before[0]}, {"version": before[0] + 1, "characters": sizes})
    return before[0] + 1


def terms_version() -> int | None:
    """The version of the terms that counts now; None while none is published."""
    return _newest_terms()[0] or None


def terms_text(version: int) -> str:
    """A version of the terms in the reader's language, else in English; empty when there is no such version."""
    texts = session.execute(select(Terms.texts).where(Terms.version == version)).scalar() or {}
    return str(texts.get(language()) or texts.get("en") or "")


def newest_terms() -> Mapping[str, str]:
    """The terms that count now, by language; empty while none are published."""
    return _newest_terms()[1]


def _newest_terms() -> tuple[int, dict[str, str]]:
    row = session.execute(select(Terms.version, Terms.texts).order_by(Terms.version.desc()).limit(1)).one_or_none()
    return (0, {}) if row is None else (row.version, row.texts)


def _one_at_a_time() -> None:
    """Two administrators who save at once get two versions, one after the other."""
    session.execute(text("select pg_advisory_xact_lock(hashtext('portico.seller'))"))


# --- reading what was typed -------------------------------------------------------------------------------------------


def _read(typed: Mapping[str, str], logo: bytes | None) -> dict[str, Any]:
    """:raises FormProblems: naming every field that cannot be kept"""
    values: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for name in TYPED:
        if name not in typed:
            continue
        try:
            values[name] = _field(name, _clean(typed[name]))
        except ValueError as problem:
            problems[name] = str(problem)
    if logo:
        try:
            values |= {"logo": logo, "logo_type": picture_type(logo)}
        except ValueError as problem:
            problems["logo"] = str(problem)
    if problems:
        raise FormProblems(problems)
    return values


def _field(name: str, value: str) -> str:
    """:raises ValueError: a sentence why it cannot be kept"""
    longest = LONGEST_ADDRESS if name == "address" else LONGEST
    if len(value) > longest:
        raise ValueError(t("This has {n} characters; {longest} can be kept.", n=len(value), longest=longest))
    if name != "address":
        value = " ".join(value.split())
    if not value and name in ("name", "colour"):
        raise ValueError(t("This is needed."))
    return _CHECKS[name](value) if value and name in _CHECKS else value


def _iban(value: str) -> str:
    try:
        return str(account_numbers.format(account_numbers.validate(value)))
    except ValidationError:
        raise ValueError(
            t(
                "The check digits do not fit this IBAN. Compare it with your bank statement; often two digits are swapped."
            )
        ) from None


def _bic(value: str) -> str:
    try:
        return str(bank_codes.validate(value))
    except ValidationError:
        raise ValueError(t("A BIC has 8 or 11 letters and digits, like DEUTDEFF500.")) from None


def _vat_id(value: str) -> str:
    """European ones have check digits; others are kept as they are."""
    if not value[:2].isalpha() or value[:2].lower() not in _EUROPEAN:
        return value
    try:
        return str(vat_ids.validate(value))
    except ValidationError:
        raise ValueError(t("The check digits do not fit this VAT ID. Compare it with your registration.")) from None


_EUROPEAN = frozenset(vat_ids.MEMBER_STATES) | {"el", "xi"}


def _country(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{2}", value):
        raise ValueError(t("Please use the two letters of the country, like US or DE."))
    return value.upper()


def _mail_address(value: str) -> str:
    if not is_mail_address(value):
        raise ValueError(t("Please write one mail address, like orders@example.com."))
    return value


def _website(value: str) -> str:
    if "://" not in value:
        value = f"https://{value}"
    try:
        parts = urlsplit(value)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or "." not in (parts.hostname or "") or " " in value:
        raise ValueError(t("Please write an address of the web, like https://www.example.com."))
    return value


def _colour(value: str) -> str:
    if not _COLOUR.fullmatch(value):
        raise ValueError(t("A colour is written like #0c5c68."))
    return value.lower()


_CHECKS: Mapping[str, Callable[[str], str]] = {
    "iban": _iban,
    "bic": _bic,
    "vat_id": _vat_id,
    "country": _country,
    "email": _mail_address,
    "mail_sender": _mail_address,
    "website": _website,
    "colour": _colour,
}


def is_mail_address(value: str) -> bool:
    """Whether a mail can be sent there: one plain address, nothing that could become a second one or a header."""
    return _ADDRESS.fullmatch(value) is not None and ".." not in value


def picture_type(content: bytes) -> str:
    """The kind of a picture by its own bytes, whatever its name claims.

    :raises ValueError: a sentence why it cannot be kept
    """
    if len(content) > LARGEST_LOGO:
        raise ValueError(
            t("The picture has {n} KB; 200 KB can be kept. Please make it smaller.", n=len(content) // 1024)
        )
    found = next((kind for start, kind in _PICTURES.items() if content.startswith(start)), None)
    if found is None or not _opens(content):
        raise ValueError(t("This is not a PNG or JPEG picture that we can show. Please choose another file."))
    return found


def _opens(content: bytes) -> bool:
    """Whether it is a whole picture of a bearable size: a small file can unfold into a huge one."""
    try:
        with Image.open(BytesIO(content), formats=("PNG", "JPEG")) as picture:
            if max(picture.size) > LARGEST_SIDE:
                return False
            picture.load()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return False
    return True


def _problems_of_terms(texts: Mapping[str, str], before: Mapping[str, str]) -> dict[str, str]:
    problems = {
        code: t("This has {n} characters; {longest} can be kept.", n=len(words), longest=LONGEST_TERMS)
        for code, words in texts.items()
        if len(words) > LONGEST_TERMS
    }
    if not texts["en"]:
        problems["en"] = t("This is needed.")
    if not problems and {code: words for code, words in texts.items() if words} == before:
        problems["en"] = t("This is the text that counts already.")
    return problems


def _clean(typed: str) -> str:
    return _CONTROL.sub("", typed.replace("\r\n", "\n").replace("\r", "\n")).strip()


# --- the record -------------------------------------------------------------------------------------------------------


def _shown(seller: Seller) -> dict[str, Any]:
    """A profile for the audit record; of a picture only its size."""
    values = asdict(seller)
    logo = values.pop("logo")
    return {**values, "logo": f"{seller.logo_type}, {len(logo)} bytes" if logo else ""}


def _record(kind: str, version: int, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    changed = [name for name in after if before.get(name) != after[name]]
    change = Change(
        Tag.CONFIGURATION_CHANGED,
        kind,
        str(version),
        {name: before.get(name) for name in changed},
        {name: after[name] for name in changed},
        version,
    )
    at = origin()
    author = Author(at.actor.person_id, at.actor.name, at.actor.kind, at.ip)
    record([change], customer_id=None, author=author)
