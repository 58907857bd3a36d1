from datetime import UTC, datetime, timedelta

import pytest

from connectops.decide.health import assess, assess_anyway
from connectops.model import ConnectorId, ConnectorState, Flow, Health, Look, Platform, Tasks

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ORDERS = ConnectorId(Platform.MSK_CONNECT, "msk", "orders")
HEARTBEAT = timedelta(minutes=2)


def look(
    state: ConnectorState = ConnectorState.RUNNING,
    tasks: tuple[int, int, int] | None = (1, 0, 0),
    *,
    heartbeat: timedelta | None = None,
    flow: Flow | None = None,
) -> Look:
    seen = None if tasks is None else Tasks(*tasks, seen_at=NOW)
    return Look(ORDERS, NOW, state, tasks=seen, heartbeat=heartbeat, flow=flow)


def silence(duration: timedelta) -> Flow:
    return Flow(measured_from=NOW - duration, measured_to=NOW, records_at=None)


@pytest.mark.parametrize(
    ("running", "failed", "other", "health"),
    [
        (1, 0, 0, Health.HEALTHY),
        (4, 0, 0, Health.HEALTHY),
        (0, 0, 0, Health.NO_TASKS),
        (0, 1, 0, Health.FAILED),
        (0, 4, 0, Health.FAILED),
        (3, 1, 0, Health.DEGRADED),
        (1, 3, 0, Health.DEGRADED),
        (0, 3, 1, Health.TRANSITION),
        (3, 0, 1, Health.TRANSITION),
        (0, 0, 1, Health.TRANSITION),
    ],
)
def test_a_running_connector_is_as_healthy_as_its_tasks(running: int, failed: int, other: int, health: Health) -> None:
    assert assess(look(tasks=(running, failed, other))) is health


@pytest.mark.parametrize(
    ("state", "tasks", "health"),
    [
        (ConnectorState.RUNNING, (1, 1, 1), Health.DEGRADED),
        (ConnectorState.RUNNING, (0, 1, 1), Health.DEGRADED),
        (ConnectorState.RUNNING, (1, 0, 1), Health.TRANSITION),
        (ConnectorState.FAILED, (0, 0, 1), Health.FAILED),
    ],
)
def test_a_failure_beside_tasks_that_come_is_a_transition_and_if_they_never_come_a_failure(
    state: ConnectorState, tasks: tuple[int, int, int], health: Health
) -> None:
    assert assess(look(state, tasks)) is Health.TRANSITION
    assert assess_anyway(look(state, tasks)) is health


def test_a_running_connector_whose_tasks_were_not_seen_is_unknown() -> None:
    assert assess(look(tasks=None)) is Health.UNKNOWN


@pytest.mark.parametrize(
    ("state", "health"),
    [
        (ConnectorState.FAILED, Health.FAILED),
        (ConnectorState.PAUSED, Health.PAUSED),
        (ConnectorState.STOPPED, Health.STOPPED),
        (ConnectorState.UNASSIGNED, Health.TRANSITION),
        (ConnectorState.RESTARTING, Health.TRANSITION),
        (ConnectorState.CREATING, Health.TRANSITION),
        (ConnectorState.UPDATING, Health.TRANSITION),
        (ConnectorState.DELETING, Health.TRANSITION),
        (ConnectorState.PAUSING, Health.TRANSITION),
        (ConnectorState.RESUMING, Health.TRANSITION),
        (ConnectorState.UNKNOWN, Health.UNKNOWN),
        (ConnectorState.GONE, Health.GONE),
    ],
)
@pytest.mark.parametrize("tasks", [None, (1, 0, 0), (0, 1, 0)])
def test_any_other_state_outranks_the_tasks(
    state: ConnectorState, health: Health, tasks: tuple[int, int, int] | None
) -> None:
    assert assess(look(state, tasks)) is health


def test_every_state_has_a_health() -> None:
    assert {assess(look(state)) for state in ConnectorState} <= set(Health)


def test_silence_of_three_heartbeats_is_a_stall() -> None:
    assert assess(look(heartbeat=HEARTBEAT, flow=silence(3 * HEARTBEAT))) is Health.STALLED


def test_silence_just_short_of_three_heartbeats_is_not_a_stall() -> None:
    short = 3 * HEARTBEAT - timedelta(seconds=1)
    assert assess(look(heartbeat=HEARTBEAT, flow=silence(short))) is Health.HEALTHY


def test_one_record_in_the_measured_time_is_not_a_stall() -> None:
    flow = Flow(measured_from=NOW - 10 * HEARTBEAT, measured_to=NOW, records_at=NOW - 9 * HEARTBEAT)
    assert assess(look(heartbeat=HEARTBEAT, flow=flow)) is Health.HEALTHY


def test_flow_that_was_not_seen_is_not_a_stall() -> None:
    assert assess(look(heartbeat=HEARTBEAT, flow=None)) is Health.HEALTHY


@pytest.mark.parametrize("heartbeat", [None, timedelta(0)])
def test_an_idle_connector_without_heartbeat_is_not_a_stall(heartbeat: timedelta | None) -> None:
    assert assess(look(heartbeat=heartbeat, flow=silence(timedelta(hours=1)))) is Health.HEALTHY


def test_silence_of_failed_tasks_is_called_failed() -> None:
    assert assess(look(tasks=(0, 1, 0), heartbeat=HEARTBEAT, flow=silence(3 * HEARTBEAT))) is Health.FAILED


def test_a_paused_connector_is_silent_by_intent() -> None:
    paused = look(ConnectorState.PAUSED, heartbeat=HEARTBEAT, flow=silence(3 * HEARTBEAT))
    assert assess(paused) is Health.PAUSED
