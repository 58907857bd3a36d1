"""One connector on trial, with a database of its own: what a scenario breaks, writes rows into, and mends."""

from __future__ import annotations

import re
import threading
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sandbox.live import topics
from sandbox.live.databases import PASSWORD, Postgres, SqlFailed
from sandbox.live.obstacles import Obstacle, Session
from sandbox.live.platforms import Platform, states_of
from sandbox.live.stacks import Site

_ROW = re.compile(r'"v":"(row-\d+)"')
_HEALTHY_WITHIN = 90.0
_MAKING_DATABASES = threading.Lock()
"""PostgreSQL copies a template for each, and refuses while somebody else copies it."""


class NotHealthy(Exception):
    """The connector did not deliver before anything was broken; the message says what it did."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What was done to a connector, and when."""

    at: datetime
    what: str


class Subject:
    """`name` is the connector's; its database, topics, slot and so on are named after it."""

    def __init__(
        self, stack: Site, platform: Platform, name: str, settings: Mapping[str, Any], worker: Mapping[str, str]
    ) -> None:
        self.stack, self.platform, self.name, self.worker = stack, platform, name, worker
        self.database = re.sub(r"\W", "_", name)
        self.user = f"u_{zlib.crc32(name.encode()):08x}"
        """A user of its own; MySQL 5.6 takes 16 characters."""
        self.marks: list[Mark] = []
        self.written: dict[str, float] = {}
        """Each row's text and when it was committed, in seconds since the epoch."""
        self.in_the_way: list[Obstacle] = []
        """What a scenario has put there; it ends with `release`."""
        self._last = 0
        self._lock = threading.Lock()
        kept = {key: value for key, value in self._good().items() if settings.get(key, "") is not None}
        more = {key: self.named(str(value)) for key, value in settings.items() if value is not None}
        self.configuration = kept | more

    @property
    def topic(self) -> str:
        """Where the rows of the table `t` go."""
        return f"{self.database}.{'public' if self.on_postgres else self.database}.t"

    @property
    def on_postgres(self) -> bool:
        return isinstance(self.stack.database, Postgres)

    def mark(self, what: str) -> None:
        self.marks.append(Mark(datetime.now(UTC), what))

    def named(self, text: str) -> str:
        """`$db` stands for the name of its database, `$user` for that of its user."""
        return text.replace("$user", self.user).replace("$db", self.database)

    def sql(self, statements: str) -> str:
        """Run as the database's owner, in the database of this connector; names as in `named`."""
        return self.stack.database.sql(self.named(statements), self.database)

    def set_up(self) -> None:
        """A user who may do everything, and a table with a first row. Rows are told apart by their text."""
        self.stack.database.admit(self.user, PASSWORD)
        with _MAKING_DATABASES:
            self.stack.database.sql(f"CREATE DATABASE {self.database}")
        self.sql("CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(200))")
        self.write()

    def write(self, before: str = "") -> str | None:
        """One more row, after another statement of the same session; None where it cannot be written now."""
        with self._lock:
            self._last += 1
            number = self._last
        row = f"row-{number}"
        if not self._write(number, row, before):
            return None
        self.written[row] = time.time()
        return row

    def _write(self, number: int, row: str, before: str) -> bool:
        try:
            self.sql(f"{before}INSERT INTO t (id, v) VALUES ({number}, '{row}')")  # noqa: S608 - a number
        except SqlFailed:
            return False
        return True

    def create(self) -> None:
        self.platform.create(self.name, self.configuration, self.worker)
        self.mark("connector created")

    def reconfigure(self, **settings: str | None) -> None:
        """As a person does: two underscores stand for a dot, None takes a property away."""
        named = properties(settings)
        kept = {key: value for key, value in self.configuration.items() if key not in named}
        self.configuration = kept | {key: value for key, value in named.items() if value is not None}
        self.platform.configure(self.name, self.configuration)
        self.mark(f"configuration changed by a person: {', '.join(sorted(named))}")

    def restart(self) -> None:
        """A person restarts the whole connector."""
        self.platform.restart(self.name)
        self.mark("restart after fix")

    def disconnect(self) -> None:
        """The server ends every connection of this connector; nothing else is wrong."""
        if self.on_postgres:
            self.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '$user'")
            return
        for number in self.sql("SELECT id FROM information_schema.processlist WHERE user = '$user'").split():
            with suppress(SqlFailed):  # it may have gone by itself
                self.sql(f"KILL {number}")

    def hold(self, statements: str) -> None:
        """Another session does this in its database and stays, with its locks, until `release`."""
        self.in_the_way.append(Session(self.stack.database.hold(self.named(statements), self.database)))
        time.sleep(1)

    def release(self) -> None:
        """End what is in its way."""
        while self.in_the_way:
            self.in_the_way.pop().stop()

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """It is stopped for as long as the block lasts, and goes on then."""
        self.platform.stop(self.name)
        self.mark("connector stopped")
        if self.on_postgres:
            self.await_slot(active=False)
        yield
        self.platform.resume(self.name, self.configuration)
        self.mark("connector resumed")

    def begin_anew(self) -> None:
        """A person gives up its position: slot and offsets go, a new snapshot is made."""
        self.platform.begin_anew(self.name, self.configuration, self._drop_slot)
        self.mark("restart after fix")

    def _drop_slot(self) -> None:
        if self.on_postgres:
            self.await_slot(active=False)
            self.sql(f"SELECT pg_drop_replication_slot(slot_name) {self._slots}")

    def await_slot(self, *, active: bool) -> None:
        """PostgreSQL notices begin and end of a client a moment later. Raises TimeoutError."""
        ends = time.monotonic() + _HEALTHY_WITHIN
        while (self.sql(f"SELECT 1 {self._slots} AND active") != "") is not active:
            if time.monotonic() > ends:
                raise TimeoutError(f"the slot of {self.name} is {'free' if active else 'taken'} all the time")
            time.sleep(0.3)

    @property
    def _slots(self) -> str:
        return f"FROM pg_replication_slots WHERE database = '{self.database}'"

    def arrived(self) -> set[str]:
        """The rows that are in the topic now. Raises kafka-python's errors while no broker answers."""
        values = topics.values(self.stack.broker.address, self.topic)
        return {row for value in values if value for row in _ROW.findall(value)}

    def missing(self) -> set[str]:
        return self.written.keys() - self.arrived()

    def await_delivery(self, patience: float = _HEALTHY_WITHIN) -> None:
        """Until every row that was written is in the topic. Raises NotHealthy."""
        ends = time.monotonic() + patience
        while missing := self.missing():
            if time.monotonic() > ends:
                states = ", ".join(states_of(self.platform, self.name))
                raise NotHealthy(f"{self.name} is {states} and has not delivered {sorted(missing)}")
            time.sleep(0.5)

    def clear(self) -> None:
        """Take away the connector and what it leaves in its database; errors are of no interest any more."""
        self.release()
        self.platform.delete(self.name)
        self._quietly(self._leftovers())

    def _leftovers(self) -> Iterable[str]:
        if not self.on_postgres:
            return [f"DROP DATABASE IF EXISTS {self.database}", f"DROP USER '{self.user}'@'%'"]
        return [
            f"SELECT pg_terminate_backend(active_pid) {self._slots} AND active",
            f"SELECT pg_drop_replication_slot(slot_name) {self._slots}",
            f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)",
            f"DROP ROLE IF EXISTS {self.user}",
        ]

    def _quietly(self, statements: Iterable[str]) -> None:
        for statement in statements:
            for _ in range(10):
                try:
                    self.stack.database.sql(statement)
                    break
                except SqlFailed:
                    time.sleep(0.5)

    def _good(self) -> dict[str, str]:
        """A configuration that works; what must differ between connectors is made of the whole name."""
        own = {"database.user": self.user}
        if not self.on_postgres:
            own |= {"database.server.id": str(100_000 + zlib.crc32(self.name.encode()) % 4_000_000)}
        return self.stack.configuration(self.database, self.database, **own)


def properties[Value](settings: Mapping[str, Value]) -> dict[str, Value]:
    """Settings that were written as keywords of Python, where two underscores stand for a dot."""
    return {key.replace("__", "."): value for key, value in settings.items()}
