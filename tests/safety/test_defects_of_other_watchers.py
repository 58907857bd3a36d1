"""The defects of existing watchers of Kafka Connect, one test a defect: none of them is to come back here."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta

import pytest

from connectops.clients.connect_rest import ConnectRest
from connectops.decide.health import assess
from connectops.model import (
    Action,
    AttemptEnd,
    ConnectorState,
    Health,
    KafkaConnectCluster,
    Look,
    Phase,
    Tasks,
)
from connectops.observe.fleet import Fleet
from connectops.tell.metrics import Count, count_looks
from tests.builders import MINUTE, NOW, ONPREM, ORDERS, SECOND, a_diagnosis, a_failed_look, a_look
from tests.connect_server import LIST, ROOT, connect_server, expanded
from tests.fakes import World


class Counted:
    """Metrics that only keep what is added."""

    def __init__(self) -> None:
        self.values: dict[str, float] = {}

    def add_metric(self, name: str, unit: object, value: float) -> None:
        self.values[name] = self.values.get(name, 0) + value


def failed(minutes: float) -> Look:
    return a_failed_look(NOW + minutes * MINUTE)


def test_all_of_nothing_is_true__a_connector_without_tasks_is_not_healthy() -> None:
    assert assess(a_look(running=0)) is Health.NO_TASKS
    assert assess(a_look(running=1)) is Health.HEALTHY
    assert assess(Look(ORDERS, NOW, ConnectorState.RUNNING, Tasks(0, 0, 0, NOW))) is Health.NO_TASKS


def test_ignore_paused_inverted__a_paused_connector_is_never_restarted_whatever_failed_before() -> None:
    world = World()
    world.take(a_diagnosis())
    for minute in range(1, 30):
        world.take(a_look(NOW + minute * MINUTE, state=ConnectorState.PAUSED), minute * MINUTE)
    assert world.hands.restarts == []


def test_paused_is_resumed__nothing_that_is_decided_resumes_a_connector_only_a_person_s_order_does() -> None:
    world = World()
    verbs = {name for name in dir(type(world.hands)) if not name.startswith("_")}
    assert "resume" not in verbs
    for minute in range(60):
        world.take(a_diagnosis(at=NOW + minute * MINUTE), minute * MINUTE)
        world.take(a_look(NOW + minute * MINUTE, state=ConnectorState.PAUSED), minute * MINUTE)
    assert world.switch.calls == []
    assert {action for action in Action if action.restarts} == {Action.RESTART_TASKS, Action.RESTART_CONNECTOR}
    assert {str(action) for action in Action if "RESUME" in action} == set()


def test_counters_are_always_zero__what_was_seen_is_what_is_counted() -> None:
    counted = Counted()
    looks = [a_look(), a_look(), a_failed_look(), a_look(state=ConnectorState.UNKNOWN), a_look(running=1, failed=2)]
    count_looks(counted, [(look, assess(look)) for look in looks], {})  # type: ignore[arg-type]  # it only adds
    assert counted.values[Count.CONNECTORS_HEALTHY] == 2
    assert counted.values[Count.CONNECTORS_UNHEALTHY] == 2
    assert counted.values[Count.CONNECTORS_UNKNOWN] == 1
    assert counted.values[Count.FAILED_TASKS] == 3


def test_a_mail_each_run__two_hours_of_looks_at_a_failure_are_told_once() -> None:
    world = World()
    world.sight.sees = a_failed_look(tags=(("restart", "off"),))
    for minute in range(120):
        world.take(failed(minute), minute * MINUTE)
    assert world.voice.changes == [("opened", "info"), ("refused", "warning")]


def test_a_restart_is_never_told__every_restart_but_the_announced_first_is_told() -> None:
    world = World()
    world.sight.sees = a_failed_look()
    world.take(a_diagnosis())
    for minute in range(1, 14):
        world.take(failed(minute), minute * MINUTE)
    told = [change for change, _ in world.voice.changes if change == "restarted"]
    assert len(told) == len(world.hands.restarts) - 1 == 1


def test_sleep_5_s_is_the_proof__tasks_that_run_right_after_a_restart_prove_nothing() -> None:
    world = World()
    world.sight.sees = a_failed_look()
    world.take(a_diagnosis())
    world.take(failed(1), MINUTE)
    world.take(a_look(NOW + MINUTE + 5 * SECOND), MINUTE + 5 * SECOND)
    record = world.record()
    assert record.incident is not None
    assert record.incident.phase is Phase.PROVING
    assert record.incident.attempts[0].end is None
    world.take(failed(2), 2 * MINUTE)
    world.take(failed(3), 3 * MINUTE)
    again = world.record().incident
    assert again is not None
    assert again.attempts[0].end is AttemptEnd.FAILED_AGAIN


def test_one_bad_call_fails_the_cluster__a_cluster_that_does_not_answer_hides_no_other() -> None:
    with ExitStack() as stack:
        east, west = (stack.enter_context(connect_server(ROOT | {LIST: (200, {})})) for _ in range(2))
        east.answers[LIST] = (503, "")
        west.answers[LIST] = (200, {"orders": expanded("orders", "FAILED"), "odd": {"status": None}})
        clusters = {"east": ConnectRest(KafkaConnectCluster("east", east.url)), "west": _rest("west", west.url)}
        view = Fleet(None, clusters, lambda *_, **__: None).look(NOW, NOW, frozenset())
    healths = {look.connector.key: assess(look) for look in view.looks}
    assert healths == {"west/orders": Health.FAILED, "west/odd": Health.UNKNOWN}
    assert set(view.blind) == {"east"}


def _rest(name: str, url: str) -> ConnectRest:
    return ConnectRest(KafkaConnectCluster(name, url))


@pytest.mark.parametrize("killed", [True, False])
def test_a_restart_loop_without_cap__a_connector_that_fails_for_a_day_is_restarted_seven_times(*, killed: bool) -> None:
    world = World()
    world.sight.sees = a_failed_look()
    for half in range(2 * 24 * 60):
        at = half * MINUTE / 2
        if half % 10 == 0:
            world.take(a_diagnosis(at=NOW + at, killed=killed), at)
        world.take(a_failed_look(NOW + at), at)
    assert len(world.hands.restarts) <= 7
    assert ("quarantined", "page") in world.voice.changes


def test_unassigned_is_restarted_at_once__a_rebalance_is_not_fought() -> None:
    world = World()
    for minute in range(10):
        world.take(a_look(NOW + minute * MINUTE, connector=ONPREM, state=ConnectorState.UNASSIGNED), minute * MINUTE)
    assert (world.hands.restarts, world.voice.said) == ([], [])
    assert world.clock.now - NOW < timedelta(minutes=15)
