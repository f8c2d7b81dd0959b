"""Keeps the subscriptions with an ERP alive: one for each kind of data it can tell us of, renewed before they end.

Losing all of them makes the portal late, not wrong: the schedule reads the ERP anyway. Not for what comes in: see
`app.services.inbox`.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import quote

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app import clock
from app.erp.errors import ErpError
from app.erp.port import ErpPort, SubscriptionRecord
from app.extensions import session, transaction
from app.models.configuration import Subscription
from app.security.scopes import Scope, entered
from app.services.reference_sync.writer import only_writer

RENEW_WITHIN = timedelta(days=1)

_public_url = ""


def start_subscribing(public_url: str) -> None:
    """Set the address under which an ERP reaches this portal; without one nothing is subscribed to."""
    global _public_url
    _public_url = public_url.rstrip("/")


def callback_of(source: str) -> str:
    """Where the ERP of a connection tells us of changes."""
    return f"{_public_url}/api/v1/erp/{quote(source, safe='')}/events"


@dataclass(frozen=True, slots=True)
class Kept:
    """How one subscription stands. `problem` is in words for an administrator; empty when all is well."""

    entity: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A row of ours, read; the calls to the ERP happen without a transaction."""

    entity: str
    key: str
    secret: str = field(repr=False)


def ensure(port: ErpPort, source: str) -> list[Kept]:
    """Make what is missing, renew what ends within a day, end what nobody waits for.

    :returns: one for each kind of data; none when the ERP cannot subscribe, or when somebody else is at it
    """
    entities = sorted(port.capabilities().subscriptions)
    if not entities or not _public_url:
        return []
    with only_writer(f"subscriptions of {source}") as alone, entered(Scope.staff()):
        if not alone:
            return []
        wanted = _rows(source, entities)
        try:
            there = {each.key: each for each in port.subscriptions()}
        except ErpError as silent:
            return [_noted(source, each.entity, silent.reason) for each in wanted]
        _end_strays(port, source, there, known={each.key for each in wanted})
        return [_kept(port, source, each, there.get(each.key)) for each in wanted]


def _kept(port: ErpPort, source: str, row: _Wanted, found: SubscriptionRecord | None) -> Kept:
    callback = callback_of(source)
    try:
        if found is not None and found.callback == callback:
            if found.expires_at - clock.now() > RENEW_WITHIN:
                return _alive(source, row.entity, found)
            renewed = port.renew_subscription(row.key, row.entity, callback=callback, secret=row.secret)
            if renewed is not None:
                return _alive(source, row.entity, renewed)
        elif found is not None:
            port.cancel_subscription(row.key, row.entity)
        secret = _fresh_secret(source, row.entity)
        return _alive(source, row.entity, port.subscribe(row.entity, callback=callback, secret=secret))
    except ErpError as refused:
        return _noted(source, row.entity, refused.reason)


def _end_strays(port: ErpPort, source: str, there: Mapping[str, SubscriptionRecord], *, known: set[str]) -> None:
    """Subscriptions that lead here without our knowing them: made while an answer was lost, or before a restore.

    Their secrets are not known any more; the ERP would end them itself at our first refusal.
    """
    for stray in there.values():
        if stray.callback == callback_of(source) and stray.entity and stray.key not in known:
            try:
                port.cancel_subscription(stray.key, stray.entity)
            except ErpError as refused:
                _noted(source, stray.entity, refused.reason)


# --- what we keep of them ---------------------------------------------------------------------------------------------


def _rows(source: str, entities: Sequence[str]) -> list[_Wanted]:
    """A row for each, made with a secret of its own where there is none yet."""
    new = [{"source": source, "entity": entity, "resource": "", "client_state": _secret()} for entity in entities]
    with transaction():
        session.execute(insert(Subscription).on_conflict_do_nothing(), new)
        rows = session.scalars(
            select(Subscription)
            .where(Subscription.source == source, Subscription.entity.in_(entities))
            .order_by(Subscription.entity)
        )
        return [_Wanted(row.entity, row.subscription_id, row.client_state) for row in rows]


def _fresh_secret(source: str, entity: str) -> str:
    """A new secret, stored before the ERP hears it: its first notice may be here before its answer."""
    with transaction():
        row = _row(source, entity)
        row.client_state, row.subscription_id, row.expires_at = _secret(), "", None
        return row.client_state


def _alive(source: str, entity: str, record: SubscriptionRecord) -> Kept:
    with transaction():
        row = _row(source, entity)
        row.subscription_id, row.resource = record.key, record.resource
        row.expires_at, row.problem = record.expires_at, ""
    return Kept(entity)


def _noted(source: str, entity: str, problem: str) -> Kept:
    with transaction():
        _row(source, entity).problem = problem
    return Kept(entity, problem)


def _row(source: str, entity: str) -> Subscription:
    return session.scalars(
        select(Subscription).where(Subscription.source == source, Subscription.entity == entity)
    ).one()


def _secret() -> str:
    return secrets.token_urlsafe(32)
