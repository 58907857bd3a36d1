"""`connectops replay`: what would ConnectOps have done? A recorded past goes through the code that decides at work."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from cli.recording import Recording, Slice
from connectops.act.actor import Attempted
from connectops.decide.health import assess
from connectops.decide.state import State, state_of
from connectops.model import (
    Action,
    ConnectorId,
    ConnectorRecord,
    ConnectorState,
    Decision,
    Diagnosis,
    Finding,
    Health,
    Incident,
    Look,
    Notice,
    Operation,
    OperationState,
    RepairPolicy,
    SignOfLife,
    Suspicion,
)
from connectops.respond import Doors, respond

NOTED = "noted"
INSTANT = timedelta(milliseconds=1)
Heard = Diagnosis | Suspicion | SignOfLife


@dataclass(frozen=True, slots=True)
class Reader:
    """Understands what was recorded: the lines of a slice, and the first line of a status trace."""

    lines: Callable[[tuple[str, ...]], Iterable[Heard]]
    trace: Callable[[str, datetime], Diagnosis | None]


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision, and where the connector stood after it."""

    at: datetime
    state: State
    decision: Decision


@dataclass(frozen=True, slots=True)
class Noted:
    """A restart that was noted: until the recording moves, it shows a connector that nobody restarted."""

    at: datetime
    health: Health
    moved_at: datetime | None = None


@dataclass(slots=True)
class Replay:
    """What came of a recording so far: decisions that changed something, notices, the incidents that ended."""

    connector: ConnectorId
    policy: RepairPolicy
    now: datetime
    record: ConnectorRecord | None = None
    looked: Look | None = None
    health: Health = Health.UNKNOWN
    decisions: list[Decided] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    last_ended: Incident | None = None
    noted: Noted | None = None

    # ── the doors of a response ──

    def load(self, connector: ConnectorId) -> ConnectorRecord:
        return self.record or ConnectorRecord(connector)

    def save(self, record: ConnectorRecord, now: datetime, ended: Incident | None = None) -> ConnectorRecord:
        self.record = replace(record, version=record.version + 1)
        self.last_ended = ended or self.last_ended
        return self.record

    def look(self, connector: ConnectorId, arn: str | None, at: datetime) -> Look:
        return self.looked or Look(connector, at, ConnectorState.UNKNOWN, blind_because="no status was recorded yet")

    def operation(self, record: ConnectorRecord) -> Operation | None:
        if self.noted is None:
            return None
        state = OperationState.COMPLETE if self.noted.moved_at else OperationState.IN_PROGRESS
        return Operation(NOTED, state, self.noted.moved_at)

    def restart(
        self, connector: ConnectorId, arn: str | None, action: Action, connect_version: str | None
    ) -> Attempted:
        self.noted = Noted(self.now, self.health)
        return Attempted(NOTED, remark="noted, not done")

    def publish(self, notice: Notice) -> None:
        self.notices.append(notice)

    # ── the recording ──

    def see(self, look: Look) -> None:
        self.now = look.at
        self.looked, self.health = look, assess(look)
        self._take(Finding(self.connector, look.at, f"{look.at}", look=look))

    def hear(self, heard: Heard, at: datetime) -> None:
        self.now = at
        match heard:
            case Diagnosis():
                self._take(Finding(self.connector, heard.last_seen or at, "line", diagnosis=heard))
            case Suspicion():
                self._take(Finding(self.connector, heard.seen_at, "line", suspicion=heard))
            case SignOfLife():
                self._take(Finding(self.connector, heard.at, "line", sign=heard))

    def _take(self, finding: Finding) -> None:
        if self.noted and self.noted.moved_at is None:
            if self._is_the_unrestarted_past(finding, self.noted):
                return
            self.noted = replace(self.noted, moved_at=max(self.noted.at, finding.at - INSTANT))
        outcome = respond(Doors(self, self, self, self, lambda: self.now), finding, self.policy)
        decided = Decided(self.now, state_of(outcome.record, self.health), outcome.decision)
        if not self.decisions or _is_news(self.decisions[-1], decided):
            self.decisions.append(decided)

    def _is_the_unrestarted_past(self, finding: Finding, noted: Noted) -> bool:
        """Whether a finding only shows that nobody restarted, which is no evidence about our restart.

        It is, from when the recording moves: a task that dies anew or starts, records, another health.
        """
        if finding.look is not None:
            return self.health in (noted.health, Health.UNKNOWN)
        if finding.diagnosis is not None:
            return finding.at <= noted.at or not finding.diagnosis.killed
        return finding.at <= noted.at or finding.sign is None


def _is_news(before: Decided, now: Decided) -> bool:
    one, other = before.decision, now.decision
    return (before.state, one.action, one.failure_class, one.verdict, one.until) != (
        now.state,
        other.action,
        other.failure_class,
        other.verdict,
        other.until,
    )


def replay(recording: Recording, policy: RepairPolicy, reader: Reader) -> Replay:
    """Send a recording through. The clock stops with its last moment: what would come later is not made up."""
    run = Replay(recording.connector, policy, recording.begin)
    for moment in recording.moments:
        if isinstance(moment, Slice):
            for heard in reader.lines(moment.lines):
                run.hear(heard, moment.at)
        else:
            trace = reader.trace(moment.trace, moment.look.at) if moment.trace else None
            run.see(replace(moment.look, diagnosis=trace))
    return run


def as_json(run: Replay) -> dict[str, Any]:
    return {
        "decisions": [_decision(decided) for decided in run.decisions],
        "notices": [
            {"t": _iso(notice.at), "event": notice.change, "severity": notice.severity, "title": notice.title}
            for notice in run.notices
        ],
        "final": _final(run),
    }


def _decision(decided: Decided) -> dict[str, Any]:
    decision = decided.decision
    return {
        "t": _iso(decided.at),
        "state": decided.state,
        "decision": decision.action,
        "class": decision.failure_class,
        "verdict": decision.verdict,
        "reason": decision.reason,
        "until": _iso(decision.until) if decision.until else None,
    }


def _final(run: Replay) -> dict[str, Any]:
    """Where it stands at the end, with the cause of the open incident or suspicion, else of the last incident."""
    record = run.load(run.connector)
    causes = [record.incident.diagnosis if record.incident else None]
    causes += [suspicion.diagnosis for suspicion in record.suspicions]
    causes += [run.last_ended.diagnosis if run.last_ended else None]
    cause = next((cause for cause in causes if cause), None)
    return {
        "state": state_of(record, run.health),
        "class": cause.failure_class if cause else None,
        "verdict": cause.verdict if cause else None,
    }


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
