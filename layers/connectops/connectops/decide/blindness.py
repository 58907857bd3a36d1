"""A connector that cannot be seen: nothing is done, and after a while it is told; and what seeing it again teaches."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from connectops.decide import alerting
from connectops.decide.incident import (
    Step,
    conclude,
    nothing,
    opened,
)
from connectops.decide.loudness import is_left_alone
from connectops.model import (
    UNKNOWN_CLASS,
    Action,
    Change,
    ConnectorRecord,
    ConnectorState,
    Decision,
    Health,
    Look,
    Phase,
    RepairPolicy,
    Severity,
)


def see_again(record: ConnectorRecord, look: Look, policy: RepairPolicy, now: datetime) -> ConnectorRecord:
    """Keep what only looks know; we can see again, and say so if we had said that we could not."""
    if record.blind_told and record.blind_since:
        blind = opened(record, record.blind_since, record.blind_since, now)
        told = alerting.tell(record, blind, Change.RESOLVED, Severity.INFO, policy, now, "It can be seen again.")
        record = replace(told, incident=record.incident)
    return replace(_learned(record, look), blind_since=None, blind_told=False)


def _learned(record: ConnectorRecord, look: Look) -> ConnectorRecord:
    return replace(
        record,
        arn=look.arn or record.arn,
        created_at=look.created_at or record.created_at,
        connect_version=look.connect_version or record.connect_version,
        log_group=look.log_group or record.log_group,
        shares=look.shares or record.shares,
        fleet_size=look.fleet_size or record.fleet_size,
        tags=record.tags if look.tags is None else look.tags,
    )


def stay_blind(record: ConnectorRecord, look: Look, policy: RepairPolicy, now: datetime) -> Step:
    """Not seeing is not failing: nothing is done, and after a while it is told."""
    since = record.blind_since or look.at
    record = replace(_learned(record, look), blind_since=since)
    if record.incident and _rests_on_log_proof(record, look):
        return conclude(record, record.incident, policy, now)
    why = look.blind_because or "the platform gave no data"
    waits = look.at - since < policy.page_blind_after or is_left_alone(record, policy, now)
    if record.blind_told or waits:
        return nothing(record, f"could not be seen: {why}")
    blind = replace(opened(record, since, since, now), health=Health.UNKNOWN)
    told = alerting.tell(record, blind, Change.COULD_NOT_SEE, Severity.PAGE, policy, now, f"Nothing was done: {why}.")
    record = replace(told, incident=record.incident, blind_told=True)
    return Step(record, Decision(Action.PAGE, f"could not be seen since {since:%H:%M:%S} UTC: {why}"))


def _rests_on_log_proof(record: ConnectorRecord, look: Look) -> bool:
    """Its tasks were not seen, but it runs, and a line proved the death of a task: that needs no metric."""
    incident = record.incident
    if look.state is not ConnectorState.RUNNING or incident is None or incident.diagnosis is None:
        return False
    proven = incident.diagnosis.killed and incident.diagnosis.failure_class != UNKNOWN_CLASS
    return proven and incident.phase not in (Phase.RESTARTING, Phase.PROVING)
