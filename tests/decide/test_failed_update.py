"""An update that failed: told once, with its reason and what was to change; in the way of no repair."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectops.decide.updates import is_news
from connectops.model import (
    Change,
    ChangedSetting,
    ConnectorState,
    Look,
    OrderKind,
    Phase,
    Severity,
    Update,
    UpdateState,
    Verdict,
)
from tests.builders import MINUTE, NOW, ORDERS, SECOND, a_diagnosis, a_failed_look, a_look, a_refusal, an_order
from tests.fakes import World

HOUR = timedelta(hours=1)
FAILED = Update(
    "arn:update-1",
    UpdateState.ROLLED_BACK,
    NOW - 5 * MINUTE,
    NOW - MINUTE,
    error="InvalidInput.InvalidConnectorConfiguration: tasks.max is no number",
    changes=(ChangedSetting("database.password", "***", "***"), ChangedSetting("tasks.max", "1", "many")),
)


def after(offset: timedelta, update: Update | None = FAILED, **more: object) -> Look:
    at = NOW + offset
    return a_look(at, update=update, records_at=at - SECOND, **more)  # type: ignore[arg-type]  # fields of Look


def succeeded(began: timedelta) -> Update:
    return Update("arn:update-2", UpdateState.COMPLETE, NOW + began, NOW + began + MINUTE)


@pytest.fixture
def world() -> World:
    return World()


def test_a_rolled_back_update_is_told_with_its_reason_and_what_was_to_change(world: World) -> None:
    world.take(after(timedelta(0)))
    (said,) = world.voice.said
    assert (said.change, said.severity, said.failure_class) == (
        Change.UPDATE_FAILED,
        Severity.WARNING,
        "MSK_UPDATE_ROLLED_BACK",
    )
    assert said.verdict is Verdict.DO_NOT_RESTART
    assert said.title == "orders was not updated: MSK_UPDATE_ROLLED_BACK"
    assert said.cause == FAILED.error
    assert "database.password: *** -> ***; tasks.max: 1 -> many." in said.what_happened
    assert said.since == FAILED.ended_at


def test_settings_that_nobody_knows_any_more_page(world: World) -> None:
    world.take(after(timedelta(0), replace(FAILED, state=UpdateState.FAILED)))
    (said,) = world.voice.said
    assert (said.failure_class, said.severity) == ("MSK_UPDATE_FAILED", Severity.PAGE)


def test_it_is_told_once_however_often_it_is_seen_or_delivered(world: World) -> None:
    for minute in (0, 0, 1, 2, 3, 2):
        world.take(after(minute * MINUTE), minute * MINUTE)
    assert world.voice.changes == [("update-failed", "warning")]


@pytest.mark.parametrize(("since", "told"), [(24 * HOUR - SECOND, True), (24 * HOUR, False)])
def test_a_failure_of_long_ago_is_history(world: World, since: timedelta, *, told: bool) -> None:
    look = after(timedelta(0), replace(FAILED, at=NOW - since - MINUTE, ended_at=NOW - since))
    world.take(look)
    assert bool(world.voice.said) is told
    assert is_news(look) is told


@pytest.mark.parametrize("state", [UpdateState.IN_PROGRESS, UpdateState.COMPLETE])
def test_an_update_that_goes_on_or_succeeded_is_told_to_nobody(world: World, state: UpdateState) -> None:
    look = after(timedelta(0), replace(FAILED, state=state))
    world.take(look)
    assert world.voice.said == []
    assert not is_news(look)
    assert not world.record().is_open


def test_while_the_connector_is_updating_the_way_back_is_awaited(world: World) -> None:
    failed = replace(FAILED, state=UpdateState.FAILED)
    world.take(after(timedelta(0), failed, state=ConnectorState.UPDATING))
    assert world.voice.said == []
    world.take(after(MINUTE), MINUTE)
    assert world.voice.changes == [("update-failed", "warning")]


def test_the_next_update_that_succeeds_resolves_it(world: World) -> None:
    world.take(after(timedelta(0)))
    world.take(after(2 * MINUTE, replace(succeeded(MINUTE), state=UpdateState.IN_PROGRESS)), 2 * MINUTE)
    assert world.record().failed_update
    world.take(after(3 * MINUTE, succeeded(MINUTE)), 3 * MINUTE)
    assert world.record().failed_update is None
    assert not world.record().is_open
    assert world.voice.changes == [("update-failed", "warning"), ("resolved", "info")]
    assert world.voice.said[-1].title == "orders was updated"
    assert world.voice.said[0].incident_id == world.voice.said[1].incident_id
    (ended,) = world.records.ended
    assert ended.failure_class == "MSK_UPDATE_ROLLED_BACK"


def test_a_success_of_before_that_is_seen_late_resolves_nothing(world: World) -> None:
    world.take(after(timedelta(0)))
    world.take(after(MINUTE, succeeded(-HOUR)), MINUTE)
    assert world.record().failed_update


def test_healthy_looks_and_looks_that_do_not_know_leave_it_open(world: World) -> None:
    world.take(after(timedelta(0)))
    for minute in range(1, 30):
        world.take(after(minute * MINUTE, None), minute * MINUTE)
    assert world.record().failed_update
    assert world.voice.changes == [("update-failed", "warning")]


def test_another_update_that_fails_is_told_in_the_same_thread(world: World) -> None:
    world.take(after(timedelta(0)))
    again = replace(FAILED, arn="arn:update-2", at=NOW + MINUTE, ended_at=NOW + 3 * MINUTE, error="again")
    world.take(after(4 * MINUTE, again), 4 * MINUTE)
    world.take(after(5 * MINUTE, FAILED), 5 * MINUTE)
    assert world.voice.changes == [("update-failed", "warning"), ("update-failed", "warning")]
    assert world.voice.said[1].cause == "again"
    assert len({said.incident_id for said in world.voice.said}) == 1
    assert len({said.id for said in world.voice.said}) == 2


def test_it_is_said_again_while_it_is_open_and_closed_after_a_day(world: World) -> None:
    for minute in range(0, 26 * 60, 5):
        world.take(after(minute * MINUTE), minute * MINUTE)
    assert world.voice.changes == [
        ("update-failed", "warning"),
        *[("reminder", "warning")] * 5,
        ("closed", "info"),
    ]
    assert not world.record().is_open


def test_who_acknowledged_it_hears_no_more_of_it_until_its_end(world: World) -> None:
    world.take(after(timedelta(0)))
    world.take(an_order(OrderKind.ACK, NOW + MINUTE, until=NOW + 30 * HOUR), MINUTE)
    for hour in range(1, 20):
        world.take(after(hour * HOUR), hour * HOUR)
    world.take(after(21 * HOUR, succeeded(20 * HOUR)), 21 * HOUR)
    assert world.voice.changes == [("update-failed", "warning"), ("resolved", "info")]


def test_who_releases_it_hears_of_it_again(world: World) -> None:
    world.take(after(timedelta(0)))
    world.take(an_order(OrderKind.ACK, NOW + MINUTE, until=NOW + 30 * HOUR), MINUTE)
    world.take(an_order(OrderKind.RELEASE, NOW + HOUR), HOUR)
    world.take(after(5 * HOUR), 5 * HOUR)
    assert world.voice.changes == [("update-failed", "warning"), ("reminder", "warning")]


def test_a_silenced_connector_tells_it_when_the_silence_ends(world: World) -> None:
    world.take(an_order(OrderKind.SILENCE))
    world.take(after(timedelta(0)))
    assert world.voice.said == []
    world.take(after(61 * MINUTE), 61 * MINUTE)
    assert [said.failure_class for said in world.voice.said] == ["MSK_UPDATE_ROLLED_BACK"]


def test_what_a_hold_made_quiet_is_told_as_loudly_as_it_was_meant_once_it_ends(world: World) -> None:
    world.take(an_order(OrderKind.HOLD))
    for minute in range(1, 70):
        world.take(after(minute * MINUTE, replace(FAILED, state=UpdateState.FAILED)), minute * MINUTE)
    assert world.voice.changes == [("update-failed", "info"), ("reminder", "page")]


@pytest.mark.parametrize("state", [ConnectorState.DELETING, ConnectorState.GONE])
def test_a_connector_that_is_deleted_needs_no_update(world: World, state: ConnectorState) -> None:
    world.take(after(timedelta(0)))
    world.take(after(MINUTE, None, state=state), MINUTE)
    assert world.record().failed_update is None
    assert world.voice.changes == [("update-failed", "warning"), ("closed", "info")]


def test_a_failure_of_the_connector_is_repaired_as_ever(world: World) -> None:
    world.sight.sees = a_failed_look()
    world.take(after(timedelta(0)))
    for minute in (1, 2, 3):
        world.take(a_failed_look(NOW + minute * MINUTE, update=FAILED), minute * MINUTE)
    assert [key for key, _ in world.hands.restarts] == [ORDERS.key]
    assert world.record().failed_update
    for minute in range(4, 16):
        world.take(after(minute * MINUTE), minute * MINUTE)
    assert world.record().incident is None
    assert world.record().failed_update, "what ended is the other incident"


def test_two_incidents_that_end_with_one_look_both_go_into_the_history(world: World) -> None:
    world.sight.sees = a_failed_look()
    world.take(after(timedelta(0)))
    for minute in (1, 2, 3):
        world.take(a_failed_look(NOW + minute * MINUTE, update=FAILED), minute * MINUTE)
    for minute in (4, 5):
        world.take(after(minute * MINUTE, None, state=ConnectorState.GONE), minute * MINUTE)
    assert {incident.failure_class for incident in world.records.ended} == {"UNKNOWN", "MSK_UPDATE_ROLLED_BACK"}
    assert not world.record().is_open or world.record().backoff_attempts


def test_its_phase_says_that_a_person_is_needed(world: World) -> None:
    world.take(after(timedelta(0)))
    incident = world.record().failed_update
    assert incident
    assert (incident.phase, incident.connector) == (Phase.REFUSED, ORDERS)
    assert incident.timeline[0].what == "update ROLLED_BACK"


@settings(deadline=None)
@given(st.lists(st.sampled_from(["well", "failed", "degraded", "updating", "dies", "refused", "paused"]), max_size=25))
def test_whatever_happens_to_the_connector_is_decided_as_if_no_update_had_failed(story: list[str]) -> None:
    with_update, without = World(), World()
    for world, update in ((with_update, FAILED), (without, None)):
        for minute, what in enumerate(story):
            at, after_start = NOW + minute * MINUTE, minute * MINUTE
            world.sight.sees = a_failed_look(at)
            world.take(happening(what, at, update), after_start)
    assert with_update.hands.restarts == without.hands.restarts
    assert with_update.record().incident == without.record().incident
    others = [said for said in with_update.voice.said if not said.incident_id.endswith("-update")]
    assert others == without.voice.said


def happening(what: str, at: datetime, update: Update | None) -> object:
    match what:
        case "well":
            return a_look(at, update=update, records_at=at - SECOND)
        case "failed":
            return a_failed_look(at, update=update)
        case "degraded":
            return a_look(at, running=1, failed=1, update=update)
        case "updating":
            return a_look(at, state=ConnectorState.UPDATING, update=update)
        case "paused":
            return a_look(at, state=ConnectorState.PAUSED, update=update)
        case "dies":
            return a_diagnosis(at=at)
    return a_refusal(at=at)
