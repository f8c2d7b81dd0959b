"""Which rules judge: published rule sets in the database, compiled once and kept by their hash.

`db upgrade` publishes the shipped set once; at run time only the database decides. A published version never changes.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from sqlalchemy import insert, select, text

from app.audit.recorder import Change, record
from app.audit.tags import Tag
from app.clock import now
from app.extensions import session
from app.models.configuration import PublishedRuleSet
from app.rules.engine import RuleSet
from app.services.lifecycle import author
from app.words import n_

SHIPPED_NOTE = n_("shipped with Portico")
SHIPPED = Path(__file__).parent.parent / "rules" / "sets"

_ACTIVE = text("select version from rule_set where valid_from <= :now order by valid_from desc, id desc limit 1")
_kept: dict[str, RuleSet] = {}


def active() -> RuleSet:
    """The rule set that judges now.

    :raises LookupError: none is published yet; `db upgrade` does it
    """
    version = session.execute(_ACTIVE, {"now": now()}).scalar()
    if version is None:
        raise LookupError("no rule set is published; run: python run.py db upgrade")
    return _compiled(version)


def _compiled(version: str) -> RuleSet:
    if version not in _kept:
        texts = session.execute(select(PublishedRuleSet.texts).where(PublishedRuleSet.version == version)).scalar_one()
        _kept[version] = RuleSet.from_texts(texts)
    return _kept[version]


@lru_cache(maxsize=1)
def shipped() -> RuleSet:
    """The rule set this version of Portico brings along, with its examples run."""
    return RuleSet.load(SHIPPED)


def publish_shipped() -> str | None:
    """Publish the shipped set where no set is published yet.

    :returns: its version, or None when there was nothing to do
    """
    if session.execute(select(PublishedRuleSet.id).limit(1)).first() is not None:
        return None
    rules = shipped()
    session.execute(
        insert(PublishedRuleSet.__table__).inline(),
        {"version": rules.version, "texts": dict(rules.texts()), "note": SHIPPED_NOTE, "valid_from": now()},
    )
    change = Change(Tag.RULES_PUBLISHED, "rule_set", rules.version, after={"rules": len(rules.rules)})
    record([change], customer_id=None, author=author())
    return rules.version
