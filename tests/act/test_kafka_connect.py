from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectops.act.kafka_connect import KafkaConnectActor
from connectops.clients.connect_rest import ConnectRest
from connectops.errors import Busy, ConnectOpsError, Forbidden, NotFound, OutcomeUnknown, Unreachable
from connectops.model import Action, ConnectorId, KafkaConnectCluster, Platform
from tests.connect_server import ConnectServer, connect_server

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ORDERS = ConnectorId(Platform.KAFKA_CONNECT, "onprem", "orders")
STATUS = "GET /connectors/orders/status"
RESTART = "POST /connectors/orders/restart"
ALL, FAILED = f"{RESTART}?includeTasks=true&onlyFailed=false", f"{RESTART}?includeTasks=true&onlyFailed=true"
TASK = "POST /connectors/orders/tasks/{}/restart"


def actor(server: ConnectServer) -> KafkaConnectActor:
    cluster = KafkaConnectCluster("onprem", server.url, timeout=timedelta(seconds=5))
    return KafkaConnectActor({"onprem": ConnectRest(cluster)}, lambda: NOW)


def status(connector: str, *tasks: str) -> dict[str, Any]:
    return {
        "name": "orders",
        "connector": {"state": connector, "worker_id": "10.0.0.1:8083"},
        "tasks": [{"id": number, "state": state, "worker_id": "10.0.0.1:8083"} for number, state in enumerate(tasks)],
        "type": "source",
    }


@pytest.mark.parametrize(("action", "asked"), [(Action.RESTART_TASKS, FAILED), (Action.RESTART_CONNECTOR, ALL)])
@pytest.mark.parametrize("version", ["3.0.0", "3.7.2", "4.1.0"])
def test_since_3_0_a_restart_is_one_call_with_its_tasks(action: Action, asked: str, version: str) -> None:
    with connect_server({asked: (202, status("RESTARTING", "RESTARTING"))}) as server:
        attempted = actor(server).restart(ORDERS, None, action, version)
        assert server.requests == [asked]
    assert (attempted.restarted_at, attempted.operation, attempted.remark) == (NOW, None, "")


def test_an_unknown_version_is_asked_for_first() -> None:
    with connect_server({"GET /": (200, {"version": "3.7.2"}), ALL: (202, None)}) as server:
        actor(server).restart(ORDERS, None, Action.RESTART_CONNECTOR, None)
        assert server.requests == ["GET /", ALL]


@pytest.mark.parametrize(
    ("action", "seen", "restarts", "remark"),
    [
        (
            Action.RESTART_CONNECTOR,
            status("RUNNING", "RUNNING", "FAILED"),
            [RESTART, TASK.format(0), TASK.format(1)],
            "restarted one by one: connector, task 0, task 1",
        ),
        (
            Action.RESTART_TASKS,
            status("RUNNING", "RUNNING", "FAILED"),
            [TASK.format(1)],
            "restarted one by one: task 1",
        ),
        (Action.RESTART_TASKS, status("FAILED"), [RESTART], "restarted one by one: connector"),
        (Action.RESTART_CONNECTOR, status("FAILED"), [RESTART], "restarted one by one: connector"),
        (Action.RESTART_TASKS, status("RUNNING", "RUNNING"), [], "restarted one by one: nothing"),
    ],
)
def test_before_3_0_connector_and_tasks_are_restarted_one_by_one(
    action: Action, seen: dict[str, Any], restarts: list[str], remark: str
) -> None:
    with connect_server({STATUS: (200, seen)} | dict.fromkeys(restarts, (204, None))) as server:
        attempted = actor(server).restart(ORDERS, None, action, "2.7.1")
        assert server.requests == [STATUS, *restarts]
    assert (attempted.restarted_at, attempted.remark) == (NOW, remark)


@pytest.mark.parametrize(
    ("answer", "error"), [(409, Busy), (404, NotFound), (403, Forbidden), (500, OutcomeUnknown), (0, OutcomeUnknown)]
)
@pytest.mark.parametrize("version", ["2.7.1", "3.7.2"])
def test_a_refused_restart_is_told_apart_and_never_repeated(
    version: str, answer: int, error: type[ConnectOpsError]
) -> None:
    with connect_server({STATUS: (200, status("RUNNING", "FAILED"))}) as server:
        server.answers |= {ALL: (answer, ""), RESTART: (answer, "")}
        with pytest.raises(error):
            actor(server).restart(ORDERS, None, Action.RESTART_CONNECTOR, version)
        assert len([line for line in server.requests if line.startswith("POST")]) == 1


def test_a_restart_that_stopped_half_way_has_an_unknown_outcome() -> None:
    with connect_server({STATUS: (200, status("RUNNING", "FAILED", "FAILED")), RESTART: (204, None)}) as server:
        server.answers |= {TASK.format(0): (409, {"error_code": 409, "message": "stale"}), TASK.format(1): (204, None)}
        with pytest.raises(OutcomeUnknown, match="restarted connector, then task 0 was not"):
            actor(server).restart(ORDERS, None, Action.RESTART_CONNECTOR, "2.7.1")
        assert server.requests == [STATUS, RESTART, TASK.format(0)]


def test_a_status_that_cannot_be_seen_changes_nothing() -> None:
    with connect_server({STATUS: (503, "")}) as server:
        with pytest.raises(Unreachable):
            actor(server).restart(ORDERS, None, Action.RESTART_CONNECTOR, "2.7.1")
        assert server.requests == [STATUS]


def test_a_cluster_that_left_the_settings_is_not_touched() -> None:
    elsewhere = ConnectorId(Platform.KAFKA_CONNECT, "elsewhere", "orders")
    with connect_server() as server:
        with pytest.raises(Forbidden, match="elsewhere"):
            actor(server).restart(elsewhere, None, Action.RESTART_CONNECTOR, "3.7.2")
        assert server.requests == []
