"""An incident's own moves: it opens, concludes, resolves or is closed; each move has its reason and, if due, a notice.

Nothing here looks at the clock, the world or the ledger. A step whose decision restarts is only *due*: the caller looks
at the connector once more, lets `claim.claim` write the attempt, saves that, and only then acts.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from connectops.decide import alerting, evidence
from connectops.decide.loudness import louder
from connectops.decide.outcome import interrupted
from connectops.decide.restart_policy import rule
from connectops.decide.timeline import noted
from connectops.decide.unproven import unproven
from connectops.model import (
    Action,
    Change,
    ConnectorRecord,
    DataImpact,
    Decision,
    Health,
    Incident,
    Mode,
    Phase,
    RepairPolicy,
    Severity,
    Suspicion,
)

HANDS_OFF: dict[str, str] = {
    Health.PAUSED: "somebody paused it",
    Health.STOPPED: "somebody stopped it",
    Health.GONE: "it was deleted",
}
"""States and healths that are somebody's intent, with what is said of them."""

_PHASE_AFTER = {Action.REFUSE: Phase.REFUSED, Action.PAGE: Phase.QUARANTINED}
"""Whatever else is decided: WAITING, also before a restart, which is only due."""


@dataclass(frozen=True, slots=True)
class Step:
    """What follows from a finding: the decision, the record to be saved, and an incident that ended by it.

    `unclaimed` is there where `record` claims a restart: the record if the claim has to be given up again. `busy`: the
    platform refused a restart only for now.
    """

    record: ConnectorRecord
    decision: Decision
    ended: Incident | None = None
    unclaimed: ConnectorRecord | None = None
    busy: bool = False


def nothing(record: ConnectorRecord, reason: str) -> Step:
    return Step(record, Decision(Action.NOTHING, reason))


def suspecting(record: ConnectorRecord, suspicion: Suspicion, policy: RepairPolicy) -> Step:
    """Nothing looks wrong, and something may be: only silence until its deadline can confirm it."""
    cause = suspicion.diagnosis
    reason = f"{suspicion.silence}: only silence until then can confirm it"
    due = evidence.deadline(suspicion, policy)
    return Step(record, Decision(Action.WAIT, reason, cause.failure_class, cause.verdict, due))


def opened(
    record: ConnectorRecord, since: datetime, evidence_at: datetime, noticed_at: datetime | None = None
) -> Incident:
    """A new incident; its id sorts by time and is the same however often the same evidence is taken in."""
    return Incident(
        id=f"{since:%Y%m%dT%H%M%S%f}-{_short(record.connector.key)}",
        connector=record.connector,
        opened_at=since,
        phase=Phase.WATCHING,
        noticed_at=noticed_at,
        evidence_at=evidence_at,
    )


def _short(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:8]


def conclude(record: ConnectorRecord, incident: Incident, policy: RepairPolicy, now: datetime) -> Step:
    """Decide on an incident by all that is known, and tell people what changed."""
    enough = evidence.is_sufficient(incident, policy)
    decision = rule(record, incident, policy, now) if enough else unproven(incident, policy, now)
    if not enough and decision.action is Action.WAIT:
        return _standing(record, replace(incident, phase=Phase.WATCHING, decision=decision), decision, now)
    if incident.phase is Phase.QUARANTINED and decision.action is not Action.REFUSE and incident.decision:
        decision = incident.decision
    moved = replace(
        incident, phase=_PHASE_AFTER.get(decision.action, Phase.WAITING), decision=decision, not_before=decision.until
    )
    step = _standing(record, moved, decision, now)
    return replace(step, record=_announce(step.record, incident, decision, policy, now))


def _standing(record: ConnectorRecord, incident: Incident, decision: Decision, now: datetime) -> Step:
    return Step(replace(record, incident=noted(incident, now, decision.action, decision.reason)), decision)


def _announce(
    record: ConnectorRecord, before: Incident, decision: Decision, policy: RepairPolicy, now: datetime
) -> ConnectorRecord:
    """A notice where the conclusion is news to people."""
    incident = record.incident
    if incident is None:
        return record
    was_told = before.told_at is not None
    same_cause = before.decision is not None and before.decision.failure_class == decision.failure_class
    said = alerting.sentence(decision.reason)
    match decision.action:
        case Action.REFUSE if before.phase is not Phase.REFUSED or not same_cause:
            change = Change.CAUSE_CHANGED if was_told and not same_cause else Change.REFUSED
            return alerting.tell(
                record, incident, change, _refusal_severity(incident, policy), policy, now, f"Not restarted: {said}"
            )
        case Action.PAGE if before.phase is not Phase.QUARANTINED:
            return alerting.tell(record, incident, Change.QUARANTINED, Severity.PAGE, policy, now, f"Gave up: {said}")
        case Action.NOTHING if incident.advised_for != incident.failure_class:
            advised = replace(incident, advised_for=incident.failure_class)
            return alerting.tell(record, advised, Change.ADVISED, Severity.WARNING, policy, now, said)
        case Action.WAIT if policy.mode is not Mode.REPAIR:
            return record
        case Action.WAIT | Action.RESTART_TASKS | Action.RESTART_CONNECTOR if not was_told:
            return alerting.tell(record, incident, Change.OPENED, Severity.INFO, policy, now, said)
    return alerting.remind(record, policy, now)


def _refusal_severity(incident: Incident, policy: RepairPolicy) -> Severity:
    """A cause that no restart cures knows how loud it is; where one would help and may not be, a person is needed."""
    if not evidence.is_sufficient(incident, policy):
        return Severity.WARNING
    if incident.diagnosis and not incident.diagnosis.verdict.restarts:
        return louder(Severity.WARNING, incident.diagnosis.severity)
    return Severity.WARNING if policy.intent.forbidden else Severity.PAGE


def resolved(record: ConnectorRecord, incident: Incident, reason: str, policy: RepairPolicy, now: datetime) -> Step:
    """The outage is over. Its attempts stay remembered until health has lasted."""
    verdict = incident.diagnosis.verdict if incident.diagnosis else None
    decision = Decision(Action.RESOLVE, reason, incident.failure_class, verdict)
    incident = noted(replace(incident, decision=decision), now, Action.RESOLVE, reason)
    lost = incident.diagnosis is not None and incident.diagnosis.data is DataImpact.LOST
    return _ended(
        replace(record, healthy_since=now),
        incident,
        decision,
        Change.RESOLVED,
        Severity.WARNING if lost else Severity.INFO,
        policy,
        now,
    )


def closed_by_hand(record: ConnectorRecord, reason: str, policy: RepairPolicy, now: datetime) -> Step:
    """Somebody's intent ends whatever we had going; nothing is ever done against it."""
    decision = Decision(Action.NOTHING, f"hands off: {reason}")
    record = replace(
        record,
        suspicions=(),
        backoff_attempts=0,
        healthy_since=None,
        in_transition_since=None,
        deleting_since=None,
        switched_at=now,
    )
    if record.incident is None:
        return Step(record, decision)
    record, incident = interrupted(record, record.incident, reason, now)
    incident = noted(incident, now, "CLOSED", reason)
    return _ended(record, incident, decision, Change.CLOSED, Severity.INFO, policy, now)


def _ended(
    record: ConnectorRecord,
    incident: Incident,
    decision: Decision,
    change: Change,
    severity: Severity,
    policy: RepairPolicy,
    now: datetime,
) -> Step:
    """What nobody was told of ends as quietly as it began."""
    lines = [at for at in (record.past_line_at, incident.line_at) if at]
    record = replace(record, past_line_at=max(lines, default=None))
    if incident.told_at is None:
        return Step(replace(record, incident=None), decision)
    minutes = (now - incident.opened_at) / timedelta(minutes=1)
    said = f"{alerting.sentence(decision.reason)} It lasted {minutes:.1f} minutes."
    told = alerting.tell(record, replace(incident, ended_at=now), change, severity, policy, now, said)
    return Step(replace(told, incident=None), decision, told.incident)
