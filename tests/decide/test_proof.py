"""Whether an outage is over: by records, by tasks and then said so, or not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from connectops.decide.incident import opened
from connectops.decide.proof import Proof, status_showed_it, weigh_recovery, weigh_restart
from connectops.model import (
    Action,
    Attempt,
    AttemptEnd,
    ConnectorRecord,
    Diagnosis,
    Health,
    Incident,
    Intent,
    Look,
    Membership,
    Phase,
    RepairPolicy,
    Severity,
    Shared,
    SharedSource,
    Tasks,
)
from tests.builders import MINUTE, NOW, ORDERS, SECOND, a_diagnosis, a_failed_look, a_look, a_refusal

POLICY = RepairPolicy()
RECORD = ConnectorRecord(ORDERS)
RESTART = Attempt(1, Action.RESTART_TASKS, "PG_CONN_LOST", NOW - MINUTE, restarted_at=NOW)
BEAT = timedelta(seconds=10)


def an_incident(**more: object) -> Incident:
    plain = replace(opened(RECORD, NOW - 5 * MINUTE, NOW - 5 * MINUTE), phase=Phase.PROVING, attempts=(RESTART,))
    return replace(plain, **more)  # type: ignore[arg-type]  # names of Incident's fields


def judged(incident: Incident, look: Look, health: Health, minutes: float) -> Proof:
    return weigh_restart(RECORD, incident, RESTART, look, health, POLICY, NOW + minutes * MINUTE)


def moving(seconds: float) -> Look:
    return a_look(NOW + MINUTE, records_at=NOW + seconds * SECOND)


@pytest.mark.parametrize(
    ("look", "proof"),
    [
        (moving(1), Proof.BY_RECORDS),
        (moving(0), Proof.NOT_YET),
        (moving(-1), Proof.NOT_YET),
        (a_look(NOW + MINUTE), Proof.NOT_YET),
        (replace(moving(1), tasks=Tasks(1, 0, 0, NOW)), Proof.NOT_YET),
        (replace(moving(1), tasks=None), Proof.NOT_YET),
    ],
)
def test_records_prove_a_restart_only_together_with_tasks_seen_after_it(look: Look, proof: Proof) -> None:
    assert judged(an_incident(), look, Health.HEALTHY, 1) is proof


@pytest.mark.parametrize(
    ("cause", "moved", "proof"),
    [
        (a_refusal(), 29, Proof.NOT_YET),
        (a_refusal(), 31, Proof.BY_RECORDS),
        (a_diagnosis(), 29, Proof.BY_RECORDS),
    ],
)
def test_a_refusal_heard_after_the_restart_is_outlived_only_by_later_records(
    cause: Diagnosis, moved: float, proof: Proof
) -> None:
    incident = an_incident(diagnosis=cause, heard_at=NOW + 30 * SECOND)
    assert judged(incident, moving(moved), Health.HEALTHY, 1) is proof


@pytest.mark.parametrize("health", [Health.DEGRADED, Health.FAILED, Health.NO_TASKS])
@pytest.mark.parametrize(("looks", "proof"), [(1, Proof.NOT_YET), (2, Proof.FAILED_AGAIN)])
def test_a_failure_seen_in_two_looks_ends_the_attempt(health: Health, looks: int, proof: Proof) -> None:
    assert judged(an_incident(looks=looks), a_failed_look(NOW + MINUTE), health, 1) is proof


def test_a_failure_seen_before_the_restart_was_through_says_nothing() -> None:
    look = replace(a_failed_look(NOW + MINUTE), tasks=Tasks(0, 1, 0, NOW))
    assert judged(an_incident(looks=5), look, Health.FAILED, 1) is Proof.NOT_YET


@pytest.mark.parametrize(
    ("minutes", "healthy_looks", "heartbeat", "proof"),
    [
        (9.9, 2, None, Proof.NOT_YET),
        (10, 2, None, Proof.BY_TASKS),
        (10, 1, None, Proof.TIME_IS_UP),
        (10, 2, BEAT, Proof.TIME_IS_UP),
    ],
)
def test_an_idle_connector_is_proven_by_its_tasks_when_the_time_is_up(
    minutes: float, healthy_looks: int, heartbeat: timedelta | None, proof: Proof
) -> None:
    look = a_look(NOW + minutes * MINUTE, heartbeat=heartbeat)
    assert judged(an_incident(healthy_looks=healthy_looks), look, Health.HEALTHY, minutes) is proof


@pytest.mark.parametrize(("quiet", "proof"), [(4.9, Proof.TIME_IS_UP), (5, Proof.BY_TASKS)])
def test_a_line_about_the_failure_since_half_the_time_speaks_against_idleness(quiet: float, proof: Proof) -> None:
    incident = an_incident(healthy_looks=2, evidence_at=NOW + (10 - quiet) * MINUTE)
    assert judged(incident, a_look(NOW + 10 * MINUTE), Health.HEALTHY, 10) is proof


@pytest.mark.parametrize("health", [Health.STALLED, Health.RETRYING, Health.DEGRADED])
def test_what_is_not_healthy_when_the_time_is_up_is_not_proven(health: Health) -> None:
    assert judged(an_incident(healthy_looks=5), a_look(NOW + 10 * MINUTE), health, 10) is Proof.TIME_IS_UP


# ── recovery without a restart ────────────────────────────────────────────────────────────────────────────────────────

SEEN = {"evidence_at": NOW, "health": Health.FAILED, "phase": Phase.WAITING}
LINES_ONLY = {"evidence_at": NOW, "phase": Phase.WATCHING, "diagnosis": a_diagnosis(killed=False)}
DIED_UNSEEN = {
    "evidence_at": NOW,
    "phase": Phase.REFUSED,
    "diagnosis": a_diagnosis(killed=True),
    "told_at": NOW,
    "told": Severity.WARNING,
}
SHOWN = {"health": Health.FAILED, "shown_at": NOW + SECOND}
SHOWN_BEFORE = SHOWN | {"shown_at": NOW - SECOND}
"""The restart, not of this death."""
REFUSED = replace(RESTART, end=AttemptEnd.REFUSED)
SILENT = {"evidence_at": NOW, "silent": True, "health": Health.STALLED, "phase": Phase.WAITING}


@pytest.mark.parametrize(
    ("kind", "healthy_looks", "records", "minutes", "proof"),
    [
        (SEEN, 1, None, 1, Proof.NOT_YET),
        (SEEN, 2, None, 2, Proof.BY_TASKS),
        (SEEN, 1, 1, 1, Proof.BY_RECORDS),
        (SEEN, 1, 0, 1, Proof.NOT_YET),
        (LINES_ONLY, 5, None, 9.9, Proof.NOT_YET),
        (LINES_ONLY, 5, 1, 9.9, Proof.NOT_YET),
        (LINES_ONLY, 2, None, 10, Proof.BY_TASKS),
        (LINES_ONLY, 1, None, 10, Proof.NOT_YET),
        (LINES_ONLY, 1, 1, 10, Proof.BY_RECORDS),
        (DIED_UNSEEN, 99, None, 239, Proof.NOT_YET),
        (DIED_UNSEEN, 2, None, 240, Proof.BY_TASKS),
        (DIED_UNSEEN, 1, 1, 1, Proof.BY_RECORDS),
        (DIED_UNSEEN | {"diagnosis": a_diagnosis("UNKNOWN")}, 2, None, 239, Proof.NOT_YET),
        (DIED_UNSEEN | {"diagnosis": a_diagnosis("UNKNOWN")}, 1, 1, 1, Proof.BY_RECORDS),
        (DIED_UNSEEN | SHOWN, 2, None, 2, Proof.BY_TASKS),
        (DIED_UNSEEN | SHOWN_BEFORE, 2, None, 2, Proof.NOT_YET),
        (DIED_UNSEEN | SHOWN_BEFORE | {"attempts": (REFUSED,)}, 2, None, 2, Proof.BY_TASKS),
        (SILENT, 99, None, 600, Proof.NOT_YET),
        (SILENT, 1, 1, 1, Proof.BY_RECORDS),
    ],
)
def test_what_shows_the_end_depends_on_what_showed_the_failure(
    kind: dict[str, object], healthy_looks: int, records: int | None, minutes: float, proof: Proof
) -> None:
    incident = an_incident(**(kind | {"healthy_looks": healthy_looks}))
    now = NOW + minutes * MINUTE
    look = a_look(now, records_at=None if records is None else NOW + records * SECOND)
    assert weigh_recovery(RECORD, incident, look, POLICY, now) is proof


@pytest.mark.parametrize(
    ("told", "minutes", "severity", "proof"),
    [
        (None, 0, None, Proof.NOT_YET),
        (Severity.INFO, 0, None, Proof.NOT_YET),
        (Severity.INFO, 0, Severity.WARNING, Proof.NOT_YET),
        (Severity.INFO, 0, Severity.INFO, Proof.BY_TASKS),
        (Severity.WARNING, 0, None, Proof.BY_TASKS),
        (Severity.PAGE, 0, None, Proof.BY_TASKS),
        (Severity.WARNING, 1, None, Proof.NOT_YET),
        (Severity.WARNING, -1, None, Proof.BY_TASKS),
    ],
)
def test_a_death_that_no_status_shows_is_not_over_before_long_after_a_person_was_called(
    told: Severity | None, minutes: float, severity: Severity | None, proof: Proof
) -> None:
    told_at = NOW + minutes * MINUTE if told else None
    incident = an_incident(**(DIED_UNSEEN | {"healthy_looks": 2, "told": told, "told_at": told_at}))
    now = NOW + 240 * MINUTE
    policy = replace(POLICY, intent=Intent(severity=severity))
    assert weigh_recovery(RECORD, incident, a_look(now), policy, now) is proof


RETRYING = {"evidence_at": NOW, "health": Health.RETRYING, "phase": Phase.WAITING}


@pytest.mark.parametrize(
    ("records", "minutes", "proof"),
    [(None, 9.9, Proof.NOT_YET), (None, 10, Proof.BY_TASKS), (1, 1, Proof.BY_RECORDS)],
)
def test_a_task_that_starts_again_by_itself_is_well_after_a_longer_peace_or_by_records(
    records: int | None, minutes: float, proof: Proof
) -> None:
    incident = an_incident(**(RETRYING | {"healthy_looks": 5}))
    now = NOW + minutes * MINUTE
    look = a_look(now, records_at=None if records is None else NOW + records * SECOND)
    assert weigh_recovery(RECORD, incident, look, POLICY, now) is proof


@pytest.mark.parametrize(("hours", "proof"), [(7.9, Proof.NOT_YET), (8, Proof.BY_TASKS)])
def test_a_death_that_no_status_shows_is_not_over_before_those_who_share_it_are_told_again(
    hours: float, proof: Proof
) -> None:
    member = replace(RECORD, fleet=Membership(SharedSource(Shared.DATABASE, "db:5432"), "f1", NOW + 60 * MINUTE))
    incident = an_incident(**(DIED_UNSEEN | {"healthy_looks": 2}))
    now = NOW + hours * 60 * MINUTE
    assert weigh_recovery(member, incident, a_look(now), POLICY, now) is proof


@pytest.mark.parametrize(("heard", "proof"), [(0, Proof.BY_RECORDS), (2, Proof.NOT_YET)])
def test_only_what_is_seen_after_a_line_was_heard_shows_its_end(heard: float, proof: Proof) -> None:
    incident = an_incident(**(SEEN | {"heard_at": NOW + heard * MINUTE}))
    look = a_look(NOW + MINUTE, records_at=NOW + SECOND)
    assert weigh_recovery(RECORD, incident, look, POLICY, NOW + MINUTE) is proof


def test_a_look_without_tasks_shows_no_end() -> None:
    look = replace(a_look(NOW + MINUTE, records_at=NOW + SECOND), tasks=None)
    assert weigh_recovery(RECORD, an_incident(**SEEN), look, POLICY, NOW + MINUTE) is Proof.NOT_YET


@pytest.mark.parametrize(
    ("changes", "showed"),
    [
        ({"health": None}, False),
        ({"health": None, "diagnosis": a_diagnosis()}, True),
        ({"health": None, "diagnosis": a_diagnosis(killed=False)}, False),
        *[({"health": health}, True) for health in (Health.DEGRADED, Health.NO_TASKS, Health.STALLED, Health.STUCK)],
        ({"health": Health.STALLED, "silent": True}, False),
    ],
)
def test_a_status_showed_it_or_a_line_told_of_its_death(changes: dict[str, object], *, showed: bool) -> None:
    assert status_showed_it(an_incident(**changes)) is showed
