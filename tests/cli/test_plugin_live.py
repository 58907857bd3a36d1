"""Debezium's own archives, fetched by Maven: run with `-m live`."""

from __future__ import annotations

import pytest

from cli import plugin
from sandbox.live import parts

pytestmark = pytest.mark.live

CLASSES = {
    "mysql": "io.debezium.connector.mysql.MySqlConnector",
    "mariadb": "io.debezium.connector.mariadb.MariaDbConnector",
    "postgres": "io.debezium.connector.postgresql.PostgresConnector",
}
JAVA = {"1.6.1.Final": 8, "2.7.4.Final": 11, "3.2.0.Final": 17}


@pytest.mark.parametrize(("kind", "version"), parts.DEBEZIUM)
def test_a_published_plugin_is_good_as_it_is(kind: str, version: str) -> None:
    packed = plugin.pack(parts.archive(parts.DEBEZIUM[kind, version]))
    found = packed.inspection
    assert (found.connectors, found.java) == ((CLASSES[kind],), JAVA[version])
    assert found.problems == found.conflicts == found.warnings == ()
    assert packed.name.startswith(f"debezium-connector-{kind}-{version.replace('.', '-')}-")


@pytest.mark.parametrize(("kind", "version"), parts.DEBEZIUM)
def test_the_archive_and_the_folder_give_the_same_plugin(kind: str, version: str) -> None:
    part = parts.DEBEZIUM[kind, version]
    assert plugin.pack(parts.archive(part), "x").name == plugin.pack(parts.unpacked(part).parent, "x").name
