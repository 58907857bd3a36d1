"""Diagnosis: from the records of worker logs to root causes, verdicts and next steps.

`diagnose` reads records, `diagnose_trace` the trace of a REST status. Everything they return is redacted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from itertools import islice

from connectops.decide.catalogue import CATALOGUE
from connectops.decide.catalogue.entry import Role, Weight
from connectops.decide.diagnosis_codes import in_words
from connectops.decide.diagnosis_incidents import Incident, Reader
from connectops.decide.diagnosis_lines import (
    SILENT_STOP,
    Event,
    Kind,
    assignment_of,
    connectors_by_prefix,
    is_killed,
    is_refused,
    is_retry,
    life_of,
)
from connectops.decide.diagnosis_matching import Matcher
from connectops.decide.diagnosis_unknown import root_of
from connectops.decide.fingerprint import fingerprint
from connectops.decide.redaction import redact
from connectops.model import UNKNOWN_CLASS, Diagnosis, LogRecord, Severity, SignOfLife, Silence, Suspicion, Verdict

CAUSE_KEPT = 600
EVIDENCE_LINES = 12
BEFORE_ALL = datetime.min.replace(tzinfo=UTC)
EVIDENCE_KEPT = 300
EVIDENCE_RECORDS = 60
STATEMENTS_REMEMBERED = 512


@dataclass(frozen=True, slots=True)
class Origins:
    """The log event id of the first line of each diagnosis, suspicion and sign, in their order."""

    diagnoses: tuple[str, ...] = ()
    suspicions: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What the records of one source say. `noise` counts statements by class; `ignored` lines belong to no failure."""

    diagnoses: tuple[Diagnosis, ...] = ()
    suspicions: tuple[Suspicion, ...] = ()
    signs: tuple[SignOfLife, ...] = ()
    noise: tuple[tuple[str, int], ...] = ()
    lines: int = 0
    ignored: int = 0
    origins: Origins = Origins()
    lacks_a_hint: bool = False
    """Whether lines before these, where they are known, could tell more."""


@cache
def matcher() -> Matcher:
    """The whole catalogue, compiled once."""
    return Matcher(CATALOGUE)


def diagnose(
    records: Sequence[LogRecord],
    *,
    lines: int = 0,
    to_the_end: bool = False,
    now: datetime | None = None,
    connector: str | None = None,
) -> Reading:
    """Root causes, suspicions and signs of life in records that are in order of time.

    With `to_the_end` the records are all there is (a file): `now` (default: the last record) is their end, and a
    suspicion that is still open is a failure. Without it they are one batch of a stream, and silence is for others to
    confirm. Lines that do not say whose they are belong to `connector`, if it is given.
    """
    events = _attributed([interpret(record) for record in records], connector)
    if not to_the_end:
        events = [event for event in events if not _is_rest(event)]
    reader = Reader()
    reader.read(events)
    end = now or max((record.last_at or record.at for record in records), default=BEFORE_ALL)
    found = reader.incidents(end, snippet=to_the_end)
    silences = [(each, (each.silence or _internal_retry(each)) if not to_the_end else None) for each in found]
    failures = [incident for incident, silence in silences if silence is None]
    suspected = [(incident, silence) for incident, silence in silences if silence is not None]
    living = [event for event in events if event.life]
    used = {id(record): record.size for incident in found for record in incident.records}
    return Reading(
        diagnoses=tuple(map(_diagnosis, failures)),
        suspicions=tuple(Suspicion(silence, each.last, _diagnosis(each)) for each, silence in suspected),
        signs=tuple(SignOfLife(e.life, e.record.at, e.connector, e.record.task) for e in living if e.life),
        noise=tuple(sorted(reader.noise.items())),
        lines=lines,
        ignored=max(0, lines - sum(used.values())),
        origins=Origins(
            tuple(map(_origin, failures)),
            tuple(_origin(each) for each, _ in suspected),
            tuple(event.record.event_id for event in living),
        ),
        lacks_a_hint=reader.lacks_a_hint,
    )


def _origin(incident: Incident) -> str:
    return min(incident.records, key=lambda record: record.at).event_id


def diagnose_trace(trace: str, *, connector: str | None, task: int | None, at: datetime) -> Diagnosis:
    """What the `trace` of a failed task or connector in a REST status means."""
    causes, frames = [], []
    for line in trace.splitlines():
        text = line.strip()
        if text.startswith(("at ", "... ")):
            frames.append(text)
        elif text:
            causes.append(text)
    record = LogRecord(
        at=at, level="ERROR", message="Task is FAILED in its status", connector=connector, task=task,
        causes=tuple(causes), frames=tuple(frames),
    )  # fmt: skip
    return diagnose([record], to_the_end=True).diagnoses[0]


def interpret(record: LogRecord) -> Event:
    """What one record is, looked at alone. One failure is printed several times: what was said before is known."""
    known = _said(record.level, record.logger, record.message, record.causes, record.frames)
    return Event(
        record, known.kind, record.connector, known.match, known.matches, known.killed, known.refused, known.life
    )


@lru_cache(maxsize=STATEMENTS_REMEMBERED)
def _said(level: str, logger: str, message: str, causes: tuple[str, ...], frames: tuple[str, ...]) -> Event:
    return _interpreted(LogRecord(BEFORE_ALL, level, message, logger, causes=causes, frames=frames))


def _interpreted(record: LogRecord) -> Event:
    message = record.message
    if SILENT_STOP in message:
        return Event(record, Kind.SILENT_STOP, record.connector)
    if (assignment := assignment_of(record)) is not None:
        something, delay = assignment
        if not something and delay > 0:
            return Event(record, Kind.EMPTY_ASSIGNMENT, record.connector)
        return Event(record, Kind.ASSIGNMENT if something else Kind.NOTHING, record.connector)
    if record.level in ("INFO", "DEBUG", "TRACE") and (life := life_of(record)):
        return Event(record, Kind.LIFE, record.connector, life=life)
    matches = matcher().find(record)
    match = matches[0] if matches else None
    killed, refused = is_killed(record), is_refused(record)
    if match and match.signature.weight is Weight.NOISE and not (killed and match.depth > 0):
        return Event(record, Kind.NOISE, record.connector, match, matches)
    if not killed and is_retry(record):
        return Event(record, Kind.RETRY, record.connector, match, matches)
    event = Event(record, Kind.FAILURE, record.connector, match, matches, killed=killed, refused=refused)
    if not (killed or refused) and not _tells(record, match):
        event.kind = Kind.NOTHING
    return event


def _tells(record: LogRecord, match: object) -> bool:
    """Whether a record that kills nothing is worth reading: known, or an error with a throwable of its own."""
    if match is not None:
        role, level = match.role, record.level  # type: ignore[attr-defined]  # a Match
        return role is not Role.CAUSE or level not in ("INFO", "DEBUG", "TRACE") or match.entry.is_noise  # type: ignore[attr-defined]
    return record.level in ("ERROR", "FATAL", "") and bool(root_of(record))


def _is_rest(event: Event) -> bool:
    """The rest of a trace whose beginning told of the failure: it is worth something only if it says which."""
    return event.record.fragment and event.match is None


def _attributed(events: list[Event], default: str | None) -> list[Event]:
    """Lines without a connector belong to the default, the only one, or the one that dies of the same cause."""
    by_prefix = connectors_by_prefix(events)
    for event in events:
        event.connector = by_prefix.get(event.connector or "", event.connector) or default
    named = Counter(event.connector for event in events if event.connector)
    if len(named) == 1:
        (only,) = named
        for event in events:
            event.connector = only
        return events
    if not any(event.connector is None and event.kind is Kind.FAILURE for event in events):
        return events
    owners: dict[str, set[str]] = {}
    for event in events:
        if event.connector and event.kind in (Kind.FAILURE, Kind.RETRY) and (root := root_of(event.record)):
            owners.setdefault(root, set()).add(event.connector)
    for event in events:
        if event.connector is None and event.kind is Kind.FAILURE:
            found = owners.get(root_of(event.record), set())
            if len(found) == 1:
                (event.connector,) = found
    return events


def _internal_retry(incident: Incident) -> Silence | None:
    """A failure that the connector is still trying to get over by itself."""
    if incident.killed or incident.refused or not incident.verdict.restarts:
        return None
    if incident.keeps_alive:
        return Silence.KEEP_ALIVE
    return Silence.INTERNAL_RETRY if incident.retrying or incident.soft else None


def _diagnosis(incident: Incident) -> Diagnosis:
    entry = incident.entry
    line, identity = told(entry.id, incident.text)
    words = in_words(incident.text)
    severity = entry.severity
    if incident.verdict is Verdict.DO_NOT_RESTART and severity is not Severity.PAGE:
        severity = Severity.WARNING
    caps = incident.verdict.restarts and not incident.refused
    consequences = tuple(dict.fromkeys(each for each in incident.consequences if each not in (entry.id, UNKNOWN_CLASS)))
    return Diagnosis(
        failure_class=entry.id, verdict=incident.verdict, severity=severity,
        cause=f"{line} ({words})" if words else line, next_step=entry.next_step,
        connector=incident.connector, task=incident.task, worker=incident.record.worker,
        first_seen=incident.first, last_seen=incident.last, count=incident.count, killed=incident.killed,
        restart_cap=(entry.restart_cap if caps else 0), data=entry.data, consequences=consequences,
        evidence=_evidence(incident.records), fingerprint=identity,
    )  # fmt: skip


def told(failure_class: str, text: str) -> tuple[str, str]:
    """What people read of a throwable or statement, redacted, and its fingerprint."""
    first = _first_line(text)
    return redact(first, CAUSE_KEPT), fingerprint(failure_class, redact(first))


def _first_line(text: str) -> str:
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if not lines:
        return ""
    first = lines[0].removeprefix("Caused by: ")
    return f"{first} {lines[1]}" if len(lines) > 1 and len(first) < 80 else first


def _evidence(records: Iterable[LogRecord]) -> tuple[str, ...]:
    """The statements that a failure was seen in, each once, with what their throwables said."""
    found: dict[str, None] = {}
    shown: set[tuple[str, tuple[str, ...]]] = set()
    for record in islice(records, EVIDENCE_RECORDS):
        if len(found) >= EVIDENCE_LINES:
            break
        if (record.message, record.causes) not in shown:
            shown.add((record.message, record.causes))
            head = f"{record.at:%Y-%m-%d %H:%M:%S} {record.level} {record.message.partition('\n')[0]}".rstrip()
            found.update(dict.fromkeys((head, *(cause.partition("\n")[0] for cause in record.causes))))
    return tuple(redact(line, EVIDENCE_KEPT) for line in list(found)[:EVIDENCE_LINES])
