"""A recorded past, sent through the code that decides at work: with its clock, and with hands that only note."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from cli.ledger_in_memory import LedgerInMemory
from cli.recording import CLUSTER, Recording, Slice, Status
from connectops.act.actor import Attempted
from connectops.decide.attribution import LogOwner, Neighbourhood, findings_of
from connectops.decide.diagnosis import diagnose, diagnose_trace
from connectops.decide.diagnosis_lines import PREFILTER
from connectops.decide.health import assess
from connectops.decide.state import State, state_of
from connectops.model import (
    Action,
    ConnectorId,
    ConnectorRecord,
    ConnectorState,
    Decision,
    Finding,
    Health,
    Look,
    Notice,
    Operation,
    OperationState,
    RepairPolicy,
)
from connectops.observe.worker_logs import stitch
from connectops.respond import Doors, respond

NOTED = "noted"
INSTANT = timedelta(milliseconds=1)


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
    ledger: LedgerInMemory = field(default_factory=LedgerInMemory)
    looked: Look | None = None
    health: Health = Health.UNKNOWN
    decisions: list[Decided] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    noted: Noted | None = None

    @property
    def record(self) -> ConnectorRecord:
        return self.ledger.load(self.connector)

    # ── the doors of a response ──

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

    def read(self, lines: Slice) -> None:
        """What the lines say, of this connector and of nobody else."""
        self.now = lines.at
        records = stitch(lines.lines, wanted=PREFILTER)
        beside = Neighbourhood(CLUSTER, self._open, lambda _: frozenset())
        for finding in findings_of(diagnose(records), LogOwner(CLUSTER, self.connector.name), beside):
            if finding.connector == self.connector:
                self._take(finding)

    def _open(self) -> frozenset[ConnectorId]:
        return frozenset({self.connector} if self.record.is_open else ())

    def _take(self, finding: Finding) -> None:
        if self.noted and self.noted.moved_at is None:
            if self._is_the_unrestarted_past(finding, self.noted):
                return
            self.noted = replace(self.noted, moved_at=max(self.noted.at, finding.at - INSTANT))
        outcome = respond(Doors(self.ledger, self, self, self, lambda: self.now), finding, self.policy)
        decided = Decided(self.now, state_of(outcome.record, self.health), outcome.decision)
        if not self.decisions or is_news(self.decisions[-1], decided):
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


def is_news(before: Decided, now: Decided) -> bool:
    one, other = before.decision, now.decision
    if other.action is Action.NOTHING:
        return before.state != now.state
    return (before.state, one.action, one.failure_class, one.verdict, one.until) != (
        now.state,
        other.action,
        other.failure_class,
        other.verdict,
        other.until,
    )


def replay(recording: Recording, policy: RepairPolicy) -> Replay:
    """Send a recording through. The clock stops with its last moment: what would come later is not made up."""
    run = Replay(recording.connector, policy, recording.begin)
    for moment in recording.moments:
        if isinstance(moment, Slice):
            run.read(moment)
        else:
            run.see(_with_trace(moment))
    return run


def _with_trace(status: Status) -> Look:
    look = status.look
    if status.trace is None:
        return look
    return replace(look, diagnosis=diagnose_trace(status.trace, connector=look.connector.name, task=None, at=look.at))
