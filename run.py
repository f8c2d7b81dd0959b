"""The one command of Portico. Alone it starts everything on this machine; `python run.py --help` lists the rest."""

from __future__ import annotations

import sys

if sys.version_info < (3, 11):  # noqa: UP036  said before an import breaks in words nobody understands
    sys.exit("Portico needs Python 3.11 or later; this is " + sys.version.split()[0] + ". Start it with a newer one.")

try:
    from app.cli import main
except ModuleNotFoundError as err:
    if (err.name or "").partition(".")[0] in ("app", "config"):
        raise
    sys.exit(
        f"The package {err.name} is not installed for {sys.executable}. "
        "Run `make run`, which installs everything into .venv, or use .venv/bin/python run.py."
    )

if __name__ == "__main__":
    main()
