"""How far the mirror of the ERP's data has come, and how old it is."""

from __future__ import annotations

from typing import Any

from app.domain.state_words import state_word
from app.models.reference import SyncState
from app.security.permissions import Permission
from app.services.reference_sync.entities import EVERYTHING
from app.views.base import ReadingInterface, Screen
from app.views.filters import Equals, Search


class SyncScreen(Screen):
    datamodel = ReadingInterface(SyncState)
    route_base = "/admin/sync"
    permission = Permission.REFERENCE_READ
    nouns = ("Mirror", "Mirror of the ERP")
    about = "A run that breaks off goes on where it stopped."
    list_columns = ["entity", "source", "fresh_at", "rows", "quarantined", "finished_at", "problem"]
    show_columns = ["entity", "source", "fresh_at", "rows", "quarantined", "started_at", "finished_at", "problem"]
    order_columns = ["entity", "fresh_at", "rows"]
    base_order = ("entity", "asc")
    cells = {"entity": lambda it: state_word(it.entity)}
    figures = frozenset({"rows", "quarantined"})
    label_columns = {
        "entity": "What", "source": "ERP", "fresh_at": "As of", "rows": "Rows", "quarantined": "Set aside",
        "started_at": "Last run began", "finished_at": "Last run ended", "problem": "What is in the way",
    }  # fmt: skip
    searches = (Search("what", "What", "entity", Equals, kind="choice", choices=EVERYTHING),)

    def name_of(self, item: Any) -> str:
        return state_word(item.entity)
