"""Whole lives, told as a sequence of findings: what was decided, done and told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from connectops.decide.catalogue import BY_ID
from connectops.errors import Busy, Forbidden, NotFound, Unreachable
from connectops.model import (
    UNKNOWN_CLASS,
    Action,
    AttemptEnd,
    ConnectorState,
    DataImpact,
    Health,
    Life,
    Look,
    Mode,
    Phase,
    RepairPolicy,
    Silence,
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
    a_refusal,
    a_sign,
    a_suspicion,
    finding,
)
from tests.fakes import Crash, World


def failed(minutes: float, **more: Any) -> Look:
    return a_failed_look(NOW + minutes * MINUTE, **more)


def healthy(minutes: float, **more: Any) -> Look:
    return a_look(NOW + minutes * MINUTE, **more)


def flowing(minutes: float, **more: Any) -> Look:
    at = NOW + minutes * MINUTE
    return a_look(at, records_at=at - SECOND, **more)


@pytest.fixture
def world() -> World:
    world = World()
    world.sight.sees = a_failed_look()
    return world


def test_a_killed_task_with_a_transient_cause_is_restarted_after_the_first_backoff_and_proven_by_records(world):
    opening = world.take(a_diagnosis())
    assert (opening.decision.action, opening.decision.until) == (Action.WAIT, NOW + MINUTE)
    assert world.take(failed(0.5), 0.5 * MINUTE).decision.action is Action.WAIT
    assert world.take(failed(1), MINUTE).decision.action is Action.RESTART_TASKS
    assert world.hands.restarts == [("msk/orders", Action.RESTART_TASKS)]
    assert world.take(healthy(2), 2 * MINUTE).decision.action is Action.NOTHING
    ending = world.take(flowing(3), 3 * MINUTE)
    assert ending.decision.action is Action.RESOLVE
    assert "records" in ending.decision.reason
    assert world.voice.changes == [("opened", "info"), ("resolved", "info")]
    assert world.records.ended[0].attempts[0].end is AttemptEnd.PROVEN


def test_a_look_that_comes_alone_is_not_acted_upon(world):
    assert world.take(failed(0)).decision.action is Action.WAIT
    assert world.take(healthy(1), MINUTE).decision.action is Action.WAIT
    assert (world.hands.restarts, world.voice.said) == ([], [])


def test_the_same_look_delivered_twice_is_one_look(world):
    world.take(failed(0))
    assert world.take(failed(0), 2 * MINUTE).decision.action is Action.WAIT
    assert world.hands.restarts == []


def test_an_outage_that_only_lines_told_of_is_not_acted_upon_after_the_lines_have_ended(world):
    """A broker was away for 90 s: the lines end when it is back, and ten minutes later nothing has to be done."""
    world.sight.sees = a_look()
    world.take(healthy(0))
    for seconds in range(0, 90, 10):
        at = NOW + seconds * SECOND
        world.take(a_diagnosis("KAFKA_UNREACHABLE", at, killed=False), seconds * SECOND)
    for minute in range(2, 15):
        world.take(healthy(minute), minute * MINUTE)
    assert world.hands.restarts == []


def test_lines_that_go_on_for_ten_minutes_are_acted_upon_although_no_status_shows_it(world):
    world.take(healthy(0))
    for minute in range(12):
        world.take(a_diagnosis("MYSQL_CONN_LOST", NOW + minute * MINUTE, killed=False), minute * MINUTE)
    assert len(world.hands.restarts) == 1


def test_brokers_that_are_away_for_ten_minutes_are_a_persons_until_something_is_dead(world):
    """Measured: a restart in the moment of their return is one more thing that the worker has to sort out."""
    world.take(healthy(0))
    for minute in range(12):
        world.take(a_diagnosis("KAFKA_UNREACHABLE", NOW + minute * MINUTE, killed=False), minute * MINUTE)
    assert world.hands.restarts == []
    assert ("refused", "page") in world.voice.changes
    world.sight.sees = failed(14)
    world.take(failed(13), 13 * MINUTE)
    world.take(failed(14), 14 * MINUTE)
    assert len(world.hands.restarts) == 1


def test_two_looks_at_the_same_period_of_a_metric_are_one_sight(world):
    """A worker that ends leaves no newer datapoint: the next look shows the old one again."""
    once = failed(0)
    again = replace(failed(1), tasks=once.tasks)
    world.take(once)
    assert world.take(again, MINUTE).decision.action is Action.WAIT
    assert world.hands.restarts == []
    assert world.take(failed(2), 2 * MINUTE).decision.action is Action.RESTART_TASKS


def test_two_healthy_looks_at_the_same_period_do_not_end_an_incident(world):
    world.take(failed(0))
    world.take(failed(1, tags=(("restart", "off"),)), MINUTE)
    once = healthy(2)
    world.take(once, 2 * MINUTE)
    assert world.take(replace(healthy(3), tasks=once.tasks), 3 * MINUTE).decision.action is not Action.RESOLVE
    assert world.take(healthy(4), 4 * MINUTE).decision.action is Action.RESOLVE


def test_two_looks_without_a_cause_are_one_restart_and_then_a_person(world):
    world.take(failed(0))
    assert world.take(failed(1), MINUTE).decision.action is Action.RESTART_TASKS
    world.take(failed(2), 2 * MINUTE)
    gave_up = world.take(failed(3), 3 * MINUTE)
    assert gave_up.decision.action is Action.PAGE
    assert world.record().incident.phase is Phase.QUARANTINED
    assert len(world.hands.restarts) == 1
    assert world.voice.changes == [("opened", "info"), ("quarantined", "page")]


def test_a_quarantined_connector_is_never_restarted_again_until_it_recovers(world):
    world.take(failed(0))
    for minute in range(1, 240):
        world.take(failed(minute), minute * MINUTE)
    assert len(world.hands.restarts) == 1
    assert world.take(flowing(240), 240 * MINUTE).decision.action is Action.RESOLVE


def test_a_cause_that_no_restart_cures_is_refused_and_paged_at_once(world):
    refusal = world.take(a_refusal())
    assert (refusal.decision.action, refusal.decision.verdict) == (Action.REFUSE, Verdict.DO_NOT_RESTART)
    for minute in range(1, 30):
        world.take(failed(minute), minute * MINUTE)
    assert world.hands.restarts == []
    assert world.voice.changes == [("refused", "page")]


def test_what_a_line_says_is_told_with_the_log_group_that_has_the_line(world):
    world.take(replace(finding(a_refusal()), log_group="/msk/connect/orders"))
    assert [notice.log_group for notice in world.voice.said] == ["/msk/connect/orders"]


def test_a_later_root_cause_re_decides_the_incident(world):
    world.take(a_diagnosis())
    changed = world.take(a_refusal("PG_PERMISSION", NOW + 20 * SECOND), 20 * SECOND)
    assert changed.decision.action is Action.REFUSE
    world.take(failed(1), MINUTE)
    world.take(failed(2), 2 * MINUTE)
    assert world.hands.restarts == []
    assert world.voice.changes == [("opened", "info"), ("cause-changed", "page")]


def test_a_transient_line_after_a_refusal_does_not_soften_it(world):
    world.take(a_refusal())
    assert world.take(a_diagnosis(at=NOW + SECOND), SECOND).decision.action is Action.REFUSE
    assert world.voice.changes == [("refused", "page")]


def test_a_restart_that_fails_again_waits_longer_each_time_and_gives_up_at_the_cap(world):
    world.take(a_diagnosis())
    restarted_at = []
    for half in range(1, 2 * 60 * 12):
        at = half * MINUTE / 2
        before = len(world.hands.restarts)
        world.take(a_failed_look(NOW + at), at)
        if len(world.hands.restarts) > before:
            restarted_at.append(at)
    assert len(restarted_at) == 7
    pauses = [(later - earlier) / MINUTE for earlier, later in pairwise(restarted_at)]
    assert pauses == sorted(pauses)
    assert pauses[0] >= 2
    assert pauses[-1] >= 42
    assert ("quarantined", "page") in world.voice.changes


def test_the_second_attempt_takes_the_whole_connector(world):
    world.take(a_diagnosis())
    for half in range(1, 20):
        world.take(a_failed_look(NOW + half * MINUTE / 2), half * MINUTE / 2)
    assert [action for _, action in world.hands.restarts[:2]] == [Action.RESTART_TASKS, Action.RESTART_CONNECTOR]


@pytest.mark.parametrize(("version", "action"), [("3.7.x", Action.RESTART_TASKS), ("2.7.1", Action.RESTART_CONNECTOR)])
def test_only_failed_tasks_are_restarted_where_the_version_can(world, version, action):
    world.take(a_diagnosis())
    world.sight.sees = a_failed_look(connect_version=version)
    world.take(failed(1, connect_version=version), MINUTE)
    assert world.hands.restarts == [("msk/orders", action)]


# ── silence ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_silent_stop_is_restarted_when_nothing_follows_in_time(world):
    world.sight.sees = a_look()
    waiting = world.take(a_suspicion())
    assert waiting.decision.until == NOW + timedelta(seconds=150)
    assert world.take(healthy(2), 2 * MINUTE).decision.action is Action.WAIT
    acting = world.take(healthy(3), 3 * MINUTE)
    assert (acting.decision.action, acting.decision.failure_class) == (Action.RESTART_CONNECTOR, "MYSQL_CONN_LOST")
    world.take(healthy(4), 4 * MINUTE)
    assert world.take(flowing(5), 5 * MINUTE).decision.action is Action.RESOLVE


@pytest.mark.parametrize("life", [Life.RECONNECTED, Life.RECORDS, Life.ORDERLY_STOP])
def test_a_silent_stop_is_forgotten_at_any_sign_of_life(world, life):
    world.sight.sees = a_look()
    world.take(a_suspicion())
    world.take(a_sign(life, NOW + 118 * SECOND), 118 * SECOND)
    for minute in range(2, 20):
        assert world.take(healthy(minute), minute * MINUTE).decision.action is Action.NOTHING
    assert (world.hands.restarts, world.voice.said) == ([], [])


@pytest.mark.parametrize(("seconds", "restarts"), [(75, 1), (76, 0)])
def test_records_that_were_read_before_the_stop_do_not_explain_the_silence(world, seconds, restarts):
    world.sight.sees = a_look()
    world.take(a_suspicion())
    world.take(a_sign(Life.RECORDS, NOW + seconds * SECOND), seconds * SECOND)
    world.take(healthy(3), 3 * MINUTE)
    assert len(world.hands.restarts) == restarts


def test_an_orderly_stop_that_was_read_just_before_explains_the_silence(world):
    world.take(a_sign(Life.ORDERLY_STOP, NOW - SECOND))
    world.take(a_suspicion())
    assert world.record().suspicions == ()


def test_a_reconnect_that_was_read_before_the_stop_explains_nothing(world):
    world.take(a_sign(Life.RECONNECTED, NOW - SECOND))
    world.take(a_suspicion())
    assert len(world.record().suspicions) == 1


def test_records_that_the_metrics_show_after_the_stop_disprove_it(world):
    world.sight.sees = a_look()
    world.take(a_suspicion())
    world.take(flowing(2.4), 2.4 * MINUTE)
    world.take(healthy(10), 10 * MINUTE)
    assert world.hands.restarts == []


def test_a_silent_connector_that_nobody_can_see_is_not_restarted(world):
    world.take(a_suspicion())
    blind = Look(ORDERS, NOW + 5 * MINUTE, ConnectorState.RUNNING, blind_because="no datapoint")
    assert world.take(blind, 5 * MINUTE).decision.action is Action.NOTHING
    assert world.hands.restarts == []


def test_an_internal_retry_that_comes_back_is_no_incident(world):
    world.take(a_suspicion(silence=Silence.INTERNAL_RETRY))
    world.take(a_sign(Life.STARTED, NOW + 30 * SECOND), 30 * SECOND)
    world.take(healthy(20), 20 * MINUTE)
    assert (world.hands.restarts, world.voice.said) == ([], [])


def starting_in_vain(world: World, minutes: range) -> list[Any]:
    """A task that each minute stops reading, starts again by itself after ten seconds, and says RUNNING all the time."""
    said = []
    for minute in minutes:
        world.sight.sees = healthy(minute)
        world.take(a_sign(Life.ORDERLY_STOP, NOW + minute * MINUTE), minute * MINUTE)
        world.take(a_suspicion(NOW + minute * MINUTE, Silence.INTERNAL_RETRY), minute * MINUTE)
        said.append(world.take(healthy(minute + 0.1), (minute + 0.1) * MINUTE).decision)
        world.take(a_sign(Life.STARTED, NOW + (minute + 0.2) * MINUTE), (minute + 0.2) * MINUTE)
        said.append(world.take(healthy(minute + 0.5), (minute + 0.5) * MINUTE).decision)
    return said


def test_a_task_that_starts_again_and_again_in_vain_is_an_outage_though_it_says_running(world):
    starting_in_vain(world, range(10))
    assert (world.record().incident, world.hands.restarts) == (None, [])
    starting_in_vain(world, range(10, 16))
    assert world.record().incident.failure_class == "MYSQL_CONN_LOST"
    assert len(world.hands.restarts) == 1


def test_no_restart_of_ours_is_proven_by_its_tasks_while_it_goes_on_starting_in_vain(world):
    starting_in_vain(world, range(120))
    incident = world.record().incident
    assert len(incident.attempts) > 1
    assert {attempt.end for attempt in incident.attempts[:-1]} == {AttemptEnd.NOT_PROVEN}
    assert ("resolved", "info") not in world.voice.changes


def test_a_task_that_stays_up_after_some_starts_in_vain_is_no_outage(world):
    starting_in_vain(world, range(9))
    for minute in range(9, 30):
        world.take(healthy(minute), minute * MINUTE)
    assert (world.hands.restarts, world.voice.said, world.record().suspicions) == ([], [], ())


def test_records_end_what_was_suspected_of_a_task_that_starts_again_and_again(world):
    starting_in_vain(world, range(9))
    world.take(a_sign(Life.RECORDS, NOW + 9 * MINUTE), 9 * MINUTE)
    assert world.record().suspicions == ()


def trying(world: World, minutes: range) -> list[Any]:
    """A binlog client that says each minute that it cannot connect, and a look after each of its words."""
    said = []
    for minute in minutes:
        world.take(a_suspicion(NOW + minute * MINUTE, Silence.KEEP_ALIVE), minute * MINUTE)
        said.append(world.take(healthy(minute + 0.5), (minute + 0.5) * MINUTE).decision)
    return said


def test_a_client_that_says_it_cannot_connect_is_not_restarted_into_the_outage(world):
    world.sight.sees = a_look()
    world.take(a_suspicion())
    decisions = trying(world, range(1, 30))
    assert world.hands.restarts == []
    assert {decision.action for decision in decisions} == {Action.WAIT}
    incident = world.record().incident
    assert (incident.health, incident.failure_class) == (Health.RETRYING, "MYSQL_CONN_LOST")
    assert world.voice.changes == [("opened", "info"), ("reminder", "page")]


def test_people_hear_of_it_as_late_as_of_any_retry(world):
    trying(world, range(1, 10))
    assert world.record().incident is None
    trying(world, range(10, 12))
    assert world.record().incident is not None


def test_when_it_is_connected_the_outage_is_over(world):
    world.sight.sees = a_look()
    world.take(a_suspicion())
    trying(world, range(1, 15))
    over = world.take(a_sign(Life.RECONNECTED, NOW + 15 * MINUTE), 15 * MINUTE)
    assert over.decision.action is Action.RESOLVE
    for minute in range(16, 30):
        world.take(healthy(minute), minute * MINUTE)
    assert (world.hands.restarts, world.record().incident, world.record().suspicions) == ([], None, ())


@pytest.mark.parametrize("words", [3, 15])
def test_a_client_that_stops_trying_without_a_word_is_restarted_as_any_silence(world, words):
    world.sight.sees = a_look()
    world.take(a_suspicion())
    trying(world, range(1, words + 1))
    silent = [world.take(healthy(words + n), (words + n) * MINUTE).decision.action for n in (1, 2, 2.4, 2.6, 3.6)]
    assert silent[:3] == [Action.WAIT] * 3
    assert Action.RESTART_CONNECTOR in silent[3:]
    assert world.record().incident.health is Health.STALLED


def test_a_silent_stop_that_is_restarted_in_vain_is_not_called_cured(world):
    world.sight.sees = a_look()
    world.take(a_suspicion())
    for minute in range(3, 15):
        world.take(healthy(minute, heartbeat=10 * SECOND, measured=False), minute * MINUTE)
    assert len(world.hands.restarts) >= 1
    assert world.record().incident is not None
    assert ("resolved", "info") not in world.voice.changes


# ── intent, and what cannot be seen ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("state", [ConnectorState.PAUSED, ConnectorState.STOPPED, ConnectorState.GONE])
def test_a_connector_that_somebody_took_out_of_service_is_left_alone(world, state):
    world.take(a_diagnosis())
    closed = world.take(a_look(NOW + MINUTE, state=state), MINUTE)
    assert "hands off" in closed.decision.reason
    assert world.hands.restarts == []
    assert world.voice.changes == [("opened", "info"), ("closed", "info")]


@pytest.mark.parametrize("state", [ConnectorState.PAUSED, ConnectorState.STOPPED, ConnectorState.GONE])
def test_intent_that_shows_only_in_the_last_look_before_the_call_still_counts(world, state):
    world.take(a_diagnosis())
    world.sight.sees = a_look(state=state)
    world.take(failed(1), MINUTE)
    assert world.hands.restarts == []


def test_a_connector_that_vanished_before_the_restart_is_closed(world):
    world.take(a_diagnosis())
    world.sight.sees = NotFound("gone")
    assert "deleted" in world.take(failed(1), MINUTE).decision.reason
    assert world.hands.restarts == []


def test_a_connector_tagged_hands_off_is_refused_and_told_once(world):
    world.take(a_diagnosis())
    world.sight.sees = a_failed_look(tags=(("restart", "off"),))
    world.take(failed(1), MINUTE)
    world.take(failed(2), 2 * MINUTE)
    assert world.hands.restarts == []
    assert world.voice.changes == [("opened", "info"), ("refused", "warning")]


def test_a_connector_that_was_never_seen_is_not_restarted(world):
    world.take(a_diagnosis())
    world.sight.sees = Unreachable("throttled")
    waiting = world.take(failed(1), MINUTE)
    assert (waiting.decision.action, world.hands.restarts) == (Action.WAIT, [])
    world.sight.sees = a_failed_look()
    world.take(failed(2), 2 * MINUTE)
    assert len(world.hands.restarts) == 1


@pytest.mark.parametrize(("minutes", "pages"), [(14, 0), (15, 1)])
def test_not_seeing_is_told_after_a_quarter_of_an_hour_and_never_acted_upon(world, minutes, pages):
    for minute in range(minutes + 1):
        world.take(
            Look(ORDERS, NOW + minute * MINUTE, ConnectorState.UNKNOWN, blind_because="AccessDenied"), minute * MINUTE
        )
    assert world.voice.changes == [("could-not-see", "page")] * pages
    assert world.hands.restarts == []


def test_seeing_again_is_told_where_blindness_was(world):
    for minute in range(16):
        world.take(Look(ORDERS, NOW + minute * MINUTE, ConnectorState.UNKNOWN), minute * MINUTE)
    world.take(healthy(16), 16 * MINUTE)
    assert world.voice.changes == [("could-not-see", "page"), ("resolved", "info")]
    assert not world.record().is_open


def test_a_failed_connector_on_msk_connect_cannot_be_restarted_and_is_paged(world):
    for minute in range(3):
        world.take(a_failed_look(NOW + minute * MINUTE, state=ConnectorState.FAILED), minute * MINUTE)
    assert world.hands.restarts == []
    assert world.voice.changes == [("refused", "page")]


def test_a_failed_connector_on_kafka_connect_is_restarted_as_a_whole(world):
    world.sight.sees = a_failed_look(connector=ONPREM, state=ConnectorState.FAILED)
    for minute in range(3):
        look = a_failed_look(NOW + minute * MINUTE, connector=ONPREM, state=ConnectorState.FAILED)
        world.take(look, minute * MINUTE)
    assert world.hands.restarts == [("onprem/orders", Action.RESTART_CONNECTOR)]


def test_a_transition_that_never_ends_is_told_and_not_fought(world):
    for minute in range(25):
        world.take(a_look(NOW + minute * MINUTE, state=ConnectorState.UPDATING), minute * MINUTE)
    assert world.voice.changes == [("refused", "page")]
    assert world.hands.restarts == []


# ── modes ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("mode", [Mode.ADVISE, Mode.OFF])
def test_without_repair_nothing_is_touched_and_the_advice_is_given_once(mode):
    world = World(RepairPolicy(mode=mode))
    world.take(a_diagnosis())
    for minute in range(1, 60):
        world.take(failed(minute), minute * MINUTE)
    assert world.hands.restarts == []
    assert world.voice.changes == [("advised", "warning")]
    assert world.record().recent_attempts == ()


def test_advice_is_given_again_for_another_cause():
    world = World(RepairPolicy(mode=Mode.ADVISE))
    world.take(a_diagnosis())
    world.take(failed(1), MINUTE)
    world.take(a_diagnosis("KAFKA_UNREACHABLE", NOW + 2 * MINUTE), 2 * MINUTE)
    assert world.voice.changes == [("advised", "warning"), ("advised", "warning")]


# ── crashes, duplicates and refusals of the platform ──────────────────────────────────────────────────────────────────


def test_a_crash_between_claim_and_call_costs_one_missed_restart_never_two(world):
    world.take(a_diagnosis())
    world.hands.dies_before = True
    with pytest.raises(Crash):
        world.take(failed(1), MINUTE)
    world.hands.dies_before = False
    world.take(failed(1), MINUTE + SECOND)
    assert world.hands.restarts == []
    for half in range(3, 12):
        world.take(a_failed_look(NOW + half * MINUTE / 2), half * MINUTE / 2)
    assert len(world.hands.restarts) == 1


def test_a_crash_between_call_and_record_never_restarts_twice(world):
    world.take(a_diagnosis())
    world.hands.dies_after = True
    with pytest.raises(Crash):
        world.take(failed(1), MINUTE)
    world.hands.dies_after = False
    world.take(failed(1), MINUTE + SECOND)
    assert len(world.hands.restarts) == 1


def test_every_finding_delivered_twice_gives_one_restart_and_the_same_notices(world):
    story = [(a_diagnosis(), 0.0), (failed(0.5), 0.5), (failed(1), 1), (healthy(2), 2), (flowing(3), 3)]
    for content, minute in story:
        world.take(content, minute * MINUTE)
        world.take(content, minute * MINUTE)
    assert len(world.hands.restarts) == 1
    assert world.voice.changes == [("opened", "info"), ("resolved", "info")]


def test_a_notice_that_could_not_be_delivered_is_delivered_with_the_next_finding(world):
    world.voice.broken = True
    assert world.take(a_refusal()).untold == "the topic is away"
    world.voice.broken = False
    world.take(failed(1), MINUTE)
    assert world.voice.changes == [("refused", "page")]
    assert world.record().outbox == ()


def test_a_busy_platform_costs_no_attempt(world):
    world.take(a_diagnosis())
    world.hands.refuses = Busy("another operation is in progress")
    assert world.take(failed(1), MINUTE).decision.action is Action.WAIT
    assert world.record().backoff_attempts == 0
    world.hands.refuses = None
    world.take(failed(2), 2 * MINUTE)
    assert len(world.hands.restarts) == 1


def test_a_busy_platform_is_no_second_restart_to_people(world):
    world.take(a_diagnosis())
    world.hands.refuses = Busy("another operation is in progress")
    world.take(failed(1), MINUTE)
    world.take(failed(2), 2 * MINUTE)
    world.hands.refuses = None
    world.take(failed(3), 3 * MINUTE)
    world.take(flowing(5), 5 * MINUTE)
    assert world.voice.changes == [("opened", "info"), ("resolved", "info")]
    assert world.voice.said[-1].attempts == 1


def test_a_platform_that_forbids_the_restart_is_not_asked_again(world):
    world.take(a_diagnosis())
    world.hands.refuses = Forbidden("AccessDenied")
    world.take(failed(1), MINUTE)
    world.hands.refuses = None
    world.take(failed(2), 2 * MINUTE)
    assert world.hands.restarts == []
    assert world.voice.changes == [("opened", "info"), ("refused", "page")]


def test_evidence_older_than_the_last_restart_is_history(world):
    world.take(a_diagnosis())
    world.take(failed(1), MINUTE)
    world.take(healthy(2), 2 * MINUTE)
    late = replace(a_diagnosis(), last_seen=NOW + 30 * SECOND)
    assert "older" in world.take(late, 2 * MINUTE).decision.reason
    assert len(world.hands.restarts) == 1


# ── proof and forgetting ──────────────────────────────────────────────────────────────────────────────────────────────


def test_an_idle_connector_without_heartbeat_is_proven_by_its_tasks_and_that_is_said(world):
    world.take(a_diagnosis())
    world.take(failed(1), MINUTE)
    for minute in range(2, 11):
        assert world.take(healthy(minute), minute * MINUTE).decision.action is Action.NOTHING
    ending = world.take(healthy(11), 11 * MINUTE)
    assert ending.decision.action is Action.RESOLVE
    assert "not proven by records" in ending.decision.reason


def test_a_connector_with_a_heartbeat_must_show_records(world):
    world.take(a_diagnosis())
    world.take(failed(1), MINUTE)
    for minute in range(2, 12):
        world.take(healthy(minute, heartbeat=10 * SECOND, measured=False), minute * MINUTE)
    assert world.record().incident.attempts[0].end is AttemptEnd.NOT_PROVEN


def test_records_of_before_the_restart_prove_nothing(world):
    world.take(a_diagnosis())
    world.take(failed(1), MINUTE)
    stale = a_look(NOW + 2 * MINUTE, records_at=NOW + 30 * SECOND)
    assert world.take(stale, 2 * MINUTE).decision.action is Action.NOTHING


@pytest.mark.parametrize(("minutes", "forgotten"), [(9, False), (10, True)])
def test_attempts_are_forgotten_after_continuous_health(world, minutes, forgotten):
    world.take(a_diagnosis())
    world.take(failed(1), MINUTE)
    world.take(flowing(2), 2 * MINUTE)
    for minute in range(3, 2 + minutes + 1):
        world.take(flowing(minute), minute * MINUTE)
    assert (world.record().backoff_attempts == 0) is forgotten
    assert world.record().is_open is not forgotten


def test_a_flapping_connector_does_not_reset_its_backoff(world):
    world.take(a_diagnosis())
    world.take(failed(1), MINUTE)
    world.take(flowing(2), 2 * MINUTE)
    again = world.take(a_diagnosis(at=NOW + 3 * MINUTE), 3 * MINUTE)
    assert again.decision.until >= NOW + 4 * MINUTE
    assert "restart 2 of at most 7" in again.decision.reason


def test_seven_restarts_in_a_day_are_the_limit_whatever_was_forgotten(world):
    at = 0.0
    for _ in range(10):
        world.take(a_diagnosis(at=NOW + at * MINUTE), at * MINUTE)
        world.sight.sees = a_failed_look()
        world.take(failed(at + 1), (at + 1) * MINUTE)
        for minute in range(2, 30):
            world.take(flowing(at + minute), (at + minute) * MINUTE)
        at += 30
    assert len(world.hands.restarts) == 7
    assert ("quarantined", "page") in world.voice.changes


def test_what_heals_by_itself_while_waiting_is_not_restarted(world):
    world.take(a_diagnosis())
    healed = world.take(flowing(0.9), 0.9 * MINUTE)
    assert healed.decision.action is Action.RESOLVE
    assert world.hands.restarts == []


def test_a_status_that_never_showed_the_death_of_a_task_does_not_show_its_end(world):
    world.take(a_refusal("SCHEMA_HISTORY_MISSING"))
    for minute in range(1, 90):
        world.take(healthy(minute), minute * MINUTE)
    assert world.record().incident is not None
    assert world.voice.changes == [("refused", "page")]


@pytest.mark.parametrize("life", [Life.STARTED, Life.RECONNECTED])
def test_a_death_that_no_status_showed_is_over_when_the_task_was_started_again(world, life):
    world.take(a_refusal("SCHEMA_HISTORY_MISSING"))
    world.take(a_sign(life, at=NOW + 5 * MINUTE), 5 * MINUTE)
    for minute in range(6, 20):
        world.take(healthy(minute), minute * MINUTE)
    assert world.record().incident is None
    assert world.voice.changes == [("refused", "page"), ("resolved", "info")]


@pytest.mark.parametrize(("minutes", "restarts"), [(9, []), (11, [("msk/orders", Action.RESTART_CONNECTOR)])])
def test_a_death_that_no_status_shows_is_restarted_as_a_whole_after_some_patience(world, minutes, restarts):
    world.take(a_diagnosis())
    for minute in range(1, minutes + 1):
        world.sight.sees = healthy(minute)
        world.take(healthy(minute), minute * MINUTE)
    assert world.hands.restarts == restarts


def test_a_line_that_no_status_confirms_is_dropped_without_a_word(world):
    world.take(a_diagnosis("KAFKA_UNREACHABLE", killed=False))
    for minute in range(1, 13):
        world.take(healthy(minute), minute * MINUTE)
    assert world.record().incident is None
    assert (world.hands.restarts, world.voice.said) == ([], [])


def test_a_refused_cause_is_resolved_when_a_person_mended_it(world):
    world.take(a_refusal())
    world.take(failed(1), MINUTE)
    world.take(flowing(30), 30 * MINUTE)
    assert world.voice.changes == [("refused", "page"), ("resolved", "info")]


def test_a_loss_of_data_stays_loud_even_when_records_flow_again(world):
    world.take(a_refusal("PG_SLOT_MISSING", data=DataImpact.LOST))
    world.take(flowing(5), 5 * MINUTE)
    assert world.voice.changes == [("refused", "page"), ("resolved", "warning")]


@pytest.mark.parametrize(("hours", "reminders"), [(3.9, 0), (4.1, 1)])
def test_an_open_refusal_is_said_again_every_four_hours(world, hours, reminders):
    world.take(a_refusal())
    world.take(failed(1), MINUTE)
    world.take(failed(hours * 60), hours * 60 * MINUTE)
    assert world.voice.changes.count(("reminder", "page")) == reminders


def test_an_unknown_logged_cause_waits_for_a_look_before_its_one_restart(world):
    world.take(a_diagnosis(UNKNOWN_CLASS, restart_cap=1))
    assert (
        world.take(a_diagnosis(UNKNOWN_CLASS, NOW + SECOND, restart_cap=1), 2 * MINUTE).decision.action is Action.WAIT
    )
    world.take(failed(2.5), 2.5 * MINUTE)
    assert len(world.hands.restarts) == 1


def test_a_cluster_of_the_same_name_is_another_connector(world):
    world.take(a_refusal())
    assert world.take(finding(a_diagnosis(), ONPREM)).decision.action is Action.WAIT
    assert world.record(ORDERS).incident.phase is Phase.REFUSED


def test_a_notice_that_the_topic_will_never_accept_does_not_hold_up_the_next_one(world):
    world.voice.refuses = 1
    outcome = world.take(a_refusal())
    assert [str(notice.change) for notice in outcome.lost] == ["refused"]
    assert world.record().outbox == ()
    world.take(flowing(5), 5 * MINUTE)
    assert world.voice.changes == [("resolved", "info")]


def test_a_notice_says_in_plain_words_what_a_known_cause_means(world):
    world.take(a_refusal("MYSQL_BINLOG_POSITION_LOST"))
    assert world.voice.said[0].what_happened.startswith(BY_ID["MYSQL_BINLOG_POSITION_LOST"].cause)


def test_a_notice_guesses_nothing_about_an_unknown_cause(world):
    world.take(a_refusal(UNKNOWN_CLASS))
    assert world.voice.said[0].what_happened == "The worker log says that a task was killed."


def test_nothing_has_flowed_since_the_last_records_and_not_since_it_was_noticed(world):
    silent = healthy(25, heartbeat=10 * SECOND)
    assert silent.flow
    assert silent.tasks
    world.take(silent, 25 * MINUTE)
    incident = world.record().incident
    assert (incident.health, incident.opened_at) == ("STALLED", silent.flow.measured_from)
    assert incident.evidence_at == silent.tasks.seen_at


def test_silence_is_not_counted_from_before_a_restart(world):
    for minutes in (0, 1):
        world.take(failed(minutes), minutes * MINUTE)
    world.take(flowing(3), 3 * MINUTE)
    world.take(healthy(10.5, heartbeat=10 * SECOND), 10.5 * MINUTE)
    assert world.record().incident.opened_at == NOW + MINUTE
