"""Whether an outage is over: after a restart by proof, without one by recovery. A status alone proves nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum

from connectops.decide.evidence import moved_since
from connectops.decide.loudness import is_louder
from connectops.model import (
    Attempt,
    AttemptEnd,
    ConnectorRecord,
    Health,
    Incident,
    Look,
    RepairPolicy,
    Severity,
    Verdict,
)

FAILED_TASKS = frozenset({Health.DEGRADED, Health.FAILED, Health.NO_TASKS})
FAILING = FAILED_TASKS | {Health.STALLED, Health.RETRYING, Health.STUCK}


class Proof(Enum):
    """What a look says about an incident; the value is said to people."""

    BY_RECORDS = "proven by records that flow again"
    BY_TASKS = "its tasks run; not proven by records: no heartbeat, and nothing was written meanwhile"
    NOT_YET = "not proven yet"
    FAILED_AGAIN = "it failed again after the restart"
    TIME_IS_UP = "nothing proved the restart in time"


def weigh_restart(
    record: ConnectorRecord,
    incident: Incident,
    attempt: Attempt,
    look: Look,
    health: Health,
    policy: RepairPolicy,
    now: datetime,
) -> Proof:
    """Judge a restart that the platform has finished, by one look made after it.

    A refusal that is dated before the restart and was heard after it may only have a clock that is behind: then records
    count from when it was heard.
    """
    restarted = attempt.restarted_at or attempt.claimed_at
    seen_after = look.tasks is not None and look.tasks.seen_at > restarted
    if health in FAILED_TASKS and seen_after and incident.looks >= policy.looks_needed:
        return Proof.FAILED_AGAIN
    if health is Health.HEALTHY and seen_after and moved_since(record, look, max(restarted, _refused_at(incident))):
        return Proof.BY_RECORDS
    if now - restarted < policy.proof_window:
        return Proof.NOT_YET
    quiet = _quiet_since(incident.evidence_at, policy.proof_window / 2, now)
    if health is Health.HEALTHY and not look.heartbeat and quiet and incident.healthy_looks >= policy.idle_proof_looks:
        return Proof.BY_TASKS
    return Proof.TIME_IS_UP


def _refused_at(incident: Incident) -> datetime:
    refused = incident.diagnosis is not None and incident.diagnosis.verdict is Verdict.DO_NOT_RESTART
    return incident.heard_at if refused and incident.heard_at else incident.opened_at


def weigh_recovery(
    record: ConnectorRecord, incident: Incident, look: Look, policy: RepairPolicy, now: datetime
) -> Proof:
    """Judge a healthy look at an incident that we are not restarting: whether it healed, by itself or by a person.

    Where the status never showed the failure, it cannot show its end: then a long time without any further line about
    it is needed. What was confirmed by silence is disproved by records alone, and so is the death of a task that the
    status never showed, until long after people were told: a dead task logs nothing, and its last status may stand for
    ever.
    A task that retries says RUNNING between two tries: without records only a longer peace than between them shows that
    it is well.
    """
    if look.tasks is None or look.tasks.seen_at <= incident.failing_until:
        return Proof.NOT_YET
    only_lines_told_of_it = not incident.silent and not status_showed_it(incident)
    if only_lines_told_of_it and not _quiet_since(incident.evidence_at, policy.internal_retry_after, now):
        return Proof.NOT_YET
    if moved_since(record, look, incident.failing_until):
        return Proof.BY_RECORDS
    if incident.silent or incident.healthy_looks < policy.idle_proof_looks:
        return Proof.NOT_YET
    retries = incident.health is Health.RETRYING
    if retries and not _quiet_since(incident.evidence_at, policy.internal_retry_after, now):
        return Proof.NOT_YET
    if died_unseen(incident) and not _told_long_ago(record, incident, policy, now):
        return Proof.NOT_YET
    return Proof.BY_TASKS


def _told_long_ago(record: ConnectorRecord, incident: Incident, policy: RepairPolicy, now: datetime) -> bool:
    """Whether people had the time between two notices to look at a death that no status shows.

    A shared incident is told again that long after its proof, which may come hours after the death of a member. What is
    told as information calls nobody, unless somebody wants all of it no louder.
    """
    if record.fleet:
        return _quiet_since(incident.failing_until, 2 * policy.repeat_notice_after, now)
    called = is_louder(policy.intent.severity or Severity.WARNING, Severity.INFO)
    if incident.told_at is None or (called and incident.told is Severity.INFO):
        return False
    return _quiet_since(max(incident.failing_until, incident.told_at), policy.repeat_notice_after, now)


def status_showed_it(incident: Incident) -> bool:
    return not incident.silent and (_killed(incident) or incident.health in FAILING)


def status_is_believed(incident: Incident, policy: RepairPolicy, now: datetime) -> bool:
    """Whether tasks that run again speak against a restart: for some time, also where no look ever saw them dead."""
    patience_is_over = _quiet_since(incident.failing_until, policy.internal_retry_after, now)
    return status_showed_it(incident) and not (died_unseen(incident) and patience_is_over)


def died_unseen(incident: Incident) -> bool:
    """A line says that the task is dead, and no look since the last restart. Measured: it may say RUNNING for ever.

    Where a worker was replaced, the workers' group begins to count its generations anew, and Kafka Connect takes the
    newer status for the older.
    """
    return not incident.silent and _killed(incident) and not _was_shown(incident)


def looks_the_same_restarted(incident: Incident) -> bool:
    """Whether its status cannot tell if the last restart was carried out: it said RUNNING before."""
    return incident.silent or died_unseen(replace(incident, attempts=incident.attempts[:-1]))


def _was_shown(incident: Incident) -> bool:
    tried = [each for each in incident.attempts if each.end is not AttemptEnd.REFUSED]
    restarted = max((each.restarted_at or each.claimed_at for each in tried), default=None)
    return incident.shown_at is not None and (restarted is None or incident.shown_at > restarted)


def _killed(incident: Incident) -> bool:
    return incident.diagnosis is not None and incident.diagnosis.killed


def _quiet_since(evidence_at: datetime, long_enough: timedelta, now: datetime) -> bool:
    return now - evidence_at >= long_enough
