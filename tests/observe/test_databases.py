"""Where a connector's database listens, by what its configuration says; nothing is guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectops.model import Endpoint
from connectops.observe.databases import endpoint_of

MYSQL = {"connector.class": "io.debezium.connector.mysql.MySqlConnector", "database.hostname": "DB.shop"}
POSTGRESQL = {"connector.class": "io.debezium.connector.postgresql.PostgresConnector", "database.hostname": "db.shop"}


@pytest.mark.parametrize(
    ("configuration", "endpoint"),
    [
        (MYSQL | {"database.port": "3307"}, "db.shop:3307"),
        (MYSQL, "db.shop:3306"),
        (POSTGRESQL, "db.shop:5432"),
        (MYSQL | {"database.hostname": "[2001:db8::7]", "database.port": "3306"}, "[2001:db8::7]:3306"),
        ({"connection.url": "jdbc:postgresql://db.shop:5433/orders?user=app&password=hunter2"}, "db.shop:5433"),
        ({"connection.url": "jdbc:sqlserver://db.shop;databaseName=orders;password=hunter2"}, "db.shop:1433"),
        ({"connection.url": "jdbc:oracle:thin:app/hunter2@//db.shop/orders"}, "db.shop:1521"),
        ({"mongodb.connection.string": "mongodb://app:hunter2@db.shop/?replicaSet=rs0"}, "db.shop:27017"),
    ],
)
def test_one_server_is_known_with_its_port(configuration: dict[str, str], endpoint: str) -> None:
    assert str(endpoint_of(configuration)) == endpoint


@pytest.mark.parametrize(
    "configuration",
    [
        {},
        {"connector.class": "com.example.Unheard", "database.hostname": "db.shop"},
        MYSQL | {"database.hostname": "${secretsmanager:shop:host}"},
        MYSQL | {"database.port": "${secretsmanager:shop:port}"},
        MYSQL | {"database.port": "65536"},
        MYSQL | {"database.port": "0"},
        {"mongodb.connection.string": "mongodb://one.shop:27017,two.shop:27017"},
        {"mongodb.connection.string": "mongodb+srv://db.shop/orders"},
        {"connection.url": "jdbc:postgresql://app:hunter@2@db.shop:5432/orders"},
        {"connection.url": "https://search.shop"},
    ],
)
def test_what_is_no_single_known_server_is_none(configuration: dict[str, str]) -> None:
    assert endpoint_of(configuration) is None


@given(st.dictionaries(st.sampled_from(["database.hostname", "database.port", "connection.url"]), st.text()))
def test_no_configuration_breaks_it(configuration: dict[str, str]) -> None:
    found = endpoint_of(configuration | {"connector.class": "io.debezium.connector.mysql.MySqlConnector"})
    assert found is None or (isinstance(found, Endpoint) and 0 < found.port < 65536)
