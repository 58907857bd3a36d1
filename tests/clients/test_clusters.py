import json
from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from connectops.clients.clusters import open_clusters
from connectops.clients.connect_rest import ConnectRest
from connectops.errors import NotAllowed, Unreachable
from connectops.model import KafkaConnectCluster
from tests.connect_server import LIST, ConnectServer, connect_server


@pytest.fixture
def session() -> Iterator[boto3.Session]:
    with mock_aws():
        yield boto3.Session(aws_access_key_id="a", aws_secret_access_key="b", region_name="eu-west-1")


@pytest.fixture
def server() -> Iterator[ConnectServer]:
    with connect_server({LIST: (200, {})}) as server:
        yield server


def cluster_with(session: boto3.Session, server: ConnectServer, secret: str | None) -> ConnectRest:
    if secret is not None:
        session.client("secretsmanager").create_secret(Name="connect/onprem", SecretString=secret)
    return open_clusters([KafkaConnectCluster("onprem", server.url, "connect/onprem")], session)["onprem"]


@pytest.mark.parametrize(
    ("secret", "scheme"), [({"username": "ops", "password": "hunter2"}, "Basic"), ({"token": "hunter2"}, "Bearer")]
)
def test_a_cluster_is_opened_with_its_secret(
    session: boto3.Session, server: ConnectServer, secret: dict[str, str], scheme: str
) -> None:
    assert cluster_with(session, server, json.dumps(secret)).connectors() == {}
    assert server.seen_headers[0]["Authorization"].startswith(scheme)


def test_a_cluster_without_secret_needs_no_secrets_manager(server: ConnectServer) -> None:
    clusters = open_clusters([KafkaConnectCluster("onprem", server.url)], boto3.Session(region_name="eu-west-1"))
    assert clusters["onprem"].connectors() == {}


def test_nothing_is_asked_before_it_is_needed(session: boto3.Session, server: ConnectServer) -> None:
    cluster_with(session, server, None)
    assert server.requests == []


@pytest.mark.parametrize(
    "secret",
    ["hunter2", "[]", "{}", '"hunter2"', '{"username": "hunter2"}', '{"token": 7}', '{"certificate": "hunter2"}'],
)
def test_a_secret_that_holds_no_credentials_says_what_was_expected_and_not_what_it_holds(
    session: boto3.Session, server: ConnectServer, secret: str
) -> None:
    with pytest.raises(NotAllowed, match=r"connect/onprem.* username and password") as caught:
        cluster_with(session, server, secret).connectors()
    assert "hunter2" not in f"{caught.value!r} {caught.value.__cause__!r}"
    assert server.requests == []


def test_a_secret_that_does_not_exist_is_named(session: boto3.Session, server: ConnectServer) -> None:
    with pytest.raises(Unreachable, match=r"connect/onprem.*ResourceNotFoundException"):
        cluster_with(session, server, None).connectors()
