"""Structured logs with the correlation id of the request or job they belong to. Secrets and bodies are never logged."""

from __future__ import annotations

import logging
import secrets
import sys
from contextvars import ContextVar

import structlog

correlation_id: ContextVar[str] = ContextVar("correlation_id", default="")


def new_correlation_id() -> str:
    """Twenty characters, unguessable, short enough to be read out on the telephone."""
    value = secrets.token_hex(10)
    correlation_id.set(value)
    return value


def _add_correlation(_logger: object, _name: str, entry: structlog.typing.EventDict) -> structlog.typing.EventDict:
    if value := correlation_id.get():
        entry["correlation_id"] = value
    return entry


def _to_stderr(*_: object) -> structlog.PrintLogger:
    """Looked up for each line: the stream of the start may be closed by now."""
    return structlog.PrintLogger(sys.stderr)


def start_logs(form: str = "text") -> None:
    """:param form: `json` for machines, `text` for people"""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _add_correlation,
            structlog.processors.format_exc_info,
            renderer,
        ],
        logger_factory=_to_stderr,
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(
        level=logging.WARNING, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
