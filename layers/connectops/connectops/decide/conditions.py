"""Conditions of a restart that the ledger's record decides: first time, worked before, not said, quiet, gave up."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from connectops.decide.catalogue import BY_ID
from connectops.decide.catalogue.entry import Condition, Fact
from connectops.model import AttemptEnd, ConnectorRecord, Health, Incident, RepairPolicy


def speaks_against(record: ConnectorRecord, incident: Incident, now: datetime) -> str | None:
    """Why a restart that the cause alone would be worth is not right for this connector now; None if nothing is."""
    return next(filter(None, (_broken(each, record, incident, now) for each in _conditions(incident))), None)


def quiet_from(incident: Incident, policy: RepairPolicy) -> datetime | None:
    """When its source can be thought to answer again, as far as lines tell; None if the cause does not ask.

    A source that is named again and again does not postpone a restart for longer than an internal retry may take.
    """
    asks = any(each.fact is Fact.QUIET for each in _conditions(incident))
    if not asks or incident.heard_at is None:
        return None
    noticed_at = incident.noticed_at or incident.opened_at
    return min(incident.heard_at + policy.first_backoff, noticed_at + policy.internal_retry_after)


def remembered_for(classes: Iterable[str]) -> timedelta | None:
    """How long after a line of one of these classes a start still meets what the JVM remembers; None if none asks."""
    asked = [
        condition.within
        for each in classes
        if each in BY_ID
        for condition in BY_ID[each].only_if
        if condition.fact is Fact.RESOLVED
    ]
    return max(asked, default=None)


def _conditions(incident: Incident) -> tuple[Condition, ...]:
    entry = BY_ID.get(incident.failure_class)
    return entry.only_if if entry else ()


def _broken(condition: Condition, record: ConnectorRecord, incident: Incident, now: datetime) -> str | None:
    match condition.fact:
        case Fact.FIRST_TIME if _restarted_for_it(record, incident, condition, now):
            return f"{incident.failure_class} came back. {condition.sentence}"
        case Fact.WORKED_BEFORE if _never_worked(record, incident, condition) and _was_in_vain(incident):
            return "a restart was in vain, and it was never seen to work since it was created"
        case Fact.NOT_SAID if said := _said(incident, condition):
            return f"{said} was said, too: a restart may skip what lies between"
        case Fact.GAVE_UP if _tries_by_itself(incident):
            return f"it has tried again by itself for long enough to know. {condition.sentence}"
    return None


def _tries_by_itself(incident: Incident) -> bool:
    """Whether only lines tell of it, none of a death: what looks see is not dead, and no silence was waited for."""
    if incident.health is None:
        return not incident.silent and not (incident.diagnosis and incident.diagnosis.killed)
    return incident.health is Health.RETRYING


def _restarted_for_it(record: ConnectorRecord, incident: Incident, condition: Condition, now: datetime) -> bool:
    return any(
        attempt.failure_class == incident.failure_class
        and attempt.end is not AttemptEnd.REFUSED
        and now - attempt.claimed_at < condition.within
        for attempt in record.recent_attempts
    )


def _never_worked(record: ConnectorRecord, incident: Incident, condition: Condition) -> bool:
    young = record.created_at is not None and incident.opened_at - record.created_at < condition.within
    return young and record.worked_at is None


def _was_in_vain(incident: Incident) -> bool:
    return any(attempt.end in (AttemptEnd.FAILED_AGAIN, AttemptEnd.NOT_PROVEN) for attempt in incident.attempts)


def _said(incident: Incident, condition: Condition) -> str | None:
    heard = incident.diagnosis.consequences if incident.diagnosis else ()
    return next((each for each in condition.classes if each in heard), None)
