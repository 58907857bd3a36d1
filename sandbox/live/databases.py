"""Databases with a user `dbz` (password `dbz-secret`) that may do all that Debezium wants.

Each is started when made. `stop` or `kill`, then `start`, and it serves what it had, at the same address.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from sandbox.live import parts
from sandbox.live.laboratory import Laboratory, Process

USER, PASSWORD = "dbz", "dbz-secret"


class SqlFailed(Exception):
    """The client of the database said no; the message is its own."""


class Database(ABC):
    """`options` are more command line options of the server."""

    name: ClassVar[str]
    ends_orderly_on: ClassVar[signal.Signals] = signal.SIGTERM
    _execute: ClassVar[str]
    """The option of the client that takes statements."""
    _client_environment: ClassVar[dict[str, str]] = {}

    def __init__(self, laboratory: Laboratory, options: Sequence[str] = ()) -> None:
        self._laboratory, self.options = laboratory, tuple(options)
        self.port = laboratory.free_port()
        self.home = laboratory.folder / self.name
        self.home.mkdir()
        self._prepare()
        self.process = self.start()
        self.admit(USER, PASSWORD)

    def start(self) -> Process:
        self.process = self._laboratory.start(
            self.name,
            [*self._command(), *self.options],
            self._laboratory.folder / f"{self.name}.log",
            user=self._run_as(),
            environment=self._environment(),
        )
        self.process.await_until(self._answers)
        return self.process

    def stop(self) -> None:
        self.process.stop(self.ends_orderly_on)

    def kill(self) -> None:
        self.process.kill()

    def sql(self, statements: str, database: str = "") -> str:
        """What the statements return: a line a row, fields separated by tabs. Raises SqlFailed."""
        return _run([*self._client(database), self._execute, statements], self._client_environment)

    def hold(self, statements: str, database: str = "") -> subprocess.Popen[str]:
        """A session that runs the statements and stays, with its locks, until its standard input is closed."""
        environment = {**os.environ, **self._client_environment}
        session = subprocess.Popen(
            self._client(database),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
            cwd="/",
        )
        if session.stdin:
            session.stdin.write(f"{statements};\n")
            session.stdin.flush()
        return session

    @abstractmethod
    def _client(self, database: str) -> list[str]:
        """The command of a client that reads statements from its standard input."""

    @abstractmethod
    def _prepare(self) -> None: ...

    @abstractmethod
    def _command(self) -> list[str | Path]: ...

    @abstractmethod
    def admit(self, user: str, password: str) -> None:
        """A new user who may do everything."""

    def _run_as(self) -> str | None:
        return None

    def _environment(self) -> dict[str, str]:
        return {}

    def _answers(self) -> bool:
        try:
            self.sql("SELECT 1")
        except SqlFailed:
            return False
        return True


class MariaDb(Database):
    """Debian's MariaDB server with a row-based binlog."""

    name = "mariadb"
    _execute = "-e"

    def _client(self, database: str) -> list[str]:
        address = ["-uroot", "-h127.0.0.1", f"-P{self.port}", "--skip-ssl"]
        shape = ["--skip-column-names", "--batch", "--default-character-set=utf8mb4"]
        return ["mariadb", "--no-defaults", *address, *shape, *([database] if database else [])]

    def _prepare(self) -> None:
        user = f"--user={pwd.getpwuid(os.getuid()).pw_name}"
        options = [f"--datadir={self.home}/data", "--auth-root-authentication-method=normal", "--skip-test-db", user]
        _run(["mariadb-install-db", "--no-defaults", *options])

    def _command(self) -> list[str | Path]:
        return [shutil.which("mariadbd") or "/usr/sbin/mariadbd", *self._server_options(f"{self.home}/data")]

    def _server_options(self, data: str) -> list[str | Path]:
        return [
            "--no-defaults",
            f"--user={pwd.getpwuid(os.getuid()).pw_name}",
            f"--datadir={data}",
            f"--socket={self.home}/server.sock",
            f"--pid-file={self.home}/server.pid",
            f"--port={self.port}",
            "--bind-address=127.0.0.1",
            "--server-id=223344",
            "--log-bin=mysql-bin",
            "--binlog-format=ROW",
            "--binlog-row-image=FULL",
            "--skip-name-resolve",
        ]

    def admit(self, user: str, password: str) -> None:
        self.sql(f"CREATE USER '{user}'@'%' IDENTIFIED BY '{password}'; GRANT ALL PRIVILEGES ON *.* TO '{user}'@'%'")


class MySql(MariaDb):
    """A MySQL server 5.6 from an npm package, spoken to with MariaDB's client."""

    name = "mysql"

    def _prepare(self) -> None:
        shutil.copytree(self._server / "data" / "mysql", self.home / "data")

    def _command(self) -> list[str | Path]:
        place = [
            f"--lc-messages-dir={self._server}/share",
            f"--tmpdir={self.home}",
            "--explicit-defaults-for-timestamp",
        ]
        first, *others = self._server_options(f"{self.home}/data")
        return [self._server / "mysqld", first, f"--basedir={self._server}", *place, *others]

    def _environment(self) -> dict[str, str]:
        return {"LD_LIBRARY_PATH": str(self._server)}

    @property
    def _server(self) -> Path:
        return parts.unpacked(parts.MYSQL) / "server"


class Postgres(Database):
    """Debian's PostgreSQL with logical replication; it refuses to run as root, so then it runs as `postgres`."""

    name = "postgres"
    ends_orderly_on = signal.SIGINT  # "fast": does not wait for its clients
    _execute = "-c"
    _client_environment: ClassVar[dict[str, str]] = {"PGPASSWORD": PASSWORD}

    def _client(self, database: str) -> list[str]:
        address = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-d", database or "postgres"]
        return ["psql", *address, "-X", "-q", "-At", "-F", "\t", "-v", "ON_ERROR_STOP=1"]

    def _prepare(self) -> None:
        password = self.home / "password"
        password.write_text(PASSWORD)
        if user := self._run_as():
            shutil.chown(self.home, user)
            shutil.chown(password, user)
        options = ["-U", "postgres", "-A", "md5", f"--pwfile={password}", "--no-sync", "--no-instructions"]
        _run([program("initdb"), "-D", f"{self.home}/data", *options], user=self._run_as())

    def _command(self) -> list[str | Path]:
        settings = ["wal_level=logical", "listen_addresses=127.0.0.1", f"port={self.port}", "fsync=off"]
        place = ["-D", f"{self.home}/data", "-k", str(self.home)]
        return [program("postgres"), *place, *(part for setting in settings for part in ("-c", setting))]

    def admit(self, user: str, password: str) -> None:
        self.sql(f"CREATE ROLE {user} LOGIN SUPERUSER REPLICATION PASSWORD '{password}'")

    def _run_as(self) -> str | None:
        return "postgres" if os.getuid() == 0 else None


def program(name: str) -> str:
    """A program of PostgreSQL. Debian keeps the server's out of the PATH, one folder a version: the newest is taken."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    return str(found[-1]) if found else name


def _run(command: list[str], environment: dict[str, str] | None = None, user: str | None = None) -> str:
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **(environment or {})},
        user=user,
        cwd="/",
    )
    if done.returncode:
        raise SqlFailed(done.stderr.strip() or done.stdout.strip())
    return done.stdout
