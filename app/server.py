"""The web under gunicorn: threads for requests, a few processes, nothing imported before the fork.

Not for building the application: that is ``app.create_app``.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

from config import Settings


class WebServer(BaseApplication):
    """gunicorn with our settings; every process builds an application, and with it connections, of its own."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        for name, value in _options(self._settings).items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        from app import create_app

        return create_app(self._settings)


def serve(settings: Settings) -> None:
    """Answer requests until somebody stops us."""
    _fresh_metrics_folder(settings.var / "metrics")
    WebServer(settings).run()


def _options(settings: Settings) -> dict[str, Any]:
    return {
        "bind": f"{settings.bind_address}:{settings.port}",
        "worker_class": "gthread",
        "workers": settings.web_workers,
        "threads": settings.web_threads,
        "timeout": 60,
        "graceful_timeout": 8,
        "keepalive": 5,
        "forwarded_allow_ips": "",  # which proxies are believed is TRUSTED_PROXIES, applied by the application
        "errorlog": "-",
        "loglevel": "warning",
        "control_socket_disable": True,
        "child_exit": _forget_process,
    }


def _fresh_metrics_folder(folder: Path) -> None:
    """Where the processes share their counters; the numbers of an earlier run would be added to ours."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def _forget_process(_server: Any, worker: Any) -> None:
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)
