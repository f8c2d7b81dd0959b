"""Folders for Unix sockets, whose path the kernel keeps in 108 bytes (104 on macOS)."""

from __future__ import annotations

import tempfile
from pathlib import Path

LONGEST = 100


def short_folder(preferred: Path, socket_name: str) -> Path:
    """The preferred folder, or a fresh one with a short name when the socket's path would be too long there."""
    if len(str(preferred / socket_name).encode()) <= LONGEST:
        return preferred
    return Path(tempfile.mkdtemp(prefix="portico-", dir="/tmp"))
