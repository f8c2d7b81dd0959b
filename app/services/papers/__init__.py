"""Orders on paper: the receipt and the confirmation as PDF, in the reader's language.

Reads within the scope it is called in, so it works for a buyer's page and for the worker's mails alike.
"""

from app.services.papers.drawing import confirmation, receipt

__all__ = ["confirmation", "receipt"]
