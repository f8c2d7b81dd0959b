"""The same browsers as for the portal's pages, and an order that did not get into the ERP."""

from tests.services.dead_letters.conftest import bring, by_hand, dead, letter_id, sent
from tests.views.portal.conftest import browse, erp, opened, shop, web

__all__ = ["bring", "browse", "by_hand", "dead", "erp", "letter_id", "opened", "sent", "shop", "web"]
