"""Where web and workers of this machine share what they measure, so that `/metrics` of any of them tells all of it.

Call it before anything imports prometheus_client: that looks at the variable when it is imported, and never again.
"""

from __future__ import annotations

import os
from pathlib import Path


def share_metrics(var: Path) -> None:
    """From here on this process measures into the folder, from which files of processes that are gone are removed."""
    folder = var / "metrics"
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.glob("*_*.db"):
        number = file.stem.rpartition("_")[2]
        if number.isdigit() and not _runs(int(number)):
            file.unlink(missing_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
