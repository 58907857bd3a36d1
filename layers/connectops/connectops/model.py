"""The vocabulary of ConnectOps: what was seen, what it means, what is done about it.

Frozen values only, nothing but the standard library. Times are aware and in UTC. Durations are `timedelta`.
A value that could not be seen is None (or an `UNKNOWN` member): never zero, never "fine".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

UNKNOWN_CLASS = "UNKNOWN"
"""The failure class of an error that no entry of the catalogue describes."""

MSK_CLUSTER = "msk"
"""`ConnectorId.cluster` of every connector on MSK Connect; no self-managed cluster may be called so."""


class Platform(StrEnum):
    """Where a connector runs."""

    MSK_CONNECT = "msk-connect"
    KAFKA_CONNECT = "kafka-connect"


@dataclass(frozen=True, slots=True, order=True)
class ConnectorId:
    """One connector. Names are unique in a cluster only: the same name may exist in two."""

    platform: Platform
    cluster: str
    name: str

    @property
    def key(self) -> str:
        """`cluster/name`: key of the ledger, message group of the queue, and what people read."""
        return f"{self.cluster}/{self.name}"


class Shared(StrEnum):
    """Kinds of sources that connectors share; the more a common failure says about one, the earlier it stands."""

    DATABASE = "database"
    KAFKA = "kafka"
    WORKERS = "workers"
    """The worker configuration on MSK Connect, the workers themselves of a self-managed cluster."""
    PLUGIN = "plugin"
    SUBNET = "subnet"


@dataclass(frozen=True, slots=True, order=True)
class SharedSource:
    """One thing that several connectors depend on, by its name: a host, a list of servers, an ARN."""

    kind: Shared
    name: str

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.name}"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a database listens."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


# ── what was seen ─────────────────────────────────────────────────────────────────────────────────────────────────────


class ConnectorState(StrEnum):
    """What the platform says of the connector itself. On MSK Connect RUNNING says nothing about its tasks."""

    RUNNING = "RUNNING"
    FAILED = "FAILED"
    PAUSED = "PAUSED"
    STOPPED = "STOPPED"
    UNASSIGNED = "UNASSIGNED"
    RESTARTING = "RESTARTING"
    CREATING = "CREATING"
    UPDATING = "UPDATING"
    DELETING = "DELETING"
    PAUSING = "PAUSING"
    RESUMING = "RESUMING"
    UNKNOWN = "UNKNOWN"
    GONE = "GONE"


class Health(StrEnum):
    """One model for both platforms; see docs/health.md."""

    HEALTHY = "HEALTHY"
    DEGRADED = "DEGRADED"
    FAILED = "FAILED"
    NO_TASKS = "NO_TASKS"
    RETRYING = "RETRYING"
    STALLED = "STALLED"
    STUCK = "STUCK"
    TRANSITION = "TRANSITION"
    PAUSED = "PAUSED"
    STOPPED = "STOPPED"
    UNKNOWN = "UNKNOWN"
    GONE = "GONE"


@dataclass(frozen=True, slots=True)
class Flow:
    """What the platform knows about records moving through a connector.

    `records_at` is the begin of the latest measured period in which records moved (None: in none of them);
    `measured_from` and `measured_to` bound the periods looked at. Source: AWS/KafkaConnect SourceRecordWriteRate or
    SinkRecordSendRate (MSK Connect), worker lines that carry record counts (Kafka Connect).
    """

    measured_from: datetime
    measured_to: datetime
    records_at: datetime | None


@dataclass(frozen=True, slots=True)
class Tasks:
    """How many tasks are in which state; `seen_at` is the begin of the period (MSK) or when REST answered."""

    running: int
    failed: int
    other: int
    seen_at: datetime

    @property
    def total(self) -> int:
        return self.running + self.failed + self.other


class UpdateState(StrEnum):
    """How far an update of a connector on MSK Connect has come."""

    IN_PROGRESS = "IN_PROGRESS"
    COMPLETE = "COMPLETE"
    ROLLED_BACK = "ROLLED_BACK"
    """It failed, and the connector has its former settings again."""
    FAILED = "FAILED"
    """It failed, and so did the way back, or there was none."""

    @property
    def is_failure(self) -> bool:
        return self in (UpdateState.ROLLED_BACK, UpdateState.FAILED)


@dataclass(frozen=True, slots=True)
class ChangedSetting:
    """One setting that an update was to change, redacted; None: it was not there before, or is not after."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Update:
    """One operation of MSK Connect that changes configuration or capacity; `at` is when it began.

    `error` and `changes` are those of a failure, redacted; `more_changes` is how many more there were.
    """

    arn: str
    state: UpdateState
    at: datetime
    ended_at: datetime | None = None
    error: str = ""
    changes: tuple[ChangedSetting, ...] = ()
    more_changes: int = 0


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at one connector saw. `at` is the scheduled time of the look: two looks have two of these."""

    connector: ConnectorId
    at: datetime
    state: ConnectorState
    tasks: Tasks | None = None
    flow: Flow | None = None
    diagnosis: Diagnosis | None = None
    """What the trace in the REST status means; MSK Connect has none."""
    heartbeat: timedelta | None = None
    """Debezium's heartbeat.interval.ms, where the configuration could be seen and sets one."""
    arn: str | None = None
    created_at: datetime | None = None
    """When the connector was created; Kafka Connect does not tell."""
    connect_version: str | None = None
    """Version of Kafka Connect: restarting only the failed tasks needs 3.7 (MSK Connect) or 3.0 (REST)."""
    tags: tuple[tuple[str, str], ...] | None = None
    """Tags whose key begins with `connectops:`, without that prefix; None where they were not read."""
    log_group: str | None = None
    """Where its workers write their lines, if that is known."""
    shares: tuple[SharedSource, ...] = ()
    """What it depends on and others may, too; empty where that could not be seen."""
    database: Endpoint | None = None
    """Where the one server listens that it reads from or writes to; only the last look before a restart asks for it."""
    database_away: str | None = None
    """Why that server cannot be reached, if somebody tried just now and could not."""
    fleet_size: int | None = None
    """How many connectors the same look at the whole fleet saw."""
    update: Update | None = None
    """The latest update of its settings; None where there was none, or it was not read."""
    blind_because: str | None = None
    """Why something could not be seen, in plain words."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the list of connectors on MSK Connect does not tell: read seldom, kept in the table. Never a configuration.

    `heartbeat` and `shares` are those of `version`, the connector's `currentVersion`; `state` is the one in which the
    rest was read. `update` holds what was changed, redacted. `kept` is the version whose description is in the table.
    """

    connector: ConnectorId
    version: str | None = None
    state: ConnectorState = ConnectorState.UNKNOWN
    heartbeat: timedelta | None = None
    shares: tuple[SharedSource, ...] = ()
    tags: tuple[tuple[str, str], ...] | None = None
    update: Update | None = None
    kept: str | None = None


@dataclass(frozen=True, slots=True)
class LogRecord:
    """One log statement of a worker with its trace, put together from physical lines.

    `message` is the header line without time, level, context and logger, and further lines of the message; `causes` are
    the lines of its throwables that name an exception (`Caused by: ` and `Suppressed: ` included), `frames` their stack
    frames. `level` is empty for an orphan: lines whose header was lost or cut off. `repeats` counts statements alike
    that were folded into this one, `last_at` is when the last of them was written, `size` how many physical lines they
    had. `fragment` says that its beginning is not among the lines that were read.
    """

    at: datetime
    level: str
    message: str
    logger: str = ""
    connector: str | None = None
    task: int | None = None
    worker: str | None = None
    thread: str = ""
    causes: tuple[str, ...] = ()
    frames: tuple[str, ...] = ()
    event_id: str = ""
    repeats: int = 1
    last_at: datetime | None = None
    size: int = 1
    fragment: bool = False


# ── what it means ─────────────────────────────────────────────────────────────────────────────────────────────────────


class Verdict(StrEnum):
    """What a restart would do for a failure; the order is from strictest to most lenient."""

    DO_NOT_RESTART = "DO_NOT_RESTART"
    RESTART_WITH_BACKOFF = "RESTART_WITH_BACKOFF"
    RESTART_NOW = "RESTART_NOW"
    IGNORE = "IGNORE"

    @property
    def restarts(self) -> bool:
        return self in (Verdict.RESTART_NOW, Verdict.RESTART_WITH_BACKOFF)


class Severity(StrEnum):
    """How loudly people are told."""

    INFO = "info"
    WARNING = "warning"
    PAGE = "page"


class DataImpact(StrEnum):
    """What the failure means for the data."""

    SAFE = "safe"
    DUPLICATED = "duplicated"
    LOST = "lost"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One failure and its root cause, redacted: it holds nothing that may not leave a function.

    `count` counts distinct occurrences, `killed` says that a line proved the death of the task ("will not recover
    until manually restarted"), `restart_cap` is how many restarts of one incident this cause is worth (0: none).
    """

    failure_class: str
    verdict: Verdict
    severity: Severity
    cause: str
    next_step: str
    connector: str | None = None
    task: int | None = None
    worker: str | None = None
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    count: int = 1
    killed: bool = False
    restart_cap: int = 0
    data: DataImpact = DataImpact.UNKNOWN
    consequences: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    """The lines that the diagnosis rests on, redacted and bounded; for people."""
    fingerprint: str = ""


class Silence(StrEnum):
    """Lines that mean nothing alone and an outage when nothing follows."""

    SILENT_STOP = "SILENT_STOP"
    """`Stopped reading binlog` without an orderly stop: RUNNING, and nothing is delivered any more."""
    INTERNAL_RETRY = "INTERNAL_RETRY"
    """Debezium restarts itself; an outage only if it does not come back."""
    KEEP_ALIVE = "KEEP_ALIVE"
    """The binlog client says that it cannot connect and when it tries again: silence only if it stops saying so."""
    EMPTY_ASSIGNMENT = "EMPTY_ASSIGNMENT"
    """A worker joined with no tasks and waits for its rebalance delay."""


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Something that only silence can confirm: without a sign of life in time it becomes its `diagnosis`."""

    silence: Silence
    seen_at: datetime
    diagnosis: Diagnosis
    heard_at: datetime | None = None
    """When the line reached us, by our own clock: the worker's may be wrong."""
    resumed_at: datetime | None = None
    """When the task last started again by itself: it is well if no such line follows, else this was one more try."""


class Life(StrEnum):
    """What a sign of life says."""

    RECONNECTED = "RECONNECTED"
    RECORDS = "RECORDS"
    ORDERLY_STOP = "ORDERLY_STOP"
    STARTED = "STARTED"
    """A task started or restarted itself successfully; no proof of delivery."""


@dataclass(frozen=True, slots=True)
class SignOfLife:
    """A line that shows a connector alive: a reconnect, records counted, an orderly stop."""

    life: Life
    at: datetime
    connector: str | None = None
    task: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One message from those who look to the one who decides; exactly one of the last six is set.

    `origin` tells two findings apart: the scheduled time of a look, or the first log event id of a failure.
    """

    connector: ConnectorId
    at: datetime
    origin: str
    log_group: str | None = None
    """Where the line was written that it is about."""
    look: Look | None = None
    diagnosis: Diagnosis | None = None
    suspicion: Suspicion | None = None
    sign: SignOfLife | None = None
    order: Order | None = None
    call: ApiCall | None = None


class OrderKind(StrEnum):
    """What a person may order of one connector."""

    RESTART = "restart"
    PAUSE = "pause"
    RESUME = "resume"
    ACK = "ack"
    SILENCE = "silence"
    HOLD = "hold"
    RELEASE = "release"

    @property
    def acts(self) -> bool:
        """Whether it changes the connector itself."""
        return self in (OrderKind.RESTART, OrderKind.PAUSE, OrderKind.RESUME)


@dataclass(frozen=True, slots=True)
class Order:
    """A person's command. `by` is who they say they are, `sender` what the queue knows of them.

    `until` is when ack, silence and hold end; `force` overrules what speaks against a restart.
    """

    id: str
    kind: OrderKind
    by: str
    at: datetime
    until: datetime | None = None
    force: bool = False
    arn: str | None = None
    sender: str = ""


class Answer(StrEnum):
    """What became of an order."""

    TAKEN = "TAKEN"
    """It is being carried out; an answer that was lost stays so."""
    DONE = "DONE"
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True)
class AnsweredOrder:
    """An order with its answer, in plain words."""

    order: Order
    answer: Answer
    said: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One call of the platform's API by somebody else, as CloudTrail tells it; `refused` is the code of its error."""

    operation: str
    by: str
    at: datetime
    by_a_person: bool = True
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class StandingOrder:
    """What is said for the whole deployment; exactly one of the last two is set.

    `mode` is what a person sets, no longer than `until`; `policy` is the text of the policy file, found right.
    """

    by: str
    at: datetime
    until: datetime | None = None
    mode: Mode | None = None
    policy: str | None = None


# ── what is done about it ─────────────────────────────────────────────────────────────────────────────────────────────


class Mode(StrEnum):
    """REPAIR acts; ADVISE decides and records everything and touches nothing; OFF only tells."""

    REPAIR = "repair"
    ADVISE = "advise"
    OFF = "off"


class Action(StrEnum):
    """What a decision says."""

    RESTART_TASKS = "RESTART_TASKS"
    RESTART_CONNECTOR = "RESTART_CONNECTOR"
    WAIT = "WAIT"
    REFUSE = "REFUSE"
    PAGE = "PAGE"
    RESOLVE = "RESOLVE"
    NOTHING = "NOTHING"

    @property
    def restarts(self) -> bool:
        return self in (Action.RESTART_TASKS, Action.RESTART_CONNECTOR)


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do and why, in plain words; `until` bounds a WAIT."""

    action: Action
    reason: str
    failure_class: str | None = None
    verdict: Verdict | None = None
    until: datetime | None = None


class Phase(StrEnum):
    """Where an incident stands."""

    WATCHING = "WATCHING"
    """Something looks wrong; not enough evidence to act or to tell."""
    WAITING = "WAITING"
    """A restart is right and waits for its time."""
    RESTARTING = "RESTARTING"
    """A restart was claimed; whether it was carried out is being followed."""
    PROVING = "PROVING"
    """The restart is through; waiting for records to flow."""
    REFUSED = "REFUSED"
    """A restart would not help or would do harm: a person is needed."""
    QUARANTINED = "QUARANTINED"
    """The restarts that this cause is worth are spent: a person is needed."""


class OperationState(StrEnum):
    """How far an operation of MSK Connect has come."""

    IN_PROGRESS = "IN_PROGRESS"
    COMPLETE = "COMPLETE"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Operation:
    """One RESTART_CONNECTOR operation as MSK Connect tells of it."""

    arn: str
    state: OperationState
    ended_at: datetime | None = None
    error: str | None = None


class AttemptEnd(StrEnum):
    """How a restart attempt ended."""

    PROVEN = "PROVEN"
    FAILED_AGAIN = "FAILED_AGAIN"
    NOT_PROVEN = "NOT_PROVEN"
    REFUSED = "REFUSED"
    """The platform said no; nothing was changed."""
    INTERRUPTED = "INTERRUPTED"
    """Somebody paused, stopped, deleted or restarted it before it was known what came of it."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One restart, claimed before the call. `restarted_at`: the platform finished it; `ended_at`: we knew its end."""

    number: int
    action: Action
    failure_class: str
    claimed_at: datetime
    operation: str | None = None
    """ARN of the connector operation (MSK Connect)."""
    restarted_at: datetime | None = None
    ended_at: datetime | None = None
    end: AttemptEnd | None = None
    remark: str = ""
    order: str | None = None
    """Id of the order, where a person asked for it."""
    times: int = 1
    """How often it was claimed in vain, where the platform said no again and again; the rest tells of the last one."""
    first_claimed_at: datetime | None = None
    """When it was claimed first, where that was more than once."""


class Change(StrEnum):
    """What a notice is about."""

    OPENED = "opened"
    RESTARTED = "restarted"
    ADVISED = "advised"
    REFUSED = "refused"
    CAUSE_CHANGED = "cause-changed"
    QUARANTINED = "quarantined"
    RESOLVED = "resolved"
    CLOSED = "closed"
    REMINDER = "reminder"
    COULD_NOT_SEE = "could-not-see"
    FLEET_OPENED = "fleet-opened"
    """Several connectors that share a source fail alike; from here on they are told of together."""
    FLEET_PROVEN = "fleet-proven"
    FLEET_HELD = "fleet-held"
    FLEET_GAVE_UP = "fleet-gave-up"
    FLEET_RESOLVED = "fleet-resolved"
    NOT_UNDERSTOOD = "not-understood"
    """Tags that say something to ConnectOps which it does not understand."""
    HANDED_OVER = "handed-over"
    """Somebody else changes the connector: it is theirs now."""
    ORDERED = "ordered"
    """A person's command was carried out."""
    UPDATE_FAILED = "update-failed"
    """Somebody's update of a connector on MSK Connect failed; most tools call that a success."""


@dataclass(frozen=True, slots=True)
class Links:
    """Where to read on; None where there is nothing to point at."""

    logs: str | None = None
    """The worker log around the incident in the CloudWatch console."""
    runbook: str | None = None
    """The runbook's section of the failure class: a URL, or a path in this repository."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing that people are told: a change of one incident. `id` is the same however often it is delivered."""

    id: str
    incident_id: str
    connector: ConnectorId
    change: Change
    severity: Severity
    at: datetime
    since: datetime
    title: str
    what_happened: str
    cause: str
    what_we_did: str
    next_step: str
    failure_class: str
    verdict: Verdict | None = None
    health: Health | None = None
    attempts: int = 0
    arn: str | None = None
    owner: str | None = None
    log_group: str | None = None
    shared: str | None = None
    """What the connectors of a fleet incident share, in plain words; None where the notice is about one connector."""
    members: tuple[str, ...] = ()
    """Keys of the connectors of a fleet incident, those first that joined first."""
    links: Links = Links()
    """Filled in on publishing."""


@dataclass(frozen=True, slots=True)
class Reprieve:
    """A time that a person asked for, who it was, and from when to when it holds."""

    by: str
    at: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One line of an incident's history: when, what was decided or happened, and why."""

    at: datetime
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Incident:
    """One failure of one connector, from the first evidence to its end."""

    id: str
    connector: ConnectorId
    opened_at: datetime
    phase: Phase
    evidence_at: datetime
    """When the latest evidence of failure was true: a line's own time, or the begin of a metric's period."""
    noticed_at: datetime | None = None
    """When we first knew of it, by our own clock: the first backoff begins here."""
    line_at: datetime | None = None
    """The worker's own time of the latest line about it."""
    heard_at: datetime | None = None
    """When that line reached us, by our own clock: the worker's may be wrong."""
    health: Health | None = None
    """The worst that a look saw; None while only lines speak."""
    state: ConnectorState | None = None
    shown_at: datetime | None = None
    """Of which moment the last look told that showed it failing; one without any task shows the death of none."""
    diagnosis: Diagnosis | None = None
    silent: bool = False
    """Confirmed by silence: the status says RUNNING, so only records can show that it is over."""
    looks: int = 0
    """Looks (distinct in time and in what they saw) that showed the failure since it opened or the last restart."""
    last_look_at: datetime | None = None
    seen_at: datetime | None = None
    """Of which moment the last look told: a metric's period that is seen again is no second sight."""
    no_tasks_since: datetime | None = None
    """Since when looks see it without a task; None while it has some."""
    healthy_looks: int = 0
    """Healthy looks in a row since the last evidence of failure or the last restart."""
    attempts: tuple[Attempt, ...] = ()
    not_before: datetime | None = None
    decision: Decision | None = None
    told_at: datetime | None = None
    """When people were last told something about it."""
    told: Severity | None = None
    """How loudly they were last told."""
    notices: int = 0
    """How many notices it has led to; makes their ids."""
    unsaid: Severity | None = None
    """How loud the loudest notice is that a silence kept back; told when the silence ends."""
    database_away_since: datetime | None = None
    """Since when each try to reach its database before a restart was in vain; None after one that was not."""
    changed_at: datetime | None = None
    """When somebody else last changed the connector: what was seen until then counts no more."""
    acknowledged: Reprieve | None = None
    """A person works on it: no reminder and no page until then."""
    barred: str | None = None
    """Why the platform will not take a restart of it."""
    advised_for: str | None = None
    """The cause for which advice was given (mode ADVISE): one advice per incident and cause."""
    timeline: tuple[TimelineEntry, ...] = ()
    left_out: int = 0
    """How many entries the timeline has lost in its middle."""
    ended_at: datetime | None = None

    @property
    def failing_until(self) -> datetime:
        """Only what was seen later can show its end, whosever clock is wrong."""
        return max(self.evidence_at, self.heard_at or self.evidence_at)

    @property
    def failure_class(self) -> str:
        return self.diagnosis.failure_class if self.diagnosis else UNKNOWN_CLASS

    @property
    def needs_recreation(self) -> bool:
        """Whether the platform can only delete the connector and create it anew."""
        return self.connector.platform is Platform.MSK_CONNECT and self.state is ConnectorState.FAILED

    @property
    def restarts(self) -> int:
        """Attempts that the platform did not refuse: they are numbered, and the oldest may be forgotten."""
        counted = (attempt.number for attempt in self.attempts if attempt.end is not AttemptEnd.REFUSED)
        return max(counted, default=0)


@dataclass(frozen=True, slots=True)
class Membership:
    """That a connector takes part in the incident of a shared source; without being renewed it ends `until`.

    `left`: its own incident ended, or has another cause; whether it was the last one is still to be seen.
    """

    source: SharedSource
    incident_id: str
    until: datetime
    left: bool = False


@dataclass(frozen=True, slots=True)
class ConnectorRecord:
    """All that the ledger knows of one connector; `version` grows by one with each write (0: never written).

    `recent_attempts` are the attempts of the last 24 hours over all incidents: nothing resets their count.
    `backoff_attempts` is how many of the newest still count for the next backoff and the cap; they are forgotten
    after continuous health. `outbox` holds notices that were decided and not yet delivered.
    """

    connector: ConnectorId
    version: int = 0
    incident: Incident | None = None
    suspicions: tuple[Suspicion, ...] = ()
    recent_attempts: tuple[Attempt, ...] = ()
    backoff_attempts: int = 0
    healthy_since: datetime | None = None
    blind_since: datetime | None = None
    blind_told: bool = False
    in_transition_since: datetime | None = None
    deleting_since: datetime | None = None
    switched_at: datetime | None = None
    """When we learned that somebody paused, stopped, resumed or deleted it: what was seen until then counts no more."""
    last_life_at: datetime | None = None
    """When a line last showed records moving."""
    worked_at: datetime | None = None
    """When it was last seen to work at all: a healthy look, records that moved, a reconnect."""
    last_sign: SignOfLife | None = None
    """The latest other sign of life, by the worker's own time."""
    last_stop: SignOfLife | None = None
    """The last orderly stop that a line showed."""
    past_line_at: datetime | None = None
    """The latest line about incidents that ended, by the worker's own time: what is repeated belongs to them."""
    outbox: tuple[Notice, ...] = ()
    arn: str | None = None
    created_at: datetime | None = None
    connect_version: str | None = None
    log_group: str | None = None
    shares: tuple[SharedSource, ...] = ()
    fleet_size: int | None = None
    fleet: Membership | None = None
    tags: tuple[tuple[str, str], ...] = ()
    tag_problems_told: tuple[str, ...] = ()
    hold: Reprieve | None = None
    """Until then nothing is restarted and nobody is paged."""
    silence: Reprieve | None = None
    """Until then nobody is told anything but the end of what was told before."""
    orders: tuple[AnsweredOrder, ...] = ()
    """The last orders, oldest first."""
    calls: tuple[ApiCall, ...] = ()
    """The last calls of others that CloudTrail told of, oldest first."""
    failed_update: Incident | None = None
    """An update that failed: an incident beside the other one, because the connector may run, fail and be repaired."""
    update_told: datetime | None = None
    """When the latest failed update began that people were told of: each is told once."""

    @property
    def is_open(self) -> bool:
        """Whether the next looks must bring this connector up even if it looks healthy."""
        remembered = self.backoff_attempts or self.outbox or self.blind_since or self.in_transition_since
        return bool(self.incident or self.suspicions or remembered or self.fleet or self.failed_update)


# ── what connectors have in common ────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class RestartBudget:
    """When the latest restarts of the whole fleet were claimed; `fleet_size` as the last one who claimed knew it."""

    version: int = 0
    fleet_size: int = 0
    claims: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class ClusterLock:
    """Who may restart on a self-managed cluster. Without a `holder` and with `until`: nobody, it is rebalancing."""

    cluster: str
    version: int = 0
    holder: str | None = None
    """Key of the connector that is being restarted."""
    until: datetime | None = None
    """When it is free again, whatever became of the holder."""


class FleetPhase(StrEnum):
    """Where the incident of a shared source stands."""

    GATHERED = "GATHERED"
    """Several connectors fail alike; the first one whose restart is due is the probe."""
    PROBING = "PROBING"
    """One is being restarted; the others wait for its proof."""
    PROVEN = "PROVEN"
    """One works again; the others follow within the budget."""
    HELD = "HELD"
    """The probe failed: all wait until the next one may be tried."""
    GAVE_UP = "GAVE_UP"
    """The probes that this cause is worth are spent: all wait until a person has made one of them work."""


@dataclass(frozen=True, slots=True)
class Failing:
    """One connector that fails; `kin` is the same for causes that are alike, see decide.kinship.

    `restarted`: it was before anybody knew that it is not alone.
    """

    connector: ConnectorId
    failure_class: str
    kin: str
    at: datetime
    restarted: bool = False


@dataclass(frozen=True, slots=True)
class FleetIncident:
    """One outage of a shared source. `until` ends the phases PROBING (whatever became of the probe) and HELD."""

    id: str
    source: SharedSource
    opened_at: datetime
    failure_class: str
    kin: tuple[str, ...]
    cause: str
    next_step: str
    names: tuple[str, ...] = ()
    """Keys of connectors that take part; not all of them, if they are many."""
    phase: FleetPhase = FleetPhase.GATHERED
    probe: str | None = None
    """Key of the connector that is restarted first."""
    until: datetime | None = None
    failures: int = 0
    """Probes that failed since the last proof."""
    proven_at: datetime | None = None
    told_at: datetime | None = None
    notices: int = 0
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """All that the ledger knows of one shared source: who fails lately, and the incident, if they are many."""

    source: SharedSource
    version: int = 0
    recent: tuple[Failing, ...] = ()
    incident: FleetIncident | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """One connector that takes part in the incident of a shared source, or did until `left_at`."""

    incident_id: str
    source: SharedSource
    connector: ConnectorId
    failure_class: str
    joined_at: datetime
    until: datetime
    left_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Concerns:
    """What of the fleet a step of one connector has to do with; nothing of it is read otherwise."""

    budget: bool = False
    cluster: str | None = None
    sources: tuple[SharedSource, ...] = ()
    members_of: Membership | None = None

    def __bool__(self) -> bool:
        return self.budget or self.cluster is not None or bool(self.sources)


type FleetItem = RestartBudget | ClusterLock | SourceRecord | Member | FleetIncident
"""A FleetIncident of its own is one that ended."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the ledger knows of the fleet around one connector: that which was asked for."""

    budget: RestartBudget | None = None
    lock: ClusterLock | None = None
    sources: tuple[SourceRecord, ...] = ()
    members: tuple[Member, ...] = ()


# ── how it is to be done ──────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class KafkaConnectCluster:
    """A self-managed Kafka Connect cluster. `secret` is the NAME of a Secrets Manager entry, never its content.

    The secret is a JSON object with `username` and `password` (basic), or `token` (bearer), or `certificate` and
    `private_key` as PEM (mTLS); with any of them `ca` as PEM.
    """

    name: str
    url: str
    secret: str | None = None
    log_group: str | None = None
    timeout: timedelta = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Window:
    """A maintenance window: `lasts` from each time of `cron` on, or without `cron` from `begin` on (None: since ever).

    In both cases it ends at `until` at the latest. `cron` has the five fields of crontab(5), in the time of `zone`.
    """

    cron: str | None = None
    zone: str = "UTC"
    lasts: timedelta = timedelta(0)
    begin: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class ConnectorPolicy:
    """What a policy file says of the connectors whose key matches one of the globs in `match`; None: nothing.

    `numbers` are fields of RepairPolicy with their values.
    """

    match: tuple[str, ...] = ("*",)
    numbers: tuple[tuple[str, Mode | int | timedelta], ...] = ()
    restart: bool | None = None
    severity: Severity | None = None
    owner: str | None = None
    windows: tuple[Window, ...] = ()


@dataclass(frozen=True, slots=True)
class Intent:
    """What people want for one connector at one moment, whoever said it: tags, policy file, a person's command."""

    forbidden: str | None = None
    """Why ConnectOps restarts nothing of it."""
    held_until: datetime | None = None
    """Until when nothing is restarted and nobody is paged; None: it is not held."""
    held_because: str = ""
    severity: Severity | None = None
    """How loudly people are told where a person is needed; None: as loud as the cause is."""
    owner: str | None = None
    tag_problems: tuple[str, ...] = ()
    """What its tags say that is not understood, and what was expected."""


@dataclass(frozen=True, slots=True)
class RepairPolicy:
    """The numbers of docs/repair.md; the defaults are the product's.

    `rules` are those of the policy file; `intent` is that of the connector at hand (see decide.intent).
    """

    mode: Mode = Mode.REPAIR
    looks_needed: int = 2
    first_backoff: timedelta = timedelta(seconds=60)
    backoff_unit: timedelta = timedelta(seconds=60)
    backoff_max: timedelta = timedelta(minutes=60)
    restarts_per_incident: int = 7
    restarts_per_day: int = 7
    day: timedelta = timedelta(hours=24)
    fleet_restarts: int = 5
    """At most so many restarts of the whole fleet in `budget_window`, and at most `fleet_percent` of it; but one."""
    fleet_percent: int = 20
    budget_window: timedelta = timedelta(seconds=60)
    shared_failures: int = 3
    """So many connectors that share a source and fail alike within `shared_window` are one incident."""
    shared_window: timedelta = timedelta(minutes=10)
    proof_window: timedelta = timedelta(minutes=10)
    idle_proof_looks: int = 2
    forget_after: timedelta = timedelta(minutes=10)
    silent_stop_after: timedelta = timedelta(seconds=150)
    internal_retry_after: timedelta = timedelta(minutes=10)
    empty_assignment_after: timedelta = timedelta(seconds=330)
    stuck_after: timedelta = timedelta(minutes=15)
    """Any transition but the next two."""
    creating_stuck_after: timedelta = timedelta(minutes=25)
    updating_stuck_after: timedelta = timedelta(minutes=20)
    page_blind_after: timedelta = timedelta(minutes=15)
    page_stalled_after: timedelta = timedelta(minutes=15)
    repeat_notice_after: timedelta = timedelta(hours=4)
    rules: tuple[ConnectorPolicy, ...] = ()
    intent: Intent = Intent()
    most: Mode = Mode.REPAIR
    """The most that the stack may do, whoever orders it: the template's Mode."""
