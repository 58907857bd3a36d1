"""What a person orders: done once, in time, if nothing speaks against it; refused with what does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from connectops.errors import Busy, Forbidden, NotFound, OutcomeUnknown, Unreachable
from connectops.model import (
    Action,
    Answer,
    AttemptEnd,
    ConnectorState,
    DataImpact,
    Mode,
    Operation,
    OperationState,
    OrderKind,
    Phase,
    RepairPolicy,
)
from tests.builders import (
    ARN,
    MINUTE,
    NOW,
    ONPREM,
    SECOND,
    a_diagnosis,
    a_failed_look,
    a_look,
    a_refusal,
    an_order,
    finding,
)
from tests.fakes import Crash, World

HOUR = timedelta(hours=1)
RESTART, PAUSE, RESUME = OrderKind.RESTART, OrderKind.PAUSE, OrderKind.RESUME
ACK, SILENCE, HOLD, RELEASE = OrderKind.ACK, OrderKind.SILENCE, OrderKind.HOLD, OrderKind.RELEASE


@pytest.fixture
def world() -> World:
    world = World()
    world.take(a_look())
    return world


def answer(world: World) -> tuple[Answer, str]:
    last = world.record().orders[-1]
    return last.answer, last.said


def quarantined(world: World) -> None:
    world.sight.sees = a_failed_look()
    world.take(a_diagnosis("UNKNOWN"))
    for minute in range(1, 30):
        world.take(a_failed_look(NOW + minute * MINUTE), minute * MINUTE)
    incident = world.record().incident
    assert incident is not None
    assert incident.phase is Phase.QUARANTINED


# ── restart ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_healthy_connector_is_restarted_claimed_told_and_proven_by_records(world: World) -> None:
    world.take(an_order(RESTART))
    assert world.hands.restarts == [("msk/orders", Action.RESTART_CONNECTOR)]
    assert answer(world) == (Answer.DONE, "the platform accepted it")
    world.take(a_look(NOW + 2 * MINUTE, records_at=NOW + MINUTE), 2 * MINUTE)
    assert world.record().incident is None
    [attempt] = world.record().recent_attempts
    assert (attempt.end, attempt.order) == (AttemptEnd.PROVEN, f"restart {NOW}")
    assert world.voice.changes == [("ordered", "info"), ("resolved", "info")]
    assert "Alice ordered a restart" in world.voice.said[0].what_we_did


def test_a_failed_connector_is_restarted_before_its_backoff_is_over(world: World) -> None:
    world.take(a_diagnosis())
    world.sight.sees = a_failed_look()
    world.take(an_order(RESTART, NOW + SECOND), SECOND)
    assert len(world.hands.restarts) == 1
    world.take(a_failed_look(NOW + MINUTE), MINUTE)
    assert len(world.hands.restarts) == 1


def test_a_restart_by_a_person_counts_for_the_day_and_the_backoff(world: World) -> None:
    world.take(a_diagnosis())
    world.sight.sees = a_failed_look()
    world.take(an_order(RESTART, NOW + SECOND), SECOND)
    assert (world.record().backoff_attempts, len(world.record().recent_attempts)) == (1, 1)


@pytest.mark.parametrize(
    ("data", "stake"),
    [
        (DataImpact.LOST, "data would stay lost, or more be lost"),
        (DataImpact.DUPLICATED, "records would be written twice"),
        (DataImpact.SAFE, "no data would be lost, and nothing cured"),
        (DataImpact.UNKNOWN, "what it would cost is not known"),
    ],
)
def test_a_cause_that_no_restart_cures_needs_force_and_says_what_is_at_stake(
    world: World, data: DataImpact, stake: str
) -> None:
    world.take(a_refusal(data=data))
    world.take(an_order(RESTART))
    refused, said = answer(world)
    assert refused is Answer.REFUSED
    assert stake in said
    assert "--force" in said
    assert world.hands.restarts == []
    world.take(an_order(RESTART, id="again", force=True))
    assert len(world.hands.restarts) == 1


@pytest.mark.parametrize(
    ("tags", "why"),
    [
        ((("restart", "off"),), "hands off"),
        ((("retsart", "off"),), "is not known"),
        ((("hold-until", (NOW + HOUR).isoformat()),), "it is held until 2026-11-23 13:00 UTC"),
    ],
)
def test_what_others_asked_for_needs_force(world: World, tags: tuple[tuple[str, str], ...], why: str) -> None:
    world.sight.sees = a_look(tags=tags)
    world.take(an_order(RESTART))
    assert answer(world)[0] is Answer.REFUSED
    assert why in answer(world)[1]
    world.take(an_order(RESTART, id="again", force=True))
    assert len(world.hands.restarts) == 1


@pytest.mark.parametrize("force", [True, False])
@pytest.mark.parametrize(
    ("state", "why"),
    [
        (ConnectorState.PAUSED, "it is PAUSED: resume it"),
        (ConnectorState.STOPPED, "it is STOPPED: resume it"),
        (ConnectorState.FAILED, "it is FAILED, and the platform takes only a RUNNING connector"),
        (ConnectorState.UPDATING, "it is UPDATING"),
        (ConnectorState.UNKNOWN, "it cannot be seen"),
        (ConnectorState.GONE, "there is no such connector"),
    ],
)
def test_force_does_not_overrule_the_platform(world: World, state: ConnectorState, why: str, *, force: bool) -> None:
    world.sight.sees = a_look(state=state)
    world.take(an_order(RESTART, force=force))
    assert answer(world)[0] is Answer.REFUSED
    assert why in answer(world)[1]
    assert world.hands.restarts == []


def test_a_failed_connector_of_kafka_connect_can_be_restarted() -> None:
    world = World()
    world.sight.sees = a_look(state=ConnectorState.FAILED)
    world.take(finding(an_order(RESTART), ONPREM))
    assert world.hands.restarts == [("onprem/orders", Action.RESTART_CONNECTOR)]


def test_a_connector_that_cannot_be_looked_at_is_not_restarted(world: World) -> None:
    world.sight.sees = Unreachable("throttled")
    world.take(an_order(RESTART, force=True))
    assert answer(world) == (Answer.REFUSED, "it cannot be seen: not seen before the restart: throttled")


def test_there_is_one_restart_at_a_time_even_with_force(world: World) -> None:
    world.take(an_order(RESTART))
    operation = f"{ARN}/operation-1"
    world.sight.operations[operation] = Operation(operation, OperationState.IN_PROGRESS)
    world.take(an_order(RESTART, id="again", force=True))
    assert answer(world) == (Answer.REFUSED, "a restart is being carried out")


def test_a_restart_that_is_being_proven_is_waited_for_or_overruled(world: World) -> None:
    world.take(an_order(RESTART))
    world.take(a_look(NOW + MINUTE), MINUTE)
    world.take(an_order(RESTART, NOW + MINUTE, id="again"), MINUTE)
    assert "being proven" in answer(world)[1]
    world.take(an_order(RESTART, NOW + MINUTE, id="third", force=True), MINUTE)
    assert len(world.hands.restarts) == 2
    assert [attempt.end for attempt in world.record().recent_attempts] == [AttemptEnd.INTERRUPTED, None]


def test_what_was_being_proven_still_is_where_the_platform_refuses_another_restart(world: World) -> None:
    world.take(an_order(RESTART))
    world.take(a_look(NOW + MINUTE), MINUTE)
    world.hands.refuses = Forbidden("no")
    world.take(an_order(RESTART, NOW + MINUTE, id="again", force=True), MINUTE)
    assert [attempt.end for attempt in world.record().recent_attempts] == [None]


@pytest.mark.parametrize("mode", [Mode.ADVISE, Mode.OFF])
def test_a_mode_that_a_person_set_does_not_bind_a_person(mode: Mode) -> None:
    world = World(RepairPolicy(mode=mode))
    world.take(a_look())
    world.take(an_order(RESTART))
    assert len(world.hands.restarts) == 1


@pytest.mark.parametrize("kind", [RESTART, PAUSE, RESUME])
def test_the_mode_of_the_template_does(kind: OrderKind) -> None:
    world = World(RepairPolicy(mode=Mode.ADVISE, most=Mode.ADVISE))
    world.take(a_look())
    world.take(an_order(kind, force=True))
    assert answer(world) == (Answer.REFUSED, "this stack touches nothing: its template's Mode is advise")
    assert (world.hands.restarts, world.switch.calls) == ([], [])


@pytest.mark.parametrize(
    "error", [Busy("an operation is in progress"), Forbidden("no"), NotFound("gone"), Unreachable("x")]
)
def test_what_the_platform_refuses_leaves_all_as_it_was_but_for_the_answer(world: World, error: Exception) -> None:
    before = world.record()
    world.hands.refuses = error  # type: ignore[assignment]  # one of ours
    world.take(an_order(RESTART))
    assert answer(world) == (Answer.REFUSED, str(error))
    assert replace(world.record(), orders=(), version=before.version) == replace(before, arn=ARN)


def test_a_restart_whose_answer_was_lost_is_looked_for_and_not_repeated(world: World) -> None:
    world.hands.refuses = OutcomeUnknown("no answer")
    world.take(an_order(RESTART))
    assert "may have been carried out" in answer(world)[1]
    incident = world.record().incident
    assert incident is not None
    assert incident.phase is Phase.RESTARTING


def test_a_connector_never_seen_is_found_by_the_arn_of_the_order() -> None:
    world = World()
    world.take(an_order(RESTART, arn=ARN))
    assert len(world.hands.restarts) == 1
    other = World()
    other.sight.sees = Unreachable("MSK Connect lists no connector called orders")
    other.take(an_order(RESTART))
    assert "lists no connector called orders" in answer(other)[1]


# ── pause and resume ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_connector_is_paused_by_an_order_and_its_incident_closed_with_the_name(world: World) -> None:
    world.take(a_diagnosis())
    world.sight.sees = a_failed_look()
    world.take(an_order(PAUSE))
    assert world.switch.calls == [("pause", "msk/orders")]
    assert world.record().incident is None
    assert world.voice.changes == [("opened", "info"), ("closed", "info")]
    assert "alice paused it" in world.voice.said[-1].what_we_did


@pytest.mark.parametrize("state", [ConnectorState.PAUSED, ConnectorState.STOPPED])
def test_what_is_out_is_put_back_by_an_order(world: World, state: ConnectorState) -> None:
    world.sight.sees = a_look(state=state)
    world.take(an_order(RESUME))
    assert world.switch.calls == [("resume", "msk/orders")]


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        (RESUME, ConnectorState.RUNNING),
        (RESUME, ConnectorState.PAUSING),
        (PAUSE, ConnectorState.PAUSED),
        (PAUSE, ConnectorState.FAILED),
    ],
)
def test_what_is_not_in_the_state_for_it_is_not_switched(world: World, kind: OrderKind, state: ConnectorState) -> None:
    world.sight.sees = a_look(state=state)
    world.take(an_order(kind))
    assert answer(world)[0] is Answer.REFUSED
    assert world.switch.calls == []


# ── once, and in time ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("minutes", "restarts"), [((1, 2), 0), ((4, 5), 1)])
def test_what_was_seen_before_a_pause_and_a_resume_were_through_is_no_failure_after_them(
    world: World, minutes: tuple[int, ...], restarts: int
) -> None:
    """A queue that was held up delivers the looks of before after the orders."""
    world.take(an_order(PAUSE), 3 * MINUTE)
    world.sight.sees = a_look(state=ConnectorState.PAUSED)
    world.take(an_order(RESUME, NOW + MINUTE), 3 * MINUTE)
    world.sight.sees = a_failed_look()
    for minute in minutes:
        world.take(a_failed_look(NOW + minute * MINUTE), minute * MINUTE)
    assert len(world.hands.restarts) == restarts


@pytest.mark.parametrize("kind", OrderKind)
def test_an_order_that_comes_twice_is_taken_once(world: World, kind: OrderKind) -> None:
    world.sight.sees = a_look(state=ConnectorState.PAUSED) if kind is RESUME else a_look()
    for _ in range(3):
        world.take(an_order(kind))
    assert len(world.hands.restarts) == int(kind is RESTART)
    assert len(world.switch.calls) == int(kind in (PAUSE, RESUME))
    assert len(world.record().orders) == 1


@pytest.mark.parametrize("kind", [PAUSE, RESUME])
def test_a_crash_after_the_call_does_not_switch_again(world: World, kind: OrderKind) -> None:
    """Somebody may have put it back meanwhile: an order that comes again must not undo that."""
    world.sight.sees = a_look(state=ConnectorState.PAUSED) if kind is RESUME else a_look()
    world.switch.dies_after = True
    with pytest.raises(Crash):
        world.take(an_order(kind))
    world.take(an_order(kind), 3 * MINUTE)
    assert len(world.switch.calls) == 1
    assert answer(world)[0] is Answer.TAKEN


def test_a_crash_before_the_call_costs_the_restart_and_never_makes_two(world: World) -> None:
    world.hands.dies_before = True
    with pytest.raises(Crash):
        world.take(an_order(RESTART))
    world.hands.dies_before = False
    world.take(an_order(RESTART), 3 * MINUTE)
    assert world.hands.restarts == []


@pytest.mark.parametrize(("minutes", "taken"), [(15, True), (15.1, False)])
def test_an_order_that_comes_late_is_not_carried_out(world: World, minutes: float, *, taken: bool) -> None:
    world.take(an_order(PAUSE), minutes * MINUTE)
    assert bool(world.switch.calls) is taken
    assert taken or "give it again" in answer(world)[1]


# ── ack, silence, hold, release ───────────────────────────────────────────────────────────────────────────────────────


def test_an_acknowledged_incident_neither_reminds_nor_pages_until_it_ends(world: World) -> None:
    world.policy = RepairPolicy(repeat_notice_after=10 * MINUTE)
    world.take(a_refusal())
    world.take(an_order(ACK))
    for minute in range(1, 60):
        world.take(a_failed_look(NOW + minute * MINUTE), minute * MINUTE)
    assert world.voice.changes == [("refused", "page"), ("ordered", "info")]
    world.take(a_failed_look(NOW + 60 * MINUTE), 60 * MINUTE)
    assert world.voice.changes[2:] == [("reminder", "page")]


def test_another_cause_of_an_acknowledged_incident_is_told_but_does_not_page(world: World) -> None:
    world.take(a_refusal("PG_PERMISSION"))
    world.take(an_order(ACK))
    world.take(a_refusal("PG_SLOT_MISSING", NOW + SECOND, data=DataImpact.LOST), SECOND)
    assert world.voice.changes == [("refused", "page"), ("ordered", "info"), ("cause-changed", "warning")]


def test_there_is_nothing_to_acknowledge_without_an_incident(world: World) -> None:
    world.take(an_order(ACK))
    assert answer(world) == (Answer.REFUSED, "it has no open incident")


def test_a_silenced_connector_is_repaired_and_nobody_is_told_but_of_the_end_of_what_was_told(world: World) -> None:
    world.take(a_diagnosis())
    world.take(an_order(SILENCE))
    world.sight.sees = a_failed_look()
    world.take(a_failed_look(NOW + MINUTE), MINUTE)
    assert len(world.hands.restarts) == 1
    world.take(a_look(NOW + 3 * MINUTE, records_at=NOW + 2 * MINUTE), 3 * MINUTE)
    assert world.voice.changes == [("opened", "info"), ("resolved", "info")]


def test_what_a_silence_kept_back_is_told_once_it_is_over(world: World) -> None:
    world.take(an_order(SILENCE))
    for minute in range(1, 70):
        world.take(a_refusal(at=NOW + minute * MINUTE), minute * MINUTE)
        assert world.voice.changes == ([] if minute < 60 else [("reminder", "page")])


def test_an_order_given_in_silence_does_not_make_the_reminders_after_it_quieter(world: World) -> None:
    world.sight.sees = a_failed_look()
    world.take(a_refusal())
    world.take(an_order(SILENCE))
    world.take(an_order(ACK, NOW + MINUTE, until=NOW + 2 * MINUTE), MINUTE)
    for minute in range(3, 6 * 60):
        world.take(a_failed_look(NOW + minute * MINUTE), minute * MINUTE)
    assert world.voice.changes == [("refused", "page"), ("reminder", "page")]


def test_what_began_and_ended_in_silence_is_never_told(world: World) -> None:
    world.take(an_order(SILENCE))
    world.take(a_diagnosis())
    world.sight.sees = a_failed_look()
    world.take(a_failed_look(NOW + MINUTE), MINUTE)
    for minute in range(3, 90):
        now = NOW + minute * MINUTE
        world.take(a_look(now, records_at=now - SECOND), minute * MINUTE)
    assert world.voice.said == []


def test_a_silenced_connector_out_of_sight_is_told_when_the_silence_ends(world: World) -> None:
    world.take(an_order(SILENCE))
    for minute in range(1, 70):
        world.take(a_look(NOW + minute * MINUTE, state=ConnectorState.UNKNOWN), minute * MINUTE)
        assert bool(world.voice.said) is (minute >= 60)


def test_a_held_connector_is_left_alone_until_the_end_of_the_hold(world: World) -> None:
    world.take(an_order(HOLD))
    world.take(a_diagnosis())
    world.sight.sees = a_failed_look()
    for minute in range(1, 60):
        world.take(a_failed_look(NOW + minute * MINUTE), minute * MINUTE)
    assert world.hands.restarts == []
    world.take(a_failed_look(NOW + HOUR), HOUR)
    assert len(world.hands.restarts) == 1


def test_a_hold_ends_early_by_release(world: World) -> None:
    world.take(an_order(HOLD))
    world.take(a_diagnosis())
    world.sight.sees = a_failed_look()
    world.take(a_failed_look(NOW + MINUTE), MINUTE)
    world.take(an_order(RELEASE, NOW + 2 * MINUTE), 2 * MINUTE)
    assert answer(world) == (Answer.DONE, "ended: hold; the next look decides anew")
    world.take(a_failed_look(NOW + 3 * MINUTE), 3 * MINUTE)
    assert len(world.hands.restarts) == 1


@pytest.mark.parametrize("kind", [ACK, SILENCE, HOLD])
@pytest.mark.parametrize(
    ("until", "why"),
    [
        (None, "it has no end"),
        (NOW, "expected a time to come"),
        (NOW + timedelta(days=31, seconds=1), "within 31 days"),
    ],
)
def test_whatever_is_asked_for_a_time_has_an_end(world: World, kind: OrderKind, until: object, why: str) -> None:
    world.take(a_refusal())
    world.take(an_order(kind, until=until))
    assert answer(world)[0] is Answer.REFUSED
    assert why in answer(world)[1]


def test_release_leaves_quarantine_and_the_next_look_restarts_within_the_limits(world: World) -> None:
    quarantined(world)
    tried = len(world.hands.restarts)
    world.take(an_order(RELEASE, NOW + 30 * MINUTE), 30 * MINUTE)
    assert answer(world) == (Answer.DONE, "ended: quarantine; the next look decides anew")
    world.take(a_failed_look(NOW + 31 * MINUTE), 31 * MINUTE)
    assert len(world.hands.restarts) == tried + 1


def test_release_does_not_reset_the_restarts_of_the_day(world: World) -> None:
    world.policy = RepairPolicy(restarts_per_day=1)
    quarantined(world)
    world.take(an_order(RELEASE, NOW + 30 * MINUTE), 30 * MINUTE)
    world.take(a_failed_look(NOW + 31 * MINUTE), 31 * MINUTE)
    assert len(world.hands.restarts) == 1
    assert world.voice.changes[-1] == ("quarantined", "page")


def test_release_asks_a_platform_again_that_had_refused(world: World) -> None:
    world.take(a_diagnosis())
    world.sight.sees = a_failed_look()
    world.hands.refuses = Forbidden("AccessDenied")
    world.take(a_failed_look(NOW + MINUTE), MINUTE)
    world.hands.refuses = None
    world.take(a_failed_look(NOW + 2 * MINUTE), 2 * MINUTE)
    assert world.hands.restarts == []
    world.take(an_order(RELEASE, NOW + 3 * MINUTE), 3 * MINUTE)
    world.take(a_failed_look(NOW + 4 * MINUTE), 4 * MINUTE)
    assert len(world.hands.restarts) == 1


def test_there_is_nothing_to_release_where_nothing_holds(world: World) -> None:
    world.take(an_order(RELEASE))
    assert answer(world) == (Answer.REFUSED, "it is neither quarantined nor held, silenced or acknowledged")


def test_the_last_ten_orders_are_kept(world: World) -> None:
    for number in range(12):
        world.take(an_order(HOLD, id=f"{number}"))
    assert [each.order.id for each in world.record().orders] == [f"{number}" for number in range(2, 12)]


def test_orders_stand_in_the_timeline_with_who_gave_them(world: World) -> None:
    world.take(a_refusal())
    world.take(an_order(HOLD))
    incident = world.record().incident
    assert incident is not None
    assert "alice ordered hold: DONE" in [entry.what for entry in incident.timeline]
