"""The same browsers as for the portal's pages."""

from tests.views.portal.conftest import browse, erp, opened, shop, web

__all__ = ["browse", "erp", "opened", "shop", "web"]
