"""Somebody changes a connector while it has an incident: it is theirs, and what is seen after it counts."""

from __future__ import annotations

import pytest

from connectops.model import Action, ApiCall, ConnectorState, Finding, Phase
from tests.builders import MINUTE, NOW, ORDERS, SECOND, a_diagnosis, a_failed_look, a_look, a_refusal
from tests.fakes import World

UPDATING = ConnectorState.UPDATING


@pytest.fixture
def world() -> World:
    world = World()
    world.sight.sees = a_failed_look()
    return world


def a_call(operation: str = "UpdateConnector", minutes: float = 1, **more: object) -> ApiCall:
    return ApiCall(operation, "alice", NOW + minutes * MINUTE, **more)  # type: ignore[arg-type]  # fields of ApiCall


def updating(minutes: float) -> object:
    return a_look(NOW + minutes * MINUTE, state=UPDATING)


def test_an_update_hands_the_incident_over_and_says_so_once(world: World) -> None:
    world.take(a_refusal())
    for minute in range(1, 5):
        world.take(updating(minute), minute * MINUTE)
    assert world.voice.changes == [("refused", "page"), ("handed-over", "info")]
    assert "Somebody, or its autoscaling, updates it" in world.voice.said[-1].what_we_did


def test_what_was_measured_before_the_update_was_through_decides_nothing(world: World) -> None:
    world.take(a_diagnosis())
    world.take(updating(2), 2 * MINUTE)
    late = a_failed_look(NOW + 2 * MINUTE + SECOND / 2)
    assert world.take(late, 2 * MINUTE + SECOND).decision.action is Action.NOTHING
    assert world.hands.restarts == []


def test_a_connector_that_works_after_the_update_is_resolved(world: World) -> None:
    world.take(a_refusal())
    world.take(updating(1), MINUTE)
    for minute in range(2, 15):
        now = NOW + minute * MINUTE
        world.take(a_look(now, records_at=now - SECOND), minute * MINUTE)
    assert world.record().incident is None
    assert world.voice.changes[-1] == ("resolved", "info")


def test_a_cause_that_no_restart_cures_still_holds_after_the_update_and_is_told_anew(world: World) -> None:
    world.take(a_refusal())
    world.take(updating(1), MINUTE)
    world.take(a_failed_look(NOW + 3 * MINUTE), 3 * MINUTE)
    assert world.hands.restarts == []
    assert world.voice.changes == [("refused", "page"), ("handed-over", "info"), ("refused", "page")]


def test_an_update_that_never_ends_is_stuck_and_told_once(world: World) -> None:
    world.take(a_diagnosis())
    for minute in range(1, 60):
        world.take(updating(minute), minute * MINUTE)
    assert world.voice.changes == [("opened", "info"), ("handed-over", "info"), ("refused", "page")]


def test_deleting_closes_the_incident(world: World) -> None:
    world.take(a_diagnosis())
    world.take(a_look(NOW + MINUTE, state=ConnectorState.DELETING), MINUTE)
    assert world.record().incident is None
    assert "somebody deletes it" in world.voice.said[-1].what_we_did


@pytest.mark.parametrize("operation", ["UpdateConnector", "RestartConnector", "ResumeConnector"])
def test_a_call_during_an_incident_hands_it_over_with_the_name(world: World, operation: str) -> None:
    world.take(a_refusal())
    world.take(call_finding(a_call(operation)), 4 * MINUTE)
    incident = world.record().incident
    assert incident is not None
    assert incident.phase is Phase.WATCHING
    assert world.voice.changes == [("refused", "page"), ("handed-over", "info")]
    assert f"Alice called {operation}" in world.voice.said[-1].what_we_did
    assert any(entry.what == f"alice called {operation}" for entry in incident.timeline)


@pytest.mark.parametrize(
    "call",
    [
        a_call(refused="AccessDenied"),
        a_call(by_a_person=False),
        a_call("PauseConnector"),
        a_call(minutes=-1),
    ],
)
def test_another_call_stands_in_the_history_and_changes_nothing(world: World, call: ApiCall) -> None:
    world.take(a_refusal())
    world.take(call_finding(call), 4 * MINUTE)
    incident = world.record().incident
    assert incident is not None
    assert incident.phase is Phase.REFUSED
    assert world.voice.changes == [("refused", "page")]
    assert world.record().calls == (call,)


def test_a_call_shortly_before_an_incident_stands_in_its_notices(world: World) -> None:
    world.take(call_finding(a_call(minutes=-5)))
    world.take(call_finding(a_call("RestartConnector", minutes=-61)))
    world.take(a_refusal())
    assert world.voice.said[-1].what_happened.endswith("Before, at 11:55:00 UTC, alice called UpdateConnector.")


def test_a_call_that_is_told_twice_is_told_once(world: World) -> None:
    world.take(a_refusal())
    for minute in (4, 5):
        world.take(call_finding(a_call()), minute * MINUTE)
    assert world.voice.changes == [("refused", "page"), ("handed-over", "info")]


def test_a_restart_of_ours_that_is_under_way_goes_on(world: World) -> None:
    world.take(a_diagnosis())
    world.take(a_failed_look(NOW + MINUTE), MINUTE)
    world.take(call_finding(a_call(minutes=2)), 2 * MINUTE)
    incident = world.record().incident
    assert incident is not None
    assert incident.phase in (Phase.RESTARTING, Phase.PROVING)


def call_finding(call: ApiCall) -> object:
    return Finding(ORDERS, call.at, f"{call.operation} {call.at}", call=call)
