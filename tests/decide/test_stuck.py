"""A transition that does not end: each kind counted from where it began, told once, fought never."""

from __future__ import annotations

from typing import Any

import pytest

from connectops.model import ConnectorState, Health, Look, Mode, RepairPolicy, Update, UpdateState
from tests.builders import MINUTE, NOW, ORDERS, SECOND, a_look, a_suspicion
from tests.fakes import World

CREATING, UPDATING, DELETING = ConnectorState.CREATING, ConnectorState.UPDATING, ConnectorState.DELETING
TIMER = 15
UPDATED_IN, CREATED_IN = 20, 25


@pytest.fixture
def world() -> World:
    return World()


def changing(state: ConnectorState, minute: float, **more: Any) -> Look:
    return a_look(NOW + minute * MINUTE, state=state, **more)


def see(world: World, state: ConnectorState, *minutes: float, **more: Any) -> None:
    for minute in minutes:
        world.take(changing(state, minute, **more), minute * MINUTE)


@pytest.mark.parametrize(
    ("state", "timer"),
    [
        (CREATING, CREATED_IN),
        (UPDATING, UPDATED_IN),
        (DELETING, TIMER),
        (ConnectorState.RESTARTING, TIMER),
        (ConnectorState.PAUSING, TIMER),
        (ConnectorState.RESUMING, TIMER),
        (ConnectorState.UNASSIGNED, TIMER),
    ],
)
def test_what_lasts_as_long_as_its_timer_is_stuck_and_told_once(
    world: World, state: ConnectorState, timer: int
) -> None:
    see(world, state, *range(timer))
    assert world.voice.said == []
    see(world, state, *range(timer, timer + 30))
    assert world.voice.changes == [("refused", "page")]
    incident = world.record().incident
    assert incident
    assert (incident.health, incident.state, incident.opened_at) == (Health.STUCK, state, NOW)
    assert world.hands.restarts == []


def test_what_to_do_about_it_is_to_look_at_its_operation(world: World) -> None:
    see(world, UPDATING, *range(UPDATED_IN + 1))
    assert "list-connector-operations" in world.voice.said[0].next_step


@pytest.mark.parametrize(("minutes", "stuck"), [(UPDATED_IN, True), (UPDATED_IN - 1, False)])
def test_an_update_counts_from_its_own_begin_also_where_nobody_saw_it(
    world: World, minutes: float, *, stuck: bool
) -> None:
    update = Update("arn:1", UpdateState.IN_PROGRESS, NOW - minutes * MINUTE)
    see(world, UPDATING, 0, update=update)
    assert bool(world.voice.said) is stuck


def test_a_second_update_right_after_the_first_has_its_own_timer(world: World) -> None:
    first = Update("arn:1", UpdateState.IN_PROGRESS, NOW)
    second = Update("arn:2", UpdateState.IN_PROGRESS, NOW + 10 * MINUTE)
    see(world, UPDATING, *range(11), update=first)
    see(world, UPDATING, *range(11, 30), update=second)
    assert world.voice.said == []
    see(world, UPDATING, 30, update=second)
    assert world.voice.changes == [("refused", "page")]


@pytest.mark.parametrize(("minutes", "stuck"), [(CREATED_IN, True), (CREATED_IN - 1, False)])
def test_a_creation_counts_from_when_the_connector_was_created(world: World, minutes: float, *, stuck: bool) -> None:
    see(world, CREATING, 0, created_at=NOW - minutes * MINUTE)
    assert bool(world.voice.said) is stuck


def test_the_deletion_of_what_was_stuck_closes_that_and_has_its_own_timer(world: World) -> None:
    see(world, UPDATING, *range(21))
    see(world, DELETING, *range(21, 21 + TIMER))
    assert world.voice.changes == [("refused", "page"), ("closed", "info")]
    see(world, DELETING, 21 + TIMER)
    assert world.voice.changes[2:] == [("refused", "page")]
    see(world, ConnectorState.GONE, 22 + TIMER)
    assert world.voice.changes[3:] == [("closed", "info")]
    assert not world.record().is_open


def test_a_name_that_is_used_again_begins_anew(world: World) -> None:
    see(world, DELETING, 0, 1)
    see(world, ConnectorState.GONE, 2)
    see(world, ConnectorState.RUNNING, 30)
    see(world, DELETING, 60, 61)
    assert world.voice.said == []
    assert world.record(ORDERS).deleting_since == NOW + 60 * MINUTE


def test_what_gets_through_in_the_end_is_resolved(world: World) -> None:
    see(world, UPDATING, *range(UPDATED_IN + 1))
    for minute in range(UPDATED_IN + 1, UPDATED_IN + 20):
        at = NOW + minute * MINUTE
        world.take(a_look(at, records_at=at - SECOND), minute * MINUTE)
    assert world.voice.changes == [("refused", "page"), ("resolved", "info")]


def test_a_silence_outlives_a_transition_and_is_not_over_because_tasks_run() -> None:
    world = World(RepairPolicy(mode=Mode.ADVISE))
    world.take(a_suspicion())
    see(world, ConnectorState.RUNNING, *range(1, 5))
    see(world, UPDATING, *range(5, 5 + UPDATED_IN + 2))
    see(world, ConnectorState.RUNNING, *range(35, 65))
    incident = world.record().incident
    assert incident
    assert incident.silent
