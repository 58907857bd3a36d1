"""How loudly a notice is told, given what people asked for: as it is, more quietly, or not now."""

from __future__ import annotations

from datetime import datetime

from connectops.model import Change, ConnectorRecord, Incident, RepairPolicy, Severity

_LOUDNESS = (Severity.INFO, Severity.WARNING, Severity.PAGE)
_ENDS = (Change.RESOLVED, Change.CLOSED)


def louder(one: Severity, other: Severity) -> Severity:
    return max(one, other, key=_LOUDNESS.index)


def is_louder(one: Severity, than: Severity | None) -> bool:
    return than is None or _LOUDNESS.index(one) > _LOUDNESS.index(than)


def spoken(
    record: ConnectorRecord, incident: Incident, change: Change, severity: Severity, policy: RepairPolicy, now: datetime
) -> Severity | None:
    """How loudly it comes out; None: it is kept back. The end of what people were told of is always told."""
    if change in _ENDS:
        return severity
    if is_silenced(record, now) or (change is Change.REMINDER and is_acknowledged(incident, now)):
        return None
    if severity is Severity.INFO or policy.intent.held_until:
        return Severity.INFO
    severity = policy.intent.severity or severity
    return min(severity, Severity.WARNING, key=_LOUDNESS.index) if is_acknowledged(incident, now) else severity


def is_silenced(record: ConnectorRecord, now: datetime) -> bool:
    return record.silence is not None and now < record.silence.until


def is_acknowledged(incident: Incident, now: datetime) -> bool:
    return incident.acknowledged is not None and now < incident.acknowledged.until


def is_left_alone(record: ConnectorRecord, policy: RepairPolicy, now: datetime) -> bool:
    """Whether nobody wants to hear of it at all: neither news nor that nothing can be seen."""
    return is_silenced(record, now) or policy.intent.held_until is not None
