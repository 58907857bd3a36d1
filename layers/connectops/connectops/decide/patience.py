"""Why a restart that is right is not made yet: what speaks for waiting a little, whichever backoff a policy sets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from connectops.decide import evidence, rebalance
from connectops.model import UNKNOWN_CLASS, AttemptEnd, ConnectorRecord, Incident, RepairPolicy

SIGHTS_FOR_A_CAUSE = 2


@dataclass(frozen=True, slots=True)
class Wait:
    """Why, and until when; None: until the next look."""

    reason: str
    until: datetime | None = None


def waits_for(record: ConnectorRecord, incident: Incident, policy: RepairPolicy, now: datetime) -> Wait | None:
    """The first reason to wait that holds now."""
    trying = evidence.trying_until(record, policy)
    if trying and now < trying:
        return Wait("its own client still says that it cannot connect, and tries again", trying)
    assigned = rebalance.assigned_from(record, incident, policy)
    if assigned and now < assigned:
        return Wait("it, or its worker, has no task, as in a rebalance: that is waited for, not fought", assigned)
    if awaits_its_cause(incident):
        return Wait("a look saw it before the log told why: the cause is waited for until the next look")
    resolves = may_resolve_from(incident)
    if resolves and now < resolves:
        return Wait("a name did not resolve a moment ago, and the JVM remembers that", resolves)
    return None


def awaits_its_cause(incident: Incident) -> bool:
    """Whether a look came first, and the log has had no time to tell of a cause that no restart cures.

    A poll sees FAILED before the trace is delivered. One further sight is time enough: a log that is not delivered, or
    says nothing that is known, holds nothing up for longer. What silence showed was waited for already.
    """
    if incident.silent or incident.failure_class != UNKNOWN_CLASS or incident.last_look_at is None:
        return False
    look_came_first = incident.heard_at is None or incident.heard_at > incident.last_look_at
    return look_came_first and 0 < incident.looks < SIGHTS_FOR_A_CAUSE


def may_resolve_from(incident: Incident) -> datetime | None:
    """From when on a start may find the name that did not resolve, by our own clock; None if no line told of one.

    A status has no line, but was seen; a restart that failed again shows the name unresolved once more.
    """
    remembered_for = _remembered_for(incident)
    if remembered_for is None:
        return None
    failed = [attempt.ended_at for attempt in incident.attempts if attempt.end is AttemptEnd.FAILED_AGAIN]
    told = [at for at in (incident.noticed_at, incident.heard_at, *failed) if at]
    return max(told, default=incident.opened_at) + remembered_for


def never_resolves(incident: Incident, policy: RepairPolicy, now: datetime) -> bool:
    """Whether lines say for so long, and still, that a name does not resolve, that a person has to look."""
    resolves = may_resolve_from(incident)
    noticed_at = incident.noticed_at or incident.opened_at
    return resolves is not None and now < resolves and now - noticed_at >= policy.internal_retry_after


def _remembered_for(incident: Incident) -> timedelta | None:
    if incident.diagnosis is None:
        return None
    from connectops.decide.conditions import remembered_for  # most messages are no failure, and the catalogue is large

    return remembered_for((incident.failure_class, *incident.diagnosis.consequences))
