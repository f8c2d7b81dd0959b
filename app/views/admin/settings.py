"""The settings this process runs with: meaning, value unless it is a secret, and where it comes from."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app

from app.security.permissions import Permission
from app.views.admin.pages import Page
from app.words import t
from config import SETTINGS, Setting, Settings


@dataclass(frozen=True, slots=True)
class SettingRow:
    """`hidden` is set where the value itself is not shown; every second part of `meaning` is a command or a name."""

    name: str
    value: str
    hidden: bool
    origin: str
    meaning: Sequence[str]


class SettingsPage(Page):
    route_base = "/admin/settings"
    permission = Permission.CONFIGURATION_READ
    noun = "Settings"
    template = "admin/settings.html"

    def facts(self) -> Mapping[str, Any]:
        running: Settings = current_app.extensions["portico_settings"]
        return {"settings": [row_of(each, running, os.environ) for each in SETTINGS]}


def row_of(setting: Setting, running: Settings, environment: Mapping[str, str]) -> SettingRow:
    """One setting as the page shows it; of a secret only whether there is one."""
    value = getattr(running, setting.field)
    written = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    hidden = setting.secret or not written
    return SettingRow(
        name=setting.name,
        value=_unshown(written) if hidden else written,
        hidden=hidden,
        origin=t("environment") if environment.get(setting.name) else t("default"),
        meaning=t(setting.meaning).split("`"),
    )


def _unshown(written: str) -> str:
    return t("set, not shown") if written else t("not set")
