"""Reference data: what the ERP owns. One writer: `app.services.reference_sync`."""

from app.models.reference.customer import Customer, ShipTo
from app.models.reference.erp_order import ErpOrder, ErpOrderLine
from app.models.reference.invoice import Invoice, InvoiceLine
from app.models.reference.item import Item, ItemUnit
from app.models.reference.price import PriceListLine, TaxRate
from app.models.reference.shipment import Shipment, ShipmentLine
from app.models.reference.stock import Stock
from app.models.reference.sync_state import SyncState

__all__ = [
    "Customer",
    "ErpOrder",
    "ErpOrderLine",
    "Invoice",
    "InvoiceLine",
    "Item",
    "ItemUnit",
    "PriceListLine",
    "ShipTo",
    "Shipment",
    "ShipmentLine",
    "Stock",
    "SyncState",
    "TaxRate",
]
