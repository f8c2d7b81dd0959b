"""Findings as a reader sees them: the right wording for what they may know, the label, and the buttons that do it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlalchemy import Row

from app.models.transactional import Order
from app.rules.vocabulary import APPLIED_EFFECTS
from app.security.actor import Actor
from app.security.permissions import Permission
from app.security.policy import may
from app.services.customers import CustomerFacts
from app.services.ordering.choices import key_of
from app.views.portal.words import OUTCOME_ORDER, OUTCOMES, Label

# Fields of a draft page that a button may lead to.
_ANCHORS = {"order.reference": "#reference", "order.requested_date": "#wished", "order.ship_to_code": "#ship_to"}


@dataclass(frozen=True, slots=True)
class Button:
    """`value` names the offer to take; a button that only leads somewhere has a `link` instead.

    `default`: counts when nothing is chosen; `chosen`: the buyer took it.
    """

    value: str
    link: str
    label: str
    default: bool
    chosen: bool


@dataclass(frozen=True, slots=True)
class Point:
    """One finding in this reader's words. `default` and `chosen` are the labels of those offers."""

    rule: str
    layer: str
    outcome: str
    line: int | None
    message: str
    fix: str
    default: str
    chosen: str
    buttons: tuple[Button, ...]

    @property
    def label(self) -> Label:
        return OUTCOMES[self.outcome]


def points(
    stored: Iterable[Row[Any]], actor: Actor, *, order: Order | None = None, customer: CustomerFacts | None = None
) -> list[Point]:
    """The findings of a judgement, the most urgent first.

    :param order: whose choices are shown
    :param customer: whose people the buttons lead to
    """
    read = [_point(each, actor, order, customer) for each in stored]
    return sorted(read, key=lambda point: (OUTCOME_ORDER.index(point.outcome), point.line or 0))


def _point(found: Row[Any], actor: Actor, order: Order | None, customer: CustomerFacts | None) -> Point:
    message, fix = buyer_texts(found.texts, actor)
    chosen = (order.choices or {}).get(key_of(found.rule, found.line_number), "") if order is not None else ""
    buttons = [_button(found, offer, actor, customer, chosen) for offer in found.offers]
    return Point(
        rule=found.rule,
        layer=found.layer,
        outcome=found.outcome,
        line=found.line_number,
        message=message,
        fix=fix,
        default=next((each.label for each in buttons if each.default), ""),
        chosen=next((each.label for each in buttons if each.chosen), ""),
        buttons=tuple(each for each in buttons if each.value or each.link),
    )


def _button(
    found: Row[Any], offer: Mapping[str, Any], actor: Actor, customer: CustomerFacts | None, chosen: str
) -> Button:
    effect = offer["effect"]
    applied = bool(APPLIED_EFFECTS & effect.keys())
    return Button(
        value=offer_key(found.rule, found.line_number, offer["id"]) if applied else "",
        link="" if applied else _link(effect, found.line_number, customer),
        label=in_language(offer["label"], actor),
        default=bool(offer.get("default")),
        chosen=offer["id"] == chosen,
    )


def offer_key(rule: str, line: int | None, offer: str) -> str:
    """Names an offer by what it is about, so that it is still the same after the draft was saved once more."""
    return f"{rule}|{line or 0}|{offer}"


def offer_id(findings: Sequence[Row[Any]], key: str) -> str | None:
    """The offer of the latest judgement that a button of the page meant; None when it is not offered any more."""
    for each in findings:
        for offer in each.offers:
            if offer_key(each.rule, each.line_number, offer["id"]) == key:
                return f"{each.id}-{offer['id']}"
    return None


def _link(effect: Mapping[str, Any], line: int | None, customer: CustomerFacts | None) -> str:
    """Where a button leads that changes nothing by itself; empty where there is no such place."""
    if "edit" in effect:
        return _ANCHORS.get(effect["edit"], f"#line-{line}" if line else "")
    if effect.get("show") == "invoices":
        return url_for("portal.list_invoices")
    phone = customer.account_manager_phone.replace(" ", "") if customer else ""
    reaches = "account_manager" in (effect.get("call"), effect.get("ask"))
    return f"tel:{phone}" if reaches and phone else ""


def buyer_texts(texts: Mapping[str, Any], actor: Actor) -> tuple[str, str]:
    """Message and fix. Amounts of debt are for people who may see them; the others get the second wording."""
    discreet = texts.get("message_without_amounts")
    if discreet and not may(actor, Permission.DEBT_READ):
        return in_language(discreet, actor), in_language(texts.get("fix_without_amounts") or {}, actor)
    return in_language(texts["message"], actor), in_language(texts["fix"], actor)


def in_language(texts: Mapping[str, str], actor: Actor) -> str:
    """The reader's language, else English."""
    return texts.get(actor.language) or texts.get("en", "")
