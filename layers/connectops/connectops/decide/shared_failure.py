"""Connectors that share a source and fail alike are one incident: who takes part in it, and when it is over.

The first ones to fail are remembered with their source. When they are enough, the one that makes them so opens the
incident; each other one joins at its own next finding, with an item of its own. Whoever's incident ends leaves, and
looks once more afterwards whether it was the last: two that leave at once both see that nobody is left.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta

from connectops.decide import fleet_notices, probing
from connectops.decide.kinship import fits, kin
from connectops.decide.part import Part
from connectops.decide.restart_policy import verdict_of
from connectops.decide.timeline import noted
from connectops.model import (
    Change,
    ConnectorRecord,
    Failing,
    FleetIncident,
    Incident,
    Member,
    Membership,
    Phase,
    RepairPolicy,
    Severity,
    SourceRecord,
    Verdict,
)

RECENT_KEPT = 20
MEMBERSHIP = timedelta(hours=24)
"""A connector that nobody looks at any more is missed after so long; all others renew it."""
GATHERS_FOR = 4
"""For a quarter of the window an incident stays open without members: the first ones join at their next looks."""


def meet(part: Part, policy: RepairPolicy, now: datetime) -> Part:
    """Join those that fail alike, or open their incident if this one makes them enough."""
    incident = part.record.incident
    if part.record.fleet or incident is None or incident.phase is Phase.WATCHING or not shows_failure(incident):
        return part
    for source in part.around.sources:
        shared = source.incident
        if shared and (fits(shared, incident) or incident.connector.key in shared.names):
            return _joined(part, shared, incident, now)
    if now - failing_since(incident) >= policy.shared_window:
        return part
    for source in part.around.sources:
        if source.incident is None:
            part = _gathered(part, source, incident, policy, now)
            if part.record.fleet:
                break
    return part


def shows_failure(incident: Incident) -> bool:
    """Whether anything ever failed: what a person had restarted may have been well."""
    return incident.silent or incident.diagnosis is not None or incident.health is not None


def failing_since(incident: Incident) -> datetime:
    return incident.noticed_at or incident.opened_at


def _gathered(part: Part, source: SourceRecord, incident: Incident, policy: RepairPolicy, now: datetime) -> Part:
    cause, verdict = incident.failure_class, verdict_of(incident)
    alike_as = kin(source.source.kind, cause, verdict)
    restarted = bool(incident.attempts) and incident.attempts[-1].ended_at is None
    me = Failing(incident.connector, cause, alike_as, failing_since(incident), restarted)
    lately = [one for one in source.recent if now - one.at < policy.shared_window and one.connector != me.connector]
    alike = [one for one in lately if one.kin == me.kin]
    if len(alike) + 1 >= policy.shared_failures:
        return _opened(part, source, (*alike, me), incident, policy, now)
    if me in source.recent:
        return part
    return part.with_source(replace(source, recent=(*lately, me)[-RECENT_KEPT:]))


def _opened(
    part: Part,
    source: SourceRecord,
    alike: tuple[Failing, ...],
    incident: Incident,
    policy: RepairPolicy,
    now: datetime,
) -> Part:
    """Whoever was restarted before there were enough is the probe."""
    cause = incident.diagnosis
    shared = FleetIncident(
        id=f"{now:%Y%m%dT%H%M%S%f}-{hashlib.sha256(source.source.key.encode()).hexdigest()[:8]}",
        source=source.source,
        opened_at=now,
        failure_class=incident.failure_class,
        kin=(alike[-1].kin,),
        cause=cause.cause if cause else fleet_notices.NO_CAUSE,
        next_step=cause.next_step if cause else fleet_notices.LOOK_AT_SOURCE,
        names=tuple(one.connector.key for one in alike),
    )
    restarted = [one.connector.key for one in alike[:-1] if one.restarted]
    shared = probing.probed(shared, restarted[0], policy, now) if restarted else shared
    part = part.with_source(replace(source, recent=(), incident=shared))
    part = _joined(part, shared, incident, now)
    said = fleet_notices.what_follows(shared, verdict_of(incident))
    return fleet_notices.tell(part, shared, Change.FLEET_OPENED, Severity.PAGE, now, said)


def _joined(part: Part, shared: FleetIncident, incident: Incident, now: datetime) -> Part:
    """From here on people are told of it together with the others."""
    until = now + MEMBERSHIP
    part = part.with_member(Member(shared.id, shared.source, incident.connector, incident.failure_class, now, until))
    part = part.changed(lambda record: replace(record, fleet=Membership(shared.source, shared.id, until)))
    why = f"{fleet_notices.describe(shared.source)} is shared with others that fail alike"
    return part.with_incident(
        lambda own: noted(replace(own, told_at=now, told=Severity.PAGE), now, f"joined {shared.id}", why)
    )


def stay(part: Part, now: datetime) -> Part:
    """Renew a membership; take in another cause that restarts do not cure; part ways if it is about something else."""
    shared, fleet, incident = part.shared, part.record.fleet, part.record.incident
    if shared is None or fleet is None or fleet.left or incident is None:
        return part
    if not fits(shared, incident):
        part = _another_cause(part, shared, incident, now)
    elif fleet.until - now < MEMBERSHIP / 2:
        part = part.changed(lambda record: replace(record, fleet=replace(fleet, until=now + MEMBERSHIP)))
        part = part.with_member(_member(part, shared, now + MEMBERSHIP))
    return part


def _member(part: Part, shared: FleetIncident, until: datetime) -> Member:
    connector = part.record.connector
    known = next((one for one in part.around.members if one.connector == connector), None)
    fresh = Member(shared.id, shared.source, connector, shared.failure_class, shared.opened_at, until)
    return replace(known, until=until) if known else fresh


def _another_cause(part: Part, shared: FleetIncident, incident: Incident, now: datetime) -> Part:
    """A lost connection that turns out to be a changed password is still one incident, told once for all."""
    cause = incident.diagnosis
    refused = cause is not None and cause.verdict is Verdict.DO_NOT_RESTART
    if cause is None or not refused or not fits(replace(shared, kin=(incident.failure_class,)), incident):
        return left(part, now)
    known = replace(
        shared,
        kin=(*shared.kin, cause.failure_class),
        failure_class=cause.failure_class,
        cause=cause.cause,
        next_step=cause.next_step,
    )
    said = fleet_notices.what_follows(known, cause.verdict)
    return fleet_notices.tell(part, known, Change.CAUSE_CHANGED, Severity.PAGE, now, said)


def left(part: Part, now: datetime) -> Part:
    """It takes part no more; whether it was the last one is seen at its next look."""
    shared, fleet = part.shared, part.record.fleet
    if shared is None or fleet is None:
        return part
    part = part.with_member(replace(_member(part, shared, now + MEMBERSHIP), left_at=now))
    return part.changed(lambda record: replace(record, fleet=replace(fleet, left=True)))


def see_who_is_left(part: Part, policy: RepairPolicy, now: datetime) -> Part:
    """After leaving: others go on without it; if there are none, the incident is over."""
    shared = part.shared
    if shared is None:
        return part.changed(_orphaned)
    others = [one for one in part.around.members if one.left_at is None and one.until > now]
    if not others and now - shared.opened_at < policy.shared_window / GATHERS_FOR:
        return part
    if not others:
        said = fleet_notices.how_it_ended(shared, now)
        part = fleet_notices.tell(part, shared, Change.FLEET_RESOLVED, Severity.INFO, now, said)
        source = part.source(shared.source)
        if source and source.incident:
            part = replace(part, over=replace(source.incident, ended_at=now))
            part = part.with_source(replace(source, incident=None, recent=()))
    return part.changed(lambda record: replace(record, fleet=None))


def _orphaned(record: ConnectorRecord) -> ConnectorRecord:
    """The common incident was over before this one ended: it stands alone, and people have to be told of it anew."""
    fleet, incident = record.fleet, record.incident
    record = replace(record, fleet=None)
    if incident is None or fleet is None or fleet.left:
        return record
    again = incident.phase in (Phase.REFUSED, Phase.QUARANTINED, Phase.WAITING)
    alone = replace(incident, told_at=None, told=None, phase=Phase.WAITING if again else incident.phase)
    return replace(record, incident=alone)
