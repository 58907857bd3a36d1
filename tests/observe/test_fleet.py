"""The fleet as a whole: what it remembers, what it makes of what it cannot see."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta

import pytest

from connectops.clients.connect_rest import ConnectRest
from connectops.model import (
    ConnectorId,
    ConnectorState,
    Diagnosis,
    Flow,
    KafkaConnectCluster,
    Look,
    Platform,
    Severity,
    Tasks,
    Verdict,
)
from connectops.observe.fleet import Fleet, FleetView
from tests.connect_server import LIST, ROOT, ConnectServer, connect_server, expanded
from tests.msk_stub import AT, MINUTE, Msk, described, listed, summary

NOW = AT + timedelta(seconds=1)
NOTHING_OPEN: frozenset[ConnectorId] = frozenset()
DOWN = (503, "")


def on_msk(name: str) -> ConnectorId:
    return ConnectorId(Platform.MSK_CONNECT, "msk", name)


def on(cluster: str, name: str) -> ConnectorId:
    return ConnectorId(Platform.KAFKA_CONNECT, cluster, name)


def on_east(name: str) -> ConnectorId:
    return on("east", name)


def say_class(trace: str, *, connector: str, task: int | None, at: datetime) -> Diagnosis:
    words = f"{connector} {task} {trace.splitlines()[0]}"
    return Diagnosis("SOME_CLASS", Verdict.RESTART_NOW, Severity.INFO, words, "wait", first_seen=at)


@pytest.fixture
def servers() -> Iterator[dict[str, ConnectServer]]:
    with ExitStack() as stack:
        yield {name: stack.enter_context(connect_server(ROOT | {LIST: (200, {})})) for name in ("east", "west")}


def fleet_of(servers: dict[str, ConnectServer], msk: Msk | None = None) -> Fleet:
    clusters = {name: ConnectRest(KafkaConnectCluster(name, server.url)) for name, server in servers.items()}
    return Fleet(msk.fleet() if msk else None, clusters, say_class)


def states(view: FleetView) -> dict[str, ConnectorState]:
    return {look.connector.key: look.state for look in view.looks}


def look_of(view: FleetView, connector: ConnectorId) -> Look:
    (look,) = (look for look in view.looks if look.connector == connector)
    return look


def runs(server: ConnectServer, *names: str) -> None:
    server.answers[LIST] = (200, {name: expanded(name, "RUNNING") for name in names})


def test_the_same_name_in_two_clusters_is_two_connectors(servers: dict[str, ConnectServer]) -> None:
    runs(servers["east"], "orders")
    servers["west"].answers[LIST] = (200, {"orders": expanded("orders", "FAILED")})
    view = fleet_of(servers).look(AT, NOW, NOTHING_OPEN)
    assert {look.connector.key: look.tasks for look in view.looks} == {
        "east/orders": Tasks(1, 0, 0, NOW),
        "west/orders": Tasks(0, 1, 0, NOW),
    }


def test_ten_thousand_connectors_are_all_seen_on_either_platform(servers: dict[str, ConnectServer], msk: Msk) -> None:
    names = [f"c{number}" for number in range(10_000)]
    servers["east"].answers[LIST] = (200, {name: expanded(name, "RUNNING") for name in names[:-1]})
    servers["east"].answers[LIST][1][names[-1]] = expanded(names[-1], "FAILED")
    for begin in range(0, len(names), 100):
        more = {"nextToken": str(begin + 100)} if begin + 100 < len(names) else {}
        asked = {"maxResults": 100} | ({"nextToken": str(begin)} if begin else {})
        page = [summary(name, "PAUSED") for name in names[begin : begin + 100]]
        msk.connect.add_response("list_connectors", {"connectors": page, **more}, asked)
    fleet = Fleet(
        msk.fleet(at_most=0), {"east": ConnectRest(KafkaConnectCluster("east", servers["east"].url))}, say_class
    )
    view = fleet.look(AT, NOW, NOTHING_OPEN)
    assert {look.connector for look in view.looks} == {of(name) for name in names for of in (on_msk, on_east)}
    assert look_of(view, on_east(names[-1])).tasks == Tasks(0, 1, 0, NOW)
    assert view.blind == {}


def test_a_trace_is_diagnosed_and_left_behind(servers: dict[str, ConnectServer]) -> None:
    servers["west"].answers[LIST] = (200, {"orders": expanded("orders", "RUNNING", "FAILED")})
    (look,) = fleet_of(servers).look(AT, NOW, NOTHING_OPEN).looks
    assert look.diagnosis
    assert (look.diagnosis.cause, look.diagnosis.first_seen) == ("orders 1 task orders", AT)


def test_tasks_are_asked_for_of_what_runs(msk: Msk) -> None:
    listed(msk.connect, summary("orders"), summary("broken", "FAILED"), summary("resting", "PAUSED"))
    for name in ("orders", "broken", "resting"):
        described(msk.connect, name)
    msk.measures((2, 1))
    view = fleet_of({}, msk).look(AT, NOW, NOTHING_OPEN)
    assert look_of(view, on_msk("orders")).tasks == Tasks(2, 1, 0, AT)
    assert look_of(view, on_msk("broken")).tasks is None
    assert look_of(view, on_msk("broken")).blind_because is None
    assert (view.blind, view.is_blind) == ({}, False)


@pytest.mark.parametrize(
    ("configuration", "is_open", "series"),
    [({}, False, 2), ({"heartbeat.interval.ms": "1000"}, False, 4), ({}, True, 4)],
)
def test_flow_is_asked_for_of_what_is_open_or_has_a_heartbeat(
    msk: Msk, configuration: dict[str, str], series: int, *, is_open: bool
) -> None:
    listed(msk.connect, summary("orders"))
    described(msk.connect, "orders", **configuration)
    results = [{"Id": f"m{i}", "Timestamps": [AT], "Values": [1.0]} for i in range(series)]
    msk.metrics.add_response("get_metric_data", {"MetricDataResults": results})
    open_connectors = frozenset({on_msk("orders")}) if is_open else NOTHING_OPEN
    (look,) = fleet_of({}, msk).look(AT, NOW, open_connectors).looks
    assert look.flow == (Flow(AT, AT + MINUTE, AT) if series == 4 else None)


def test_a_running_connector_without_datapoint_is_not_seen(msk: Msk) -> None:
    listed(msk.connect, summary("orders"))
    described(msk.connect, "orders")
    msk.metrics.add_response("get_metric_data", {"MetricDataResults": []})
    (look,) = fleet_of({}, msk).look(AT, NOW, NOTHING_OPEN).looks
    assert (look.state, look.tasks) == (ConnectorState.RUNNING, None)
    assert look.blind_because == "CloudWatch has no recent datapoint of its tasks"


def test_metrics_that_are_throttled_leave_the_states_seen(msk: Msk) -> None:
    listed(msk.connect, summary("orders"), summary("broken", "FAILED"))
    described(msk.connect, "orders")
    described(msk.connect, "broken")
    msk.metrics.add_client_error("get_metric_data", "Throttling", "Rate exceeded", 400)
    view = fleet_of({}, msk).look(AT, NOW, NOTHING_OPEN)
    assert look_of(view, on_msk("orders")).blind_because == "CloudWatch: GetMetricData: Throttling"
    assert look_of(view, on_msk("broken")).state is ConnectorState.FAILED
    assert not view.is_blind


def test_one_cluster_that_is_away_hides_no_other(servers: dict[str, ConnectServer], msk: Msk) -> None:
    servers["east"].answers[LIST] = DOWN
    runs(servers["west"], "orders")
    listed(msk.connect, summary("broken", "FAILED"))
    described(msk.connect, "broken")
    view = fleet_of(servers, msk).look(AT, NOW, frozenset({on("east", "customers")}))
    assert states(view) == {
        "msk/broken": ConnectorState.FAILED,
        "west/orders": ConnectorState.RUNNING,
        "east/customers": ConnectorState.UNKNOWN,
    }
    assert view.blind.keys() == {"east"}
    assert not view.is_blind


def test_connectors_of_a_cluster_that_went_away_are_unknown_though_nothing_was_open(
    servers: dict[str, ConnectServer],
) -> None:
    fleet = fleet_of(servers)
    runs(servers["west"], "orders")
    fleet.look(AT, NOW, NOTHING_OPEN)
    servers["west"].answers[LIST] = DOWN
    for _ in range(2):
        view = fleet.look(AT, NOW, NOTHING_OPEN)
        assert states(view) == {"west/orders": ConnectorState.UNKNOWN}
        assert "HTTP 503" in (view.looks[0].blind_because or "")


def test_nothing_seen_at_all_is_blindness(servers: dict[str, ConnectServer], msk: Msk) -> None:
    for server in servers.values():
        server.answers[LIST] = DOWN
    msk.connect.add_client_error("list_connectors", "ServiceUnavailableException", "later", 503)
    view = fleet_of(servers, msk).look(AT, NOW, frozenset({on_msk("orders")}))
    assert view.is_blind
    assert states(view) == {"msk/orders": ConnectorState.UNKNOWN}
    assert view.blind.keys() == {"east", "west", "msk"}


def test_nothing_to_look_at_is_not_blindness() -> None:
    assert fleet_of({}).look(AT, NOW, NOTHING_OPEN) == FleetView((), {}, is_blind=False)


def test_an_open_connector_that_msk_connect_does_not_list_is_gone(msk: Msk) -> None:
    listed(msk.connect)
    assert states(fleet_of({}, msk).look(AT, NOW, frozenset({on_msk("orders")}))) == {"msk/orders": ConnectorState.GONE}


def test_an_open_connector_missing_from_half_a_list_is_unknown(msk: Msk) -> None:
    page = {"connectors": [summary("broken", "FAILED")], "nextToken": "more"}
    msk.connect.add_response("list_connectors", page)
    msk.connect.add_client_error("list_connectors", "TooManyRequestsException", "slow", 429)
    described(msk.connect, "broken")
    view = fleet_of({}, msk).look(AT, NOW, frozenset({on_msk("orders")}))
    assert states(view) == {"msk/broken": ConnectorState.FAILED, "msk/orders": ConnectorState.UNKNOWN}
    assert not view.is_blind


def test_a_connector_that_was_deleted_unnoticed_is_no_news(msk: Msk) -> None:
    fleet = fleet_of({}, msk)
    listed(msk.connect, summary("orders", "PAUSED"))
    described(msk.connect, "orders")
    fleet.look(AT, NOW, NOTHING_OPEN)
    listed(msk.connect)
    assert fleet.look(AT, NOW, NOTHING_OPEN).looks == ()


def test_a_worker_that_starts_lists_nothing_yet_so_gone_takes_two_looks(servers: dict[str, ConnectServer]) -> None:
    fleet, open_connectors = fleet_of(servers), frozenset({on("west", "orders")})
    first, second = (fleet.look(AT, NOW, open_connectors) for _ in range(2))
    assert states(first) == {"west/orders": ConnectorState.UNKNOWN}
    assert states(second) == {"west/orders": ConnectorState.GONE}


def test_a_connector_that_comes_back_was_never_gone(servers: dict[str, ConnectServer]) -> None:
    fleet, open_connectors = fleet_of(servers), frozenset({on("west", "orders")})
    seen = []
    for names in (("orders",), (), ("orders",), ()):
        runs(servers["west"], *names)
        seen.append(fleet.look(AT, NOW, open_connectors).looks[0].state)
    running, unknown = ConnectorState.RUNNING, ConnectorState.UNKNOWN
    assert seen == [running, unknown, running, unknown]


@pytest.mark.parametrize("connector", [on("sold", "orders"), on_msk("orders")])
def test_an_open_connector_of_a_cluster_that_left_the_settings_is_closed(connector: ConnectorId) -> None:
    (look,) = fleet_of({}).look(AT, NOW, frozenset({connector})).looks
    assert (look.state, look.blind_because) == (ConnectorState.GONE, "its cluster is not watched any more")
