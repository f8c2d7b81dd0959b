"""The open drafts of a person, as the bar at the bottom and the first page name them: one statement, no lines read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import text

from app.extensions import session

MOST = 10

_DRAFTS = text("""
    select o.number, o.reference, o.net, o.currency, o.created_at, o.process <> 'draft' as back,
           (select count(*) from order_line l where l.order_id = o.id) as lines,
           (select count(*) from finding f where f.outcome = 'block'
               and f.judgement_id = (select max(j.id) from judgement j where j.order_id = o.id)) as blocked
      from customer_order o
     where o.placed_by = :person
       and (o.process = 'draft' or (o.process = 'in_validation' and o.validation = 'rejected'))
     order by o.id desc limit :most""")


@dataclass(frozen=True, slots=True)
class OpenDraft:
    """`back`: the desk did not accept it, so it is open for changing again. `blocked` counts what must be changed."""

    number: str
    reference: str
    net: Decimal
    currency: str
    created_at: datetime
    back: bool
    lines: int
    blocked: int


def open_drafts(person_id: int) -> list[OpenDraft]:
    """Those the person may still change and send, newest first."""
    rows = session.execute(_DRAFTS, {"person": person_id, "most": MOST}).mappings()
    return [OpenDraft(**row) for row in rows]
