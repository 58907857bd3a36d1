"""What people are told of several connectors at once, and what they are not told of each of them besides."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from connectops.decide.part import Part
from connectops.model import (
    Change,
    ConnectorRecord,
    FleetIncident,
    FleetPhase,
    Notice,
    RepairPolicy,
    Severity,
    Shared,
    SharedSource,
    Verdict,
)

NAMES_KEPT = 20
NAMES_TOLD = 100
NO_CAUSE = "no cause was logged"
LOOK_AT_SOURCE = (
    "Look at what they share first, then at the first ERROR with a stack trace in a worker log of one of them."
)

_WHAT = {
    Shared.DATABASE: "the database host",
    Shared.KAFKA: "the Kafka cluster",
    Shared.WORKERS: "the workers' configuration",
    Shared.PLUGIN: "the plugin",
    Shared.SUBNET: "the subnet",
}
_TITLES = {
    Change.FLEET_OPENED: "{count} connectors fail alike: {cls}",
    Change.FLEET_PROVEN: "{count} connectors: one works again, the others follow",
    Change.FLEET_HELD: "{count} connectors are held, the first restart did not help: {cls}",
    Change.FLEET_GAVE_UP: "{count} connectors are held for good: {cls}",
    Change.FLEET_RESOLVED: "{count} connectors: their common incident is over",
    Change.CAUSE_CHANGED: "{count} connectors fail for another reason now: {cls}",
    Change.REMINDER: "{count} connectors still need a person: {cls}",
}
_TOLD_TOGETHER = frozenset(
    {Change.OPENED, Change.RESTARTED, Change.ADVISED, Change.RESOLVED, Change.CLOSED, Change.REMINDER}
)
"""What is said of all at once. Who was given up, or fails for a reason of its own, is told alone."""
_TOLD_IF_ALIKE = frozenset({Change.REFUSED, Change.CAUSE_CHANGED})


def describe(source: SharedSource) -> str:
    return f"{_WHAT[source.kind]} {source.name}"


def what_follows(shared: FleetIncident, verdict: Verdict) -> str:
    if not verdict.restarts:
        return "Not restarted: a restart does not cure this cause, or does harm."
    return f"One of them is restarted first; the others wait for its proof. They share {describe(shared.source)}."


def how_it_ended(shared: FleetIncident, now: datetime) -> str:
    minutes = (now - shared.opened_at).total_seconds() / 60
    cured = f" {shared.probe} was the first to work again." if shared.phase is FleetPhase.PROVEN else ""
    return f"None of them fails any more by what they share.{cured} It lasted {minutes:.1f} minutes."


def tell(
    part: Part, shared: FleetIncident, change: Change, severity: Severity, now: datetime, what_we_did: str
) -> Part:
    """One notice for all, in the outbox of the connector at hand; `shared` is the incident as it is from now on."""
    record = part.record
    number = shared.notices + 1
    members = _members(part, shared)
    notice = Notice(
        id=f"{shared.id}/{number}/{change}",
        incident_id=shared.id,
        connector=record.connector,
        change=change,
        severity=severity,
        at=now,
        since=shared.opened_at,
        title=_TITLES[change].format(count=len(members), cls=shared.failure_class),
        what_happened=f"They share {describe(shared.source)} and began to fail within minutes.",
        cause=shared.cause,
        what_we_did=what_we_did,
        next_step="Nothing to do." if change in (Change.FLEET_PROVEN, Change.FLEET_RESOLVED) else shared.next_step,
        failure_class=shared.failure_class,
        arn=record.arn,
        log_group=record.log_group,
        shared=describe(shared.source),
        members=members[:NAMES_TOLD],
    )
    part = part.with_shared(replace(shared, notices=number, told_at=now))
    return part.changed(lambda own: replace(own, outbox=(*own.outbox, notice)))


def _members(part: Part, shared: FleetIncident) -> tuple[str, ...]:
    """Those who take part or did, the earliest first, as far as they are known here."""
    joined = sorted(part.around.members, key=lambda member: (member.joined_at, member.connector.key))
    return tuple(dict.fromkeys([*shared.names, *(member.connector.key for member in joined)]))


def remind(part: Part, policy: RepairPolicy, now: datetime) -> Part:
    """Say it again while it goes on and nothing changes."""
    shared, fleet = part.shared, part.record.fleet
    if shared is None or fleet is None or fleet.left or shared.told_at is None:
        return part
    if now - shared.told_at < policy.repeat_notice_after:
        return part
    severity = Severity.WARNING if shared.phase is FleetPhase.PROVEN else Severity.PAGE
    return tell(part, shared, Change.REMINDER, severity, now, "It is still open.")


def without_echoes(part: Part, before: ConnectorRecord) -> Part:
    """Drop what the connector would say for itself and all of them say together."""
    shared, known = part.shared, {notice.id for notice in before.outbox}
    if shared is None:
        return part

    def kept(notice: Notice) -> bool:
        if notice.id in known or notice.shared or notice.incident_id != own_id:
            return True
        together = notice.change in _TOLD_IF_ALIKE and notice.failure_class == shared.failure_class
        return not (together or notice.change in _TOLD_TOGETHER)

    incident = part.record.incident or part.step.ended or before.incident
    own_id = incident.id if incident else ""
    return part.changed(lambda record: replace(record, outbox=tuple(filter(kept, record.outbox))))
