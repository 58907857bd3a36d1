"""Whether, when and how a failed connector is restarted: rules with their reasons; nothing is changed here.

Backoff before attempt n+1 is min(n² + n, 60) minutes, counted from the end of the last attempt
(Strimzi proposal 007 uses the same curve), plus up to a tenth so that connectors do not come back in step.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from types import ModuleType

from connectops.decide import patience
from connectops.model import (
    UNKNOWN_CLASS,
    Action,
    AttemptEnd,
    ConnectorRecord,
    ConnectorState,
    Decision,
    Health,
    Incident,
    Mode,
    Platform,
    RepairPolicy,
    Verdict,
)

ONLY_FAILED_SINCE = {Platform.MSK_CONNECT: (3, 7), Platform.KAFKA_CONNECT: (3, 0)}
"""Kafka Connect versions that can restart only the failed tasks (MSK developer guide; KIP-745)."""
UNKNOWN_CAP = 1
JITTER = 0.1


def verdict_of(incident: Incident) -> Verdict:
    """Without a cause a restart with backoff is right, once."""
    return incident.diagnosis.verdict if incident.diagnosis else Verdict.RESTART_WITH_BACKOFF


def restart_cap(incident: Incident, policy: RepairPolicy) -> int:
    """How many restarts this cause is worth."""
    if incident.diagnosis is None or incident.diagnosis.failure_class == UNKNOWN_CLASS:
        return min(UNKNOWN_CAP, policy.restarts_per_incident)
    return min(incident.diagnosis.restart_cap, policy.restarts_per_incident)


def backoff(attempts_done: int, verdict: Verdict, policy: RepairPolicy) -> timedelta:
    """The pause before the next attempt, without jitter."""
    if attempts_done == 0:
        return timedelta(0) if verdict is Verdict.RESTART_NOW else policy.first_backoff
    return min((attempts_done**2 + attempts_done) * policy.backoff_unit, policy.backoff_max)


def due_at(record: ConnectorRecord, incident: Incident, policy: RepairPolicy) -> datetime:
    """When the next restart may begin."""
    done = record.backoff_attempts
    first = (incident.noticed_at or incident.opened_at) + backoff(0, verdict_of(incident), policy)
    if incident.diagnosis and verdict_of(incident) is Verdict.RESTART_WITH_BACKOFF:
        first = max(first, _conditions().quiet_from(incident, policy) or first)
    ended = [attempt.ended_at or attempt.claimed_at for attempt in record.recent_attempts]
    if done == 0 or not ended:
        return first
    pause = backoff(done, verdict_of(incident), policy) * (1 + JITTER * _share(incident.id, done))
    return max(first, max(ended) + pause)


def _share(seed: str, number: int) -> float:
    """A fraction in [0, 1) that looks random and is the same at every look."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{number}".encode()).digest()[:4]) / 2**32


def choose_restart(record: ConnectorRecord, incident: Incident) -> Action:
    """The ladder: only the failed tasks where that is possible and was not tried in vain, else the whole connector."""
    failed_before = [attempt.action for attempt in incident.attempts if attempt.end is not AttemptEnd.REFUSED]
    tasks_failed = incident.health is Health.DEGRADED or (
        incident.health is Health.FAILED and incident.state is not ConnectorState.FAILED
    )
    if not tasks_failed or incident.silent or Action.RESTART_TASKS in failed_before:
        return Action.RESTART_CONNECTOR
    if _version(record.connect_version) < ONLY_FAILED_SINCE[record.connector.platform]:
        return Action.RESTART_CONNECTOR
    return Action.RESTART_TASKS


def _version(text: str | None) -> tuple[int, ...]:
    parts = (text or "").split(".")[:2]
    return tuple(int(part) for part in parts) if all(part.isdecimal() for part in parts) else ()


def rule(record: ConnectorRecord, incident: Incident, policy: RepairPolicy, now: datetime) -> Decision:
    """What is right for an incident whose evidence is sufficient. The order of the rules is their rank."""
    if on_hold := while_held(incident, policy):
        return on_hold
    forbidden = _forbidden(record, incident, policy, now)
    if forbidden:
        return forbidden
    if wait := patience.waits_for(record, incident, policy, now):
        return _decide(Action.WAIT, incident, wait.reason, wait.until)
    due = due_at(record, incident, policy)
    number, cap = record.backoff_attempts + 1, restart_cap(incident, policy)
    if now < due:
        return _decide(Action.WAIT, incident, f"restart {number} of at most {cap} is due at {due:%H:%M:%S} UTC", due)
    action = choose_restart(record, incident)
    what = "the failed tasks" if action is Action.RESTART_TASKS else "the whole connector"
    if policy.mode is Mode.ADVISE:
        return _decide(Action.NOTHING, incident, f"advice: restart {what} now (mode advise touches nothing)")
    if policy.mode is Mode.OFF:
        return _decide(Action.NOTHING, incident, f"a restart of {what} would be right, but repair is switched off")
    return _decide(action, incident, f"restart {number} of at most {cap}: {what}")


def while_held(incident: Incident, policy: RepairPolicy) -> Decision | None:
    """Whatever would be right: it is decided when the hold is over. None if there is none."""
    intent = policy.intent
    if intent.held_until is None:
        return None
    reason = f"held until {intent.held_until:%Y-%m-%d %H:%M} UTC: {intent.held_because}"
    return _decide(Action.WAIT, incident, reason, intent.held_until)


def _forbidden(record: ConnectorRecord, incident: Incident, policy: RepairPolicy, now: datetime) -> Decision | None:
    if why := _hands_off(record, incident, policy):
        return _decide(Action.REFUSE, incident, why)
    if patience.never_resolves(incident, policy, now):
        return _decide(Action.REFUSE, incident, "lines still say that a name does not resolve: no start can work")
    if policy.mode is not Mode.REPAIR:
        return None
    if incident.diagnosis and (why := _conditions().speaks_against(record, incident, now)):
        return _decide(Action.REFUSE, incident, why)
    cap = restart_cap(incident, policy)
    if record.backoff_attempts >= cap:
        return _decide(Action.PAGE, incident, f"{record.backoff_attempts} of {cap} restarts are spent")
    today = [attempt for attempt in record.recent_attempts if now - attempt.claimed_at < policy.day]
    if len(today) >= policy.restarts_per_day:
        return _decide(Action.PAGE, incident, f"{len(today)} restarts within {policy.day} are the limit")
    return None


def _hands_off(record: ConnectorRecord, incident: Incident, policy: RepairPolicy) -> str | None:
    """Why no restart is right, however often one was tried."""
    if verdict_of(incident) is Verdict.DO_NOT_RESTART:
        return "a restart does not cure this cause, or does harm"
    if incident.state is ConnectorState.FAILED and record.connector.platform is Platform.MSK_CONNECT:
        return "MSK Connect restarts only a RUNNING connector; this one is FAILED"
    if incident.barred:
        return f"the platform refused the restart: {incident.barred}"
    if policy.intent.forbidden:
        return policy.intent.forbidden
    if incident.health is Health.STUCK:
        return "another operation of the platform is still running"
    return None


def _conditions() -> ModuleType:
    from connectops.decide import conditions  # most messages are no failure, and the catalogue is large

    return conditions


def _decide(action: Action, incident: Incident, reason: str, until: datetime | None = None) -> Decision:
    return Decision(action, reason, incident.failure_class, verdict_of(incident), until)
