"""The company of the service tests, and a browser for whoever looks after it."""

from __future__ import annotations

from tests.views.company.conftest import browse, company, planter, web

__all__ = ["browse", "company", "planter", "web"]
