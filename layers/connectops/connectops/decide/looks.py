"""What a look at a connector means: nothing seen, hands off, changing, healthy or failing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from connectops.decide import evidence, proof
from connectops.decide.attempt import end_attempt
from connectops.decide.blindness import see_again, stay_blind
from connectops.decide.incident import (
    HANDS_OFF,
    Step,
    closed_by_hand,
    conclude,
    nothing,
    opened,
    resolved,
    suspecting,
)
from connectops.decide.outcome import ended
from connectops.decide.proof import Proof
from connectops.decide.rebalance import no_tasks_since
from connectops.decide.restart_policy import backoff
from connectops.decide.timeline import noted
from connectops.decide.transfer import see_update
from connectops.decide.transition import changing_since, stuck_after
from connectops.model import (
    UNKNOWN_CLASS,
    Action,
    AttemptEnd,
    ConnectorRecord,
    ConnectorState,
    Decision,
    Diagnosis,
    Health,
    Incident,
    Look,
    Phase,
    RepairPolicy,
    Silence,
    Suspicion,
    Verdict,
)

_SHOWN_BY = {
    Silence.SILENT_STOP: Health.STALLED,
    Silence.INTERNAL_RETRY: Health.RETRYING,
    Silence.KEEP_ALIVE: Health.STALLED,
    Silence.EMPTY_ASSIGNMENT: Health.NO_TASKS,
}


def weigh_look(record: ConnectorRecord, look: Look, health: Health, policy: RepairPolicy, now: datetime) -> Step:
    """Take one look in. `health` is what it says to one who remembers, see `rebalance`."""
    if health is Health.UNKNOWN:
        return stay_blind(record, look, policy, now)
    if record.incident and record.incident.last_look_at and look.at < record.incident.last_look_at:
        return nothing(record, "an older look, overtaken by a newer one")
    record = see_again(record, look, policy, now)
    if health in HANDS_OFF:
        return closed_by_hand(record, HANDS_OFF[health], policy, now)
    if health is Health.TRANSITION:
        return _changing(record, look, policy, now)
    confirmed, waiting = evidence.weigh_silence(record, look, policy)
    since = record.in_transition_since if look.tasks and look.tasks.other else None
    record = replace(
        record,
        suspicions=waiting,
        in_transition_since=since,
        deleting_since=None,
        worked_at=_worked_at(record, look, health),
    )
    for suspicion in confirmed:
        record = _confirmed(record, suspicion, _SHOWN_BY[suspicion.silence], policy, now)
    for suspicion in waiting:
        if evidence.lasting(suspicion, look, policy) and not (record.incident and record.incident.silent):
            record = _confirmed(record, suspicion, Health.RETRYING, policy, now)
    if confirmed and record.incident and record.incident.phase in (Phase.RESTARTING, Phase.PROVING):
        return end_attempt(record, record.incident, AttemptEnd.FAILED_AGAIN, policy, now, "silent again")
    if health is Health.HEALTHY:
        return _healthy(record, look, policy, now)
    return _failing(record, look, health, policy, now)


def _worked_at(record: ConnectorRecord, look: Look, health: Health) -> datetime | None:
    """When it was last seen to work: records moved, or nothing was wrong with it."""
    moved_at = look.flow.records_at if look.flow else None
    return look.at if health is Health.HEALTHY else moved_at or record.worked_at


def _changing(record: ConnectorRecord, look: Look, policy: RepairPolicy, now: datetime) -> Step:
    if look.state is ConnectorState.DELETING and record.deleting_since is None:
        step = closed_by_hand(record, "somebody deletes it", policy, now)
        return replace(step, record=replace(step.record, deleting_since=look.at, in_transition_since=look.at))
    since = changing_since(record, look)
    record = see_update(record, look, policy, now)
    record = replace(record, in_transition_since=since)
    if look.at - since < stuck_after(look.state, policy):
        return nothing(record, f"it is {look.state}")
    incident = record.incident or opened(record, since, since, now)
    stuck = replace(
        incident,
        health=Health.STUCK,
        state=look.state,
        looks=policy.looks_needed,
        silent=incident.silent and not incident.attempts,
    )
    record = replace(record, incident=stuck)
    if stuck.phase in (Phase.RESTARTING, Phase.PROVING):
        return end_attempt(record, stuck, AttemptEnd.NOT_PROVEN, policy, now, f"it has been {look.state} ever since")
    return conclude(record, stuck, policy, now)


def _confirmed(
    record: ConnectorRecord, suspicion: Suspicion, shown: Health, policy: RepairPolicy, now: datetime
) -> ConnectorRecord:
    heard_at = suspicion.heard_at or suspicion.seen_at
    incident = record.incident or opened(record, suspicion.seen_at, suspicion.seen_at, heard_at)
    incident = replace(
        incident,
        silent=True,
        health=shown if incident.health in (None, Health.RETRYING) else incident.health,
        diagnosis=evidence.join(incident.diagnosis, suspicion.diagnosis),
        evidence_at=max(incident.evidence_at, suspicion.seen_at),
        line_at=max(incident.line_at or suspicion.seen_at, suspicion.seen_at),
        heard_at=max(incident.failing_until, evidence.records_count_from(suspicion, heard_at, policy)),
        healthy_looks=0,
    )
    incident = noted(incident, now, f"{suspicion.silence} confirmed", "nothing followed in time")
    return replace(record, incident=incident, healthy_since=None)


def _healthy(record: ConnectorRecord, look: Look, policy: RepairPolicy, now: datetime) -> Step:
    incident = record.incident
    if incident is None:
        step = _cooling_down(record, policy, now)
        return suspecting(step.record, record.suspicions[0], policy) if record.suspicions else step
    if look.tasks and look.tasks.seen_at > incident.failing_until and _is_another_sight(incident, look):
        incident = replace(
            incident,
            healthy_looks=incident.healthy_looks + 1,
            last_look_at=look.at,
            seen_at=look.tasks.seen_at,
            looks=0,
        )
    incident = replace(incident, no_tasks_since=no_tasks_since(incident, look))
    record = replace(record, incident=incident)
    if incident.phase is Phase.RESTARTING:
        return nothing(record, "the restart is being carried out")
    if incident.phase is Phase.PROVING:
        return _proving(record, incident, look, Health.HEALTHY, policy, now)
    recovery = proof.weigh_recovery(record, incident, look, policy, now)
    if recovery in (Proof.BY_RECORDS, Proof.BY_TASKS):
        reason = f"it recovered without a restart by ConnectOps: {recovery.value}"
        return resolved(record, incident, reason, policy, now)
    if incident.healthy_looks and incident.phase is Phase.WAITING and proof.status_is_believed(incident, policy, now):
        reason = "its tasks run again: the next look will tell"
        verdict = incident.diagnosis.verdict if incident.diagnosis else None
        return Step(record, Decision(Action.WAIT, reason, incident.failure_class, verdict, incident.not_before))
    return conclude(record, incident, policy, now)


def _failing(record: ConnectorRecord, look: Look, health: Health, policy: RepairPolicy, now: datetime) -> Step:
    seen_at = look.tasks.seen_at if look.tasks else look.at
    if not evidence.is_fresh(record, seen_at):
        return nothing(record, f"{health}, but seen before the last restart was through")
    if record.incident and record.incident.changed_at and seen_at <= record.incident.changed_at:
        return nothing(record, f"{health}, but seen before somebody's change was through")
    if record.switched_at and seen_at <= record.switched_at:
        return nothing(record, f"{health}, but seen before somebody paused, stopped or resumed it")
    incident = record.incident or opened(record, _failing_since(record, look, health, seen_at), seen_at, look.at)
    if (incident.health, incident.state) != (health, look.state):
        incident = noted(incident, now, f"saw {health}", _what_was_seen(look))
    incident = replace(
        incident,
        health=health,
        silent=incident.silent and health not in proof.FAILED_TASKS,
        no_tasks_since=no_tasks_since(incident, look),
        state=look.state,
        shown_at=incident.shown_at if health is Health.NO_TASKS else seen_at,
        diagnosis=_with_trace(incident.diagnosis, look.diagnosis),
        looks=incident.looks + _is_another_sight(incident, look),
        last_look_at=look.at,
        seen_at=seen_at,
        healthy_looks=0,
        evidence_at=max(incident.evidence_at, seen_at),
    )
    record = replace(record, incident=incident, healthy_since=None)
    if incident.phase is Phase.RESTARTING:
        return nothing(record, "the restart is being carried out")
    if incident.phase is Phase.PROVING:
        return _proving(record, incident, look, health, policy, now)
    return conclude(record, incident, policy, now)


def _what_was_seen(look: Look) -> str:
    tasks = look.tasks
    counted = f"{tasks.running} tasks running, {tasks.failed} failed, {tasks.other} other" if tasks else "no task seen"
    return f"it says {look.state}; {counted}"


def _is_another_sight(incident: Incident, look: Look) -> bool:
    """A look that came twice is one, and so are two that saw the same period of a metric."""
    seen_at = look.tasks.seen_at if look.tasks else look.at
    return look.at != incident.last_look_at and seen_at != incident.seen_at


def _failing_since(record: ConnectorRecord, look: Look, health: Health, seen_at: datetime) -> datetime:
    """What is silent has been so for as long as it was measured: people wait for records since then."""
    if health is not Health.STALLED or look.flow is None:
        return seen_at
    return min(seen_at, max(look.flow.measured_from, evidence.last_restart(record) or look.flow.measured_from))


def _with_trace(known: Diagnosis | None, trace: Diagnosis | None) -> Diagnosis | None:
    """The trace in a status stands there at every look: it counts once, and only if it says something new."""
    if trace is None:
        return known
    if known is not None and trace.failure_class in (known.failure_class, UNKNOWN_CLASS, *known.consequences):
        return known
    return evidence.join(known, trace)


def _proving(
    record: ConnectorRecord, incident: Incident, look: Look, health: Health, policy: RepairPolicy, now: datetime
) -> Step:
    found = proof.weigh_restart(record, incident, incident.attempts[-1], look, health, policy, now)
    match found:
        case Proof.BY_RECORDS | Proof.BY_TASKS:
            record, incident = ended(record, incident, AttemptEnd.PROVEN, found.value, now)
            return resolved(record, incident, f"a restart cured it; {found.value}", policy, now)
        case Proof.FAILED_AGAIN:
            return end_attempt(record, incident, AttemptEnd.FAILED_AGAIN, policy, now, found.value)
        case Proof.TIME_IS_UP:
            return end_attempt(record, incident, AttemptEnd.NOT_PROVEN, policy, now, found.value)
        case Proof.NOT_YET:
            return nothing(record, "the restart is through; waiting for records to flow")


def _cooling_down(record: ConnectorRecord, policy: RepairPolicy, now: datetime) -> Step:
    """Forget the attempts after health has lasted as long as the last backoff; never the count of a day."""
    if not record.recent_attempts and not record.backoff_attempts:
        return nothing(record, "healthy")
    recent = tuple(attempt for attempt in record.recent_attempts if now - attempt.claimed_at < policy.day)
    healthy_since = record.healthy_since or now
    record = replace(record, recent_attempts=recent, healthy_since=healthy_since)
    last_backoff = backoff(record.backoff_attempts, Verdict.RESTART_WITH_BACKOFF, policy)
    if now - healthy_since >= max(policy.forget_after, last_backoff):
        return nothing(replace(record, backoff_attempts=0), "healthy for long enough: its attempts are forgotten")
    return nothing(record, "healthy; its attempts are still remembered")
