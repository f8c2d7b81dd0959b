"""Who in a company can decide: names for people to read, not a right. Rights are asked of `app.security.policy`."""

from __future__ import annotations

from sqlalchemy import text

from app.extensions import session
from app.security.scopes import Scope, entered

MOST = 5

_APPROVERS = text("""
    select p.name from membership m join person p on p.id = m.person_id
     where m.customer_id = :customer and 'approver' = any(m.roles) and m.ended_at is null and p.active
       and p.id <> :without order by p.name limit :most""")


def approvers_of(customer_id: int, *, without_person: int | None) -> list[str]:
    """Names of those who may approve an order of this person.

    Memberships are beyond a customer's scope, so call it outside a transaction; only this company's names come back.
    """
    with entered(Scope.staff()):
        rows = session.execute(_APPROVERS, {"customer": customer_id, "without": without_person or 0, "most": MOST})
        return list(rows.scalars())
