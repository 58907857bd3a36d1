"""One connector that does not exist: what is really the case with it, and what the platform would show of that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from cli.made_fleet import Cause, Event, MadeConnector
from connectops.model import ConnectorState, Flow, Life, Look, Operation, OperationState, Platform, SignOfLife, Tasks

CONNECT_VERSION = "3.7"
METRICS_ARE_LATE = timedelta(minutes=1)
PERIOD = timedelta(minutes=1)
MEASURED = timedelta(minutes=10)
STARTS_IN = timedelta(seconds=1)
DIES_AGAIN_IN = timedelta(seconds=5)
"""What starts into its trouble needs a moment to notice it."""
OUT = frozenset({ConnectorState.PAUSED, ConnectorState.STOPPED, ConnectorState.GONE})

type Later = Callable[[datetime, Callable[[datetime], None]], None]
type Say = Callable[[Cause | SignOfLife, Event, datetime], None]


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong; a start from `helps_from` on is a cure (None: none is)."""

    event: Event
    cause: Cause
    helps_from: datetime | None


@dataclass(frozen=True, slots=True)
class Moment:
    """How it was from `since` on: how many tasks were failed, whether records moved."""

    since: datetime
    failed: int
    flows: bool
    silent: bool = False
    """No worker ran that could send metrics."""
    unassigned: bool = False
    """A rebalance had taken its tasks from one worker and not given them to another."""


@dataclass(slots=True)
class Subject:
    """`later` schedules what follows, `say` takes what its worker logs."""

    made: MadeConnector
    begin: datetime
    size: int
    restart_takes: timedelta
    later: Later
    say: Say
    state: ConnectorState = ConnectorState.RUNNING
    trouble: Trouble | None = None
    broken: bool = False
    updating_until: datetime | None = None
    unassigned: bool = False
    unseen_until: datetime | None = None
    operations: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)
    past: list[Moment] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.past.append(Moment(self.begin - timedelta(hours=1), 0, self._moves()))

    @property
    def on_msk(self) -> bool:
        return self.made.id.platform is Platform.MSK_CONNECT

    @property
    def arn(self) -> str | None:
        return f"arn:of:{self.made.id.name}" if self.on_msk else None

    # ── what happens ──

    def fall(self, trouble: Trouble, at: datetime) -> None:
        """A trouble begins; who is out or in another one already does not notice it."""
        if self.state in OUT or self.broken:
            return
        self.trouble = trouble
        self._break(trouble, at)

    def _break(self, trouble: Trouble, at: datetime) -> None:
        if self.trouble is not trouble or self.state in OUT:
            return
        self.broken = True
        if trouble.event is Event.CONNECTOR_FAILS:
            self.state = ConnectorState.FAILED
        self._remember(at)
        self.say(trouble.cause, trouble.event, at)

    def recover(self, trouble: Trouble, at: datetime) -> None:
        """A trouble is over without a restart."""
        if self.trouble is trouble and self.state not in OUT:
            self._live(Life.RECONNECTED, at)

    def pass_through(self, event: Event, until: datetime, at: datetime) -> None:
        """What the platform does or shows for a while; after a rebalance its tasks are as they were."""
        match event:
            case Event.UPDATING:
                self.updating_until = until
            case Event.UNSEEN:
                self.unseen_until = until
            case Event.REBALANCING:
                self._assign(at, assigned=False)
                self.later(until, lambda then: self._assign(then, assigned=True))

    def _assign(self, at: datetime, *, assigned: bool) -> None:
        self.unassigned = not assigned
        self._remember(at)

    def mend(self, at: datetime) -> None:
        """A person ends the trouble and starts it anew."""
        if self.state is not ConnectorState.GONE:
            self._live(Life.STARTED, at)

    def take_out(self, state: ConnectorState, at: datetime) -> None:
        if self.state is not ConnectorState.GONE:
            self.state = state
            self._remember(at)

    def put_back(self, at: datetime) -> None:
        if self.state in (ConnectorState.PAUSED, ConnectorState.STOPPED):
            self.state = ConnectorState.RUNNING
            self.start(at)

    def start(self, at: datetime) -> None:
        """Its tasks start; in a trouble that a start does not cure they fail again after a moment."""
        if self.state in OUT:
            return
        trouble = self.trouble
        if trouble is None or (trouble.helps_from is not None and at >= trouble.helps_from):
            self._live(Life.STARTED, at)
            return
        self.state, self.broken = ConnectorState.RUNNING, False
        self._remember(at)
        self.later(at + DIES_AGAIN_IN, lambda then: self._break(trouble, then))

    def _live(self, life: Life, at: datetime) -> None:
        self.state, self.trouble, self.broken = ConnectorState.RUNNING, None, False
        self._remember(at)
        self.say(SignOfLife(life, at, self.made.id.name, 0), Event.LOGS, at)

    # ── what the platform does and shows ──

    def is_busy(self, at: datetime) -> bool:
        updating = self.updating_until is not None and at < self.updating_until
        rebalancing = self.unassigned and not self.on_msk
        return updating or rebalancing or any(end > at for _, end in self.operations.values())

    def restart(self, at: datetime) -> str | None:
        """Carry a restart out; its operation on MSK Connect."""
        if not self.on_msk:
            self.later(at + STARTS_IN, self.start)
            return None
        name, end = f"operation-{len(self.operations) + 1}", at + self.restart_takes
        self.operations[name] = (at, end)
        self.later(end, self.start)
        return name

    def operation(self, name: str | None, at: datetime) -> Operation | None:
        if name is None or name not in self.operations:
            return None
        end = self.operations[name][1]
        return Operation(name, OperationState.IN_PROGRESS if end > at else OperationState.COMPLETE, end)

    def look(self, at: datetime, *, with_metrics: bool = True) -> Look:
        """On MSK Connect tasks and flow come from metrics, which are late; Kafka Connect tells tasks as they are."""
        if self.unseen_until is not None and at < self.unseen_until:
            return Look(self.made.id, at, ConnectorState.UNKNOWN, blind_because="the script says that it is not seen")
        plain = Look(
            self.made.id,
            at,
            self._shown(at),
            heartbeat=self.made.heartbeat,
            arn=self.arn,
            connect_version=CONNECT_VERSION,
            tags=self.made.tags,
            shares=self.made.shares,
            fleet_size=self.size,
        )
        if not self.on_msk:
            return replace(plain, tasks=self._tasks(self.past[-1], at))
        if not with_metrics:
            return replace(plain, blind_because="metrics are not read just before a restart")
        measured_to = (at - METRICS_ARE_LATE).replace(second=0, microsecond=0)
        then = self._then(measured_to)
        if self.state is ConnectorState.FAILED or then.silent:
            return replace(plain, blind_because="no datapoint: no worker runs that would send one")
        flow = Flow(at - MEASURED, measured_to, self._records_at(at - MEASURED, measured_to - PERIOD))
        return replace(plain, tasks=self._tasks(then, measured_to - PERIOD), flow=flow)

    def flows(self) -> bool:
        return self.past[-1].flows

    def _shown(self, at: datetime) -> ConnectorState:
        updating = self.updating_until is not None and at < self.updating_until
        return ConnectorState.UPDATING if updating and self.state not in OUT else self.state

    def _tasks(self, moment: Moment, seen_at: datetime) -> Tasks:
        """Metrics count no task that no worker has."""
        if moment.unassigned:
            return Tasks(0, 0, 0 if self.on_msk else self.made.tasks, seen_at)
        return Tasks(self.made.tasks - moment.failed, moment.failed, 0, seen_at)

    def _then(self, before: datetime) -> Moment:
        return next((moment for moment in reversed(self.past) if moment.since < before), self.past[0])

    def _records_at(self, begin: datetime, last_period: datetime) -> datetime | None:
        """The latest whole period in which records moved."""
        period = last_period
        while period >= begin:
            if self._then(period + timedelta(microseconds=1)).flows and self._then(period + PERIOD).flows:
                return period
            period -= PERIOD
        return None

    def _remember(self, at: datetime) -> None:
        failed_whole = self.state is ConnectorState.FAILED
        self.past.append(Moment(at, self._failed(), self._moves(), failed_whole, self.unassigned))

    def _failed(self) -> int:
        if not self.broken or self.trouble is None:
            return 0
        counts = {Event.TASK_DIES: 1, Event.FALLS_SILENT: 0}
        return counts.get(self.trouble.event, self.made.tasks)

    def _moves(self) -> bool:
        written = not self.made.idle or self.made.heartbeat is not None
        runs = self.state is ConnectorState.RUNNING and not self.unassigned
        return written and not self.broken and runs
