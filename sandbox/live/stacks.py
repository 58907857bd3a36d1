"""Whole stacks by letter: a broker, a worker of one Connect version with one Debezium plugin, and its database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from sandbox.live import needs, parts
from sandbox.live.broker import Broker
from sandbox.live.databases import PASSWORD, USER, Database, MariaDb, MySql, Postgres
from sandbox.live.laboratory import Laboratory
from sandbox.live.worker import Worker

CLASSES = {
    "mysql": "io.debezium.connector.mysql.MySqlConnector",
    "mariadb": "io.debezium.connector.mariadb.MariaDbConnector",
    "postgres": "io.debezium.connector.postgresql.PostgresConnector",
}


@dataclass(frozen=True, slots=True)
class Recipe:
    """Versions that belong together; `connector` and `debezium` name a plugin of `parts.DEBEZIUM`."""

    connect: str
    connector: str
    debezium: str
    database: type[Database]

    @property
    def title(self) -> str:
        versions = f"Kafka Connect {self.connect}, Debezium {self.connector} {self.debezium}"
        return f"{versions}, {self.database.__name__}"


RECIPES = {
    "a": Recipe("2.7.1", "mysql", "1.6.1.Final", MariaDb),
    "b": Recipe("3.7.2", "mysql", "2.7.4.Final", MySql),
    "c": Recipe("4.1.0", "mariadb", "3.2.0.Final", MariaDb),
    "d": Recipe("3.7.2", "postgres", "2.7.4.Final", Postgres),
    "e": Recipe("4.1.0", "postgres", "3.2.0.Final", Postgres),
}


@dataclass(frozen=True, slots=True)
class Site:
    """A broker and a database are running, for workers of your own or of the local MSK Connect."""

    recipe: Recipe
    laboratory: Laboratory
    broker: Broker
    database: Database

    def configuration(self, prefix: str, database: str, **more: str) -> dict[str, str]:
        """A good configuration of a connector that streams `database` into topics that begin with `prefix`.

        `more` goes over it; two underscores in a name stand for a dot.
        """
        over = {key.replace("__", "."): value for key, value in more.items()}
        return _configuration(self, prefix, database) | over


@dataclass(frozen=True, slots=True)
class Stack(Site):
    """Everything is running. Break it as you like: nothing outlives the laboratory."""

    worker: Worker


@contextmanager
def site(letter: str) -> Iterator[Site]:
    """A running broker and database. Raises NotInstalled, PartMissing, NotReady."""
    recipe = RECIPES[letter]
    needs.check((recipe.database.name,))
    with Laboratory() as laboratory:
        yield Site(recipe, laboratory, Broker(laboratory), recipe.database(laboratory))


@contextmanager
def up(letter: str, worker: Mapping[str, str] | None = None) -> Iterator[Stack]:
    """A running stack; `worker` are properties of its worker. Raises NotInstalled, PartMissing, NotReady."""
    with site(letter) as there:
        recipe, laboratory, broker = there.recipe, there.laboratory, there.broker
        plugin = parts.unpacked(parts.DEBEZIUM[recipe.connector, recipe.debezium])
        own = Worker(laboratory, recipe.connect, broker.address, [plugin], worker)
        yield Stack(recipe, laboratory, broker, there.database, own)


def _configuration(stack: Site, prefix: str, database: str) -> dict[str, str]:
    old = stack.recipe.debezium.startswith("1.")
    common = {
        "connector.class": CLASSES[stack.recipe.connector],
        "tasks.max": "1",
        "database.hostname": "127.0.0.1",
        "database.port": str(stack.database.port),
        "database.user": USER,
        "database.password": PASSWORD,
        "database.server.name" if old else "topic.prefix": prefix,
    }
    if stack.recipe.connector == "postgres":
        publication = {"publication.name": f"publication_{prefix}", "publication.autocreate.mode": "filtered"}
        slot = {"plugin.name": "pgoutput", "slot.name": f"slot_{prefix}", "table.include.list": "public.*"}
        return common | {"database.dbname": database} | slot | publication
    history = "database.history" if old else "schema.history.internal"
    return common | {
        "database.server.id": str(100_000 + sum(prefix.encode())),
        "database.include.list": database,
        "include.schema.changes": "true",
        f"{history}.kafka.bootstrap.servers": stack.broker.address,
        f"{history}.kafka.topic": f"{prefix}.history",
    }
