"""What counts as evidence: which cause wins, what is too old, what silence confirms, what is enough to act on."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from connectops.model import (
    UNKNOWN_CLASS,
    ConnectorRecord,
    ConnectorState,
    DataImpact,
    Diagnosis,
    Incident,
    Life,
    Look,
    RepairPolicy,
    SignOfLife,
    Silence,
    Suspicion,
    Verdict,
)

CLOCKS_DIFFER_BY = timedelta(minutes=5)
"""How far a worker's clock is believed to be ahead of ours."""
_OF_A_READER = frozenset({Silence.SILENT_STOP, Silence.KEEP_ALIVE})
RETRIES_THAT_LAST = 6
"""So many lines about one cause are a state, not an event."""


def dated[Heard: (Diagnosis, Suspicion, SignOfLife)](heard: Heard, policy: RepairPolicy, now: datetime) -> Heard:
    """What a line says, as far as its own time can be believed.

    A worker's clock may be ahead, but no line of next year may outweigh all that follows; and a death that is told late
    needs a look to confirm it.
    """
    latest = now + CLOCKS_DIFFER_BY
    if isinstance(heard, SignOfLife):
        return replace(heard, at=min(heard.at, latest))
    if isinstance(heard, Suspicion):
        return replace(heard, seen_at=min(heard.seen_at, latest), heard_at=heard.heard_at or now)
    seen = min(heard.last_seen or now, latest)
    first = min(heard.first_seen or seen, seen)
    return replace(
        heard, first_seen=first, last_seen=seen, killed=heard.killed and now - seen <= policy.internal_retry_after
    )


def last_restart(record: ConnectorRecord) -> datetime | None:
    """When the last restart was through, as far as known; evidence of before belongs to the past."""
    moments = [attempt.restarted_at or attempt.claimed_at for attempt in record.recent_attempts]
    return max(moments, default=None)


def is_fresh(record: ConnectorRecord, evidence_at: datetime) -> bool:
    """Whether evidence is newer than the last restart."""
    restarted = last_restart(record)
    return restarted is None or evidence_at > restarted


def is_news(record: ConnectorRecord, line_at: datetime) -> bool:
    """Whether a line is newer than the last restart, and than the lines of incidents that ended."""
    return is_fresh(record, line_at) and is_unheard(record, line_at)


def is_unheard(record: ConnectorRecord, line_at: datetime) -> bool:
    """Whether a line is newer than those of incidents that ended, all by the workers' clocks."""
    return record.past_line_at is None or line_at > record.past_line_at


def outranks(known: Diagnosis | None, new: Diagnosis) -> bool:
    """Whether a new cause re-decides an incident: the last cause counts, but nothing lenient hides a refusal."""
    if known is None or known.failure_class == UNKNOWN_CLASS:
        return True
    if new.failure_class == UNKNOWN_CLASS or new.verdict is Verdict.IGNORE:
        return False
    if known.verdict is Verdict.DO_NOT_RESTART and new.verdict is not Verdict.DO_NOT_RESTART:
        return False
    return not (known.data is DataImpact.LOST and new.data is not DataImpact.LOST)


def join(known: Diagnosis | None, new: Diagnosis) -> Diagnosis:
    """Both as one: the winning cause, the other one remembered as a consequence, occurrences added up."""
    if known is None:
        return new
    winner, other = (new, known) if outranks(known, new) else (known, new)
    others = {*known.consequences, *new.consequences, other.failure_class} - {winner.failure_class, UNKNOWN_CLASS}
    return replace(
        winner,
        count=known.count + new.count,
        killed=known.killed or new.killed,
        first_seen=min((d.first_seen for d in (known, new) if d.first_seen), default=None),
        last_seen=max((d.last_seen for d in (known, new) if d.last_seen), default=None),
        consequences=tuple(sorted(others)),
    )


def is_sufficient(incident: Incident, policy: RepairPolicy) -> bool:
    """Two looks; or one look and a logged cause; or the logged death of a task with a known cause; or silence.

    An error that nobody knows and no status confirms is never enough, however often it is logged.

    Lines that no status confirms are enough only when they went on for as long as an internal retry may: what was
    logged for a minute, and no more since, is over.
    """
    known = incident.diagnosis
    if incident.silent or incident.looks >= policy.looks_needed:
        return True
    if known is None:
        return False
    if known.verdict is Verdict.DO_NOT_RESTART or incident.looks >= 1:
        return True
    if known.killed and known.failure_class != UNKNOWN_CLASS:
        return True
    lasted = incident.evidence_at - incident.opened_at
    if known.failure_class == UNKNOWN_CLASS:
        return False
    return known.count >= RETRIES_THAT_LAST and lasted >= policy.internal_retry_after


def deadline(suspicion: Suspicion, policy: RepairPolicy) -> datetime:
    """When silence has lasted long enough to be an outage."""
    return (suspicion.heard_at or suspicion.seen_at) + _patience(suspicion.silence, policy)


def _patience(silence: Silence, policy: RepairPolicy) -> timedelta:
    match silence:
        case Silence.SILENT_STOP | Silence.KEEP_ALIVE:
            return policy.silent_stop_after
        case Silence.INTERNAL_RETRY:
            return policy.internal_retry_after
        case Silence.EMPTY_ASSIGNMENT:
            return policy.empty_assignment_after


def suspect(suspicions: tuple[Suspicion, ...], new: Suspicion) -> tuple[Suspicion, ...]:
    """Add a suspicion; a repeated one keeps the time of the first and takes the cause of the last.

    A client that says it cannot connect explains the silence of its reader: that silence begins with its last word.
    """
    same = [old for old in suspicions if _is_same(old, new)]
    others = tuple(old for old in suspicions if not _is_same(old, new))
    if not same:
        return (*others, new)
    first = min(same[0], new, key=lambda each: each.seen_at)
    resumed_at = max((each.resumed_at for each in (same[0], new) if each.resumed_at), default=None)
    joined = replace(first, diagnosis=join(same[0].diagnosis, new.diagnosis), resumed_at=resumed_at)
    speaking = [each for each in (same[0], new) if each.silence is Silence.KEEP_ALIVE]
    if speaking:
        heard_at = max(each.heard_at or each.seen_at for each in speaking)
        joined = replace(joined, silence=Silence.KEEP_ALIVE, heard_at=heard_at)
    return (*others, joined)


def _is_same(old: Suspicion, new: Suspicion) -> bool:
    both = {old.silence, new.silence}
    if Silence.KEEP_ALIVE in both and both <= _OF_A_READER:
        return same_task(old.diagnosis.task, new.diagnosis.task)
    return (old.silence, old.diagnosis.task) == (new.silence, new.diagnosis.task)


def outlive(suspicions: tuple[Suspicion, ...], sign: SignOfLife, policy: RepairPolicy) -> tuple[Suspicion, ...]:
    """What is still suspected after a sign of life."""
    return tuple(left for each in suspicions if (left := _after(sign, each, policy)))


def _after(sign: SignOfLife, suspicion: Suspicion, policy: RepairPolicy) -> Suspicion | None:
    """None if it is disproved. A task that starts again by itself may be well, or at its next try in vain.

    Each of its tries ends like a stop in order, so that such a stop says nothing of it.
    """
    if suspicion.silence is not Silence.INTERNAL_RETRY or sign.life not in (Life.STARTED, Life.ORDERLY_STOP):
        return None if disproves(sign, suspicion, policy) else suspicion
    started = sign.life is Life.STARTED and sign.at > suspicion.seen_at
    if not started or not same_task(sign.task, suspicion.diagnosis.task):
        return suspicion
    return replace(suspicion, resumed_at=max(sign.at, suspicion.resumed_at or sign.at))


def disproves(sign: SignOfLife, suspicion: Suspicion, policy: RepairPolicy) -> bool:
    """Life after the suspicious line; or an orderly stop beside it, whose lines may come in either order."""
    if sign.life is Life.ORDERLY_STOP:
        counts_from = suspicion.seen_at - policy.silent_stop_after / 10
    elif sign.life is Life.RECORDS:
        counts_from = records_count_from(suspicion, suspicion.seen_at, policy)
    else:
        counts_from = suspicion.seen_at
    return sign.at > counts_from and same_task(sign.task, suspicion.diagnosis.task)


def records_count_from(suspicion: Suspicion, stopped_at: datetime, policy: RepairPolicy) -> datetime:
    """Records that move soon after a reader stopped were read before it: they are still on their way."""
    return stopped_at + policy.silent_stop_after / 2 if suspicion.silence in _OF_A_READER else stopped_at


def lasting(suspicion: Suspicion, look: Look, policy: RepairPolicy) -> bool:
    """Whether a client has said for so long that it cannot connect that people should know."""
    return suspicion.silence is Silence.KEEP_ALIVE and look.at >= suspicion.seen_at + policy.internal_retry_after


def trying_until(record: ConnectorRecord, policy: RepairPolicy) -> datetime | None:
    """Until when a client that cannot connect is believed to be at it: a restart would be one into the outage."""
    spoken = [deadline(each, policy) for each in record.suspicions if each.silence is Silence.KEEP_ALIVE]
    return max(spoken, default=None)


def same_task(one: int | None, other: int | None) -> bool:
    return one is None or other is None or one == other


def weigh_silence(
    record: ConnectorRecord, look: Look, policy: RepairPolicy
) -> tuple[tuple[Suspicion, ...], tuple[Suspicion, ...]]:
    """The suspicions that silence has confirmed by this look, and those that stay open; in neither: the disproved.

    Silence is measured to the time of the look: what waits behind it in the queue may be a sign of life.
    """
    confirmed, waiting = [], []
    for suspicion in record.suspicions:
        counts_from = records_count_from(suspicion, suspicion.heard_at or suspicion.seen_at, policy)
        if moved_since(record, look, counts_from) or not is_fresh(record, suspicion.seen_at):
            continue
        well_since = _may_be_well_since(suspicion)
        if well_since and look.at >= well_since + _patience(suspicion.silence, policy):
            continue
        if not well_since and look.at >= deadline(suspicion, policy) and look.state is ConnectorState.RUNNING:
            confirmed.append(suspicion)
        else:
            waiting.append(suspicion)
    return tuple(confirmed), tuple(waiting)


def _may_be_well_since(suspicion: Suspicion) -> datetime | None:
    """When it last started again, if no such line followed."""
    last = max(suspicion.seen_at, suspicion.diagnosis.last_seen or suspicion.seen_at)
    return suspicion.resumed_at if suspicion.resumed_at and suspicion.resumed_at > last else None


def moved_since(record: ConnectorRecord, look: Look, moment: datetime) -> bool:
    """Whether records are known to have moved after a moment: by a metric's whole period or by a line."""
    in_metrics = look.flow.records_at if look.flow else None
    return any(seen is not None and seen > moment for seen in (in_metrics, record.last_life_at))
