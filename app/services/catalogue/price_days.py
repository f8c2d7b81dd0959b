"""On which days the price of an item may change for a customer, as far as price lists say today. One statement."""

from __future__ import annotations

from datetime import date

from sqlalchemy import text

from app.extensions import session
from app.services.customers import CustomerFacts

MOST = 6

_DAYS = text("""
    select distinct day from price, lateral (values (valid_from), (valid_to + 1)) each(day)
     where source = :source and item_number = :item and withdrawn_at is null and day > :today
       and (assigned_to = 'all' or customer_id = :customer or (assigned_to = 'group' and source_code = :price_group))
     order by day limit :most""")


def days_of_change(customer: CustomerFacts, item: str, *, today: date) -> list[date]:
    """Days after today on which a price line begins, or has just ended; the nearest few."""
    rows = session.execute(
        _DAYS,
        {
            "source": customer.source,
            "item": item,
            "today": today,
            "customer": customer.id,
            "price_group": customer.price_group,
            "most": MOST,
        },
    )
    return list(rows.scalars())
