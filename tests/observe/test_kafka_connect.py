from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectops.clients.connect_rest import ConnectRest
from connectops.errors import NotFound, Unreachable
from connectops.model import (
    ConnectorId,
    ConnectorState,
    KafkaConnectCluster,
    Look,
    Platform,
    Shared,
    SharedSource,
    Tasks,
)
from connectops.observe.kafka_connect import ClusterView, look_at_cluster, look_at_connector
from connectops.observe.shared_sources import of_kafka_connect
from tests.connect_server import LIST, ROOT, TRACE, connect_server, expanded

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
NOW = AT + timedelta(seconds=1)


def look_at(**connectors: Any) -> ClusterView:
    with connect_server(ROOT | {LIST: (200, connectors)}) as server:
        return look_at_cluster("onprem", ConnectRest(KafkaConnectCluster("onprem", server.url)), AT, NOW)


def test_one_call_shows_the_cluster() -> None:
    view = look_at(orders=expanded("orders", "RUNNING", "RUNNING", **{"heartbeat.interval.ms": "5000"}))
    assert view.incomplete_because is None
    assert view.views[0].look == Look(
        ConnectorId(Platform.KAFKA_CONNECT, "onprem", "orders"),
        AT,
        ConnectorState.RUNNING,
        tasks=Tasks(2, 0, 0, NOW),
        heartbeat=timedelta(seconds=5),
        connect_version="3.7.2",
        shares=of_kafka_connect("onprem", {}),
    )


def test_an_empty_cluster_is_seen() -> None:
    assert look_at() == ClusterView()


@pytest.mark.parametrize(
    ("states", "counts"),
    [
        ((), (0, 0, 0)),
        (("RUNNING", "FAILED"), (1, 1, 0)),
        (("UNASSIGNED", "RESTARTING", "PAUSED"), (0, 0, 3)),
        (("FAILED", "UNASSIGNED"), (0, 1, 1)),
    ],
)
def test_tasks_are_running_failed_or_something_else(states: tuple[str, ...], counts: tuple[int, int, int]) -> None:
    (view,) = look_at(orders=expanded("orders", *states)).views
    assert view.look.tasks == Tasks(*counts, seen_at=NOW)


@pytest.mark.parametrize("state", ["RUNNING", "FAILED", "PAUSED", "STOPPED", "UNASSIGNED", "RESTARTING"])
def test_the_state_is_that_of_the_connector(state: str) -> None:
    (view,) = look_at(orders=expanded("orders", state=state)).views
    assert view.look.state == state


def test_the_trace_is_that_of_the_first_failed_task() -> None:
    (view,) = look_at(orders=expanded("orders", "RUNNING", "FAILED", "FAILED")).views
    assert (view.trace, view.task) == (f"task orders\n{TRACE}", 1)


def test_the_trace_of_a_failed_connector_comes_first() -> None:
    (view,) = look_at(orders=expanded("orders", "FAILED", state="FAILED", trace=TRACE)).views
    assert (view.trace, view.task) == (TRACE, None)


def test_a_healthy_connector_has_no_trace() -> None:
    (view,) = look_at(orders=expanded("orders", "RUNNING")).views
    assert (view.trace, view.task) == (None, None)


def test_a_failed_task_without_trace_is_failed_all_the_same() -> None:
    entry = expanded("orders", "FAILED")
    del entry["status"]["tasks"][0]["trace"]
    (view,) = look_at(orders=entry).views
    assert (view.trace, view.look.tasks) == (None, Tasks(0, 1, 0, NOW))


@pytest.mark.parametrize(
    "strange",
    [
        {},
        [],
        None,
        {"status": None},
        {"status": {"connector": {"state": "RUNNING"}}},
        {"status": {"connector": {"state": "DESTROYED"}, "tasks": []}},
        {"status": {"connector": {"state": "RUNNING"}, "tasks": [{"id": 0}]}},
    ],
)
def test_one_strange_connector_is_unknown_and_hides_no_other(strange: object) -> None:
    odd, orders = look_at(odd=strange, orders=expanded("orders", "RUNNING")).views
    assert (odd.look.state, odd.look.tasks) == (ConnectorState.UNKNOWN, None)
    assert odd.look.blind_because
    assert orders.look.tasks == Tasks(1, 0, 0, NOW)


def test_a_cluster_that_is_away_has_not_failed() -> None:
    with connect_server({LIST: (503, "")}) as server:
        view = look_at_cluster("onprem", ConnectRest(KafkaConnectCluster("onprem", server.url)), AT, NOW)
    assert view == ClusterView(incomplete_because="onprem: GET /connectors: the server failed (HTTP 503)")


@pytest.mark.parametrize(("status", "words"), [(401, "credentials"), (404, "not found"), (409, "rebalancing")])
def test_why_a_cluster_cannot_be_seen_is_said(status: int, words: str) -> None:
    with connect_server({LIST: (status, "")}) as server:
        view = look_at_cluster("onprem", ConnectRest(KafkaConnectCluster("onprem", server.url)), AT, NOW)
    assert words in (view.incomplete_because or "")


def test_what_is_kept_of_a_configuration_is_not_its_password() -> None:
    assert "hunter2" not in repr(look_at(orders=expanded("orders", "RUNNING")))


def test_one_connector_can_be_looked_at_for_itself() -> None:
    orders = ConnectorId(Platform.KAFKA_CONNECT, "onprem", "or/ders")
    answer = expanded("or/ders", "RUNNING", "FAILED")["status"]
    with connect_server({"GET /connectors/or%2Fders/status": (200, answer)}) as server:
        look = look_at_connector(orders, ConnectRest(KafkaConnectCluster("onprem", server.url)), AT)
    assert look == Look(orders, AT, ConnectorState.RUNNING, tasks=Tasks(1, 1, 0, AT))


def test_what_it_shares_and_its_heartbeat_are_looked_at_too() -> None:
    orders = ConnectorId(Platform.KAFKA_CONNECT, "onprem", "orders")
    answer = expanded("orders", "RUNNING", **{"database.hostname": "db", "heartbeat.interval.ms": "5000"})
    told = {"GET /connectors/orders/status": (200, answer["status"]), "GET /connectors/orders": (200, answer["info"])}
    with connect_server(told) as server:
        look = look_at_connector(orders, ConnectRest(KafkaConnectCluster("onprem", server.url)), AT)
    assert SharedSource(Shared.DATABASE, "db") in look.shares
    assert look.heartbeat == timedelta(seconds=5)
    assert "hunter2" not in repr(look)


@pytest.mark.parametrize(("status", "error"), [(404, NotFound), (500, Unreachable)])
def test_one_connector_that_cannot_be_seen_is_an_error(status: int, error: type[Exception]) -> None:
    orders = ConnectorId(Platform.KAFKA_CONNECT, "onprem", "orders")
    with connect_server({"GET /connectors/orders/status": (status, "")}) as server, pytest.raises(error):
        look_at_connector(orders, ConnectRest(KafkaConnectCluster("onprem", server.url)), AT)
