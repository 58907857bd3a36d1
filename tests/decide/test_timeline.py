"""The history of an incident: complete while it is short, bounded however long it lasts."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import msgspec

from connectops.decide.claim import ATTEMPTS_KEPT
from connectops.decide.incident import opened
from connectops.decide.timeline import FIRST_KEPT, LAST_KEPT, TEXT_KEPT, noted
from connectops.errors import Busy, Forbidden
from connectops.model import (
    Action,
    AttemptEnd,
    ConnectorRecord,
    Incident,
    Mode,
    OrderKind,
    RepairPolicy,
)
from tests.builders import MINUTE, NOW, ORDERS, SECOND, a_diagnosis, a_failed_look, a_look, an_order
from tests.fakes import World

LARGEST_ITEM = 400_000


def an_incident() -> Incident:
    return opened(ConnectorRecord(ORDERS), NOW, NOW)


def the_incident(world: World) -> Incident:
    incident = world.record().incident
    assert incident is not None
    return incident


def whats(incident: Incident) -> list[str]:
    return [entry.what for entry in incident.timeline]


def test_a_life_is_told_from_the_first_sight_to_the_last_notice() -> None:
    world = World()
    world.sight.sees = a_failed_look()
    world.take(a_diagnosis())
    world.take(a_failed_look(NOW + MINUTE), MINUTE)
    world.take(a_look(NOW + 3 * MINUTE, records_at=NOW + 2 * MINUTE), 3 * MINUTE)
    (ended,) = world.records.ended
    assert ended.ended_at == NOW + 3 * MINUTE
    told = [(entry.what, entry.why) for entry in ended.timeline]
    assert told[0] == ("read PG_CONN_LOST", a_diagnosis().cause)
    assert ("saw FAILED", "it says RUNNING; 0 tasks running, 1 failed, 0 other") in told
    assert ("told people: opened", "info: orders is RETRYING: PG_CONN_LOST") in told
    assert ("RESTART_TASKS", "restart 1 of at most 7: the failed tasks") in told
    assert told[-1] == ("told people: resolved", "info: orders works again")
    assert all(earlier.at <= later.at for earlier, later in pairwise(ended.timeline))


def test_an_open_incident_has_no_end() -> None:
    world = World()
    world.take(a_diagnosis())
    assert the_incident(world).ended_at is None


def test_a_sight_is_noted_when_it_changes_and_not_at_each_look() -> None:
    world = World(RepairPolicy(mode=Mode.OFF))
    for minute in range(5):
        world.take(a_failed_look(NOW + minute * MINUTE), minute * MINUTE)
    world.take(a_look(NOW + 6 * MINUTE, running=1, failed=1), 6 * MINUTE)
    assert [each for each in whats(the_incident(world)) if each.startswith("saw")] == ["saw FAILED", "saw DEGRADED"]


def test_what_is_said_round_and_round_stands_there_once() -> None:
    incident = an_incident()
    for _ in range(10):
        for what in ("claimed", "refused", "waits"):
            incident = noted(incident, NOW, what, "busy")
    assert whats(incident) == ["claimed", "refused", "waits"]


def test_a_reminder_stands_there_each_time() -> None:
    world = World(RepairPolicy(mode=Mode.OFF))
    for hour in range(0, 13, 2):
        world.take(a_failed_look(NOW + hour * 60 * MINUTE), hour * 60 * MINUTE)
    assert whats(the_incident(world)).count("told people: reminder") == 2


def test_a_long_history_keeps_its_beginning_and_its_end_and_counts_what_it_lost() -> None:
    incident = an_incident()
    most = FIRST_KEPT + LAST_KEPT
    for number in range(most):
        incident = noted(incident, NOW, f"{number}", "")
    assert (len(incident.timeline), incident.left_out) == (most, 0)
    for number in range(most, most + 3):
        incident = noted(incident, NOW, f"{number}", "")
    assert (len(incident.timeline), incident.left_out) == (most, 3)
    kept = [*range(FIRST_KEPT), *range(FIRST_KEPT + 3, most + 3)]
    assert whats(incident) == [f"{number}" for number in kept]


def test_a_long_reason_is_cut() -> None:
    (entry,) = noted(an_incident(), NOW, "WAIT", "x" * (TEXT_KEPT + 1)).timeline
    assert (len(entry.why), entry.why[-1]) == (TEXT_KEPT, "…")
    (entry,) = noted(an_incident(), NOW, "WAIT", "x" * TEXT_KEPT).timeline
    assert entry.why == "x" * TEXT_KEPT


# ── attempts ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def a_busy_platform(minutes: int) -> World:
    world = World()
    world.sight.sees = a_failed_look()
    world.hands.refuses = Busy("another operation runs")
    world.take(a_diagnosis())
    for minute in range(1, minutes):
        world.take(a_failed_look(NOW + minute * MINUTE), minute * MINUTE)
    return world


def test_a_platform_that_is_busy_for_hours_makes_one_attempt_with_their_number() -> None:
    incident = the_incident(a_busy_platform(240))
    (attempt,) = incident.attempts
    assert (attempt.end, attempt.times) == (AttemptEnd.REFUSED, 239)
    assert (attempt.first_claimed_at, attempt.claimed_at) == (NOW + MINUTE, NOW + 239 * MINUTE)
    assert incident.restarts == 0
    assert len(incident.timeline) < 20


def test_one_refusal_is_no_more_than_one() -> None:
    (attempt,) = the_incident(a_busy_platform(2)).attempts
    assert (attempt.times, attempt.first_claimed_at) == (1, None)


def test_a_restart_that_is_taken_after_refusals_is_an_attempt_of_its_own() -> None:
    world = a_busy_platform(4)
    world.hands.refuses = None
    world.take(a_failed_look(NOW + 4 * MINUTE), 4 * MINUTE)
    refused, taken = the_incident(world).attempts
    assert (refused.times, refused.end, taken.end, taken.number) == (3, AttemptEnd.REFUSED, None, 1)
    assert the_incident(world).restarts == 1


def test_refusals_before_and_after_a_restart_are_kept_apart() -> None:
    world = a_busy_platform(2)
    world.hands.refuses = None
    world.take(a_failed_look(NOW + 2 * MINUTE), 2 * MINUTE)
    world.hands.refuses = Busy("another operation runs")
    for minute in range(3, 30):
        world.take(a_failed_look(NOW + minute * MINUTE), minute * MINUTE)
    ends = [attempt.end for attempt in the_incident(world).attempts]
    assert ends == [AttemptEnd.REFUSED, AttemptEnd.FAILED_AGAIN, AttemptEnd.REFUSED]


def test_a_person_who_orders_restarts_for_ever_fills_no_item() -> None:
    world = World()
    world.sight.sees = a_look()
    world.take(a_diagnosis())
    for number in range(ATTEMPTS_KEPT + 5):
        at = number * 20 * MINUTE
        world.sight.sees = a_look(NOW + at)
        world.take(an_order(OrderKind.RESTART, NOW + at, force=True, by="x" * 200), at)
        world.take(a_failed_look(NOW + at + 15 * MINUTE), at + 15 * MINUTE)
        world.take(a_failed_look(NOW + at + 16 * MINUTE), at + 16 * MINUTE)
    record = world.record()
    assert len(the_incident(world).attempts) == len(record.recent_attempts) == ATTEMPTS_KEPT
    assert the_incident(world).restarts == ATTEMPTS_KEPT + 5
    assert len(msgspec.json.encode(record)) < LARGEST_ITEM


def test_the_fullest_history_fits_into_an_item() -> None:
    incident = replace(an_incident(), diagnosis=a_diagnosis(cause="ü" * 600, next_step="ü" * 600))
    for number in range(FIRST_KEPT + LAST_KEPT):
        incident = noted(incident, NOW, f"{number} {'w' * 80}", "ü" * TEXT_KEPT)
    assert len(msgspec.json.encode(replace(ConnectorRecord(ORDERS), incident=incident))) < LARGEST_ITEM / 2


def test_a_refusal_for_good_is_kept_with_a_bounded_remark() -> None:
    world = World()
    world.sight.sees = a_failed_look()
    world.hands.refuses = Forbidden("no" * TEXT_KEPT)
    world.take(a_diagnosis())
    outcome = world.take(a_failed_look(NOW + MINUTE + SECOND), MINUTE + SECOND)
    assert outcome.decision.action is Action.REFUSE
    (attempt,) = the_incident(world).attempts
    assert len(attempt.remark) == TEXT_KEPT
