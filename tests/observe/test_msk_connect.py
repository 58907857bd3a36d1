"""Answers are checked against botocore's service model by its Stubber."""

from datetime import timedelta

import pytest
from botocore.stub import Stubber
from mypy_boto3_kafkaconnect import KafkaConnectClient

from connectops.errors import ConnectOpsError, NotAllowed, NotFound, Unreachable
from connectops.model import ConnectorId, ConnectorState, Look, Platform
from connectops.observe.msk_connect import MskConnect
from tests.msk_stub import AT, arn, described, listed, summary

ANYTHING_FIRST: frozenset[ConnectorId] = frozenset()


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
def test_the_heartbeat_comes_from_the_configuration_and_nothing_else_does(
    client: KafkaConnectClient, stubber: Stubber, configuration: dict[str, str], heartbeat: timedelta | None
) -> None:
    msk = MskConnect(client)
    listed(stubber, summary("orders"))
    described(stubber, "orders", **configuration)
    (look,) = msk.with_heartbeats(msk.list(AT).looks, ANYTHING_FIRST, 5)
    assert look.heartbeat == heartbeat
    assert "hunter2" not in repr(look)


def test_a_configuration_is_read_again_only_when_its_version_changes(
    client: KafkaConnectClient, stubber: Stubber
) -> None:
    msk = MskConnect(client)
    for version, interval in (("V1", "1000"), ("V1", None), ("V2", "2000")):
        listed(stubber, summary("orders", version=version))
        if interval:
            described(stubber, "orders", **{"heartbeat.interval.ms": interval})
        (look,) = msk.with_heartbeats(msk.list(AT).looks, ANYTHING_FIRST, 5)
        expected = timedelta(seconds=1) if version == "V1" else timedelta(seconds=2)
        assert look.heartbeat == expected


def test_calls_are_bounded_and_those_in_need_come_first(client: KafkaConnectClient, stubber: Stubber) -> None:
    msk = MskConnect(client)
    listed(stubber, summary("a"), summary("b"), summary("c"))
    looks = msk.list(AT).looks
    described(stubber, "c", **{"heartbeat.interval.ms": "1000"})
    described(stubber, "a", **{"heartbeat.interval.ms": "1000"})
    first = frozenset({ConnectorId(Platform.MSK_CONNECT, "msk", "c")})
    seen = named(msk.with_heartbeats(looks, first, 2))
    assert {name: look.heartbeat for name, look in seen.items()} == {
        "a": timedelta(seconds=1),
        "b": None,
        "c": timedelta(seconds=1),
    }


def test_one_connector_that_cannot_be_described_hides_no_other(client: KafkaConnectClient, stubber: Stubber) -> None:
    msk = MskConnect(client)
    listed(stubber, summary("a"), summary("b"))
    stubber.add_client_error("describe_connector", "AccessDeniedException", "no", 403)
    described(stubber, "b", **{"heartbeat.interval.ms": "1000"})
    seen = named(msk.with_heartbeats(msk.list(AT).looks, ANYTHING_FIRST, 5))
    assert seen["a"].blind_because == "MSK Connect: DescribeConnector: not allowed (AccessDeniedException)"
    assert (seen["a"].state, seen["a"].heartbeat) == (ConnectorState.RUNNING, None)
    assert (seen["b"].blind_because, seen["b"].heartbeat) == (None, timedelta(seconds=1))


def test_a_throttled_description_ends_the_asking_for_this_look(client: KafkaConnectClient, stubber: Stubber) -> None:
    msk = MskConnect(client)
    listed(stubber, summary("a"), summary("b"))
    stubber.add_client_error("describe_connector", "TooManyRequestsException", "Rate exceeded", 429)
    seen = named(msk.with_heartbeats(msk.list(AT).looks, ANYTHING_FIRST, 5))
    assert (seen["b"].heartbeat, seen["b"].blind_because) == (None, None)


def test_only_our_tags_are_kept_without_their_prefix(client: KafkaConnectClient, stubber: Stubber) -> None:
    msk = MskConnect(client)
    listed(stubber, summary("orders"))
    (look,) = msk.list(AT).looks
    tags = {"team": "shop", "connectops:restart": "off", "connectops:owner": "shop"}
    stubber.add_response("list_tags_for_resource", {"tags": tags}, {"resourceArn": arn("orders")})
    assert msk.with_tags(look).tags == (("owner", "shop"), ("restart", "off"))


def test_tags_that_cannot_be_read_are_not_taken_for_none(client: KafkaConnectClient, stubber: Stubber) -> None:
    msk = MskConnect(client)
    listed(stubber, summary("orders"))
    (look,) = msk.list(AT).looks
    stubber.add_client_error("list_tags_for_resource", "TooManyRequestsException", "Rate exceeded", 429)
    tagged = msk.with_tags(look)
    assert tagged.tags is None
    assert tagged.blind_because == "MSK Connect: ListTagsForResource: TooManyRequestsException"


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
