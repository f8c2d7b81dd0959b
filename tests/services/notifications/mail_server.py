"""A mail server that takes what it is sent, or answers as it is told; enough of SMTP for a client to notice nothing."""

from __future__ import annotations

import socketserver
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any


@dataclass
class Mailbox:
    """`answers` are given to the next commands of that name instead of the usual one; `taken` is what was accepted."""

    port: int = 0
    taken: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    conversations: int = 0
    answers: dict[str, deque[str]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def will(self, command: str, *answers: str) -> None:
        self.answers.setdefault(command, deque()).extend(answers)


class _Conversation(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        box: Mailbox = self.server.box  # type: ignore[attr-defined]
        box.conversations += 1
        self._say("220 test")
        while line := self.rfile.readline():
            command = line[:4].strip().upper().decode()
            planned = box.answers.get(command)
            answer = planned.popleft() if planned else {"QUIT": "221 bye", "DATA": "354 go on"}.get(command, "250 fine")
            self._say(answer)
            if command == "RCPT" and answer.startswith("2"):
                box.recipients.append(line.decode().strip())
            if command == "DATA" and answer.startswith("354"):
                self._take(box)
            if command == "QUIT" or answer.startswith("421"):
                return

    def _take(self, box: Mailbox) -> None:
        content = b"".join(iter(self.rfile.readline, b".\r\n"))
        planned = box.answers.get("END")
        answer = planned.popleft() if planned else "250 taken"
        if answer.startswith("250"):
            box.taken.append(message_from_bytes(content, policy=default))  # type: ignore[arg-type]
        self._say(answer)

    def _say(self, answer: str) -> None:
        self.wfile.write(f"{answer}\r\n".encode())


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    box: Any


@contextmanager
def listening() -> Iterator[Mailbox]:
    """A server on a free port of this machine."""
    with _Server(("127.0.0.1", 0), _Conversation) as server:
        server.box = Mailbox(port=server.server_address[1])
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server.box
        server.shutdown()
