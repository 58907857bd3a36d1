from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectops.clients.connect_rest import ConnectRest
from connectops.errors import NotAllowed, NotFound, Unreachable
from connectops.model import (
    Action,
    Attempt,
    ConnectorId,
    ConnectorRecord,
    ConnectorState,
    Incident,
    KafkaConnectCluster,
    OperationState,
    Phase,
    Platform,
)
from connectops.observe.operations import Operations
from connectops.observe.sight import PlatformSight
from tests.connect_server import connect_server, expanded
from tests.msk_stub import (
    CONNECTOR,
    OPERATION,
    Msk,
    arn,
    described,
    operation,
    operation_described,
    operations_listed,
    summary,
)

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ORDERS = ConnectorId(Platform.MSK_CONNECT, "msk", "orders")
ON_REST = ConnectorId(Platform.KAFKA_CONNECT, "onprem", "orders")


def sight_of(msk: Msk, clusters: dict[str, ConnectRest] | None = None) -> PlatformSight:
    return PlatformSight(msk.eye, Operations(msk.client), clusters or {})


def record(connector: ConnectorId = ORDERS, *, known: str | None = CONNECTOR, **attempt: str) -> ConnectorRecord:
    claimed = Attempt(1, Action.RESTART_CONNECTOR, "UNKNOWN", NOW, **attempt)  # type: ignore[arg-type]
    incident = Incident("i", connector, NOW, Phase.RESTARTING, NOW, attempts=(claimed,))
    return ConnectorRecord(connector, incident=incident, arn=known)


def test_msk_connect_is_asked_by_arn(msk: Msk) -> None:
    described(msk.connect, "orders")
    msk.connect.add_response("list_tags_for_resource", {"tags": {}})
    look = sight_of(msk).look(ORDERS, arn("orders"), NOW)
    assert (look.connector, look.state, look.tags, look.at) == (ORDERS, ConnectorState.RUNNING, (), NOW)


def named(msk: Msk, *summaries: dict[str, Any], more: bool = False) -> None:
    """What MSK Connect lists of the names that begin with `orders`."""
    answer = {"connectors": list(summaries), **({"nextToken": "more"} if more else {})}
    msk.connect.add_response("list_connectors", answer, {"connectorNamePrefix": "orders", "maxResults": 100})


def test_a_connector_whose_line_came_before_any_look_is_found_by_its_whole_name(msk: Msk) -> None:
    named(msk, summary("orders-eu"), summary("orders"))
    described(msk.connect, "orders")
    msk.connect.add_response("list_tags_for_resource", {"tags": {}})
    look = sight_of(msk).look(ORDERS, None, NOW)
    assert (look.connector, look.arn, look.state) == (ORDERS, arn("orders"), ConnectorState.RUNNING)


@pytest.mark.parametrize("more", [False, True])
def test_a_name_that_is_not_listed_is_not_seen_and_never_taken_for_gone(msk: Msk, more: bool) -> None:  # noqa: FBT001
    named(msk, summary("orders-eu"), more=more)
    with pytest.raises(Unreachable, match="more than 100" if more else "no connector called orders"):
        sight_of(msk).look(ORDERS, None, NOW)


def test_of_two_connectors_of_one_name_none_is_taken(msk: Msk) -> None:
    named(msk, summary("orders", "DELETING"), summary("orders") | {"connectorArn": CONNECTOR})
    with pytest.raises(Unreachable, match="2 connectors called orders"):
        sight_of(msk).look(ORDERS, None, NOW)


def test_a_connector_that_was_created_anew_is_found_under_its_new_arn(msk: Msk) -> None:
    msk.connect.add_client_error("describe_connector", "NotFoundException", "gone", 404)
    named(msk, summary("orders"))
    described(msk.connect, "orders")
    msk.connect.add_response("list_tags_for_resource", {"tags": {}})
    assert sight_of(msk).look(ORDERS, CONNECTOR, NOW).arn == arn("orders")


def test_a_connector_that_is_gone_and_not_listed_is_gone(msk: Msk) -> None:
    msk.connect.add_client_error("describe_connector", "NotFoundException", "gone", 404)
    named(msk)
    with pytest.raises(NotFound):
        sight_of(msk).look(ORDERS, arn("orders"), NOW)


def test_a_cluster_is_asked_by_its_name(msk: Msk) -> None:
    with connect_server(
        {"GET /connectors/orders/status": (200, expanded("orders", state="PAUSED")["status"])}
    ) as server:
        clusters = {"onprem": ConnectRest(KafkaConnectCluster("onprem", server.url))}
        assert sight_of(msk, clusters).look(ON_REST, None, NOW).state is ConnectorState.PAUSED


def test_a_cluster_that_left_the_settings_cannot_be_seen(msk: Msk) -> None:
    with pytest.raises(NotAllowed, match="onprem"):
        sight_of(msk).look(ON_REST, None, NOW)


def test_a_known_operation_is_followed(msk: Msk) -> None:
    operation_described(msk.connect, operation(7, NOW) | {"connectorOperationState": "RESTART_COMPLETE"})
    found = sight_of(msk).operation(record(operation=OPERATION.format(7)))
    assert found
    assert found.state is OperationState.COMPLETE


def test_an_operation_whose_answer_was_lost_is_found(msk: Msk) -> None:
    operations_listed(msk.connect, operation(7, NOW + timedelta(seconds=1)))
    operation_described(msk.connect, operation(7, NOW + timedelta(seconds=1)))
    found = sight_of(msk).operation(record())
    assert found
    assert found.arn == OPERATION.format(7)


@pytest.mark.parametrize(
    "nothing", [record(ON_REST, known=None), record(known=None), ConnectorRecord(ORDERS, arn=CONNECTOR)]
)
def test_where_there_is_no_operation_nothing_is_asked(msk: Msk, nothing: ConnectorRecord) -> None:
    assert sight_of(msk).operation(nothing) is None
