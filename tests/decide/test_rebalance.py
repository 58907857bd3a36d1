"""Tasks that are being assigned or restarted: waited for, as long as a rebalance may take, and no longer."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from connectops.errors import Busy
from connectops.model import (
    Action,
    Answer,
    ConnectorId,
    ConnectorState,
    Health,
    Life,
    Look,
    OrderKind,
    Phase,
    Silence,
    Tasks,
    Verdict,
)
from tests.builders import (
    MINUTE,
    NOW,
    ONPREM,
    ORDERS,
    SECOND,
    a_diagnosis,
    a_failed_look,
    a_look,
    a_sign,
    a_suspicion,
    an_order,
    finding,
)
from tests.fakes import World

RUNNING = ConnectorState.RUNNING


def moving(at: datetime = NOW, *, failed: int = 1, state: ConnectorState = RUNNING, seen: float = 0) -> Look:
    """One task is neither running nor failed."""
    look = a_look(at, connector=ONPREM, state=state)
    return replace(look, tasks=Tasks(1, failed, 1, at - SECOND - seen * SECOND))


def looks(world: World, look: Look) -> Action:
    world.sight.sees = look
    return world.take(look, look.at - NOW).decision.action


def health(world: World) -> Health | None:
    incident = world.record(ONPREM).incident
    return incident.health if incident else None


@pytest.mark.parametrize("state", [ConnectorState.RUNNING, ConnectorState.FAILED])
def test_a_failed_task_beside_one_that_is_not_assigned_yet_is_not_restarted(state):
    world = World()
    for minutes in range(6):
        assert looks(world, moving(NOW + minutes * MINUTE, state=state)) is Action.NOTHING
    assert world.hands.restarts == []
    assert health(world) is None


def test_a_failed_task_beside_a_running_one_is():
    world = World()
    for minutes in range(3):
        looks(world, a_look(NOW + minutes * MINUTE, connector=ONPREM, failed=1))
    assert world.hands.restarts == [("onprem/orders", Action.RESTART_TASKS)]


@pytest.mark.parametrize(("seconds", "seen"), [(329, None), (330, Health.DEGRADED)])
def test_a_task_that_never_comes_hides_a_failure_for_as_long_as_a_rebalance_may_take(seconds, seen):
    world = World()
    looks(world, moving())
    looks(world, moving(NOW + seconds * SECOND))
    assert health(world) is seen


def test_after_that_it_is_restarted_by_two_looks_as_ever():
    world = World()
    looks(world, moving())
    looks(world, moving(NOW + 330 * SECOND))
    assert world.hands.restarts == []
    looks(world, moving(NOW + 390 * SECOND))
    assert world.hands.restarts == [("onprem/orders", Action.RESTART_TASKS)]


def test_a_rebalance_that_ends_begins_the_wait_anew():
    world = World()
    looks(world, moving())
    looks(world, a_look(NOW + 3 * MINUTE, connector=ONPREM))
    looks(world, moving(NOW + 4 * MINUTE))
    looks(world, moving(NOW + 6 * MINUTE))
    assert health(world) is None


def test_tasks_that_never_come_beside_running_ones_are_stuck_after_their_own_time():
    world = World()
    looks(world, moving(failed=0))
    looks(world, moving(NOW + 14.9 * MINUTE, failed=0))
    assert health(world) is None
    looks(world, moving(NOW + 15 * MINUTE, failed=0))
    assert health(world) is Health.STUCK
    assert world.hands.restarts == []


def test_a_logged_death_waits_for_the_rebalance_that_the_last_look_sees():
    world = World()
    death = a_diagnosis(verdict=Verdict.RESTART_NOW)
    world.sight.sees = moving()
    outcome = world.take(finding(death, ONPREM))
    assert outcome.decision.action is Action.WAIT
    assert "not assigned yet" in outcome.decision.reason
    assert world.hands.restarts == []
    looks(world, a_failed_look(NOW + MINUTE, connector=ONPREM))
    assert len(world.hands.restarts) == 1


def test_a_restart_is_not_proven_and_has_not_failed_while_its_tasks_are_assigned():
    world = World()
    world.sight.sees = a_look(connector=ONPREM)
    world.take(finding(an_order(OrderKind.RESTART), ONPREM))
    for minutes in (1, 2, 3):
        looks(world, moving(NOW + minutes * MINUTE))
    incident = world.record(ONPREM).incident
    assert incident is not None
    assert (incident.phase, incident.looks) == (Phase.PROVING, 0)


@pytest.mark.parametrize("force", [False, True])
def test_a_person_waits_for_a_rebalance_too(force):
    world = World()
    world.sight.sees = moving()
    world.take(finding(an_order(OrderKind.RESTART, force=force), ONPREM))
    [answered] = world.record(ONPREM).orders
    assert answered.answer is Answer.REFUSED
    assert "not assigned yet" in answered.said
    assert world.hands.restarts == []


def test_a_person_may_restart_what_never_comes():
    world = World()
    looks(world, moving())
    world.sight.sees = moving()
    world.take(finding(an_order(OrderKind.RESTART, NOW + 330 * SECOND), ONPREM), 330 * SECOND)
    assert len(world.hands.restarts) == 1


# ── no task at all ──


def bare(at: datetime = NOW, connector: ConnectorId = ONPREM) -> Look:
    """RUNNING, and without a task: what a worker with an empty assignment leaves, or one that is being replaced."""
    return a_look(at, connector=connector, running=0)


@pytest.mark.parametrize("connector", [ONPREM, ORDERS])
@pytest.mark.parametrize(("seconds", "restarts"), [(329, 0), (330, 1)])
def test_a_connector_without_tasks_is_not_restarted_before_a_rebalance_delay_is_over(connector, seconds, restarts):
    world = World()
    for second in (*range(0, seconds, 60), seconds):
        looks(world, bare(NOW + second * SECOND, connector))
    assert len(world.hands.restarts) == restarts


def test_one_that_gets_its_tasks_back_is_left_alone_and_its_next_time_begins_anew():
    world = World()
    for second in (0, 60, 120, 180):
        looks(world, bare(NOW + second * SECOND))
    for second in (240, 300):
        looks(world, a_look(NOW + second * SECOND, connector=ONPREM))
    assert world.record(ONPREM).incident is None
    for second in range(360, 660, 60):
        looks(world, bare(NOW + second * SECOND))
    assert world.hands.restarts == []


def test_a_death_just_before_it_waits_for_its_end_too():
    world = World()
    looks(world, a_failed_look(connector=ONPREM))
    world.sight.sees = bare(NOW + MINUTE)
    world.take(a_failed_look(NOW + MINUTE, connector=ONPREM), MINUTE)
    assert world.hands.restarts == []
    for minutes in range(2, 7):
        looks(world, bare(NOW + minutes * MINUTE))
    assert world.hands.restarts == []
    looks(world, bare(NOW + 6.5 * MINUTE))
    assert len(world.hands.restarts) == 1


@pytest.mark.parametrize(("seconds", "restarts"), [(329, 0), (390, 1)])
def test_a_worker_that_says_it_has_no_assignment_is_waited_for_whatever_the_status_says(seconds, restarts):
    world = World()
    world.take(finding(a_suspicion(silence=Silence.EMPTY_ASSIGNMENT), ONPREM))
    world.take(finding(a_diagnosis(), ONPREM))
    for second in (*range(60, seconds, 60), seconds):
        looks(world, a_failed_look(NOW + second * SECOND, connector=ONPREM))
    assert len(world.hands.restarts) == restarts


def test_one_whose_task_has_started_since_is_waited_for_no_longer():
    world = World()
    world.take(finding(a_suspicion(silence=Silence.EMPTY_ASSIGNMENT), ONPREM))
    world.take(finding(a_sign(Life.STARTED, NOW + 10 * SECOND), ONPREM), 10 * SECOND)
    world.take(finding(a_diagnosis(at=NOW + 20 * SECOND), ONPREM), 20 * SECOND)
    for second in (60, 120):
        looks(world, a_failed_look(NOW + second * SECOND, connector=ONPREM))
    assert len(world.hands.restarts) == 1


def test_a_409_costs_no_attempt_is_asked_for_once_a_look_and_ends_with_the_rebalance():
    world = World()
    world.hands.refuses = Busy("409: rebalance is expected")
    for minutes in range(6):
        looks(world, a_failed_look(NOW + minutes * MINUTE, connector=ONPREM))
    record = world.record(ONPREM)
    assert record.incident is not None
    assert record.incident.phase is Phase.WAITING
    assert (record.backoff_attempts, record.recent_attempts, record.incident.restarts) == (0, (), 0)
    assert record.incident.attempts[-1].times <= 5
    world.hands.refuses = None
    looks(world, a_failed_look(NOW + 6 * MINUTE, connector=ONPREM))
    looks(world, a_failed_look(NOW + 7 * MINUTE, connector=ONPREM))
    assert len(world.hands.restarts) == 1
    assert [change for change, _ in world.voice.changes] == ["opened"]


@pytest.mark.parametrize(("seconds", "asked"), [(119, 1), (120, 2)])
def test_after_a_409_nobody_asks_the_cluster_for_a_minute(seconds, asked):
    world = World()
    world.hands.refuses = Busy("409: rebalance is expected")
    looks(world, a_failed_look(connector=ONPREM))
    looks(world, a_failed_look(NOW + MINUTE, connector=ONPREM))
    world.take(finding(a_diagnosis(at=NOW + seconds * SECOND, verdict=Verdict.RESTART_NOW), ONPREM), seconds * SECOND)
    incident = world.record(ONPREM).incident
    assert incident is not None
    assert incident.attempts[-1].times == asked
