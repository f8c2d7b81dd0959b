"""Lets `python -m app.erp.sandbox` start the server."""

import sys

from app.erp.sandbox.server import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
