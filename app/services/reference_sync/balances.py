"""Balances of customers: sums the ERP computes when asked, so all of them are read every time and none is ever new."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import sql

from app.models.reference import Customer
from app.services.reference_sync.mirror import Turn, Written, fields_of
from app.services.reference_sync.staging import At, stage

_PAGE = sql.Identifier("page_balance")
_FIELDS = fields_of(Customer.__table__, {"number": "customer_number", "balance": "balance", "overdue": "overdue"})


def write(at: At, rows: Sequence[Any], turn: Turn) -> Written:
    """Write the sums to their customers, with the moment they were read."""
    set_aside = stage(at, _PAGE, _FIELDS, source=turn.source, rows=rows, key=("number",))
    at.execute(
        """
        delete from page_balance p
        where not exists (select from customer c where c.source = p.source and c.number = p.number)
        returning p.number""",
        turn.values(),
    )
    set_aside += [f"a balance names the customer {number}, which the ERP has not sent" for (number,) in at]
    at.execute(_CHANGE, turn.values())
    changed = {customer_id for (customer_id,) in at}
    at.execute(_DATE, turn.values())
    return Written(changed, set_aside=set_aside)


_CHANGE = """
    update customer c set balance = p.balance, overdue = p.overdue, balance_as_of = %(moment)s
    from page_balance p
    where c.source = p.source and c.number = p.number and (c.balance, c.overdue) is distinct from (p.balance, p.overdue)
    returning c.id"""
_DATE = """
    update customer c set balance_as_of = %(moment)s
    from page_balance p
    where c.source = p.source and c.number = p.number and c.balance_as_of is distinct from %(moment)s"""
