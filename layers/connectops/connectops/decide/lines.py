"""What lines of a worker log mean for a connector: a failure, a suspicion, or a sign of life."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from connectops.decide import evidence
from connectops.decide.attempt import end_attempt
from connectops.decide.incident import Step, conclude, nothing, opened, resolved, suspecting
from connectops.decide.proof import died_unseen
from connectops.decide.timeline import noted
from connectops.model import (
    AttemptEnd,
    ConnectorRecord,
    Diagnosis,
    Incident,
    Life,
    Phase,
    RepairPolicy,
    SignOfLife,
    Silence,
    Suspicion,
    Verdict,
)


def hear_failure(record: ConnectorRecord, diagnosis: Diagnosis, policy: RepairPolicy, now: datetime) -> Step:
    """A failure was logged. What is older than the last restart joins the history and decides nothing."""
    seen_at = diagnosis.last_seen or now
    if diagnosis.verdict is Verdict.IGNORE:
        return nothing(record, f"{diagnosis.failure_class} is handled by itself")
    if not evidence.is_news(record, seen_at) and not _is_open_refusal(record, diagnosis, seen_at):
        return _stale(record, diagnosis, seen_at, policy, now)
    incident = _joined(record, diagnosis, seen_at, now)
    record = replace(record, incident=incident, healthy_since=None)
    if incident.phase not in (Phase.RESTARTING, Phase.PROVING):
        return conclude(record, incident, policy, now)
    if incident.phase is Phase.RESTARTING and diagnosis.verdict is not Verdict.DO_NOT_RESTART:
        return nothing(record, "the restart is being carried out: what dies meanwhile may be what it replaces")
    if diagnosis.killed or diagnosis.verdict is Verdict.DO_NOT_RESTART:
        return end_attempt(record, incident, AttemptEnd.FAILED_AGAIN, policy, now, diagnosis.cause)
    return nothing(record, "a restart is being proven; this line alone does not end it")


def _is_open_refusal(record: ConnectorRecord, diagnosis: Diagnosis, seen_at: datetime) -> bool:
    """A refusal that comes late, and the connector was not seen healthy since: it may still hold."""
    unproven = record.incident is None and record.healthy_since is None
    return unproven and diagnosis.verdict is Verdict.DO_NOT_RESTART and evidence.is_unheard(record, seen_at)


def _stale(
    record: ConnectorRecord, diagnosis: Diagnosis, seen_at: datetime, policy: RepairPolicy, now: datetime
) -> Step:
    """It joins the history. A refusal holds back further restarts, too: a worker's clock may only be behind."""
    reason = f"{diagnosis.failure_class} is older than the last restart or incident"
    if record.incident is None:
        return nothing(record, reason)
    history = noted(record.incident, now, f"read {diagnosis.failure_class}", "older than the last restart or incident")
    record = replace(record, incident=history)
    if diagnosis.verdict is not Verdict.DO_NOT_RESTART or not evidence.is_unheard(record, seen_at):
        return nothing(record, reason)
    history = replace(history, diagnosis=evidence.join(history.diagnosis, diagnosis), heard_at=now)
    record = replace(record, incident=history)
    if history.phase in (Phase.RESTARTING, Phase.PROVING):
        return nothing(record, reason)
    return conclude(record, history, policy, now)


def _joined(record: ConnectorRecord, diagnosis: Diagnosis, seen_at: datetime, now: datetime) -> Incident:
    incident = record.incident or opened(record, diagnosis.first_seen or now, seen_at, now)
    joined = replace(
        incident,
        diagnosis=evidence.join(incident.diagnosis, diagnosis),
        silent=incident.silent and not diagnosis.killed,
        shown_at=None if _is_another_death(incident, diagnosis, seen_at) else incident.shown_at,
        evidence_at=max(incident.evidence_at, seen_at),
        line_at=max(incident.line_at or seen_at, seen_at),
        heard_at=now,
        healthy_looks=0,
    )
    return noted(joined, now, f"read {diagnosis.failure_class}", diagnosis.cause)


def _is_another_death(incident: Incident, diagnosis: Diagnosis, seen_at: datetime) -> bool:
    """What died twice was started in between, by a person or a rebalance: looks showed the death before, if any."""
    died_before = incident.diagnosis is not None and incident.diagnosis.killed
    return diagnosis.killed and died_before and (incident.line_at is None or seen_at > incident.line_at)


def hear_suspicion(record: ConnectorRecord, suspicion: Suspicion, policy: RepairPolicy, now: datetime) -> Step:
    """Something that only silence can confirm: remembered with its deadline, unless it is explained already.

    Where it was confirmed before, a further try in vain is the same failure going on.
    """
    if _goes_on(record.incident, suspicion):
        return hear_failure(record, suspicion.diagnosis, policy, now)
    suspected: tuple[Suspicion, ...] = (suspicion,)
    for sign in (record.last_sign, record.last_stop):
        suspected = evidence.outlive(suspected, sign, policy) if sign else suspected
    if not suspected or not evidence.is_news(record, suspicion.seen_at):
        return nothing(record, f"{suspicion.silence} is explained by other evidence")
    record = replace(record, suspicions=evidence.suspect(record.suspicions, suspected[0]))
    return suspecting(record, suspicion, policy)


def _goes_on(incident: Incident | None, suspicion: Suspicion) -> bool:
    if incident is None or incident.diagnosis is None or suspicion.silence is not Silence.INTERNAL_RETRY:
        return False
    return suspicion.diagnosis.failure_class in (incident.failure_class, *incident.diagnosis.consequences)


def hear_life(record: ConnectorRecord, sign: SignOfLife, policy: RepairPolicy, now: datetime) -> Step:
    """A sign of life disproves suspicions; records or a reconnect end a silence that nobody is restarting.

    A task that starts shows no delivery: whoever restarted it, silence must be suspected anew.
    """
    record = replace(record, suspicions=evidence.outlive(record.suspicions, sign, policy))
    if sign.life is Life.ORDERLY_STOP:
        return nothing(replace(record, last_stop=sign), "an orderly stop")
    if record.last_sign is None or sign.at >= record.last_sign.at:
        record = replace(record, last_sign=sign)
    if sign.life in (Life.RECORDS, Life.RECONNECTED):
        record = replace(record, worked_at=min(sign.at, now))
    if sign.life is Life.RECORDS:
        alive_at = min(sign.at, now)
        record = replace(record, last_life_at=max(record.last_life_at or alive_at, alive_at))
    incident = record.incident
    if incident is None or not _follows(incident, sign):
        return nothing(record, f"a sign of life: {sign.life}")
    restarted = sign.life is Life.STARTED and (incident.silent or died_unseen(incident))
    if restarted or (sign.life is Life.RECONNECTED and died_unseen(incident)):
        return _started(record, incident, sign, now)
    if incident.silent:
        return resolved(record, incident, "it reconnected by itself", policy, now)
    return nothing(record, f"a sign of life: {sign.life}")


def _started(record: ConnectorRecord, incident: Incident, sign: SignOfLife, now: datetime) -> Step:
    diagnosis = incident.diagnosis and replace(incident.diagnosis, killed=False)
    started = replace(
        incident, diagnosis=diagnosis, silent=False, looks=0, evidence_at=sign.at, line_at=sign.at, heard_at=now
    )
    started = noted(started, now, "a task started", "it was restarted by somebody else, or by itself")
    return nothing(replace(record, incident=started), "a task started: the next looks will tell")


def _follows(incident: Incident, sign: SignOfLife) -> bool:
    task = incident.diagnosis.task if incident.diagnosis else None
    ours = incident.phase in (Phase.RESTARTING, Phase.PROVING)
    return not ours and sign.at > incident.evidence_at and evidence.same_task(sign.task, task)
