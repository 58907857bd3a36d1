"""What a worker of a made fleet logs, as those who read its log would pass it on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from cli.made_fleet import Cause, Event
from connectops.decide.attribution import LogOwner, Neighbourhood, findings_of
from connectops.decide.catalogue import BY_ID
from connectops.decide.diagnosis import diagnose
from connectops.decide.diagnosis_lines import PREFILTER
from connectops.model import (
    ConnectorId,
    Diagnosis,
    Finding,
    LogRecord,
    Platform,
    Severity,
    SignOfLife,
    Silence,
    Suspicion,
    Verdict,
)
from connectops.observe.worker_logs import stitch


def findings_in(said: Cause | SignOfLife, event: Event, connector: ConnectorId, at: datetime) -> list[Finding]:
    """What is passed on of something said at `at`; nothing of a failure that is not logged."""
    if isinstance(said, SignOfLife):
        return [Finding(connector, at, f"{said.life} {at}", sign=said)]
    if said.lines:
        return _read(said.lines, connector, at)
    if said.failure_class is None:
        return []
    meant = diagnosis_of(said.failure_class, connector, at, killed=event.breaks and event is not Event.FALLS_SILENT)
    if event is Event.FALLS_SILENT:
        suspicion = Suspicion(Silence.SILENT_STOP, at, meant)
        return [Finding(connector, at, f"{event} {at}", suspicion=suspicion)]
    return [Finding(connector, at, f"{event} {at}", diagnosis=meant)]


def diagnosis_of(failure_class: str, connector: ConnectorId, at: datetime, *, killed: bool) -> Diagnosis:
    """What lines of a class amount to."""
    entry = BY_ID[failure_class]
    quiet = entry.verdict is Verdict.DO_NOT_RESTART and entry.severity is Severity.INFO
    return Diagnosis(
        entry.id,
        entry.verdict,
        Severity.WARNING if quiet else entry.severity,
        entry.cause,
        entry.next_step,
        connector=connector.name,
        task=0,
        first_seen=at,
        last_seen=at,
        killed=killed,
        restart_cap=entry.cap,
        data=entry.data,
    )


def _read(lines: Sequence[str], connector: ConnectorId, at: datetime) -> list[Finding]:
    """Lines are of the connector that the script gives them to, and of the time that it says, whatever they say."""
    records = stitch(lines, wanted=PREFILTER, default_at=at)
    if not records:
        return []
    first = min(record.at for record in records)
    moved = [_moved(record, connector, at, first) for record in records]
    owner = LogOwner(None if connector.platform is Platform.MSK_CONNECT else connector.cluster, connector.name)
    beside = Neighbourhood(connector.cluster, lambda: frozenset({connector}), lambda _: frozenset())
    return findings_of(diagnose(moved), owner, beside)


def _moved(record: LogRecord, connector: ConnectorId, at: datetime, first: datetime) -> LogRecord:
    shift = at - first
    last = record.last_at + shift if record.last_at else None
    return replace(record, at=record.at + shift, last_at=last, connector=connector.name, event_id=f"{at}")
