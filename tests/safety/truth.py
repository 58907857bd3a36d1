"""What is really the case: one connector, the world around it that breaks, and people who act only on what they are told.

Everything is drawn from one `random.Random`, so a history is its seed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum
from random import Random
from typing import Literal

from connectops.model import (
    UNKNOWN_CLASS,
    ConnectorId,
    ConnectorState,
    DataImpact,
    Diagnosis,
    Flow,
    Life,
    Look,
    Operation,
    OperationState,
    Platform,
    Severity,
    SharedSource,
    SignOfLife,
    Silence,
    Suspicion,
    Tasks,
    Verdict,
)
from tests.builders import ARN, MINUTE, NOW, SECOND, a_diagnosis, a_refusal

Line = Diagnosis | Suspicion | SignOfLife
Shown = Literal["waiting", "none", "as before"]
"""What a status says of tasks that a rebalance has taken away: UNASSIGNED, nothing, or RUNNING as it said before."""
RESTARTABLE = (ConnectorState.RUNNING, ConnectorState.FAILED)


class Task(Enum):
    ALIVE = "alive"
    DEAD = "dead"
    SILENT = "silent"


class Trouble(Enum):
    """What may go wrong with a connector; only the first four are cured by a restart once the outside fault is gone."""

    LOST_CONNECTION = "lost connection"
    ONE_OFF = "one-off"
    SILENT_STOP = "silent stop"
    UNKNOWN = "unknown"
    REFUSED = "refused"
    DATA_LOSS = "data loss"
    CONNECTOR_FAILED = "connector failed"

    @property
    def curable(self) -> bool:
        return self in (Trouble.LOST_CONNECTION, Trouble.ONE_OFF, Trouble.SILENT_STOP, Trouble.UNKNOWN)


def _cause(trouble: Trouble, at: datetime) -> Diagnosis:
    match trouble:
        case Trouble.LOST_CONNECTION:
            return a_diagnosis("PG_CONN_LOST", at)
        case Trouble.ONE_OFF:
            return a_diagnosis("KAFKA_PRODUCER_FENCED", at, verdict=Verdict.RESTART_NOW)
        case Trouble.SILENT_STOP:
            return a_diagnosis("MYSQL_CONN_LOST", at)
        case Trouble.UNKNOWN:
            return a_diagnosis(UNKNOWN_CLASS, at, restart_cap=1)
        case Trouble.REFUSED:
            return a_refusal("PG_PERMISSION", at, severity=Severity.WARNING)
        case Trouble.DATA_LOSS:
            return a_refusal("PG_SLOT_MISSING", at, data=DataImpact.LOST)
        case Trouble.CONNECTOR_FAILED:
            return a_refusal("CONNECT_PLUGIN_NOT_FOUND", at)


@dataclass(slots=True)
class Truth:
    """One connector. `later` schedules what follows; `log` takes a line, `skew` is how far its worker's clock is ahead."""

    connector: ConnectorId
    random: Random
    later: Callable[[datetime, Callable[[datetime], None]], None]
    log: Callable[[Line], None]
    skew: timedelta = timedelta(0)
    idle: bool = False
    heartbeat: timedelta | None = None
    tasks: int = 1
    task: Task = Task.ALIVE
    trouble: Trouble | None = None
    broken_until: datetime = NOW
    intent: ConnectorState | None = None
    passing: ConnectorState | None = None
    failed: bool = False
    restart_off: bool = False
    operations: dict[str, tuple[datetime, datetime, bool]] = field(default_factory=dict)
    past: list[tuple[datetime, Task, bool]] = field(default_factory=list)
    """(since, task, whether records move) in order of time."""
    carried_out: list[datetime] = field(default_factory=list)
    line_lost: bool = False
    told_of_death: datetime | None = None
    shares: tuple[SharedSource, ...] = ()
    fleet_size: int | None = None
    mute: bool = False
    """It died, and its status says RUNNING for ever: a worker that replaced another may not overwrite that."""
    rebalancing_until: datetime | None = None
    shown_in_rebalance: Shown = "waiting"

    def __post_init__(self) -> None:
        self._remember(NOW - 30 * MINUTE)

    # ── what happens ──

    def break_down(self, trouble: Trouble, lasts: timedelta, at: datetime) -> None:
        if self.intent or self.task is not Task.ALIVE or self.failed:
            return
        self.trouble, self.broken_until = trouble, at + lasts
        if trouble is Trouble.SILENT_STOP:
            self.task = Task.SILENT
            stamp = self._stamp(at)
            self.log(Suspicion(Silence.SILENT_STOP, stamp, a_diagnosis("MYSQL_CONN_LOST", stamp)))
            if self.random.random() < 0.3:
                self.later(max(self.broken_until, at + 118 * SECOND), self._reconnect)
        else:
            self._die(at)
        self._remember(at)

    def _die(self, at: datetime) -> None:
        if self.trouble is None or self.intent:
            return
        self.task = Task.DEAD
        on_connect = self.connector.platform is Platform.KAFKA_CONNECT and self.trouble is not Trouble.CONNECTOR_FAILED
        self.mute = on_connect and self.random.random() < 0.1
        self.failed = self.trouble is Trouble.CONNECTOR_FAILED
        cause = _cause(self.trouble, self._stamp(at))
        self.told_of_death = cause.last_seen
        self.log(cause)
        self._remember(at)

    def _reconnect(self, at: datetime) -> None:
        if self.task is Task.SILENT and not self.intent:
            self._live(at, Life.RECONNECTED)

    def _live(self, at: datetime, life: Life) -> None:
        self.task, self.trouble, self.failed = Task.ALIVE, None, False
        self.log(SignOfLife(life, self._stamp(at), self.connector.name, 0))
        self._remember(at)

    def start(self, at: datetime) -> None:
        """Its tasks start; whether they live depends on what is broken around it."""
        if self.intent:
            return
        if self.trouble is None or (at >= self.broken_until and self.trouble.curable):
            self._live(at, Life.STARTED)
        else:
            self.task = Task.ALIVE
            self._remember(at)
            self.later(at + self.random.uniform(1, 12) * SECOND, self._die)

    def mend(self, at: datetime) -> None:
        """A person mends what is broken and restarts the connector."""
        if self.intent is ConnectorState.GONE or self.task is Task.ALIVE:
            return
        self.intent, self.restart_off = None, False
        self._live(at, Life.STARTED)

    def take_out(self, intent: ConnectorState, at: datetime) -> None:
        if self.intent is not ConnectorState.GONE:
            self.intent = intent
            self._remember(at)

    def put_back(self, at: datetime) -> None:
        """Whoever resumes it starts it, whatever it died of before: that can only be known anew."""
        if self.intent in (ConnectorState.PAUSED, ConnectorState.STOPPED):
            self.intent, self.told_of_death = None, None
            self.start(at)

    # ── what the platform answers ──

    def state(self) -> ConnectorState:
        if self.intent:
            return self.intent
        if self.passing:
            return self.passing
        return ConnectorState.FAILED if self.failed else ConnectorState.RUNNING

    def is_busy(self, at: datetime) -> bool:
        return any(end > at for _, end, _ in self.operations.values())

    def rebalance(self, lasts: timedelta, shown: Shown, at: datetime) -> None:
        """A worker has gone, and the others wait for it before they take its tasks: 5 minutes by default."""
        if not self.intent:
            self.rebalancing_until, self.shown_in_rebalance = at + lasts, shown

    def assign(self, at: datetime) -> None:
        """Tasks that were taken from a worker start on another."""
        if self.rebalancing_until == at and self.shown_in_rebalance != "as before" and self.task is not Task.ALIVE:
            self.start(at)

    def is_rebalancing(self, at: datetime) -> bool:
        return self.rebalancing_until is not None and at < self.rebalancing_until

    def restart(self, at: datetime) -> str | None:
        """Carry a restart out; the operation's ARN on MSK Connect."""
        self.carried_out.append(at)
        if self.connector.platform is Platform.KAFKA_CONNECT:
            self.later(at + SECOND, self.start)
            return None
        arn, end = f"{ARN}/operation-{len(self.operations) + 1}", at + self.random.uniform(5, 150) * SECOND
        fine = self.random.random() < 0.95
        self.operations[arn] = (at, end, fine)
        if fine:
            self.later(end, self.start)
        return arn

    def operation(self, arn: str | None, since: datetime, at: datetime) -> Operation | None:
        known = [(a, o) for a, o in self.operations.items() if a == arn or (arn is None and o[0] >= since)]
        if not known:
            return None
        found, (_, end, fine) = known[-1]
        if end > at:
            return Operation(found, OperationState.IN_PROGRESS)
        return Operation(found, OperationState.COMPLETE if fine else OperationState.FAILED, end)

    def look(self, at: datetime, *, lag: timedelta | None) -> Look:
        """A look; on MSK Connect tasks and flow come from metrics that are `lag` late (None: no datapoint)."""
        tags = (("restart", "off"),) if self.restart_off else ()
        msk = self.connector.platform is Platform.MSK_CONNECT
        plain = Look(
            self.connector,
            at,
            self.state(),
            heartbeat=self.heartbeat,
            arn=ARN if msk else None,
            connect_version="3.7.x",
            tags=tags,
            shares=self.shares,
            fleet_size=self.fleet_size,
        )
        if not msk:
            return replace(plain, tasks=self._assigned(self._tasks(self.task, at), at))
        if lag is None:
            return replace(plain, blind_because="no datapoint")
        period = (at - lag).replace(second=0, microsecond=0) - MINUTE
        flow = Flow(at - 10 * MINUTE, at - lag, self._records_since(at - 10 * MINUTE, period))
        tasks = self._tasks(self._at(period + MINUTE - SECOND)[1], period)
        return replace(plain, tasks=self._assigned(tasks, at), flow=flow)

    def _assigned(self, tasks: Tasks, at: datetime) -> Tasks:
        """On MSK Connect tasks that nobody has are in no metric."""
        if not self.is_rebalancing(at) or self.shown_in_rebalance == "as before":
            return tasks
        waits = self.shown_in_rebalance == "waiting" and self.connector.platform is Platform.KAFKA_CONNECT
        return Tasks(0, 0, tasks.total if waits else 0, tasks.seen_at)

    def _tasks(self, task: Task, seen_at: datetime) -> Tasks:
        dead = task is Task.DEAD and not self.mute
        return Tasks(self.tasks - dead, int(dead), 0, seen_at)

    def _at(self, moment: datetime) -> tuple[datetime, Task, bool]:
        return max((each for each in self.past if each[0] <= moment), key=lambda each: each[0], default=self.past[0])

    def _records_since(self, begin: datetime, last_period: datetime) -> datetime | None:
        period = last_period
        while period >= begin:
            if self._at(period)[2] and self._at(period + MINUTE - SECOND)[2]:
                return period
            period -= MINUTE
        return None

    def _remember(self, at: datetime) -> None:
        flows = self.task is Task.ALIVE and not self.intent and (not self.idle or self.heartbeat is not None)
        if self.past and self.past[-1][0] == at:
            self.past.pop()
        self.past.append((at, self.task, flows))

    def stamped_before_the_restart(self) -> bool:
        """A clock that is behind can date a silent stop to before a restart: only flow would show it then."""
        started, since = self.past[-2][0], self.past[-1][0]
        return since + self.skew - SECOND <= started

    def flows(self) -> bool:
        return self.past[-1][2]

    def _stamp(self, at: datetime) -> datetime:
        """MSK Connect cuts times to whole seconds."""
        return (at + self.skew).replace(microsecond=0)
