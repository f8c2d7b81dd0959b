"""How calls to an ERP end, as they are filed, sorted by what they say about the ERP. Pure.

The words are those of `app.erp.errors`; a refusal is an answer, and so is "already there".
"""

from __future__ import annotations

UNANSWERED = ("unavailable", "unknown", "busy", "misread")
REFUSED = ("refused",)
