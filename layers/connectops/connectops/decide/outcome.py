"""What came of a restart that was claimed: written in both places that remember it, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from connectops.decide.timeline import noted
from connectops.model import AttemptEnd, ConnectorRecord, Incident


def ended(
    record: ConnectorRecord, incident: Incident, end: AttemptEnd, remark: str, now: datetime
) -> tuple[ConnectorRecord, Incident]:
    """The last attempt is over, whatever came of it."""
    record = amend(replace(record, incident=incident), end=end, ended_at=now, remark=remark)
    incident = noted(record.incident or incident, now, f"attempt {incident.attempts[-1].number}: {end}", remark or "-")
    return replace(record, incident=incident), incident


def interrupted(
    record: ConnectorRecord, incident: Incident, why: str, now: datetime
) -> tuple[ConnectorRecord, Incident]:
    """Nobody will learn any more what came of the last attempt, if that is not known yet."""
    if not incident.attempts or incident.attempts[-1].ended_at is not None:
        return record, incident
    return ended(record, incident, AttemptEnd.INTERRUPTED, why, now)


def amend(record: ConnectorRecord, **changes: object) -> ConnectorRecord:
    """Change the last attempt in both places that remember it."""
    if record.incident is None or not record.incident.attempts:
        return record
    attempt = replace(record.incident.attempts[-1], **changes)  # type: ignore[arg-type]  # names of Attempt's fields
    incident = replace(record.incident, attempts=(*record.incident.attempts[:-1], attempt))
    return replace(record, incident=incident, recent_attempts=(*record.recent_attempts[:-1], attempt))
