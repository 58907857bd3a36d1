"""Ways to wait for ever, to restart what works, or to miss what does not: each was found by reading as an enemy."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from connectops.errors import Busy, NotFound, OutcomeUnknown, Unreachable
from connectops.model import (
    UNKNOWN_CLASS,
    Action,
    AttemptEnd,
    ConnectorRecord,
    ConnectorState,
    Health,
    Incident,
    Life,
    Look,
    Operation,
    OperationState,
    OrderKind,
    Phase,
    SignOfLife,
    Silence,
    Suspicion,
    Tasks,
    Verdict,
)
from tests.builders import (
    ARN,
    MINUTE,
    NOW,
    ONPREM,
    ORDERS,
    SECOND,
    a_diagnosis,
    a_failed_look,
    a_look,
    a_refusal,
    a_sign,
    a_suspicion,
    an_order,
    finding,
)
from tests.fakes import FakeSight, World


def failed(minutes: float, **more: Any) -> Look:
    return a_failed_look(NOW + minutes * MINUTE, **more)


def healthy(minutes: float, **more: Any) -> Look:
    return a_look(NOW + minutes * MINUTE, **more)


def flowing(minutes: float) -> Look:
    at = NOW + minutes * MINUTE
    return a_look(at, records_at=at - SECOND)


def unmeasured(minutes: float) -> Look:
    """RUNNING on MSK Connect, and no datapoint says anything of its tasks."""
    at = NOW + minutes * MINUTE
    return Look(ORDERS, at, ConnectorState.RUNNING, arn=ARN, blind_because="no datapoint")


@pytest.fixture
def world() -> World:
    world = World()
    world.sight.sees = a_failed_look()
    return world


def incident_of(world: World) -> Incident:
    incident = world.record().incident
    assert incident is not None
    return incident


class BlindToOperations(FakeSight):
    def operation(self, record: ConnectorRecord) -> Operation | None:
        raise Unreachable("throttled")


def a_restarted(world: World) -> None:
    world.take(a_diagnosis())
    world.take(failed(1), MINUTE)
    assert len(world.hands.restarts) == 1


# ── missed restarts ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_death_in_the_log_is_restarted_even_where_no_metric_shows_the_tasks(world: World) -> None:
    world.sight.sees = unmeasured(1)
    world.take(a_diagnosis())
    assert world.take(unmeasured(0.5), 0.5 * MINUTE).decision.action is Action.WAIT
    world.take(unmeasured(1), MINUTE)
    assert len(world.hands.restarts) == 1


def test_a_death_that_is_read_before_the_first_look_at_its_connector_is_acted_upon_at_once(world: World) -> None:
    acting = world.take(a_diagnosis(verdict=Verdict.RESTART_NOW))
    assert (acting.decision.action, acting.decision.failure_class) == (Action.RESTART_CONNECTOR, "PG_CONN_LOST")
    assert world.record().arn == ARN


def test_a_death_of_a_connector_that_is_not_found_by_its_name_waits_for_the_next_look(world: World) -> None:
    world.sight.sees = Unreachable("MSK Connect lists no connector called orders")
    waiting = world.take(a_diagnosis(verdict=Verdict.RESTART_NOW))
    assert (waiting.decision.action, world.hands.restarts) == (Action.WAIT, [])
    world.sight.sees = a_failed_look()
    acting = world.take(failed(0.5), 0.5 * MINUTE)
    assert (acting.decision.action, acting.decision.failure_class) == (Action.RESTART_TASKS, "PG_CONN_LOST")


@pytest.mark.parametrize(("created", "restarts"), [(29, 1), (31, 0)])
def test_a_connector_created_anew_after_the_death_is_not_restarted_for_it(
    world: World, created: int, restarts: int
) -> None:
    world.take(a_look())
    world.sight.sees = Unreachable("throttled")
    world.take(a_diagnosis(verdict=Verdict.RESTART_NOW))
    world.sight.sees = a_failed_look(arn=f"{ARN}anew", created_at=NOW + created * SECOND)
    world.take(failed(0.5), 0.5 * MINUTE)
    assert len(world.hands.restarts) == restarts
    assert (world.record().incident is None) is (restarts == 0)


def test_an_unknown_death_in_the_log_is_not_restarted_unseen(world: World) -> None:
    world.sight.sees = unmeasured(1)
    world.take(a_diagnosis(UNKNOWN_CLASS, restart_cap=1))
    for minute in range(1, 10):
        world.take(unmeasured(minute), minute * MINUTE)
    assert world.hands.restarts == []


def test_a_death_after_a_restart_that_no_look_shows_is_not_over_because_the_status_says_so(world: World) -> None:
    world.sight.sees = a_failed_look()
    world.take(a_failed_look())
    world.take(a_diagnosis(verdict=Verdict.RESTART_NOW))
    assert len(world.hands.restarts) == 1
    world.take(a_look(NOW + MINUTE), MINUTE)
    world.sight.sees = a_look()
    world.take(a_diagnosis(at=NOW + 70 * SECOND), 70 * SECOND)
    for minute in range(2, 12):
        world.take(a_look(NOW + minute * MINUTE), minute * MINUTE)
        assert world.record().incident is not None
    world.take(a_look(NOW + 12 * MINUTE), 12 * MINUTE)
    assert world.hands.restarts[1:] == [("msk/orders", Action.RESTART_CONNECTOR)]


@pytest.mark.parametrize(("died_at", "ended"), [(1.5, False), (0, True)])
def test_another_death_after_one_that_a_look_showed_has_to_be_shown_itself(
    world: World, died_at: float, *, ended: bool
) -> None:
    world.take(a_refusal())
    world.take(failed(1), MINUTE)
    world.take(a_refusal(at=NOW + died_at * MINUTE), 1.5 * MINUTE)
    for minute in range(2, 30):
        world.take(healthy(minute), minute * MINUTE)
    assert (world.record().incident is None) is ended


def test_another_death_that_a_look_shows_is_over_when_looks_show_it_running(world: World) -> None:
    world.take(a_refusal())
    world.take(failed(1), MINUTE)
    world.take(a_refusal(at=NOW + 90 * SECOND), 90 * SECOND)
    world.take(failed(2), 2 * MINUTE)
    world.take(healthy(3), 3 * MINUTE)
    world.take(healthy(4), 4 * MINUTE)
    assert world.record().incident is None


@pytest.mark.parametrize(("running", "failed", "ended"), [(0, 0, False), (0, 1, True)])
def test_a_look_without_a_task_shows_no_death(world: World, running: int, failed: int, *, ended: bool) -> None:
    world.take(a_diagnosis(consequences=("PG_SLOT_MISSING",)))
    world.take(a_look(NOW + MINUTE, running=running, failed=failed), MINUTE)
    for minute in range(2, 6):
        world.take(a_look(NOW + minute * MINUTE), minute * MINUTE)
    assert (world.record().incident is None) is ended


@pytest.mark.parametrize(("seen_dead", "ended"), [(False, False), (True, True)])
def test_what_is_stuck_in_between_shows_no_death(world: World, *, seen_dead: bool, ended: bool) -> None:
    world.take(a_refusal())
    world.take(failed(1) if seen_dead else healthy(1), MINUTE)
    for minute in range(2, 20):
        at = NOW + minute * MINUTE
        world.take(a_look(at, state=ConnectorState.RESTARTING), minute * MINUTE)
    assert incident_of(world).health is Health.STUCK
    for minute in range(20, 24):
        world.take(healthy(minute), minute * MINUTE)
    assert (world.record().incident is None) is ended


def test_what_is_stuck_shows_no_death_that_is_heard_meanwhile_either(world: World) -> None:
    for minute in range(1, 25):
        world.take(a_look(NOW + minute * MINUTE, state=ConnectorState.RESTARTING), minute * MINUTE)
        if minute == 20:
            world.take(a_refusal(at=NOW + minute * MINUTE), minute * MINUTE)
    for minute in range(25, 29):
        world.take(healthy(minute), minute * MINUTE)
    assert incident_of(world).failure_class == "MYSQL_BINLOG_POSITION_LOST"


def an_unknown_death(world: World, *minutes: float, moves: float | None = None) -> None:
    """A line tells of it; looks at these minutes see tasks that run, and records from `moves` on."""
    world.take(a_diagnosis(UNKNOWN_CLASS, restart_cap=1))
    for minute in minutes:
        at = NOW + minute * MINUTE
        flows = moves is not None and minute > moves
        world.take(a_look(at, records_at=at - SECOND if flows else None), minute * MINUTE)


@pytest.mark.parametrize(
    ("until", "told"), [(9.9, []), (10, [("refused", "warning")]), (230, [("refused", "warning")])]
)
def test_an_unknown_death_that_no_look_shows_and_no_records_disprove_is_told_to_a_person_once(
    world: World, until: float, told: list[tuple[str, str]]
) -> None:
    an_unknown_death(world, *range(1, int(until)), until)
    assert world.voice.changes == told
    assert world.hands.restarts == []


@pytest.mark.parametrize("kind", [OrderKind.HOLD, OrderKind.SILENCE])
def test_one_of_which_a_person_wants_to_hear_nothing_for_hours_is_told_then_and_not_over_before(
    world: World, kind: OrderKind
) -> None:
    world.take(an_order(kind, until=NOW + 300 * MINUTE))
    an_unknown_death(world, *range(1, 300, 7))
    assert world.voice.said == []
    for minute in range(300, 530, 7):
        world.take(healthy(minute), minute * MINUTE)
    assert [severity for _, severity in world.voice.changes] == ["warning"]
    world.take(healthy(550), 550 * MINUTE)
    assert world.record().incident is None


def test_one_that_was_told_ends_with_records_and_says_so(world: World) -> None:
    an_unknown_death(world, *range(1, 20), moves=15)
    assert world.voice.changes == [("refused", "warning"), ("resolved", "info")]


def test_one_that_records_disprove_in_time_is_never_told(world: World) -> None:
    an_unknown_death(world, *range(1, 20), moves=5)
    assert world.voice.said == []
    assert world.record().incident is None


def test_one_whose_task_was_started_is_never_told(world: World) -> None:
    an_unknown_death(world, 1)
    world.take(a_sign(Life.STARTED, NOW + 2 * MINUTE), 2 * MINUTE)
    for minute in range(3, 30):
        world.take(a_look(NOW + minute * MINUTE), minute * MINUTE)
    assert world.voice.said == []
    assert world.record().incident is None


def test_one_that_a_look_shows_after_all_is_restarted(world: World) -> None:
    an_unknown_death(world, *range(1, 12))
    world.sight.sees = a_failed_look()
    world.take(a_failed_look(NOW + 12 * MINUTE), 12 * MINUTE)
    assert len(world.hands.restarts) == 1


def test_one_that_began_in_silence_is_told_after_it(world: World) -> None:
    world.take(a_look())
    world.take(an_order(OrderKind.SILENCE, until=NOW + 30 * MINUTE))
    an_unknown_death(world, *range(1, 40))
    assert world.voice.changes == [("reminder", "warning")]


def test_tasks_that_ran_before_the_death_do_not_hold_up_its_restart(world: World) -> None:
    world.take(a_diagnosis())
    world.sight.sees = replace(a_look(), tasks=Tasks(1, 0, 0, NOW - MINUTE))
    world.take(replace(healthy(1), tasks=Tasks(1, 0, 0, NOW - MINUTE)), MINUTE)
    assert len(world.hands.restarts) == 1


def test_tasks_that_run_after_the_death_are_not_restarted(world: World) -> None:
    world.take(a_diagnosis())
    world.sight.sees = a_look(NOW + MINUTE + 2 * SECOND)
    assert "works again" in world.take(failed(1), MINUTE).decision.reason
    assert world.hands.restarts == []


@pytest.mark.parametrize(("records_at", "restarts"), [(0.5, 1), (1.5, 0)])
def test_records_that_a_line_counts_after_the_failure_hold_up_a_restart_that_an_older_datapoint_asks_for(
    world: World, records_at: float, restarts: int
) -> None:
    """Measured: no datapoint yet of a task that had started again by itself, and records sent ten seconds ago."""
    world.take(a_sign(Life.RECORDS, NOW + records_at * MINUTE), records_at * MINUTE)
    stale = replace(failed(1), tasks=Tasks(0, 1, 0, NOW + MINUTE))
    for minutes in (1, 1.9, 2.1):
        world.sight.sees = replace(stale, at=NOW + minutes * MINUTE)
        world.take(world.sight.sees, minutes * MINUTE)
        if minutes == 1:
            world.take(a_diagnosis(killed=False, at=NOW + MINUTE), MINUTE)
        if minutes == 1.9 and records_at > 1:
            world.take(a_sign(Life.RECORDS, NOW + records_at * MINUTE), minutes * MINUTE)
    assert len(world.hands.restarts) == restarts


def test_tasks_that_the_metrics_show_running_again_are_given_a_second_look(world: World) -> None:
    world.take(a_diagnosis())
    world.take(failed(0.5), 0.5 * MINUTE)
    world.sight.sees = unmeasured(1)
    assert "run again" in world.take(healthy(1), MINUTE).decision.reason
    assert world.hands.restarts == []
    world.take(failed(2), 2 * MINUTE)
    assert len(world.hands.restarts) == 1


def test_a_healthy_look_from_before_the_death_does_not_end_its_incident(world: World) -> None:
    world.take(a_refusal())
    world.take(a_sign(Life.RECORDS, NOW + SECOND), SECOND)
    world.take(replace(healthy(0.1), tasks=Tasks(2, 0, 0, NOW - MINUTE)), 0.1 * MINUTE)
    assert world.record().incident is not None


# ── incidents that would never end ────────────────────────────────────────────────────────────────────────────────────


def test_a_restart_whose_operation_never_ends_is_given_up_and_told(world: World) -> None:
    a_restarted(world)
    operation = next(iter(world.sight.operations))
    world.sight.operations[operation] = Operation(operation, OperationState.IN_PROGRESS)
    world.hands.refuses = Busy("another operation is in progress")
    for minute in range(2, 60):
        world.take(failed(minute), minute * MINUTE)
    assert incident_of(world).attempts[0].end is AttemptEnd.NOT_PROVEN
    assert ("reminder", "page") in world.voice.changes


def test_a_restart_whose_operation_cannot_be_seen_is_judged_by_the_looks(world: World) -> None:
    a_restarted(world)
    world.sight = BlindToOperations()
    for minute in range(2, 20):
        world.take(flowing(minute), minute * MINUTE)
    assert ("resolved", "info") in world.voice.changes


@pytest.mark.parametrize(("minutes", "paged"), [(15, False), (17, True)])
def test_a_platform_that_stays_busy_is_told_to_a_person(world: World, minutes: int, *, paged: bool) -> None:
    world.hands.refuses = Busy("rebalancing")
    world.take(a_diagnosis())
    for minute in range(1, minutes):
        world.take(failed(minute), minute * MINUTE)
    assert (("reminder", "page") in world.voice.changes) is paged
    assert world.record().backoff_attempts == 0


def test_a_connector_that_cannot_be_seen_before_its_restart_is_told_to_a_person_once(world: World) -> None:
    world.sight.sees = Unreachable("throttled")
    world.take(a_diagnosis())
    for minute in range(1, 60):
        world.take(failed(minute), minute * MINUTE)
    assert world.voice.changes == [("opened", "info"), ("reminder", "page")]
    assert world.hands.restarts == []


def test_a_quarantined_silence_ends_when_somebody_restarts_it_and_its_tasks_run(world: World) -> None:
    world.sight.sees = a_look()
    world.take(a_suspicion())
    plain: dict[str, Any] = {"heartbeat": 10 * SECOND, "measured": False}
    for minute in range(3, 400):
        world.take(healthy(minute, **plain), minute * MINUTE)
    assert incident_of(world).phase is Phase.QUARANTINED
    world.take(a_sign(Life.STARTED, NOW + 400 * MINUTE), 400 * MINUTE)
    for minute in range(401, 404):
        world.take(healthy(minute), minute * MINUTE)
    assert world.voice.changes[-1] == ("resolved", "info")


def test_a_silence_that_became_a_failure_ends_when_its_tasks_run(world: World) -> None:
    world.sight.sees = a_look()
    world.take(a_suspicion())
    world.take(healthy(3), 3 * MINUTE)
    for minute in range(4, 7):
        world.take(failed(minute), minute * MINUTE)
    for minute in range(7, 10):
        world.take(healthy(minute), minute * MINUTE)
    assert world.voice.changes[-1] == ("resolved", "info")


def test_a_restart_that_ends_in_a_transition_without_end_is_told_and_ends_with_it(world: World) -> None:
    world.sight.sees = a_look()
    world.take(a_suspicion())
    world.take(healthy(3), 3 * MINUTE)
    for minute in range(4, 25):
        world.take(healthy(minute, state=ConnectorState.UPDATING), minute * MINUTE)
    assert incident_of(world).attempts[0].end is AttemptEnd.NOT_PROVEN
    assert world.voice.changes[-1] == ("refused", "page")
    for minute in range(25, 28):
        world.take(healthy(minute), minute * MINUTE)
    assert world.voice.changes[-1] == ("resolved", "info")


def test_a_line_of_next_century_does_not_outweigh_all_that_follows(world: World) -> None:
    world.take(a_diagnosis(at=datetime(2126, 1, 1, tzinfo=NOW.tzinfo)))
    world.sight.sees = a_look(NOW + MINUTE)
    for minute in range(1, 12):
        world.take(flowing(minute), minute * MINUTE)
    assert world.record().incident is None
    world.take(SignOfLife(Life.RECORDS, datetime(2126, 1, 1, tzinfo=NOW.tzinfo)), 12 * MINUTE)
    assert (world.record().last_life_at or NOW) < NOW + 18 * MINUTE


# ── restarts of what works ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_line_that_is_delivered_again_after_its_incident_ended_opens_nothing(world: World) -> None:
    world.take(a_diagnosis())
    world.take(flowing(1), 0.9 * MINUTE)
    assert world.voice.changes == [("opened", "info"), ("resolved", "info")]
    world.sight.sees = unmeasured(3)
    world.take(a_diagnosis(), 3 * MINUTE)
    assert world.record().incident is None
    assert world.hands.restarts == []


@pytest.mark.parametrize(("minutes", "restarts"), [(9, 1), (11, 0)])
def test_a_death_that_is_told_late_needs_a_look(world: World, minutes: int, restarts: int) -> None:
    world.sight.sees = unmeasured(minutes)
    world.take(a_diagnosis(), minutes * MINUTE)
    world.take(unmeasured(minutes + 1), (minutes + 1) * MINUTE)
    assert len(world.hands.restarts) == restarts


def test_a_second_failure_while_attempts_are_remembered_waits_for_its_first_backoff(world: World) -> None:
    a_restarted(world)
    world.take(flowing(2), 2 * MINUTE)
    again = NOW + 9 * MINUTE
    waiting = world.take(a_diagnosis(at=again), 9 * MINUTE)
    assert waiting.decision.until == again + MINUTE


def test_a_task_that_dies_while_the_restart_is_carried_out_does_not_end_the_attempt(world: World) -> None:
    a_restarted(world)
    operation = next(iter(world.sight.operations))
    world.sight.operations[operation] = Operation(operation, OperationState.IN_PROGRESS)
    world.take(a_diagnosis(at=NOW + 61 * SECOND), 62 * SECOND)
    assert incident_of(world).phase is Phase.RESTARTING


def test_a_loss_of_data_ends_an_attempt_that_is_being_carried_out(world: World) -> None:
    a_restarted(world)
    operation = next(iter(world.sight.operations))
    world.sight.operations[operation] = Operation(operation, OperationState.IN_PROGRESS)
    refusal = world.take(a_refusal(at=NOW + 61 * SECOND), 62 * SECOND)
    assert refusal.decision.action is Action.REFUSE
    assert ("cause-changed", "page") in world.voice.changes


def test_looks_made_while_the_restart_was_carried_out_do_not_count_against_it(world: World) -> None:
    a_restarted(world)
    operation = next(iter(world.sight.operations))
    world.sight.operations[operation] = Operation(operation, OperationState.IN_PROGRESS)
    for minute in (2, 3, 4):
        world.take(failed(minute), minute * MINUTE)
    world.sight.operations[operation] = Operation(operation, OperationState.COMPLETE, NOW + 4.5 * MINUTE)
    world.take(failed(5), 5 * MINUTE)
    assert incident_of(world).phase is Phase.PROVING
    world.take(failed(6), 6 * MINUTE)
    assert incident_of(world).attempts[0].end is AttemptEnd.FAILED_AGAIN


def test_a_silence_that_begins_before_the_restart_is_through_is_not_held_against_it(world: World) -> None:
    world.sight.sees = a_look()
    world.take(a_suspicion())
    world.take(healthy(3), 3 * MINUTE)
    operation = next(iter(world.sight.operations))
    world.sight.operations[operation] = Operation(operation, OperationState.IN_PROGRESS)
    world.take(a_suspicion(NOW + 3 * MINUTE + 10 * SECOND), 3.5 * MINUTE)
    world.sight.operations[operation] = Operation(operation, OperationState.COMPLETE, NOW + 5 * MINUTE)
    for minute in range(5, 12):
        world.take(healthy(minute), minute * MINUTE)
    assert len(world.hands.restarts) == 1


def test_a_silent_connector_whose_records_flow_again_is_left_alone_at_the_last_moment(world: World) -> None:
    world.take(a_suspicion())
    world.sight.sees = flowing(3)
    assert "works again" in world.take(healthy(3), 3 * MINUTE).decision.reason
    assert world.hands.restarts == []


@pytest.mark.parametrize(("records_at", "restarts"), [(9.5, 1), (10.5, 0)])
def test_what_only_lines_told_of_is_left_alone_at_the_last_moment_if_records_flow_after_them(
    world: World, records_at: float, restarts: int
) -> None:
    world.sight.sees = a_look(records_at=NOW + records_at * MINUTE)
    for minute in range(11):
        world.take(a_diagnosis(at=NOW + minute * MINUTE, killed=False), minute * MINUTE)
    assert len(world.hands.restarts) == restarts


def test_silence_is_measured_to_the_time_of_the_look_not_of_its_delivery(world: World) -> None:
    world.sight.sees = a_look()
    world.take(a_suspicion())
    world.take(healthy(1), 10 * MINUTE)
    assert world.hands.restarts == []


@pytest.mark.parametrize("life", [Life.RECONNECTED, Life.STARTED, Life.RECORDS])
def test_a_silent_stop_that_is_delivered_again_after_its_end_is_explained(world: World, life: Life) -> None:
    world.sight.sees = a_look()
    world.take(a_suspicion())
    world.take(a_sign(life, NOW + 118 * SECOND), 119 * SECOND)
    world.take(a_suspicion(), 10 * MINUTE)
    world.take(healthy(20), 20 * MINUTE)
    assert world.hands.restarts == []


def test_a_rebalance_is_waited_for(world: World) -> None:
    world.take(a_diagnosis())
    world.sight.sees = a_look(state=ConnectorState.UNASSIGNED)
    assert world.take(failed(1), MINUTE).decision.action is Action.WAIT
    assert world.hands.restarts == []


def test_a_look_that_was_overtaken_by_a_newer_one_changes_nothing(world: World) -> None:
    world.take(failed(2), 2 * MINUTE)
    world.take(failed(1), 2 * MINUTE)
    assert world.take(failed(1.5), 2 * MINUTE).decision.action is Action.NOTHING
    assert world.hands.restarts == []


# ── false alarms and floods ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_transition_that_ended_is_not_remembered_at_the_next_one(world: World) -> None:
    world.take(a_look(state=ConnectorState.UPDATING))
    assert world.record().is_open
    world.take(healthy(1), MINUTE)
    assert not world.record().is_open
    world.take(healthy(600, state=ConnectorState.UPDATING), 600 * MINUTE)
    assert world.voice.said == []


def test_unseen_looks_that_were_delivered_late_do_not_page(world: World) -> None:
    world.take(Look(ORDERS, NOW, ConnectorState.UNKNOWN), 30 * MINUTE)
    world.take(Look(ORDERS, NOW + MINUTE, ConnectorState.UNKNOWN), 30 * MINUTE)
    assert world.voice.said == []


def test_a_refused_line_every_three_minutes_between_records_is_one_incident(world: World) -> None:
    for minute in range(30):
        if minute % 3 == 0:
            world.take(a_refusal(at=NOW + minute * MINUTE, killed=False), minute * MINUTE)
        world.take(flowing(minute + 0.5), (minute + 0.5) * MINUTE)
    assert world.voice.changes == [("refused", "page")]


def test_the_trace_of_a_status_counts_once_whether_it_wins_or_not(world: World) -> None:
    world.take(a_refusal())
    for minute in range(1, 5):
        world.take(failed(minute, diagnosis=a_diagnosis("CONNECT_WRAPPED")), minute * MINUTE)
    known = incident_of(world).diagnosis
    assert known is not None
    assert known.count == 2


def test_a_pending_suspicion_says_what_it_waits_for(world: World) -> None:
    world.take(Suspicion(Silence.SILENT_STOP, NOW, a_diagnosis("MYSQL_CONN_LOST", killed=False)))
    decision = world.take(healthy(1), MINUTE).decision
    assert (decision.action, decision.verdict) == (Action.WAIT, Verdict.RESTART_WITH_BACKOFF)
    assert decision.until == NOW + timedelta(seconds=150)


# ── workers whose clock is wrong ──────────────────────────────────────────────────────────────────────────────────────


def test_records_from_before_a_silent_stop_do_not_disprove_it_though_the_workers_clock_is_behind(world: World) -> None:
    world.sight.sees = a_look()
    world.take(a_suspicion(NOW - 2 * MINUTE))
    last_record = NOW - 30 * SECOND
    for minute in range(1, 4):
        world.take(healthy(minute, records_at=last_record), minute * MINUTE)
    assert len(world.hands.restarts) == 1


def test_tasks_seen_before_a_death_do_not_end_its_incident_though_the_workers_clock_is_behind(world: World) -> None:
    world.take(a_refusal(at=NOW - 2 * MINUTE))
    for minute in (1, 2):
        seen_at = NOW - (3 - minute) * 10 * SECOND
        world.take(replace(healthy(minute), tasks=Tasks(1, 0, 0, seen_at)), minute * MINUTE)
    assert world.record().incident is not None


def test_records_from_before_a_restart_prove_nothing_though_the_workers_clock_is_ahead(world: World) -> None:
    world.take(a_diagnosis())
    world.take(a_sign(Life.RECORDS, NOW + 2 * MINUTE), 0.5 * MINUTE)
    world.take(failed(1), MINUTE)
    assert world.take(healthy(2), 2 * MINUTE).decision.action is Action.NOTHING


def test_a_death_right_after_a_recovery_is_news_though_the_workers_clock_is_behind(world: World) -> None:
    world.take(a_diagnosis(at=NOW - 2 * MINUTE))
    world.take(flowing(0.9), 0.9 * MINUTE)
    assert world.record().incident is None
    refusal = world.take(a_refusal(at=NOW - 0.5 * MINUTE), 1.5 * MINUTE)
    assert refusal.decision.action is Action.REFUSE


def test_a_refusal_dated_before_the_restart_holds_back_the_next_one(world: World) -> None:
    a_restarted(world)
    assert "older" in world.take(a_refusal(at=NOW + 0.5 * MINUTE), 2 * MINUTE).decision.reason
    for minute in range(3, 20):
        world.take(failed(minute), minute * MINUTE)
    assert len(world.hands.restarts) == 1
    assert ("cause-changed", "page") in world.voice.changes


def test_a_refusal_that_comes_after_its_incident_was_closed_still_holds(world: World) -> None:
    a_restarted(world)
    world.take(healthy(2, state=ConnectorState.PAUSED), 2 * MINUTE)
    assert world.take(a_refusal(at=NOW + 0.5 * MINUTE), 3 * MINUTE).decision.action is Action.REFUSE
    for minute in range(4, 10):
        world.take(failed(minute), minute * MINUTE)
    assert len(world.hands.restarts) == 1


def test_a_refusal_that_comes_after_its_connector_was_seen_healthy_is_history(world: World) -> None:
    a_restarted(world)
    world.take(flowing(2), 2 * MINUTE)
    assert world.take(a_refusal(at=NOW + 0.5 * MINUTE), 3 * MINUTE).decision.action is Action.NOTHING


def test_a_refusal_dated_before_the_restart_is_not_held_against_one_that_works(world: World) -> None:
    a_restarted(world)
    world.take(a_refusal(at=NOW + 0.5 * MINUTE), 2 * MINUTE)
    assert world.take(flowing(3), 3 * MINUTE).decision.action is Action.RESOLVE


@pytest.mark.parametrize("skew", [-2 * MINUTE, 2 * MINUTE])
def test_the_first_backoff_is_measured_by_our_own_clock(world: World, skew: timedelta) -> None:
    assert world.take(a_diagnosis(at=NOW + skew)).decision.until == NOW + MINUTE


def test_a_silent_connector_whose_restart_was_not_answered_is_not_called_cured_by_its_tasks(world: World) -> None:
    world.sight.sees = a_look(connector=ONPREM)
    world.hands.refuses = OutcomeUnknown("time-out")
    world.take(finding(a_suspicion(), ONPREM))
    for minute in range(3, 30):
        world.take(healthy(minute, connector=ONPREM), minute * MINUTE)
    assert ("resolved", "info") not in world.voice.changes


@pytest.mark.parametrize("shown", [True, False])
def test_a_restart_that_was_not_answered_is_proven_by_tasks_only_where_a_look_had_shown_the_death(
    world: World, *, shown: bool
) -> None:
    look = a_failed_look if shown else a_look
    world.sight.sees = look(connector=ONPREM)
    world.hands.refuses = OutcomeUnknown("time-out")
    world.take(finding(a_diagnosis(), ONPREM))
    for minute in range(1, 13):
        world.take(look(NOW + minute * MINUTE, connector=ONPREM), minute * MINUTE)
        if world.record(ONPREM).recent_attempts:
            break
    assert world.record(ONPREM).recent_attempts
    for later in range(minute + 1, minute + 15):
        world.take(healthy(later, connector=ONPREM), later * MINUTE)
    assert (("resolved", "info") in world.voice.changes) is shown


@pytest.mark.parametrize("state", [ConnectorState.PAUSED, ConnectorState.STOPPED, ConnectorState.GONE])
@pytest.mark.parametrize("through", [True, False])
def test_a_restart_during_which_somebody_takes_the_connector_away_has_an_outcome_too(
    world: World, state: ConnectorState, *, through: bool
) -> None:
    world.take(a_diagnosis(verdict=Verdict.RESTART_NOW))
    operation = f"{ARN}/operation-1"
    going_on = OperationState.COMPLETE if through else OperationState.IN_PROGRESS
    world.sight.operations[operation] = Operation(operation, going_on, NOW)
    assert incident_of(world).attempts[0].end is None
    world.take(a_look(NOW + MINUTE, state=state), MINUTE)
    [ended] = world.records.ended
    assert [attempt.end for attempt in ended.attempts] == [AttemptEnd.INTERRUPTED]
    assert world.record().recent_attempts == ended.attempts
    assert ended.attempts[0].ended_at == NOW + MINUTE


def test_a_restart_that_finds_no_connector_was_refused(world: World) -> None:
    world.hands.refuses = NotFound("no such connector")
    world.take(a_diagnosis(verdict=Verdict.RESTART_NOW))
    assert world.record().incident is None
    assert ("closed", "info") in world.voice.changes
    assert world.record().recent_attempts == ()


@pytest.mark.parametrize("behind", [0, 2])
def test_a_refusal_after_a_restart_holds_though_the_clock_of_its_worker_is_behind(world: World, behind: int) -> None:
    world.sight.sees = a_failed_look(connector=ONPREM)
    world.take(finding(a_diagnosis(verdict=Verdict.RESTART_NOW), ONPREM))
    assert len(world.hands.restarts) == 1
    world.take(finding(a_refusal(at=NOW + (1.5 - behind) * MINUTE), ONPREM), 1.5 * MINUTE)
    at = NOW + 2 * MINUTE
    world.take(a_look(at, records_at=NOW + MINUTE, connector=ONPREM), 2 * MINUTE)
    assert ("resolved", "info") not in world.voice.changes
    for minute in (3, 4, 5):
        world.take(failed(minute, connector=ONPREM), minute * MINUTE)
    incident = world.record(ONPREM).incident
    assert incident is not None
    assert incident.phase is Phase.REFUSED


def test_a_restart_that_the_platform_refuses_for_an_hour_is_told_once(world: World) -> None:
    world.take(a_diagnosis())
    world.take(failed(1), MINUTE)
    for minute in range(2, 5):
        world.take(failed(minute), minute * MINUTE)
    world.hands.refuses = Busy("rebalancing")
    for minute in range(5, 60):
        world.take(failed(minute), minute * MINUTE)
    assert world.voice.changes == [("opened", "info"), ("reminder", "page")]
