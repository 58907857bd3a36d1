"""What counts: which cause wins, what is old, what silence confirms, what suffices."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import reduce
from itertools import permutations

import pytest

from connectops.decide.evidence import (
    dated,
    deadline,
    disproves,
    is_fresh,
    is_sufficient,
    is_unheard,
    join,
    moved_since,
    outranks,
    suspect,
    weigh_silence,
)
from connectops.decide.incident import opened
from connectops.model import (
    UNKNOWN_CLASS,
    Action,
    Attempt,
    ConnectorRecord,
    ConnectorState,
    DataImpact,
    Diagnosis,
    Incident,
    Life,
    RepairPolicy,
    Silence,
    Suspicion,
    Verdict,
)
from tests.builders import MINUTE, NOW, ORDERS, SECOND, a_diagnosis, a_look, a_refusal, a_sign, a_suspicion

POLICY = RepairPolicy()
EMPTY: tuple[Suspicion, ...] = ()
RECORD = ConnectorRecord(ORDERS)
LOST = a_refusal("PG_SLOT_MISSING", data=DataImpact.LOST)
TRANSIENT = a_diagnosis()
NOTHING_KNOWN = a_diagnosis(UNKNOWN_CLASS)


def restarted(claimed_at: datetime, restarted_at: datetime | None = None) -> ConnectorRecord:
    attempt = Attempt(1, Action.RESTART_TASKS, "PG_CONN_LOST", claimed_at, restarted_at=restarted_at)
    return replace(RECORD, recent_attempts=(attempt,))


def an_incident(**more: object) -> Incident:
    return replace(opened(RECORD, NOW, NOW), **more)  # type: ignore[arg-type]  # names of Incident's fields


@pytest.mark.parametrize(
    ("record", "fresh"),
    [
        (RECORD, True),
        (restarted(NOW - SECOND), True),
        (restarted(NOW), False),
        (restarted(NOW - MINUTE, NOW - SECOND), True),
        (restarted(NOW - MINUTE, NOW), False),
        (restarted(NOW - MINUTE, NOW + MINUTE), False),
    ],
)
def test_evidence_is_fresh_after_the_last_restart(record: ConnectorRecord, *, fresh: bool) -> None:
    assert is_fresh(record, NOW) is fresh


@pytest.mark.parametrize(("seconds", "unheard"), [(-1, False), (0, False), (1, True)])
def test_a_line_is_unheard_after_the_last_line_of_incidents_that_ended(seconds: int, *, unheard: bool) -> None:
    assert is_unheard(replace(RECORD, past_line_at=NOW), NOW + seconds * SECOND) is unheard


@pytest.mark.parametrize(
    ("known", "new", "wins"),
    [
        (None, NOTHING_KNOWN, True),
        (NOTHING_KNOWN, TRANSIENT, True),
        (NOTHING_KNOWN, NOTHING_KNOWN, True),
        (TRANSIENT, NOTHING_KNOWN, False),
        (TRANSIENT, a_diagnosis("NOISE", verdict=Verdict.IGNORE), False),
        (TRANSIENT, a_diagnosis("KAFKA_UNREACHABLE"), True),
        (TRANSIENT, a_refusal(), True),
        (a_refusal(), TRANSIENT, False),
        (a_refusal(), a_refusal("PG_PERMISSION"), True),
        (LOST, a_refusal("PG_PERMISSION"), False),
        (a_refusal("PG_PERMISSION"), LOST, True),
        (LOST, LOST, True),
    ],
)
def test_the_last_cause_counts_but_nothing_lenient_hides_a_refusal(
    known: Diagnosis | None, new: Diagnosis, *, wins: bool
) -> None:
    assert outranks(known, new) is wins


def test_both_causes_are_kept_whichever_wins() -> None:
    later = NOW + MINUTE
    for known, new in ((a_refusal(), a_diagnosis(at=later)), (TRANSIENT, a_refusal(at=later))):
        both = join(known, new)
        assert both.failure_class == "MYSQL_BINLOG_POSITION_LOST"
        assert both.consequences == ("PG_CONN_LOST",)
        assert (both.count, both.first_seen, both.last_seen, both.killed) == (2, NOW, later, True)


def test_an_unknown_cause_is_no_consequence_of_a_known_one() -> None:
    assert join(NOTHING_KNOWN, TRANSIENT).consequences == ()


@pytest.mark.parametrize(
    ("incident", "minutes", "enough"),
    [
        (an_incident(), 0, False),
        (an_incident(looks=1), 0, False),
        (an_incident(looks=2), 0, True),
        (an_incident(silent=True), 0, True),
        (an_incident(looks=1, diagnosis=NOTHING_KNOWN), 0, True),
        (an_incident(diagnosis=NOTHING_KNOWN), 0, False),
        (an_incident(diagnosis=TRANSIENT), 0, True),
        (an_incident(diagnosis=replace(TRANSIENT, killed=False)), 0, False),
        (an_incident(diagnosis=a_refusal(killed=False)), 0, True),
        (an_incident(diagnosis=replace(TRANSIENT, killed=False, count=6)), 9.9, False),
        (an_incident(diagnosis=replace(TRANSIENT, killed=False, count=6)), 10, True),
        (an_incident(diagnosis=replace(TRANSIENT, killed=False, count=5)), 10, False),
        (an_incident(diagnosis=replace(NOTHING_KNOWN, killed=False, count=600)), 600, False),
        (an_incident(diagnosis=replace(NOTHING_KNOWN, killed=False, count=600), looks=1), 600, True),
    ],
)
def test_enough_is_known_to_act(incident: Incident, minutes: float, *, enough: bool) -> None:
    assert is_sufficient(replace(incident, evidence_at=NOW + minutes * MINUTE), POLICY) is enough


@pytest.mark.parametrize(
    ("silence", "patience"),
    [
        (Silence.SILENT_STOP, 150 * SECOND),
        (Silence.KEEP_ALIVE, 150 * SECOND),
        (Silence.INTERNAL_RETRY, 10 * MINUTE),
        (Silence.EMPTY_ASSIGNMENT, 330 * SECOND),
    ],
)
def test_each_silence_has_its_patience_from_when_it_was_heard(silence: Silence, patience: timedelta) -> None:
    assert deadline(a_suspicion(silence=silence), POLICY) == NOW + patience
    assert deadline(replace(a_suspicion(silence=silence), heard_at=NOW + MINUTE), POLICY) == NOW + MINUTE + patience


@pytest.mark.parametrize(
    ("life", "seconds", "explained"),
    [
        (Life.RECONNECTED, 0, False),
        (Life.RECONNECTED, 1, True),
        (Life.STARTED, 0, False),
        (Life.STARTED, 1, True),
        (Life.RECORDS, 75, False),
        (Life.RECORDS, 76, True),
        (Life.ORDERLY_STOP, -15, False),
        (Life.ORDERLY_STOP, -14, True),
    ],
)
def test_a_sign_of_life_explains_a_silent_stop_from_then_on(life: Life, seconds: int, *, explained: bool) -> None:
    assert disproves(a_sign(life, NOW + seconds * SECOND), a_suspicion(), POLICY) is explained


@pytest.mark.parametrize(("task", "explained"), [(0, True), (None, True), (1, False)])
def test_the_life_of_another_task_explains_nothing(task: int | None, *, explained: bool) -> None:
    sign = replace(a_sign(Life.RECONNECTED, NOW + MINUTE), task=task)
    assert disproves(sign, a_suspicion(), POLICY) is explained


def test_a_repeated_suspicion_keeps_the_first_deadline() -> None:
    first, again = replace(a_suspicion(), heard_at=NOW), replace(a_suspicion(NOW + MINUTE), heard_at=NOW + MINUTE)
    for one, other in ((first, again), (again, first)):
        (kept,) = suspect(suspect((), one), other)
        assert deadline(kept, POLICY) == NOW + 150 * SECOND
    assert len(suspect((first,), a_suspicion(silence=Silence.INTERNAL_RETRY))) == 2


def test_a_client_that_speaks_begins_the_silence_of_its_reader_anew() -> None:
    stopped = replace(a_suspicion(), heard_at=NOW)
    words = [
        replace(
            a_suspicion(NOW + n * MINUTE, Silence.KEEP_ALIVE),
            heard_at=NOW + n * MINUTE,
            diagnosis=a_diagnosis(task=None),
        )
        for n in (1, 2)
    ]
    for heard in permutations([stopped, *words]):
        (kept,) = reduce(suspect, heard, EMPTY)
        assert (kept.silence, kept.seen_at) == (Silence.KEEP_ALIVE, NOW)
        assert deadline(kept, POLICY) == NOW + 2 * MINUTE + 150 * SECOND


@pytest.mark.parametrize(
    ("seconds", "state", "confirmed"),
    [
        (149, ConnectorState.RUNNING, False),
        (150, ConnectorState.RUNNING, True),
        (150, ConnectorState.FAILED, False),
        (150, ConnectorState.PAUSED, False),
    ],
)
def test_silence_is_confirmed_by_a_running_look_after_its_deadline(
    seconds: int, state: ConnectorState, *, confirmed: bool
) -> None:
    record = replace(RECORD, suspicions=(a_suspicion(),))
    found, waiting = weigh_silence(record, a_look(NOW + seconds * SECOND, state=state), POLICY)
    assert (bool(found), bool(waiting)) == (confirmed, not confirmed)


def test_silence_from_before_the_last_restart_is_forgotten() -> None:
    record = replace(restarted(NOW, NOW + MINUTE), suspicions=(a_suspicion(NOW + 30 * SECOND),))
    assert weigh_silence(record, a_look(NOW + 10 * MINUTE), POLICY) == ((), ())


@pytest.mark.parametrize(
    ("in_metrics", "in_lines", "moved"), [(None, None, False), (0, None, False), (1, None, True), (None, 1, True)]
)
def test_records_have_moved_since_a_moment(in_metrics: int | None, in_lines: int | None, *, moved: bool) -> None:
    record = replace(RECORD, last_life_at=None if in_lines is None else NOW + in_lines * SECOND)
    look = a_look(NOW + MINUTE, records_at=None if in_metrics is None else NOW + in_metrics * SECOND)
    assert moved_since(record, look, NOW) is moved


@pytest.mark.parametrize(("minutes", "killed"), [(10, True), (10.1, False)])
def test_a_death_that_is_told_late_is_no_proof(minutes: float, *, killed: bool) -> None:
    assert dated(TRANSIENT, POLICY, NOW + minutes * MINUTE).killed is killed


@pytest.mark.parametrize(("ahead", "believed"), [(4, 4), (5, 5), (6, 5), (10**6, 5)])
def test_a_worker_is_believed_to_be_at_most_five_minutes_ahead(ahead: int, believed: int) -> None:
    then, latest = NOW + ahead * MINUTE, NOW + believed * MINUTE
    assert dated(a_diagnosis(at=then), POLICY, NOW).last_seen == latest
    assert dated(a_suspicion(then), POLICY, NOW).seen_at == latest
    assert dated(a_sign(Life.RECORDS, then), POLICY, NOW).at == latest


def test_a_diagnosis_without_times_is_dated_now() -> None:
    undated = dated(a_diagnosis(first_seen=None, last_seen=None), POLICY, NOW)
    assert (undated.first_seen, undated.last_seen) == (NOW, NOW)
