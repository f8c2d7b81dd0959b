"""A Portico of nothing but its commands, for testing who starts and stops them."""

from __future__ import annotations

import os
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

VAR = Path(os.environ["PORTICO_VAR"])


class Fine(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *words: object) -> None:
        pass


def answer(port: int) -> None:
    HTTPServer(("127.0.0.1", port), Fine).serve_forever()


def note(line: str) -> None:
    with (VAR / "calls").open("a") as calls:
        calls.write(f"{line}\n")


def main(words: list[str]) -> None:
    note(" ".join(words[:2]))
    match words:
        case ["web"]:
            answer(int(os.environ["PORT"]))
        case ["sandbox", "--port", port]:
            answer(int(port))
        case ["worker"] if (VAR / "frail").exists():
            (VAR / "frail").unlink()
            sys.exit(3)
        case ["worker"] | ["scheduler"]:
            time.sleep(600)
        case ["sync"] if (VAR / "no-erp").exists():
            sys.exit("The ERP does not answer.")
        case _:
            print("did", *words)


main(sys.argv[1:])
