"""One probe restart for all that fail alike: who may be it, what its end means for the others."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from connectops.decide import fleet_notices
from connectops.decide.fleet_limits import Hold
from connectops.decide.part import Part
from connectops.decide.restart_policy import backoff, verdict_of
from connectops.model import (
    Action,
    Attempt,
    AttemptEnd,
    Change,
    ConnectorRecord,
    FleetIncident,
    FleetPhase,
    Incident,
    RepairPolicy,
    Severity,
    Verdict,
)

FAILED = (AttemptEnd.FAILED_AGAIN, AttemptEnd.NOT_PROVEN)
_AT_REST = (FleetPhase.GATHERED, FleetPhase.HELD, FleetPhase.GAVE_UP)


def admit(part: Part, policy: RepairPolicy, now: datetime) -> Part | Hold:
    """Whether a restart that is due may be done as the probe, or after one that was proven."""
    shared, incident = part.shared, part.record.incident
    if shared is None or incident is None:
        return part
    what = f"it shares {fleet_notices.describe(shared.source)} with others that fail alike"
    me, waits = incident.connector.key, shared.until is not None and now < shared.until
    match shared.phase:
        case FleetPhase.PROVEN if shared.proven_at is None or incident.opened_at <= shared.proven_at:
            return part
        case FleetPhase.PROBING if waits and shared.probe != me:
            return Hold(f"{what}: {shared.probe} is restarted first, the others wait for its proof", shared.until)
        case FleetPhase.HELD if waits:
            return Hold(f"{what}: the restart of {shared.probe} did not cure it, so all are held", shared.until)
        case FleetPhase.GAVE_UP:
            return Hold(f"{what}: {shared.failures} probes failed, so all are held until one of them works again")
    return part.with_shared(probed(shared, me, policy, now))


def step_in(part: Part, policy: RepairPolicy, now: datetime) -> Part:
    """A person's restart waits for no proof; where none is awaited, it is the probe itself."""
    shared = part.shared
    if shared is None or shared.phase in (FleetPhase.PROVEN, FleetPhase.GAVE_UP):
        return part
    awaited = shared.phase is FleetPhase.PROBING and shared.until is not None and now < shared.until
    return part if awaited else part.with_shared(probed(shared, part.record.connector.key, policy, now))


def probed(shared: FleetIncident, probe: str, policy: RepairPolicy, now: datetime) -> FleetIncident:
    """It waits for the proof of this one, for as long as a restart and its proof may take."""
    names = shared.names if probe in shared.names else (*shared.names, probe)[-fleet_notices.NAMES_KEPT :]
    lasts = policy.stuck_after + policy.proof_window
    return replace(shared, phase=FleetPhase.PROBING, probe=probe, until=now + lasts, names=names)


def report(part: Part, before: ConnectorRecord, policy: RepairPolicy, now: datetime) -> Part:
    """What the end of a member's restart, or its recovery, means for the others."""
    me = part.record.connector.key
    shared = part.shared or part.waiting_for(me)
    if shared is None:
        return part
    tried = _open_attempt(before.incident)
    end = _end_of(tried, part) if tried else None
    is_probe = shared.phase is FleetPhase.PROBING and shared.probe == me
    recovered = part.record.fleet is not None and part.step.decision.action is Action.RESOLVE
    if end is AttemptEnd.PROVEN or (shared.phase in _AT_REST and recovered):
        return _proven(part, shared, now)
    if end in FAILED and (is_probe or shared.phase is FleetPhase.PROVEN):
        return _failed(part, shared, policy, now)
    if is_probe and _open_attempt(part.record.incident) is None:
        return part.with_shared(replace(shared, phase=FleetPhase.GATHERED, probe=None, until=None))
    return part


def _open_attempt(incident: Incident | None) -> Attempt | None:
    last = incident.attempts[-1] if incident and incident.attempts else None
    return last if last and last.ended_at is None else None


def _end_of(tried: Attempt, part: Part) -> AttemptEnd | None:
    """How it ended by this step; None if it goes on.

    What somebody closed, or what died of a cause that restarts do not cure, says nothing about the others: it ended
    as if it had been refused.
    """
    incident = part.record.incident
    after = incident or part.step.ended
    same = [attempt for attempt in after.attempts if attempt.claimed_at == tried.claimed_at] if after else []
    if incident and same and same[0].ended_at is None:
        return None
    if incident is None and part.step.decision.action is Action.RESOLVE:
        return AttemptEnd.PROVEN
    end = same[0].end if same else None
    other_cause = incident is not None and verdict_of(incident) is Verdict.DO_NOT_RESTART
    return AttemptEnd.REFUSED if end is None or (other_cause and end in FAILED) else end


def _proven(part: Part, shared: FleetIncident, now: datetime) -> Part:
    if shared.phase is FleetPhase.PROVEN:
        return part
    name = part.record.connector.key
    proven = replace(shared, phase=FleetPhase.PROVEN, probe=name, until=None, failures=0, proven_at=now)
    said = f"{name} works again; the others are restarted a few at a time."
    return fleet_notices.tell(part, proven, Change.FLEET_PROVEN, Severity.INFO, now, said)


def _failed(part: Part, shared: FleetIncident, policy: RepairPolicy, now: datetime) -> Part:
    failures, name = shared.failures + 1, part.record.connector.key
    held = replace(shared, probe=name, failures=failures, proven_at=None)
    if failures >= policy.restarts_per_incident:
        given_up = replace(held, phase=FleetPhase.GAVE_UP, until=None)
        said = f"Gave up: {failures} probes failed, {name} the last. Nothing of it is restarted until one works again."
        return fleet_notices.tell(part, given_up, Change.FLEET_GAVE_UP, Severity.PAGE, now, said)
    pause = backoff(failures, Verdict.RESTART_WITH_BACKOFF, policy)
    held = replace(held, phase=FleetPhase.HELD, until=now + pause)
    if failures > 1:
        return part.with_shared(held)
    said = f"The restart of {name} did not cure it: all others are held. The next one is tried after a pause."
    return fleet_notices.tell(part, held, Change.FLEET_HELD, Severity.WARNING, now, said)
