"""A step of one connector in its fleet: what it has to do with the others, and what they make of it.

Nothing of the fleet is looked at unless a restart is due, a failure is new, or the connector takes part already.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from connectops.decide import fleet_limits, fleet_notices, probing, shared_failure
from connectops.decide.answers import refused
from connectops.decide.fleet_limits import Hold, needs_lock
from connectops.decide.incident import Step
from connectops.decide.intent import tailored
from connectops.decide.kinship import suspects
from connectops.decide.part import Part
from connectops.decide.restart_policy import verdict_of
from connectops.decide.timeline import noted
from connectops.model import (
    Action,
    Concerns,
    ConnectorRecord,
    Decision,
    Incident,
    Order,
    Phase,
    Platform,
    RepairPolicy,
    SharedSource,
    Surroundings,
)


def concerns(before: ConnectorRecord, step: Step, policy: RepairPolicy, now: datetime) -> Concerns:
    """What has to be read of the fleet before a step may be written."""
    policy = tailored(policy, step.record, now)
    record, restarts = step.record, step.unclaimed is not None
    locked = restarts or (needs_lock(before) and not needs_lock(record))
    self_managed = record.connector.platform is Platform.KAFKA_CONNECT
    return Concerns(
        budget=restarts,
        cluster=record.connector.cluster if self_managed and locked else None,
        sources=_sources(before, record, policy, now, restarts=restarts),
        members_of=record.fleet if record.fleet and _counts_members(before, record) else None,
    )


def _sources(
    before: ConnectorRecord, after: ConnectorRecord, policy: RepairPolicy, now: datetime, *, restarts: bool
) -> tuple[SharedSource, ...]:
    """What may be to blame for a failure that is new; also if it just ended: others may wait for its proof."""
    if after.fleet:
        return (after.fleet.source,)
    incident = after.incident or before.incident
    if incident is None or incident.phase is Phase.WATCHING or not shared_failure.shows_failure(incident):
        return ()
    is_new = now - shared_failure.failing_since(incident) < policy.shared_window
    return suspects(after.shares, incident) if restarts or is_new else ()


def _counts_members(before: ConnectorRecord, after: ConnectorRecord) -> bool:
    """Whoever has left counts who is left; whoever's restart has ended says for whom that matters."""
    attempts = after.incident.attempts if after.incident else ()
    was_tried = bool(before.incident and before.incident.attempts and before.incident.attempts[-1].ended_at is None)
    goes_on = bool(attempts) and attempts[-1].ended_at is None
    return bool(after.fleet and after.fleet.left) or after.incident is None or (was_tried and not goes_on)


def take_part(before: ConnectorRecord, step: Step, around: Surroundings, policy: RepairPolicy, now: datetime) -> Part:
    """The step as the fleet allows it. `before` is the record as it was read, `around` what `concerns` asked for."""
    policy = tailored(policy, step.record, now)
    part = Part(step, around)
    if part.record.fleet and (part.record.fleet.left or part.shared is None):
        part = shared_failure.see_who_is_left(part, policy, now)
    if part.record.fleet is None:
        part = shared_failure.meet(part, policy, now)
    part = probing.report(part, before, policy, now)
    part = shared_failure.stay(part, now)
    part = _ended(part, now)
    part = _admitted(part, policy, now) if step.unclaimed else part
    part = _released(part, before, policy, now)
    part = fleet_notices.remind(part, policy, now)
    return fleet_notices.without_echoes(part, before)


def wait_for_others(
    before: ConnectorRecord, step: Step, around: Surroundings, policy: RepairPolicy, now: datetime
) -> Step:
    """A restart that is due, or a wait if it is not its turn: then the platform need not be asked anything."""
    due = replace(step, unclaimed=step.record)
    weighed = take_part(before, due, around, policy, now).step
    if weighed.unclaimed or step.record.incident is None:
        return step
    return _waiting(step.record, step.record.incident, weighed.decision, now)


def _ended(part: Part, now: datetime) -> Part:
    fleet = part.record.fleet
    over = fleet is not None and not fleet.left and part.record.incident is None
    return shared_failure.left(part, now) if over else part


def _admitted(part: Part, policy: RepairPolicy, now: datetime) -> Part:
    """All that a restart needs is taken together, or nothing of it.

    A person goes first, before budget and probe, and is counted; the cluster has one restart at a time, whoever asks.
    """
    ordered = _order_of(part.record)
    taken = probing.step_in(part, policy, now) if ordered else probing.admit(part, policy, now)
    if isinstance(taken, Hold):
        return _held_back(part, taken, now)
    around, record = taken.around, taken.record
    if around.lock:
        lock = fleet_limits.take(around.lock, record, policy, now)
        if isinstance(lock, Hold):
            return _held_back(part, lock, now)
        around = replace(around, lock=lock)
    if around.budget:
        spend = fleet_limits.count if ordered else fleet_limits.spend
        budget = spend(around.budget, record, policy, now)
        if isinstance(budget, Hold):
            return _held_back(part, budget, now)
        around = replace(around, budget=budget)
    return replace(taken, around=around)


def _held_back(part: Part, hold: Hold, now: datetime) -> Part:
    """The claim is given up again: the restart is right, and others come first."""
    record, order = part.step.unclaimed, _order_of(part.record)
    if record and order:
        when = f", at {hold.until:%H:%M:%S} UTC at the latest" if hold.until else ""
        return replace(part, step=refused(record, order, f"{hold.reason}: give it again when it is free{when}", now))
    if record is None or record.incident is None:
        return part
    incident = record.incident
    decision = Decision(Action.WAIT, hold.reason, incident.failure_class, verdict_of(incident), hold.until)
    return replace(part, step=_waiting(record, incident, decision, now))


def _order_of(record: ConnectorRecord) -> Order | None:
    """The order by which a restart was claimed; None if ConnectOps claimed it."""
    claimed_by = record.incident.attempts[-1].order if record.incident and record.incident.attempts else None
    return next((each.order for each in record.orders if each.order.id == claimed_by), None)


def _waiting(record: ConnectorRecord, incident: Incident, decision: Decision, now: datetime) -> Step:
    waiting = replace(incident, phase=Phase.WAITING, decision=decision, not_before=decision.until)
    waiting = noted(waiting, now, decision.action, decision.reason)
    return Step(replace(record, incident=waiting), decision)


def _released(part: Part, before: ConnectorRecord, policy: RepairPolicy, now: datetime) -> Part:
    lock = part.around.lock
    if lock is None:
        return part
    lock = fleet_limits.release(lock, before, part.record, policy, now, busy=part.step.busy)
    return replace(part, around=replace(part.around, lock=lock))
