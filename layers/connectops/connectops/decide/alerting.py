"""What people are told, how loudly, and when again: one notice for each change of an incident."""

from __future__ import annotations

import shlex
from dataclasses import replace
from datetime import datetime, timedelta

from connectops.decide.loudness import is_acknowledged, is_left_alone, is_louder, louder, spoken
from connectops.decide.timeline import appended
from connectops.decide.updates import CLASS_OF
from connectops.model import (
    Action,
    Change,
    ConnectorRecord,
    Decision,
    Health,
    Incident,
    Notice,
    Phase,
    Platform,
    RepairPolicy,
    Severity,
)

CALLS_TOLD = timedelta(hours=1)
"""What somebody did so long before an incident may be its cause."""
_NO_CAUSE = "no cause was logged"
_LOOK_FOR_CAUSE = (
    "Look for the first ERROR with a stack trace in the worker log around that time; "
    "`connectops diagnose` reads it from a file or a pipe."
)
_STUCK = "What does not end by itself only AWS support can end; the worker log of that time may say what it waits for."

_OF_PEOPLE = (Change.ORDERED, Change.HANDED_OVER)  # what a person did is no word about the failure
_RECREATE = "It prints how the connector is deleted and created again with its offsets, and changes nothing."
_TITLES = {
    Change.OPENED: "{name} is {health}: {cls}",
    Change.RESTARTED: "{name} is restarted again: {cls}",
    Change.ADVISED: "{name} should be restarted: {cls}",
    Change.REFUSED: "{name} is not restarted: {cls}",
    Change.CAUSE_CHANGED: "{name} fails for another reason now: {cls}",
    Change.QUARANTINED: "{name} is quarantined: {cls}",
    Change.RESOLVED: "{name} works again",
    Change.CLOSED: "{name}: incident closed",
    Change.REMINDER: "{name} still needs a person: {cls}",
    Change.COULD_NOT_SEE: "{name} cannot be seen",
    Change.HANDED_OVER: "{name} is changed by somebody",
    Change.ORDERED: "{name}: a person's order was carried out",
    Change.UPDATE_FAILED: "{name} was not updated: {cls}",
    Change.NOT_UNDERSTOOD: "{name} has tags that are not understood",
}


def tell(
    record: ConnectorRecord,
    incident: Incident,
    change: Change,
    severity: Severity,
    policy: RepairPolicy,
    now: datetime,
    what_we_did: str,
) -> ConnectorRecord:
    """The record with one more notice in its outbox and the incident noting that it was told, or that it was not."""
    said = spoken(record, incident, change, severity, policy, now)
    if said is None:
        kept_back = incident.unsaid if change in _OF_PEOPLE else louder(incident.unsaid or severity, severity)
        return replace(record, incident=replace(incident, unsaid=kept_back))
    number = incident.notices + 1
    notice = Notice(
        id=f"{incident.id}/{number}/{change}",
        incident_id=incident.id,
        connector=record.connector,
        change=change,
        severity=said,
        at=now,
        since=incident.opened_at,
        title=_title(change, incident),
        what_happened=_what_happened(record, incident),
        cause=incident.diagnosis.cause if incident.diagnosis else _NO_CAUSE,
        what_we_did=what_we_did,
        next_step=_next_step(record, incident, change),
        failure_class=incident.failure_class,
        verdict=incident.diagnosis.verdict if incident.diagnosis else None,
        health=incident.health,
        attempts=incident.restarts,
        arn=record.arn,
        log_group=record.log_group,
        owner=policy.intent.owner,
    )
    told = replace(incident, notices=number, told_at=now, told=said, unsaid=None)
    if change in _OF_PEOPLE and incident.told:
        told = replace(incident, notices=number)
    told = appended(told, now, f"told people: {change}", f"{said}: {notice.title}")
    return replace(record, incident=told, outbox=(*record.outbox, notice))


def remind(record: ConnectorRecord, policy: RepairPolicy, now: datetime) -> ConnectorRecord:
    """Say it again while a person is needed and nothing changes, and say what a silence kept back."""
    incident = record.incident
    if incident is None or is_left_alone(record, policy, now):
        return record
    if incident.unsaid:
        return _make_up(record, incident, incident.unsaid, policy, now)
    if incident.told_at is None:
        return record
    reason = sentence(incident.decision.reason if incident.decision else "it is still open")
    stalled = incident.silent or incident.health is Health.STALLED
    if stalled and now - incident.opened_at >= policy.page_stalled_after:
        record = escalate(record, incident, policy, now, reason)
    overdue = now - incident.told_at >= policy.repeat_notice_after
    if not overdue or record.incident is not incident or is_acknowledged(incident, now):
        return record
    return tell(record, incident, Change.REMINDER, incident.told or Severity.WARNING, policy, now, reason)


def escalate(
    record: ConnectorRecord, incident: Incident, policy: RepairPolicy, now: datetime, what_we_did: str
) -> ConnectorRecord:
    """Page, unless it would come out no louder than what people were told already."""
    loud = spoken(record, incident, Change.REMINDER, Severity.PAGE, policy, now)
    if loud is None or not is_louder(loud, incident.told):
        return record
    return tell(record, incident, Change.REMINDER, Severity.PAGE, policy, now, what_we_did)


def _make_up(
    record: ConnectorRecord, incident: Incident, severity: Severity, policy: RepairPolicy, now: datetime
) -> ConnectorRecord:
    """What a silence kept back is told once it is over, as far as it is still so."""
    needs_a_person = incident.phase in (Phase.REFUSED, Phase.QUARANTINED) or incident.told_at is not None
    change = Change.REMINDER if needs_a_person else Change.OPENED
    reason = sentence(incident.decision.reason if incident.decision else "it is still open")
    return tell(record, replace(incident, unsaid=None), change, severity, policy, now, reason)


def describe_restart(decision: Decision, number: int) -> str:
    what = "the failed tasks" if decision.action is Action.RESTART_TASKS else "the whole connector"
    return f"Restarting {what} (attempt {number}); the next looks will tell whether records flow again."


def _title(change: Change, incident: Incident) -> str:
    if change is Change.RESOLVED and incident.failure_class in CLASS_OF.values():
        return f"{incident.connector.name} was updated"
    health = incident.health or (Health.STALLED if incident.silent else Health.RETRYING)
    return _TITLES[change].format(name=incident.connector.name, health=health, cls=incident.failure_class)


def _what_happened(record: ConnectorRecord, incident: Incident) -> str:
    parts = _plain_cause(incident.failure_class)
    if incident.silent:
        parts.append("It says RUNNING and delivers nothing: its last line was followed by silence.")
    elif incident.health:
        parts.append(f"Its health is {incident.health}, seen in {max(incident.looks, 1)} look(s).")
    if incident.diagnosis and incident.diagnosis.killed:
        parts.append("The worker log says that a task was killed.")
    if incident.diagnosis and incident.diagnosis.consequences:
        parts.append(f"Consequences seen: {', '.join(incident.diagnosis.consequences)}.")
    if incident.diagnosis and incident.failure_class in CLASS_OF.values():
        parts.append(f"What was to change: {'; '.join(incident.diagnosis.evidence) or 'not told'}.")
    parts = parts or ["The worker log tells of a failure."]
    return " ".join([*parts, *_calls_before(record, incident)])


def _calls_before(record: ConnectorRecord, incident: Incident) -> list[str]:
    begin = incident.opened_at - CALLS_TOLD
    calls = [call for call in record.calls if begin <= call.at <= incident.opened_at and not call.refused]
    return [f"Before, at {call.at:%H:%M:%S} UTC, {call.by} called {call.operation}." for call in calls]


def _plain_cause(failure_class: str) -> list[str]:
    """What the catalogue says of it in plain words; nothing of a cause that nobody knows."""
    from connectops.decide.catalogue import BY_ID  # notices are rare, and the catalogue is large

    return [sentence(BY_ID[failure_class].cause)] if failure_class in BY_ID else []


def _next_step(record: ConnectorRecord, incident: Incident, change: Change) -> str:
    if change in (Change.RESOLVED, Change.CLOSED):
        return "Nothing to do."
    if change is Change.COULD_NOT_SEE:
        return "Check the permissions and the network path of poll_connectors; nothing is repaired meanwhile."
    step = incident.diagnosis.next_step if incident.diagnosis else _LOOK_FOR_CAUSE
    if incident.health is Health.STUCK and record.connector.platform is Platform.MSK_CONNECT:
        return f"Run: aws kafkaconnect list-connector-operations --connector-arn {record.arn or 'ARN'}. {_STUCK}"
    if change is Change.ADVISED:
        return f"{_restart_command(record)} {step}"
    if incident.needs_recreation:
        return f"{step} Then run: connectops recreate {shlex.quote(record.connector.key)}. {_RECREATE}"
    return step


def _restart_command(record: ConnectorRecord) -> str:
    if record.connector.platform is Platform.MSK_CONNECT:
        return f"Run: aws kafkaconnect restart-connector --connector-arn {record.arn or 'ARN'}."
    return f"Run: curl -X POST CONNECT_URL/connectors/{record.connector.name}/restart?includeTasks=true."


def sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "."
