"""An update that MSK Connect took back, or could not: an incident of its own, beside whatever else the connector has.

It holds nothing back. A connector with its former settings runs on, may fail for other reasons, and is repaired then
as ever. Sources: operation states in the MSK Connect API reference; the AWS provider of Terraform waits for the
connector's state RUNNING, which a connector that was rolled back has too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from connectops.decide import alerting
from connectops.decide.incident import Step, opened
from connectops.decide.loudness import is_louder, spoken
from connectops.decide.timeline import noted
from connectops.decide.updates import CLASS_OF, TOLD_WITHIN, is_news
from connectops.model import (
    Action,
    Change,
    ConnectorRecord,
    ConnectorState,
    Decision,
    Diagnosis,
    Incident,
    Look,
    Phase,
    RepairPolicy,
    Severity,
    Update,
    UpdateState,
    Verdict,
)

NO_REASON = "MSK Connect gives no reason"
_DONE = {
    UpdateState.ROLLED_BACK: "Nothing was done: MSK Connect went back to the settings from before.",
    UpdateState.FAILED: "Nothing was done: which settings the connector has now is not known.",
}


def see_update_end(step: Step, look: Look, policy: RepairPolicy, now: datetime) -> Step:
    """What a look tells of updates, after what it tells of the connector itself."""
    record, update = step.record, look.update
    if update and is_news(look) and (record.update_told is None or update.at > record.update_told):
        return replace(step, record=_open(record, update, policy, now))
    incident = record.failed_update
    if incident is None or step.ended is not None:  # one incident a step goes into the history
        return step
    if look.state in (ConnectorState.GONE, ConnectorState.DELETING):
        return _end(step, incident, Change.CLOSED, "it was deleted", policy, now)
    if update and update.state is UpdateState.COMPLETE and update.at >= incident.opened_at:
        return _end(step, incident, Change.RESOLVED, "a later update succeeded", policy, now)
    if now - incident.opened_at >= TOLD_WITHIN:
        return _end(step, incident, Change.CLOSED, "nobody updated it again for a day", policy, now)
    return replace(step, record=_beside(record, lambda beside: _remind(beside, incident, policy, now)))


def _open(record: ConnectorRecord, update: Update, policy: RepairPolicy, now: datetime) -> ConnectorRecord:
    """An incident for the update; one that was open goes on with it, and is told anew."""
    diagnosis = _diagnosis(update)
    since = update.ended_at or update.at
    incident = record.failed_update or opened(record, since, since, now)
    incident = replace(
        incident,
        id=incident.id if record.failed_update else f"{incident.id}-update",
        opened_at=since,
        evidence_at=since,
        phase=Phase.REFUSED,
        diagnosis=diagnosis,
        acknowledged=None,
        decision=Decision(
            Action.REFUSE, "no restart makes an update succeed", diagnosis.failure_class, diagnosis.verdict
        ),
    )
    incident = noted(incident, now, f"update {update.state}", diagnosis.cause)
    done = _DONE[update.state]

    def told(beside: ConnectorRecord) -> ConnectorRecord:
        return alerting.tell(beside, incident, Change.UPDATE_FAILED, diagnosis.severity, policy, now, done)

    return replace(_beside(record, told), update_told=update.at)


def _remind(record: ConnectorRecord, incident: Incident, policy: RepairPolicy, now: datetime) -> ConnectorRecord:
    """Updates are made in maintenance windows: what these made quiet is told as loudly as it was meant after them."""
    meant = incident.diagnosis.severity if incident.diagnosis else Severity.WARNING
    loud = spoken(record, incident, Change.REMINDER, meant, policy, now)
    if incident.told is None or loud is None or not is_louder(loud, incident.told):
        return alerting.remind(record, policy, now)
    done = alerting.sentence(incident.decision.reason if incident.decision else "it is still open")
    return alerting.tell(record, incident, Change.REMINDER, meant, policy, now, done)


def _diagnosis(update: Update) -> Diagnosis:
    # Failed updates are rare; the catalogue is large, and a story of an update brings all that redacts.
    from connectops.decide.catalogue import BY_ID
    from connectops.decide.update_story import in_words

    entry = BY_ID[CLASS_OF[update.state]]
    return Diagnosis(
        entry.id,
        entry.verdict,
        entry.severity,
        cause=update.error or NO_REASON,
        next_step=entry.next_step,
        first_seen=update.at,
        last_seen=update.ended_at or update.at,
        data=entry.data,
        evidence=in_words(update),
    )


def _end(step: Step, incident: Incident, change: Change, why: str, policy: RepairPolicy, now: datetime) -> Step:
    action = Action.RESOLVE if change is Change.RESOLVED else Action.NOTHING
    decision = Decision(action, why, incident.failure_class, Verdict.DO_NOT_RESTART)
    incident = noted(replace(incident, decision=decision, ended_at=now), now, change.upper(), why)
    record = replace(step.record, failed_update=incident)
    if incident.told_at:
        said = alerting.sentence(why)
        record = _beside(
            record, lambda beside: alerting.tell(beside, incident, change, Severity.INFO, policy, now, said)
        )
    return replace(step, record=replace(record, failed_update=None), ended=record.failed_update)


def _beside(record: ConnectorRecord, change: Callable[[ConnectorRecord], ConnectorRecord]) -> ConnectorRecord:
    """The record after a change that knows one incident only, made to the one about the update."""
    changed = change(replace(record, incident=record.failed_update))
    return replace(changed, incident=record.incident, failed_update=changed.incident)
