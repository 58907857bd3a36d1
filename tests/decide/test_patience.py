"""A restart that is right and not made yet: for the cause that is on its way, for a name that did not resolve."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from connectops.model import UNKNOWN_CLASS, Action, ConnectorId, Diagnosis, Mode, Phase, RepairPolicy, Verdict
from tests.builders import MINUTE, NOW, ONPREM, ORDERS, SECOND, a_diagnosis, a_failed_look, a_refusal, finding
from tests.fakes import World

HASTY = RepairPolicy(looks_needed=1, first_backoff=timedelta(0), backoff_unit=SECOND, budget_window=SECOND)
"""What a policy may set at the most: only the rules of this file hold a first restart back."""
UNRESOLVED = a_diagnosis("AWS_DNS_FAILURE", restart_cap=3)


@pytest.fixture
def world() -> World:
    world = World(HASTY)
    world.sight.sees = a_failed_look()
    return world


def look(world: World, after: timedelta = timedelta(0), connector: ConnectorId = ORDERS) -> Action:
    return world.take(a_failed_look(NOW + after, connector=connector), after).decision.action


def hear(world: World, diagnosis: Diagnosis, after: timedelta) -> Action:
    seen = replace(diagnosis, first_seen=NOW + after, last_seen=NOW + after)
    return world.take(seen, after).decision.action


# ── a look came first ──


def test_a_failure_that_a_look_saw_first_is_not_restarted_before_the_log_could_tell_its_cause(world: World) -> None:
    assert look(world) is Action.WAIT
    [said] = world.voice.said
    assert "the cause is waited for until the next look" in said.what_we_did
    assert world.hands.restarts == []


def test_a_cause_that_arrives_in_time_and_forbids_it_is_heeded(world: World) -> None:
    look(world)
    assert hear(world, a_refusal(), 20 * SECOND) is Action.REFUSE
    assert look(world, MINUTE) is Action.REFUSE
    assert world.hands.restarts == []


def test_a_cause_that_arrives_and_that_a_restart_cures_is_waited_for_no_longer(world: World) -> None:
    look(world)
    assert hear(world, a_diagnosis(), 20 * SECOND).restarts


@pytest.mark.parametrize("connector", [ORDERS, ONPREM])
def test_a_log_that_says_nothing_or_is_not_delivered_holds_it_up_for_one_look(connector: ConnectorId) -> None:
    world = World(HASTY)
    world.sight.sees = a_failed_look(connector=connector)
    assert look(world, connector=connector) is Action.WAIT
    assert look(world, MINUTE, connector).restarts
    assert len(world.hands.restarts) == 1


def test_a_line_that_nobody_knows_tells_no_cause_and_the_look_after_it_does_not_wait(world: World) -> None:
    look(world)
    assert hear(world, a_diagnosis(UNKNOWN_CLASS), 20 * SECOND) is Action.WAIT
    assert look(world, MINUTE).restarts


def test_where_the_log_came_first_the_look_that_confirms_it_is_enough(world: World) -> None:
    assert hear(world, a_diagnosis(UNKNOWN_CLASS), timedelta(0)) is Action.WAIT
    assert look(world, 30 * SECOND).restarts


def test_the_same_look_that_comes_twice_is_one(world: World) -> None:
    look(world)
    assert look(world) is Action.WAIT
    assert world.hands.restarts == []


@pytest.mark.parametrize("mode", [Mode.ADVISE, Mode.OFF])
def test_advice_waits_for_the_cause_too(mode: Mode) -> None:
    world = World(replace(HASTY, mode=mode))
    assert look(world) is Action.WAIT
    assert look(world, MINUTE) is Action.NOTHING


def test_with_the_default_policy_two_looks_are_one_look_and_one_for_the_cause() -> None:
    world = World()
    world.sight.sees = a_failed_look()
    assert look(world) is Action.WAIT
    assert look(world, MINUTE).restarts


# ── a name did not resolve ──


@pytest.mark.parametrize(("seconds", "restarts"), [(0, 0), (14.9, 0), (15, 1)])
def test_after_a_name_did_not_resolve_nothing_is_restarted_for_fifteen_seconds(
    world: World, seconds: float, restarts: int
) -> None:
    hear(world, UNRESOLVED, timedelta(0))
    look(world, seconds * SECOND)
    assert len(world.hands.restarts) == restarts


def test_the_policy_may_wait_for_longer() -> None:
    world = World(replace(HASTY, first_backoff=MINUTE))
    world.sight.sees = a_failed_look()
    hear(world, UNRESOLVED, timedelta(0))
    assert look(world, 59 * SECOND) is Action.WAIT
    assert look(world, 60 * SECOND).restarts


@pytest.mark.parametrize("verdict", [Verdict.RESTART_NOW, Verdict.RESTART_WITH_BACKOFF])
@pytest.mark.parametrize(("seconds", "restarts"), [(14.9, 0), (15, 1)])
def test_it_holds_for_whatever_else_failed_because_of_it(
    world: World, verdict: Verdict, seconds: float, restarts: int
) -> None:
    hear(world, a_diagnosis(consequences=("AWS_DNS_FAILURE",), verdict=verdict), timedelta(0))
    look(world, seconds * SECOND)
    assert len(world.hands.restarts) == restarts


def test_another_cause_waits_for_nothing(world: World) -> None:
    assert hear(world, a_diagnosis(), timedelta(0)).restarts


def test_each_line_about_it_begins_the_wait_anew(world: World) -> None:
    hear(world, UNRESOLVED, timedelta(0))
    hear(world, UNRESOLVED, 10 * SECOND)
    assert look(world, 24 * SECOND) is Action.WAIT
    assert look(world, 25 * SECOND).restarts


def test_it_counts_from_when_the_line_reached_us_whatever_the_workers_clock_says(world: World) -> None:
    behind = replace(UNRESOLVED, first_seen=NOW - 2 * MINUTE, last_seen=NOW - 2 * MINUTE)
    assert world.take(behind).decision.action is Action.WAIT
    assert look(world, 14 * SECOND) is Action.WAIT


def test_the_trace_of_a_status_counts_from_when_it_was_first_seen(world: World) -> None:
    dead = a_failed_look(connector=ONPREM, diagnosis=replace(UNRESOLVED, first_seen=None, last_seen=None))
    world.sight.sees = dead
    assert world.take(dead).decision.action is Action.WAIT
    assert world.take(replace(dead, at=NOW + 15 * SECOND), 15 * SECOND).decision.action.restarts


def test_a_restart_that_failed_of_it_again_begins_the_wait_anew(world: World) -> None:
    hear(world, UNRESOLVED, timedelta(0))
    look(world, 15 * SECOND)
    look(world, 16 * SECOND)
    hear(world, UNRESOLVED, 20 * SECOND)
    assert look(world, 34 * SECOND) is Action.WAIT
    assert look(world, 35 * SECOND).restarts


def test_a_name_that_lines_still_call_unknown_after_ten_minutes_is_told_to_a_person(world: World) -> None:
    for second in range(0, 11 * 60, 10):
        hear(world, UNRESOLVED, second * SECOND)
    incident = world.record().incident
    assert incident is not None
    assert incident.phase is Phase.REFUSED
    assert world.voice.changes == [("opened", "info"), ("refused", "page")]
    assert world.hands.restarts == []
    assert look(world, 12 * MINUTE).restarts


def test_a_name_is_said_with_its_own_finding_on_either_platform() -> None:
    world = World(HASTY)
    world.sight.sees = a_failed_look(connector=ONPREM)
    assert world.take(finding(UNRESOLVED, ONPREM)).decision.action is Action.WAIT
    later = a_failed_look(NOW + 15 * SECOND, connector=ONPREM)
    assert world.take(later, 15 * SECOND).decision.action.restarts
