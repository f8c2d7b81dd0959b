"""The web under gunicorn: threads for requests, a few processes, nothing imported before the fork.

Not for building the application: that is ``app.create_app``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

from app.failpoints import armed, in_halves
from app.metrics_folder import share_metrics
from config import Settings

if TYPE_CHECKING:
    from app.jobs.erp_calls import Writing


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
        from app.jobs.erp_calls import Writing

        application = create_app(self._settings)
        self.cfg.set("worker_exit", _write_last(Writing().start()))
        return in_halves(application) if armed("S4") else application


def serve(settings: Settings) -> None:
    """Answer requests until somebody stops us."""
    share_metrics(settings.var)
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


def _write_last(writing: Writing) -> Callable[[Any, Any], None]:
    """What a process does when it is told to end."""

    def write(_server: Any, _worker: Any) -> None:
        writing.stop()

    return write


def _forget_process(_server: Any, worker: Any) -> None:
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)
