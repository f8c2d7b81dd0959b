"""The one writer of reference data: brings the mirror of an ERP up to date, in full or by what changed.

Pages come from the port, are copied into a temporary table and merged into the mirror by a handful of set-based
statements, one transaction a page. What an order has to do about the news is not decided here: the caller gets the keys
of the orders concerned.
"""

from app.services.reference_sync.entities import DOCUMENTS, EVERYTHING
from app.services.reference_sync.run import EntityResult, sync

__all__ = ["DOCUMENTS", "EVERYTHING", "EntityResult", "sync"]
