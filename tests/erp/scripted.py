"""A host that answers with exactly the bytes a test dictates, for misbehaviour no real service shows on demand."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

Script = Callable[["Conversation"], None]


@dataclass
class Conversation:
    """One request as it arrived, and the line back."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    line: socket.socket

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        """A whole answer; header names are written with underscores."""
        lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.raw("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    def raw(self, data: bytes) -> None:
        self.line.sendall(data)


@dataclass
class ScriptedHost:
    """Answers the requests in the order of the scripts; the last one stays."""

    scripts: list[Script]
    seen: list[Conversation] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self.url = f"http://{self.address}"
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self) -> None:
        """Nobody is at home any more; a second time changes nothing."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _accept(self) -> None:
        while True:
            try:
                line, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line: socket.socket) -> None:
        with line, line.makefile("rb") as incoming:
            try:
                while head := incoming.readline():
                    method, path, _ = head.decode().split(" ")
                    headers: dict[str, str] = {}
                    while (row := incoming.readline().decode().strip()) != "":
                        name, _, value = row.partition(": ")
                        headers[name.lower()] = value
                    body = incoming.read(int(headers.get("content-length", 0)))
                    self._next()(self._noted(Conversation(method, path, headers, body, line)))
            except OSError:
                return  # a script hung up, or the caller did

    def _next(self) -> Script:
        with self._lock:
            return self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]

    def _noted(self, conversation: Conversation) -> Conversation:
        self.seen.append(conversation)
        return conversation


def says(status: int, body: bytes = b"", **headers: str) -> Script:
    return lambda talk: talk.answer(status, body, **headers)


def hangs_up(talk: Conversation) -> None:
    """Close without a word."""
    talk.line.shutdown(socket.SHUT_RDWR)
