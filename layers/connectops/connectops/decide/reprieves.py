"""What a person asks for a while: to work on it, to hear nothing of it, to have nothing done; and the end of that."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from connectops.decide.answers import answered, done, ordered, refused
from connectops.decide.incident import Step
from connectops.model import Answer, ConnectorRecord, Order, OrderKind, Phase, RepairPolicy, Reprieve

LONGEST = timedelta(days=31)


def acknowledge(record: ConnectorRecord, order: Order, policy: RepairPolicy, now: datetime) -> Step:
    reprieve = _reprieve(order, now)
    if isinstance(reprieve, str):
        return refused(record, order, reprieve, now)
    if record.incident is None and record.failed_update is None:
        return refused(record, order, "it has no open incident", now)
    said = f"{order.by} works on it until {reprieve.until:%Y-%m-%d %H:%M} UTC: no reminder and no page"
    record = replace(
        record,
        incident=record.incident and replace(record.incident, acknowledged=reprieve),
        failed_update=record.failed_update and replace(record.failed_update, acknowledged=reprieve),
    )
    return done(record, order, said, policy, now)


def stay(record: ConnectorRecord, order: Order, policy: RepairPolicy, now: datetime) -> Step:
    reprieve = _reprieve(order, now)
    if isinstance(reprieve, str):
        return refused(record, order, reprieve, now)
    until = f"until {reprieve.until:%Y-%m-%d %H:%M} UTC"
    if order.kind is OrderKind.SILENCE:
        said = f"nobody is told of it {until}; it is watched and repaired as before"
        return Step(answered(replace(record, silence=reprieve), order, Answer.DONE, said, now), ordered(order))
    said = f"nothing is restarted and nobody is paged {until}"
    return done(replace(record, hold=reprieve), order, said, policy, now)


def _reprieve(order: Order, now: datetime) -> Reprieve | str:
    """What was asked for, or what is wrong with it."""
    if order.until is None:
        return "it has no end"
    if not now < order.until <= now + LONGEST:
        return f"it ends at {order.until:%Y-%m-%d %H:%M} UTC, expected a time to come within {LONGEST.days} days"
    return Reprieve(order.by, now, order.until)


def release(record: ConnectorRecord, order: Order, policy: RepairPolicy, now: datetime) -> Step:
    """The next look decides anew; the restarts of the day stay counted."""
    incident, failed_update = record.incident, record.failed_update
    ended = [name for name in ("hold", "silence") if (kept := getattr(record, name)) and kept.until > now]
    if (incident and incident.acknowledged) or (failed_update and failed_update.acknowledged):
        ended.append("acknowledgement")
    if incident and incident.barred:
        ended.append("the platform's refusal")
    if incident and incident.phase is Phase.QUARANTINED:
        ended.append("quarantine")
        record, incident = replace(record, backoff_attempts=0), replace(incident, phase=Phase.WAITING, decision=None)
    if not ended:
        return refused(record, order, "it is neither quarantined nor held, silenced or acknowledged", now)
    incident = incident and replace(incident, acknowledged=None, barred=None)
    failed_update = failed_update and replace(failed_update, acknowledged=None)
    record = replace(record, incident=incident, failed_update=failed_update, hold=None, silence=None)
    return done(record, order, f"ended: {', '.join(ended)}; the next look decides anew", policy, now)
