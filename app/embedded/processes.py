"""Starting and stopping child processes so that none is ever left behind.

Every child gets a session of its own, so a Ctrl-C in the terminal reaches the supervisor alone and the order of
stopping is ours. On Linux the kernel tells the child when its parent dies, even by SIGKILL.
Not for deciding what runs: that is ``supervisor``.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

Process = subprocess.Popen[bytes]
Steps = Sequence[tuple[signal.Signals, float]]

POLITE: Steps = ((signal.SIGTERM, 10.0),)
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Account:
    """An unprivileged account of this machine; PostgreSQL refuses to run as root."""

    name: str
    uid: int
    gid: int


def unprivileged_account() -> Account | None:
    """The account to drop to when we are root; None for an ordinary user, who needs no other.

    :raises KeyError: when we are root and the machine has neither ``postgres`` nor ``nobody``
    """
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise KeyError("postgres, nobody")


def launch(
    command: Sequence[str | Path],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    account: Account | None = None,
    death_signal: signal.Signals = signal.SIGTERM,
) -> Process:
    """Start a child in its own session, writing to ``log``.

    The kernel's death signal follows the *thread* that forked, so call this from a thread that outlives the child.
    """
    with log.open("ab") as out:
        return subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=None if env is None else dict(env),
            cwd=cwd,
            start_new_session=True,
            preexec_fn=_die_with_parent(death_signal),  # runs after the change of account, which would clear it
            **drop_to(account),
        )


class _Identity(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


def drop_to(account: Account | None) -> _Identity:
    """The keywords of ``subprocess`` that run a command as this account."""
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def _die_with_parent(wanted: signal.Signals) -> Callable[[], None] | None:
    if _LIBC is None:
        return None
    libc, parent = _LIBC, os.getpid()

    def arrange() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(wanted), 0, 0, 0)
        if os.getppid() != parent:  # the parent died before we could ask to be told
            os._exit(1)

    return arrange


def end(process: Process, steps: Steps = POLITE) -> int:
    """Stop a child step by step, then whatever is left of its session; gives back its exit code."""
    for wanted, seconds in steps:
        if process.poll() is not None:
            break
        process.send_signal(wanted)
        _wait(process, seconds)
    if process.poll() is None:
        process.kill()
        process.wait()
    for leftover in session_members(process.pid):
        _kill(leftover)
    return process.returncode


def kill(process: Process) -> None:
    """Stop a child and its session at once; somebody else waits for it."""
    if process.poll() is None:
        for member in {process.pid, *session_members(process.pid)}:
            _kill(member)


def _wait(process: Process, seconds: float) -> None:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def session_members(session: int) -> list[int]:
    """The living processes of a session (Linux; elsewhere none are known)."""
    return [pid for pid in _all_pids() if _session_of(pid) == session]


def _all_pids() -> list[int]:
    proc = Path("/proc")
    return [int(entry.name) for entry in proc.iterdir() if entry.name.isdigit()] if proc.is_dir() else []


def _session_of(pid: int) -> int | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return None
    state, _, _, session = stat.rpartition(")")[2].split()[:4]
    return None if state == "Z" else int(session)


def command_of(pid: int) -> str:
    """The command line of a process, empty when it is gone."""
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            return ""
    return subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout


def wait_until(condition: Callable[[], bool], *, seconds: float, pause: float = 0.03) -> bool:
    """Ask again and again until the condition holds; False when the time is up."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True


def free_port() -> int:
    """A loopback port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def tail(log: Path, *, since: int = 0, lines: int = 3) -> str:
    """The last words of a log, from byte ``since`` on."""
    if not log.exists():
        return ""
    with log.open("rb") as stream:
        stream.seek(since)
        text = stream.read().decode(errors="replace")
    return "\n".join([line.strip() for line in text.splitlines() if line.strip()][-lines:])
