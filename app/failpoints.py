"""Named places where a test may kill, stop or delay this process: the steps of the kill matrix.

Nothing happens anywhere unless PORTICO_ENV is `test` and PORTICO_FAILPOINTS arms a name, such as `S9=kill`,
`S7=stop,S10=sleep:2.5` or `S10=kill@3` (only the third time). Not for simulating an ERP: the sandbox has its own faults.

| name | where |
|---|---|
| S1 | a request to place an order was received, nothing is written |
| S2 | inside the accepting transaction, before it commits |
| S3 | committed, before the answer leaves |
| S4 | the answer is half written to the socket |
| S5 | an order is about to be judged; the four layers are one calculation in memory and cannot be told apart |
| S6 | an approval is recorded, its message is not claimed yet |
| S7 | a message is claimed, before the call to the ERP |
| S8 | bytes of the request to the ERP are partly sent |
| S9 | the ERP has committed, its answer is not sent: the sandbox's fault `timeout_after_commit`, no name here |
| S10 | the answer is here and settled, before the commit |
| S11 | committed, before the worker turns to the next message |
| S12 | an event of the ERP was received, before the commit (S12a), and after it before the answer (S12b) |
| S13 | reconciliation is between two pages |
| S14 | during a migration |
"""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]

_reached: Counter[str] = Counter()


def _armed() -> dict[str, str]:
    if os.environ.get("PORTICO_ENV") != "test":
        return {}
    parts = os.environ.get("PORTICO_FAILPOINTS", "").split(",")
    return dict(part.strip().split("=", 1) for part in parts if "=" in part)


_actions = _armed()


def armed(name: str) -> bool:
    """Whether something waits at this place, for steps that have to be taken apart to be stopped in."""
    return name in _actions


def reach(name: str) -> None:
    """Say that this place has been reached; what a test armed it with happens now."""
    if not _actions:
        return
    action, _, only = _actions.get(name, "").partition("@")
    _reached[name] += 1
    if action and (not only or _reached[name] == int(only)):
        _do(action)


def in_halves(application: Application) -> Application:
    """A WSGI application whose placed orders are answered in two pieces, with S4 between them."""

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        whole = application(environ, start_response)
        placed = environ["REQUEST_METHOD"] == "POST" and environ["PATH_INFO"].endswith("/orders")
        return _halves(b"".join(whole)) if placed else whole

    return answer


def _halves(body: bytes) -> Iterator[bytes]:
    yield body[: len(body) // 2]
    reach("S4")
    yield body[len(body) // 2 :]


def _do(action: str) -> None:
    word, _, argument = action.partition(":")
    if word == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif word == "stop":
        os.kill(os.getpid(), signal.SIGSTOP)
    elif word == "sleep":
        time.sleep(float(argument or 1))
    else:
        raise ValueError(f"a fail point does kill, stop or sleep, not {word!r}")


def rearm() -> None:
    """Read the environment again; for tests in one process."""
    global _actions
    _actions = _armed()
    _reached.clear()
