"""A connector that somebody else changes while it has an incident: it is theirs now, and what is seen after it counts.

Sources: connectorState UPDATING and DELETING in the MSK Connect API reference; CloudTrail's events of MSK Connect.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from connectops.decide import alerting
from connectops.decide.incident import Step, nothing
from connectops.decide.timeline import noted
from connectops.model import (
    ApiCall,
    Change,
    ConnectorRecord,
    ConnectorState,
    Health,
    Incident,
    Look,
    Phase,
    RepairPolicy,
    Severity,
)

CALLS_KEPT = 10

_OURS = (Phase.RESTARTING, Phase.PROVING)
_CHANGING = ("UpdateConnector", "RestartConnector", "ResumeConnector")


def see_update(record: ConnectorRecord, look: Look, policy: RepairPolicy, now: datetime) -> ConnectorRecord:
    """A look at a connector that is being updated: its incident is handed over, once for each update."""
    incident = record.incident
    if incident is None or look.state is not ConnectorState.UPDATING:
        return record
    if incident.health is Health.STUCK:
        return record
    if record.in_transition_since is not None:
        return replace(record, incident=replace(incident, changed_at=look.at))
    handed = hand_over(record, incident, look.at)
    return _tell(handed, "somebody, or its autoscaling, updates it", policy, now)


def hand_over(record: ConnectorRecord, incident: Incident, at: datetime) -> ConnectorRecord:
    """What was seen until `at` belongs to the connector as it was; its diagnosis stands until another one is read."""
    handed = replace(incident, changed_at=max(at, incident.changed_at or at), looks=0, healthy_looks=0)
    if incident.phase not in _OURS:
        handed = replace(handed, phase=Phase.WATCHING)
    return replace(record, incident=handed)


def hear_call(record: ConnectorRecord, call: ApiCall, policy: RepairPolicy, now: datetime) -> Step:
    """Somebody called the platform. CloudTrail tells it minutes later: looks may have seen what came of it."""
    said = f"{call.by} called {call.operation}" + (f", which was refused: {call.refused}" if call.refused else "")
    if call in record.calls:
        return nothing(record, "this call was told already")
    record = replace(record, calls=(*record.calls, call)[-CALLS_KEPT:])
    incident = record.incident
    if incident is None or call.at < incident.opened_at:
        return nothing(record, said)
    record = replace(record, incident=noted(incident, now, said, f"at {call.at:%H:%M:%S} UTC"))
    if call.refused or not call.by_a_person or call.operation not in _CHANGING or record.incident is None:
        return nothing(record, said)
    return nothing(_tell(hand_over(record, record.incident, call.at), said, policy, now), said)


def _tell(record: ConnectorRecord, what: str, policy: RepairPolicy, now: datetime) -> ConnectorRecord:
    """In the incident's thread, if people have heard of it."""
    incident = record.incident
    if incident is None:
        return record
    why = "what was seen until then counts no more; the next looks decide anew"
    record = replace(record, incident=noted(incident, now, "handed over", f"{what}: {why}"))
    if incident.told_at is None or record.incident is None:
        return record
    said = alerting.sentence(f"{what}: {why}")
    return alerting.tell(record, record.incident, Change.HANDED_OVER, Severity.INFO, policy, now, said)
