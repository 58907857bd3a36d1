"""The life of one restart that was claimed: settled by the answer of the platform, followed to its end."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from connectops.decide import alerting
from connectops.decide.incident import Step, closed_by_hand, conclude, nothing
from connectops.decide.intent import tailored
from connectops.decide.outcome import amend, ended
from connectops.decide.proof import looks_the_same_restarted
from connectops.decide.restart_policy import due_at, verdict_of
from connectops.decide.timeline import noted, shortened
from connectops.errors import ConnectOpsError, NotFound
from connectops.model import (
    Action,
    Attempt,
    AttemptEnd,
    Change,
    ConnectorRecord,
    Decision,
    Incident,
    Operation,
    OperationState,
    Phase,
    Platform,
    RepairPolicy,
    Severity,
)


def held(record: ConnectorRecord, incident: Incident, why: str, policy: RepairPolicy, now: datetime) -> Step:
    """A restart is right and cannot be done now. It is tried at each look; after a while a person is told."""
    decision = Decision(Action.WAIT, why, incident.failure_class, verdict_of(incident))
    incident = noted(replace(incident, phase=Phase.WAITING, decision=decision), now, decision.action, why)
    record = replace(record, incident=incident)
    since = max(due_at(record, incident, policy), incident.told_at or now)
    if now - since >= policy.page_blind_after:
        said = alerting.sentence(f"a restart is due and cannot be done: {why}")
        record = alerting.escalate(record, incident, policy, now, said)
    return Step(record, decision)


def accepted(
    record: ConnectorRecord,
    operation: str | None,
    restarted_at: datetime | None,
    remark: str,
    policy: RepairPolicy,
    now: datetime,
) -> ConnectorRecord:
    """The platform took the call: there is an operation to follow, or it is done already."""
    policy = tailored(policy, record, now)
    phase = Phase.PROVING if restarted_at else Phase.RESTARTING
    record = amend(record, operation=operation, restarted_at=restarted_at, remark=remark)
    if record.incident is None:
        return record
    incident = noted(replace(record.incident, phase=phase), now, "the platform accepted the restart", remark or "-")
    record = replace(record, incident=incident)
    number = incident.attempts[-1].number if incident.attempts else 1
    if number == 1 or incident.decision is None or incident.attempts[-1].order:
        return record
    said = alerting.describe_restart(incident.decision, number)
    return alerting.tell(record, incident, Change.RESTARTED, Severity.WARNING, policy, now, said)


def refused(record: ConnectorRecord, error: ConnectOpsError, policy: RepairPolicy, now: datetime) -> Step:
    """The platform said no, or was not reached, and changed nothing: the attempt does not count."""
    policy = tailored(policy, record, now)
    if record.incident is None:
        return closed_by_hand(record, "it was deleted", policy, now)
    record, incident = ended(record, record.incident, AttemptEnd.REFUSED, shortened(str(error)), now)
    incident = replace(incident, attempts=_as_one(incident.attempts))
    record = replace(
        record,
        recent_attempts=record.recent_attempts[:-1],
        backoff_attempts=max(record.backoff_attempts - 1, 0),
    )
    if isinstance(error, NotFound):
        return closed_by_hand(replace(record, incident=incident), "it was deleted", policy, now)
    if error.waiting_helps:
        return replace(held(record, incident, f"busy: {error}", policy, now), busy=True)
    barred = replace(incident, barred=str(error))
    return conclude(replace(record, incident=barred), barred, policy, now)


def _as_one(attempts: tuple[Attempt, ...]) -> tuple[Attempt, ...]:
    """A platform that is busy says no at every look: such refusals in a row are one attempt, with their number."""
    match attempts:
        case [*others, Attempt(end=AttemptEnd.REFUSED) as before, Attempt(end=AttemptEnd.REFUSED) as last]:
            since = before.first_claimed_at or before.claimed_at
            return (*others, replace(last, times=before.times + 1, first_claimed_at=since))
        case _:
            return attempts


def follow(record: ConnectorRecord, operation: Operation | None, policy: RepairPolicy, now: datetime) -> Step:
    """Bring a claimed restart forward by what the platform says of its operation (None: it knows of none)."""
    policy = tailored(policy, record, now)
    incident = record.incident
    if incident is None or incident.phase is not Phase.RESTARTING or not incident.attempts:
        return nothing(record, "no restart is being carried out")
    attempt = incident.attempts[-1]
    if operation is None:
        if looks_the_same_restarted(incident) and record.connector.platform is Platform.KAFKA_CONNECT:
            remark = "no answer was seen, and its status says the same whether it was restarted or not: it is spent"
            return end_attempt(record, incident, AttemptEnd.NOT_PROVEN, policy, now, remark)
        if record.connector.platform is Platform.KAFKA_CONNECT:
            return _proving(record, attempt.claimed_at, "no answer was seen: the next looks will tell", now)
        if now - attempt.claimed_at < policy.first_backoff:
            return nothing(record, "the claimed restart has left no trace yet")
        return end_attempt(record, incident, AttemptEnd.NOT_PROVEN, policy, now, "the call left no trace: it is spent")
    record = amend(record, operation=operation.arn)
    match operation.state:
        case OperationState.COMPLETE:
            return _proving(record, operation.ended_at or now, "the operation is complete", now)
        case OperationState.FAILED:
            remark = f"the operation failed: {operation.error or 'no reason given'}"
            return end_attempt(record, incident, AttemptEnd.FAILED_AGAIN, policy, now, remark)
        case OperationState.IN_PROGRESS if now - attempt.claimed_at >= policy.stuck_after:
            remark = f"the operation is still in progress after {policy.stuck_after}"
            return end_attempt(record, incident, AttemptEnd.NOT_PROVEN, policy, now, remark)
        case OperationState.IN_PROGRESS:
            return nothing(record, "the operation is in progress")


def lose_sight(record: ConnectorRecord, policy: RepairPolicy, now: datetime) -> Step:
    """How far a restart is cannot be seen: wait; after a while the looks at the connector must tell."""
    policy = tailored(policy, record, now)
    incident = record.incident
    attempt = incident.attempts[-1] if incident and incident.attempts else None
    if incident is None or attempt is None or now - attempt.claimed_at < policy.stuck_after:
        return nothing(record, "how far the restart is could not be seen")
    if looks_the_same_restarted(incident):
        remark = "its operation cannot be seen, and its status says the same whether it was restarted or not"
        return end_attempt(record, incident, AttemptEnd.NOT_PROVEN, policy, now, remark)
    return _proving(record, attempt.claimed_at, "its operation cannot be seen: the next looks will tell", now)


def _proving(record: ConnectorRecord, at: datetime, why: str, now: datetime) -> Step:
    record = amend(record, restarted_at=at)
    if record.incident is None:
        return nothing(record, why)
    proving = replace(record.incident, phase=Phase.PROVING, looks=0, healthy_looks=0)
    proving = noted(proving, now, "waiting for proof", why)
    return nothing(replace(record, incident=proving), why)


def end_attempt(
    record: ConnectorRecord,
    incident: Incident,
    end: AttemptEnd,
    policy: RepairPolicy,
    now: datetime,
    remark: str = "",
) -> Step:
    """The last attempt did not cure it: conclude anew, with the failure as proven as it was before."""
    record, incident = ended(record, incident, end, remark, now)
    again = replace(incident, phase=Phase.WAITING, looks=max(incident.looks, policy.looks_needed), evidence_at=now)
    return conclude(replace(record, incident=again), again, policy, now)
