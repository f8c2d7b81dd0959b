"""Which FAB screens exist, and their menu, as one list."""

from __future__ import annotations

from flask import Flask
from flask_appbuilder import AppBuilder

from app.extensions import session
from app.security.manager import SecurityManager
from app.views.admin.audit import AuditScreen
from app.views.admin.customer_settings import CustomerSettingsScreen
from app.views.admin.customers import CustomerScreen
from app.views.admin.dead_letters import DeadLettersPage
from app.views.admin.erp_calls import ErpCallScreen
from app.views.admin.erp_orders import ErpOrderScreen
from app.views.admin.invoices import InvoiceScreen
from app.views.admin.item_numbers import ItemNumberScreen
from app.views.admin.items import ItemScreen
from app.views.admin.mails import MailScreen
from app.views.admin.orders import OrderScreen
from app.views.admin.outbox import OutboxScreen
from app.views.admin.pages import Page
from app.views.admin.people import PersonScreen
from app.views.admin.prices import PriceScreen
from app.views.admin.queue_health import QueueHealthPage
from app.views.admin.reconciliation import ReconciliationPage
from app.views.admin.reconciliation_drifts import DriftScreen
from app.views.admin.roles import RolesPage
from app.views.admin.rule_sets import RuleSetScreen
from app.views.admin.seller import SellerScreen, register_seller
from app.views.admin.settings import SettingsPage
from app.views.admin.shipments import ShipmentScreen
from app.views.admin.stock import StockScreen
from app.views.admin.sync_state import SyncScreen
from app.views.admin.terms import TermsScreen
from app.views.admin.today import TodayView
from app.views.base import Screen
from app.words import language

MENU: tuple[tuple[str, tuple[type[Screen], ...]], ...] = (
    ("Orders", (OrderScreen, OutboxScreen, ErpCallScreen, MailScreen, DriftScreen)),
    ("ERP data", (CustomerScreen, ItemScreen, PriceScreen, StockScreen)),
    ("Documents", (ErpOrderScreen, ShipmentScreen, InvoiceScreen)),
    ("Portal", (PersonScreen, CustomerSettingsScreen, ItemNumberScreen, RuleSetScreen, SyncScreen, AuditScreen)),
    ("Seller", (SellerScreen, TermsScreen)),
)
PAGES: tuple[tuple[str, tuple[type[Page], ...]], ...] = (
    ("Orders", (DeadLettersPage, QueueHealthPage, ReconciliationPage)),
    ("Portal", (RolesPage, SettingsPage)),
)


class Screens(AppBuilder):
    """FAB with our first page and without its own screens, its history in the cookie and its static files."""

    def _add_admin_views(self) -> None:
        self._indexview = self.add_view_no_menu(self.indexview)


def register_admin(app: Flask) -> None:
    """FAB on our session, our roles and our tables; asks the database nothing."""
    with app.app_context():
        builder = Screens(app, session, indexview=TodayView, security_manager_class=SecurityManager, update_perms=False)
        for category, screens in MENU:
            for screen in screens:
                builder.add_view(screen, screen.nouns[1], category=category)
        for category, pages in PAGES:
            for page in pages:
                builder.add_view(page, page.noun, category=category)
    register_seller(app)
    app.extensions["babel"].locale_selector = language  # FAB's would set a cookie for every stranger
