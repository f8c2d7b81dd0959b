"""One PostgreSQL server for this machine: made, started, checked and stopped by us, as a direct child.

Not for production, which brings its own server through DATABASE_URL; and not for what is inside: roles and
databases are ``databases``.
"""

from __future__ import annotations

import locale
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from app.embedded import processes
from app.embedded.binaries import PostgresBinaries, find_postgres
from app.embedded.problems import StartProblem
from app.embedded.processes import Account, Process
from app.embedded.sockets import short_folder

SUPERUSER = "postgres"
_PORT = 5432  # names the socket file only; nothing listens on TCP
_SOCKET = f".s.PGSQL.{_PORT}"
_STOP: processes.Steps = ((signal.SIGINT, 15.0), (signal.SIGQUIT, 5.0))  # fast, then immediate
_COMMON = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "120",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
    "lc_messages": "C",
}
_THROWAWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


class Postgres:
    """A server whose data lie under ``home``, reached through a Unix socket with a password.

    :param home: a folder of its own that the account owns; made when missing
    :param log: where the server writes
    :param account: whom to run as when we are root
    :param throwaway: durability off, for tests only
    """

    def __init__(
        self, *, home: Path, password: str, log: Path, account: Account | None, throwaway: bool = False
    ) -> None:
        self.home = home
        self.log = log
        self.account = account
        self.throwaway = throwaway
        self.name = "PostgreSQL"
        self.process: Process | None = None
        self.fresh = False
        self._password = password
        self._data = home / "data"
        self._socket_folder = home / "run"
        self._log_start = 0
        self._binaries: PostgresBinaries | None = None

    def create(self) -> None:
        """Make the data directory unless there is one; ``fresh`` tells.

        :raises StartProblem: when the folder holds something that is no database
        """
        self._own(self.home)
        self._socket_folder = short_folder(self._socket_folder, _SOCKET)
        self._own(self._socket_folder)
        self._binaries = self._reachable(find_postgres(self._major()))
        self.fresh = not self._data.exists()
        if self.fresh:
            self._initdb()

    def launch(self) -> None:
        """Start the server; ``wait_until_ready`` tells when it answers. Call from a thread that lives on."""
        self._settle_previous()
        self._log_start = self.log.stat().st_size if self.log.exists() else 0
        options = [f"--{name}={value}" for name, value in self._options().items()]
        self.process = processes.launch(
            [self._program("postgres"), "-D", self._data, "-p", str(_PORT), *options],
            log=self.log,
            env=self._environment(),
            cwd=Path("/"),
            account=self.account,
            death_signal=signal.SIGINT,
        )

    def wait_until_ready(self, seconds: float = 60.0) -> None:
        """Come back when the server answers.

        :raises StartProblem: when it stops instead, or stays silent
        """
        processes.wait_until(lambda: self._answers() or not self.alive, seconds=seconds)
        if not self._answers():
            words = processes.tail(self.log, since=self._log_start, lines=2)
            self.stop()
            raise StartProblem(
                f'PostgreSQL does not start on {self._data}. Its last words: "{words}" (all of them: {self.log}).',
                f"If the data are damaged, restore them from a backup, or delete {self.home} to begin anew.",
            )

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        """Stop the server: fast, then immediately; a throwaway one takes its folder with it."""
        if self.process is not None:
            processes.end(self.process, _STOP)
            self.process = None
        if self._socket_folder.parent != self.home:
            shutil.rmtree(self._socket_folder, ignore_errors=True)
        if self.throwaway:
            shutil.rmtree(self.home, ignore_errors=True)

    def url(self, database: str, *, user: str = SUPERUSER, password: str | None = None) -> str:
        """An address for SQLAlchemy; without ``+psycopg`` libpq reads it too."""
        secret = self._password if password is None else password
        return f"postgresql+psycopg://{user}:{secret}@/{database}?host={self._socket_folder}&port={_PORT}"

    def superuser_dsn(self, database: str = "postgres") -> str:
        return self.url(database).replace("+psycopg", "", 1)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.superuser_dsn(), connect_timeout=5).close()
        except psycopg.OperationalError as err:
            if "password authentication" in str(err):
                raise StartProblem(
                    f"PostgreSQL in {self.home} does not take the password kept in secrets.json; the two do not match.",
                    f"Put the file secrets.json of this database back, or delete {self.home} to begin anew.",
                ) from err
            return False
        return True

    def _major(self) -> int | None:
        """The version that made the data directory; None when there is none yet."""
        if not self._data.exists():
            return None
        try:
            return int((self._data / "PG_VERSION").read_text())
        except (OSError, ValueError) as err:
            raise StartProblem(
                f"The folder {self._data} is damaged: its file PG_VERSION is missing or unreadable.",
                f"Restore the folder from a backup, or delete {self.home} to begin anew.",
            ) from err

    def _initdb(self) -> None:
        """Into a folder beside the real one first, so that a run killed half-way leaves no half database."""
        unfinished = self.home / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        command = [self._program("initdb"), "-D", unfinished, "-U", SUPERUSER, "-A", "scram-sha-256", "-E", "UTF8"]
        with self._password_file() as secret:
            done = subprocess.run(
                [*map(str, command), f"--pwfile={secret}", *self._locale(), *(["--no-sync"] if self.throwaway else [])],
                capture_output=True,
                text=True,
                check=False,
                env=self._environment(),
                cwd="/",
                **processes.drop_to(self.account),
            )
        if done.returncode != 0:
            raise StartProblem(
                f'PostgreSQL cannot make a database in {self.home}: "{done.stderr.strip()[-300:]}".',
                "Free some space or name another folder with PORTICO_VAR, then start again.",
            )
        unfinished.rename(self._data)

    def _locale(self) -> list[str]:
        """Code point order and Unicode letters on every machine; from 17 on PostgreSQL brings them itself."""
        if self._binaries and self._binaries.major >= 17:
            return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        before = locale.setlocale(locale.LC_CTYPE)
        try:
            locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
        except locale.Error:
            return ["--locale=C"]
        finally:
            locale.setlocale(locale.LC_CTYPE, before)
        return ["--locale=C.UTF-8"]

    @contextmanager
    def _password_file(self) -> Iterator[Path]:
        secret = self.home / "first-password"
        secret.touch(mode=0o600)
        self._give(secret)
        secret.write_text(self._password)
        try:
            yield secret
        finally:
            secret.unlink()

    def _options(self) -> dict[str, str]:
        chosen = dict(_COMMON, unix_socket_directories=str(self._socket_folder))
        return {**chosen, **_THROWAWAY} if self.throwaway else chosen

    def _settle_previous(self) -> None:
        """After a killed run: end a server that still holds the data, forget a process number that is not ours."""
        for stale in self._socket_folder.glob(".s.PGSQL.*"):
            stale.unlink()
        lock = self._data / "postmaster.pid"
        if not lock.exists():
            return
        first = lock.read_text().partition("\n")[0].strip()
        if first.isdigit() and str(self._data) in processes.command_of(int(first)):
            self._end_previous(int(first))
        lock.unlink(missing_ok=True)

    def _end_previous(self, pid: int) -> None:
        for wanted, seconds in (*_STOP, (signal.SIGKILL, 5.0)):
            try:
                os.kill(pid, wanted)
            except ProcessLookupError:
                return
            if processes.wait_until(lambda: str(self._data) not in processes.command_of(pid), seconds=seconds):
                return

    def _reachable(self, found: PostgresBinaries) -> PostgresBinaries:
        """The same programs, copied if the account cannot reach them (below /root, in a 0700 home)."""
        if self.account is None or self._can_run(found):
            return found
        if not found.from_wheel:
            raise StartProblem(
                f"The account {self.account.name}, which PostgreSQL runs as, cannot reach {found.folder}.",
                "Install PostgreSQL where every account can reach it, or unset PORTICO_PG_BIN.",
            )
        return self._copied(found)

    def _can_run(self, found: PostgresBinaries) -> bool:
        try:
            probe = subprocess.run(
                [str(found.folder / "initdb"), "--version"],
                capture_output=True,
                check=False,
                cwd="/",
                **processes.drop_to(self.account),
            )
        except PermissionError:
            return False
        return bool(probe.returncode == 0)

    def _copied(self, found: PostgresBinaries) -> PostgresBinaries:
        """With the libraries beside them, in the wheel's own layout: programs look for them next to themselves."""
        package = found.folder.parent.parent
        target = self.home / "server" / f"{package.name}-{found.major}-{int(found.folder.stat().st_mtime)}"
        copy = PostgresBinaries(target / package.name / found.folder.parent.name / "bin", found.major, from_wheel=True)
        if not target.exists():
            half = target.with_suffix(".unfinished")
            shutil.rmtree(half, ignore_errors=True)
            bulky = shutil.ignore_patterns("include", "*.a")
            shutil.copytree(
                found.folder.parent, half / package.name / found.folder.parent.name, symlinks=True, ignore=bulky
            )
            libraries = package.with_name(f"{package.name}.libs")
            if libraries.is_dir():
                shutil.copytree(libraries, half / libraries.name, symlinks=True)
            half.rename(target)
        self._open_for_account(self.home / "server")
        return copy

    def _open_for_account(self, folder: Path) -> None:
        for inner, _, _ in os.walk(folder):
            Path(inner).chmod(0o755)

    def _own(self, folder: Path) -> None:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._give(folder)
        except OSError as err:
            raise StartProblem(
                f"The folder {folder} cannot be made: {err.strerror}.", "Name a folder you may write with PORTICO_VAR."
            ) from err

    def _give(self, path: Path) -> None:
        if self.account is not None:
            os.chown(path, self.account.uid, self.account.gid)

    def _program(self, name: str) -> Path:
        if self._binaries is None:
            raise RuntimeError("create() comes before launch()")
        return self._binaries.folder / name

    def _environment(self) -> dict[str, str]:
        """Nothing of ours, above all no PG* variable, and English words in the log."""
        return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": str(self.home), "LC_ALL": "C", "TZ": "UTC"}
