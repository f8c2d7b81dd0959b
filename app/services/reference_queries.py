"""Questions about what the sync has brought. Reads only; written data: see `app.services.reference_sync`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text

from app.extensions import session

# Without our own orders a document is none of our business; with them it is found by the key it carries, or by the
# number that people linked the order to.
_NEWS = text("""
    with news as (
        select order_key, number from erp_order where source = :source and synced_at >= :since
        union select order_key, order_number from shipment where source = :source and synced_at >= :since
        union select order_key, order_number from invoice where source = :source and synced_at >= :since)
    select order_key from news where order_key in (select key from customer_order where source = :source)
    union
    select o.key from news join customer_order o on o.source = :source and o.erp_number = news.number
     where news.number <> '' and o.key <> news.order_key""")


def keys_of_news(source: str, since: datetime) -> set[str]:
    """Keys of our own orders for which the ERP's documents changed.

    :param since: changes from this moment on
    """
    return set(session.execute(_NEWS, {"source": source, "since": since}).scalars())
