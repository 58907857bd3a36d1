"""What connectors share, by name: the same for all that meet the same outage, and never a secret."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectops.model import Shared, SharedSource
from connectops.observe.shared_sources import LONGEST_NAME, of_kafka_connect, of_msk_connect
from tests.msk_stub import description, summary

PLUGIN = "arn:aws:kafkaconnect:eu-west-1:123456789012:custom-plugin/debezium/0c0b-1"
WORKERS = "arn:aws:kafkaconnect:eu-west-1:123456789012:worker-configuration/plain/0c0b-1"
SURROUNDINGS = {
    "kafkaCluster": {
        "apacheKafkaCluster": {
            "bootstrapServers": "b-2.shop:9098,b-1.shop:9098",
            "vpc": {"subnets": ["subnet-2", "subnet-1"], "securityGroups": ["sg-1"]},
        }
    },
    "plugins": [{"customPlugin": {"customPluginArn": PLUGIN, "revision": 1}}],
    "workerConfiguration": {"workerConfigurationArn": WORKERS, "revision": 1},
}


def databases(**configuration: str) -> list[str]:
    dotted = {key.replace("__", "."): value for key, value in configuration.items()}
    return [source.name for source in of_kafka_connect("onprem", dotted) if source.kind is Shared.DATABASE]


def test_the_list_of_msk_connect_tells_all_but_the_database() -> None:
    assert of_msk_connect(summary("orders") | SURROUNDINGS) == (
        SharedSource(Shared.KAFKA, "b-1.shop:9098,b-2.shop:9098"),
        SharedSource(Shared.PLUGIN, PLUGIN),
        SharedSource(Shared.SUBNET, "subnet-1"),
        SharedSource(Shared.SUBNET, "subnet-2"),
        SharedSource(Shared.WORKERS, WORKERS),
    )


def test_a_description_tells_the_database_too() -> None:
    shared = of_msk_connect(description("orders", **{"database.hostname": "DB.shop"}) | SURROUNDINGS)
    assert SharedSource(Shared.DATABASE, "db.shop") in shared
    assert len(shared) == 6


def test_what_the_platform_does_not_tell_is_not_shared() -> None:
    assert of_msk_connect(summary("orders")) == ()


def test_connectors_of_one_self_managed_cluster_share_its_workers_its_kafka_and_their_plugin() -> None:
    assert of_kafka_connect("onprem", {"connector.class": "io.debezium.connector.mysql.MySqlConnector"}) == (
        SharedSource(Shared.KAFKA, "of onprem"),
        SharedSource(Shared.PLUGIN, "io.debezium.connector.mysql.MySqlConnector on onprem"),
        SharedSource(Shared.WORKERS, "onprem"),
    )
    assert not set(of_kafka_connect("onprem", {})) & set(of_kafka_connect("other", {}))


def test_the_kafka_cluster_of_the_schema_history_is_shared_by_all_who_name_its_servers_in_any_order() -> None:
    one = of_kafka_connect("a", {"schema.history.internal.kafka.bootstrap.servers": "b-1:9092, b-2:9092"})
    other = of_kafka_connect("b", {"database.history.kafka.bootstrap.servers": "B-2:9092,b-1:9092"})
    assert set(one) & set(other) == {SharedSource(Shared.KAFKA, "b-1:9092,b-2:9092")}


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("jdbc:postgresql://db.shop:5432/orders?user=app&password=hunter2", "db.shop"),
        ("jdbc:mysql://db.shop/orders", "db.shop"),
        ("jdbc:sqlserver://db.shop:1433;databaseName=orders;password=hunter2", "db.shop"),
        ("jdbc:oracle:thin:@//db.shop:1521/orders", "db.shop"),
        ("jdbc:oracle:thin:app/hunter2@//db.shop:1521/orders", "db.shop"),
        ("jdbc:postgresql://[2001:db8::7]:5432/orders", "[2001:db8::7]"),
    ],
)
def test_a_sink_shares_its_database_with_the_sources_of_it(url: str, host: str) -> None:
    assert databases(connection__url=url) == [host] == databases(database__hostname=host.upper())


def test_every_member_of_a_replica_set_is_named_once() -> None:
    assert databases(mongodb__connection__string="mongodb://app:hunter2@two:27017,one:27017/?replicaSet=rs0") == [
        "one,two"
    ]


def test_the_reference_to_a_secret_stands_for_the_host_that_it_holds() -> None:
    assert databases(database__hostname="${secretsmanager:prod/orders:host}") == ["${secretsmanager:prod/orders:host}"]


@pytest.mark.parametrize(
    "url",
    [
        "mongodb://app:hun@ter2@db/orders",
        "mongodb://app:hun/ter2@db/orders",
        "mongodb://app:hun//ter2@db/orders",
        "jdbc:oracle:thin:app/hun//ter2@//db/orders",
        "jdbc:postgresql://db/orders?password=hun@ter2",
        "jdbc:mysql://address=(host=db)(password=hunter2)/orders",
        "hunter2",
        "//",
        "",
    ],
)
def test_a_url_that_could_show_a_password_names_no_database(url: str) -> None:
    assert databases(connection__url=url) == []


@given(st.text(alphabet="ab/@:?;#,.{}$ ", max_size=20))
def test_no_part_of_any_password_is_ever_a_name(password: str) -> None:
    for url in (f"mongodb://app:{password}@db.shop/orders", f"jdbc:oracle:thin:app/{password}@//db.shop/x"):
        assert set(databases(connection__url=url)) <= {"db.shop"}


@pytest.mark.parametrize(("length", "known"), [(LONGEST_NAME, 1), (LONGEST_NAME + 1, 0)])
def test_a_name_that_is_too_long_is_no_name(length: int, known: int) -> None:
    assert len(databases(database__hostname="x" * length)) == known
