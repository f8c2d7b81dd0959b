"""What `make run` is to start, where, and with which settings; made by the command line, read by the supervisor."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.embedded.parts import CommandPart, Part
from app.embedded.services import log_file

ROOT = Path(__file__).resolve().parents[2]
_LOOK = "Look into that log; what it names has to be mended before Portico can start."


@dataclass(frozen=True)
class Plan:
    """
    :param given: the environment of the person, whose settings win over the embedded servers
    :param closing: lines shown when everything is ready
    :param root: the folder with ``run.py`` and ``app``
    """

    var: Path
    port: int
    sandbox_port: int
    sandbox_speed: float
    given: Mapping[str, str]
    closing: Sequence[str] = field(default=())
    root: Path = ROOT

    @property
    def with_sandbox(self) -> bool:
        """Not when the person names an ERP."""
        return not self.given.get("ERP_URL")

    def ports(self) -> dict[str, int]:
        """The ports we need, by the setting that changes them."""
        sandbox = {"SANDBOX_PORT": self.sandbox_port} if self.with_sandbox else {}
        return {"PORT": self.port, **sandbox}

    def command(self, *words: str) -> list[str]:
        return [sys.executable, str(self.root / "run.py"), *words]

    def sandbox(self, environment: Mapping[str, str]) -> Part:
        store = self.var / "sandbox.db"
        return CommandPart(
            "sandbox ERP",
            self.command("sandbox", "--port", str(self.sandbox_port)),
            env=environment,
            log=log_file(self.var, "sandbox"),
            advice=f"If its store is damaged, delete {store}; it is filled again at the next start.",
            probe=(self.sandbox_port, "/_sandbox/ledger"),
        )

    def portal_parts(self, environment: Mapping[str, str]) -> list[Part]:
        """Web first: on a small machine it is ready sooner when the others do not load beside it."""
        web = self._portal("web", environment, probe=(self.port, "/health/live"))
        return [web, self._portal("worker", environment), self._portal("scheduler", environment)]

    def _portal(self, name: str, environment: Mapping[str, str], probe: tuple[int, str] | None = None) -> Part:
        log = log_file(self.var, name)
        return CommandPart(name, self.command(name), env=environment, log=log, advice=_LOOK, probe=probe)
