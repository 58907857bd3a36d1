"""Answers are checked against botocore's service model by its Stubber."""

from datetime import timedelta

import pytest
from botocore.stub import Stubber
from mypy_boto3_kafkaconnect import KafkaConnectClient

from connectops.errors import ConnectOpsError, NotAllowed, NotFound, Unreachable
from connectops.model import ConnectorId, ConnectorState, Look, Platform
from connectops.observe.msk_connect import MskConnect
from tests.msk_stub import AT, arn, described, listed, summary


def named(looks: tuple[Look, ...]) -> dict[str, Look]:
    return {look.connector.name: look for look in looks}


def test_every_page_is_listed(client: KafkaConnectClient, stubber: Stubber) -> None:
    stubber.add_response(
        "list_connectors", {"connectors": [summary("orders")], "nextToken": "more"}, {"maxResults": 100}
    )
    stubber.add_response(
        "list_connectors",
        {"connectors": [summary("customers", "FAILED")]},
        {"maxResults": 100, "nextToken": "more"},
    )
    listing = MskConnect(client).list(AT)
    orders = Look(
        ConnectorId(Platform.MSK_CONNECT, "msk", "orders"),
        AT,
        ConnectorState.RUNNING,
        arn=arn("orders"),
        created_at=AT - timedelta(days=3),
        connect_version="3.7.x",
    )
    assert listing.incomplete_because is None
    assert listing.looks[0] == orders
    assert named(listing.looks)["customers"].state is ConnectorState.FAILED


def test_an_empty_region_is_seen(client: KafkaConnectClient, stubber: Stubber) -> None:
    listed(stubber)
    listing = MskConnect(client).list(AT)
    assert (listing.looks, listing.incomplete_because) == ((), None)


def test_a_state_from_the_future_is_unknown_and_hides_no_other(client: KafkaConnectClient, stubber: Stubber) -> None:
    listed(stubber, summary("orders", "HIBERNATING"), summary("customers"))
    looks = named(MskConnect(client).list(AT).looks)
    assert looks["orders"].state is ConnectorState.UNKNOWN
    assert "HIBERNATING" in (looks["orders"].blind_because or "")
    assert looks["customers"].state is ConnectorState.RUNNING


def test_a_summary_with_little_in_it_hides_no_other(client: KafkaConnectClient, stubber: Stubber) -> None:
    listed(stubber, {"connectorArn": arn("orders"), "connectorName": "orders"}, summary("customers"))
    looks = named(MskConnect(client).list(AT).looks)
    assert (looks["orders"].state, looks["orders"].connect_version) == (ConnectorState.UNKNOWN, None)
    assert looks["customers"].state is ConnectorState.RUNNING


def test_what_was_listed_before_an_error_counts(client: KafkaConnectClient, stubber: Stubber) -> None:
    stubber.add_response("list_connectors", {"connectors": [summary("orders")], "nextToken": "more"})
    stubber.add_client_error("list_connectors", "TooManyRequestsException", "Rate exceeded", 429)
    listing = MskConnect(client).list(AT)
    assert [look.connector.name for look in listing.looks] == ["orders"]
    assert listing.incomplete_because == "MSK Connect: ListConnectors: TooManyRequestsException"


def test_missing_permission_says_so(client: KafkaConnectClient, stubber: Stubber) -> None:
    stubber.add_client_error("list_connectors", "AccessDeniedException", "no", 403)
    assert MskConnect(client).list(AT).incomplete_because == (
        "MSK Connect: ListConnectors: not allowed (AccessDeniedException)"
    )


@pytest.mark.parametrize(
    ("configuration", "heartbeat"),
    [
        ({"heartbeat.interval.ms": "10000", "database.password": "hunter2"}, timedelta(seconds=10)),
        ({"heartbeat.interval.ms": " 500 "}, timedelta(milliseconds=500)),
        ({"heartbeat.interval.ms": "0"}, None),
        ({"heartbeat.interval.ms": "-1"}, None),
        ({"heartbeat.interval.ms": "9" * 5000}, None),
        ({"heartbeat.interval.ms": "${secretManager:x:y}"}, None),
        ({"heartbeat.interval.ms": ""}, None),
        ({"connector.class": "io.debezium.connector.mysql.MySqlConnector"}, None),
    ],
)
def test_the_heartbeat_comes_from_the_configuration(
    client: KafkaConnectClient, stubber: Stubber, configuration: dict[str, str], heartbeat: timedelta | None
) -> None:
    described(stubber, "orders", **configuration)
    assert MskConnect(client).describe(arn("orders"), AT).look.heartbeat == heartbeat


def test_only_our_tags_are_kept_without_their_prefix(client: KafkaConnectClient, stubber: Stubber) -> None:
    tags = {"team": "shop", "connectops:restart": "off", "connectops:owner": "shop"}
    stubber.add_response("list_tags_for_resource", {"tags": tags}, {"resourceArn": arn("orders")})
    assert MskConnect(client).tags(arn("orders")) == (("owner", "shop"), ("restart", "off"))


def test_a_look_at_one_connector_has_its_heartbeat_and_tags(client: KafkaConnectClient, stubber: Stubber) -> None:
    described(stubber, "orders", **{"heartbeat.interval.ms": "1000"})
    stubber.add_response("list_tags_for_resource", {"tags": {"connectops:restart": "off"}})
    look = MskConnect(client).look(arn("orders"), AT)
    assert (look.state, look.heartbeat, look.tags) == (
        ConnectorState.RUNNING,
        timedelta(seconds=1),
        (("restart", "off"),),
    )


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("NotFoundException", 404, NotFound),
        ("ForbiddenException", 403, NotAllowed),
        ("UnrecognizedClientException", 400, NotAllowed),
        ("ServiceUnavailableException", 503, Unreachable),
    ],
)
@pytest.mark.parametrize("fails", ["describe_connector", "list_tags_for_resource"])
def test_a_look_at_one_connector_says_why_it_failed(
    client: KafkaConnectClient, stubber: Stubber, fails: str, code: str, status: int, error: type[ConnectOpsError]
) -> None:
    if fails == "list_tags_for_resource":
        described(stubber, "orders")
    stubber.add_client_error(fails, code, "no", status)
    with pytest.raises(error):
        MskConnect(client).look(arn("orders"), AT)


@pytest.mark.parametrize(
    ("delivery", "log_group"),
    [
        ({"cloudWatchLogs": {"enabled": True, "logGroup": "/msk/orders"}}, "/msk/orders"),
        ({"cloudWatchLogs": {"enabled": False, "logGroup": "/msk/orders"}}, None),
        ({"s3": {"enabled": True, "bucket": "lines"}}, None),
    ],
)
def test_the_log_group_is_where_lines_are_delivered_to(
    client: KafkaConnectClient, stubber: Stubber, delivery: dict[str, object], log_group: str | None
) -> None:
    listed(stubber, summary("orders") | {"logDelivery": {"workerLogDelivery": delivery}})
    assert named(MskConnect(client).list(AT).looks)["orders"].log_group == log_group
