"""The deployed system around `respond`, deterministic: clock, ledger, queue, doors; each may fail wherever it can."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from cli.ledger_in_memory import LedgerInMemory
from connectops.act.actor import Attempted
from connectops.errors import (
    Busy,
    ConnectOpsError,
    Forbidden,
    LostRace,
    MessageNotDelivered,
    NotFound,
    OutcomeUnknown,
    Unreachable,
)
from connectops.findings import deduplication_id, encode
from connectops.model import (
    Action,
    Concerns,
    ConnectorId,
    ConnectorRecord,
    ConnectorState,
    Endpoint,
    Finding,
    FleetItem,
    Incident,
    Look,
    Notice,
    Operation,
    OrderKind,
    Platform,
    RepairPolicy,
    Surroundings,
)
from connectops.respond import Doors, respond
from tests.builders import SECOND, finding_in
from tests.safety.rules import Rules, must
from tests.safety.truth import RESTARTABLE, Truth

REMEMBERS_DUPLICATES = timedelta(minutes=5)
RECEIVES = 3
DATABASE = Endpoint("db.shop", 3306)
AWAY = 0.4
"""How often it is said to be away, whatever is true: whoever tries may be cut off."""


class Crash(Exception):
    """The function died here."""


@dataclass(slots=True)
class Faults:
    """How often each thing goes wrong; all zero once the world is calm."""

    crash: float = 0
    ledger: float = 0
    race: float = 0
    sight: float = 0
    hands: float = 0
    voice: float = 0


@dataclass(slots=True)
class Deployment:
    """One connector's group of the queue, and everything that a response touches."""

    truth: Truth
    policy: RepairPolicy
    random: Random
    faults: Faults
    hear_notice: Callable[[Notice, datetime], None]
    now: datetime
    later: Callable[[datetime, Callable[[datetime], None]], None]
    respond: Callable[[Doors, Finding, RepairPolicy], object] = respond
    shared: LedgerInMemory = field(default_factory=LedgerInMemory)
    stored: ConnectorRecord | None = None
    ended: list[Incident] = field(default_factory=list)
    queue: deque[list[object]] = field(default_factory=deque)
    blocked_until: datetime | None = None
    sent: dict[str, datetime] = field(default_factory=dict)
    said: list[Notice] = field(default_factory=list)
    promised: set[str] = field(default_factory=set)
    last_look: Look | None = None
    taking: Finding | None = None
    nested: bool = False
    dead_letters: int = 0
    rules: Rules = field(default_factory=Rules)
    meanwhile: Callable[[], None] = lambda: None
    """What others do while this one waits for an answer."""
    watch_a_call: Callable[[bool], None] = lambda _: None
    """Told of each call that changes a connector, and whether it was carried out."""
    watch_a_claim: Callable[[], None] = lambda: None
    latency: timedelta = timedelta(0)
    """How long a message may be on its way; others may be delivered meanwhile."""
    busy: bool = False
    reaches: Random | None = None
    """Of what is said of the database before a restart; None where nobody can try to reach it."""
    said_away: str | None = None
    away_since: datetime | None = None
    """When it was first said since the last restart: that it was back meanwhile may have been forgotten in a crash."""

    # ── the queue ──

    def send(self, finding: Finding) -> None:
        name = deduplication_id(finding)
        if name in self.sent and self.now - self.sent[name] < REMEMBERS_DUPLICATES:
            return
        self.sent[name] = self.now
        self.queue.append([encode(finding), 0])
        if self.latency:
            self.later(self.now + self.random.random() * self.latency, self.drain)
        else:
            self.drain(self.now)

    def drain(self, at: datetime) -> None:
        """Deliver what is there, one after the other: a group of the queue has one consumer at a time."""
        if self.busy:
            return
        self.busy, self.now = True, at
        try:
            self._drain(at)
        finally:
            self.busy = False

    def _drain(self, at: datetime) -> None:
        """Deliver in order; what fails blocks its group until it is visible again, and is set aside after three times."""
        while self.queue and (self.blocked_until is None or self.blocked_until <= at):
            self.blocked_until = None
            message = self.queue[0]
            try:
                self._deliver(finding_in(str(message[0])))
            except (Crash, LostRace, Unreachable):
                message[1] = int(str(message[1])) + 1
                if int(str(message[1])) >= RECEIVES:
                    self.queue.popleft()
                    self.dead_letters += 1
                    self.truth.line_lost |= '"look":{' not in str(message[0])
                    continue
                self.blocked_until = at + self.random.uniform(1, 90) * SECOND
                self.later(self.blocked_until, self.drain)
                return
            self.queue.popleft()

    def _deliver(self, finding: Finding) -> None:
        self.taking, self.nested = finding, False
        self.last_look = self.said_away = None
        self.respond(self._doors(), finding, self.policy)
        if finding.look:
            self.rules.see(finding.look)
        if finding.diagnosis and finding.diagnosis.last_seen:
            self.rules.heard.add(finding.diagnosis.last_seen)

    def _doors(self) -> Doors:
        return Doors(self, self, self, self, lambda: self.now, self, self if self.reaches else None)

    def _may_crash(self) -> None:
        self.meanwhile()
        if self.random.random() < self.faults.crash:
            raise Crash

    def _may_race(self) -> None:
        """A second consumer takes the same message while the first still works on it."""
        if self.nested or self.taking is None or self.random.random() >= self.faults.race:
            return
        self.nested = True
        seen, said, self.said_away = self.last_look, self.said_away, None
        try:
            self.respond(self._doors(), self.taking, self.policy)
        except (Crash, LostRace, Unreachable):
            pass
        finally:
            self.last_look, self.said_away = seen, said

    # ── records ──

    def load(self, connector: ConnectorId) -> ConnectorRecord:
        self._may_crash()
        if self.random.random() < self.faults.ledger:
            raise Unreachable("throttled")
        return self.stored or ConnectorRecord(connector)

    def around(self, concerns: Concerns) -> Surroundings:
        self._may_crash()
        if self.random.random() < self.faults.ledger:
            raise Unreachable("throttled")
        return self.shared.around(concerns)

    def save(
        self,
        record: ConnectorRecord,
        now: datetime,
        ended: Incident | None = None,
        beside: tuple[FleetItem, ...] = (),
    ) -> ConnectorRecord:
        self._may_crash()
        self._may_race()
        if self.random.random() < self.faults.ledger:
            raise Unreachable("throttled")
        if record.incident:
            self.rules.noticed.setdefault(record.incident.id, self._first_sight(now))
        claims = _open_claim(record) not in (None, _open_claim(self.stored))
        self.stored = self.shared.save(record, now, ended, beside)
        if claims:
            self.watch_a_claim()
        if ended:
            self.rules.see_end(ended)
            self.ended.append(ended)
        self.promised |= {notice.id for notice in record.outbox}
        self._may_crash()
        if self.random.random() < self.faults.ledger / 2:
            raise Unreachable("written, but the answer was lost")
        return self.stored

    def _first_sight(self, now: datetime) -> datetime:
        """When the failure was first heard of, in a look, a line or a suspicion."""
        look = self.taking.look if self.taking else None
        suspected = [each.heard_at for each in self.stored.suspicions if each.heard_at] if self.stored else []
        return min([look.at if look else now, *suspected])

    # ── sight ──

    def look(self, connector: ConnectorId, arn: str | None, at: datetime) -> Look:
        self._may_crash()
        if self.truth.intent is ConnectorState.GONE:
            raise NotFound("gone")
        if self.random.random() < self.faults.sight:
            raise Unreachable("throttled")
        seen = replace(self.truth.look(at, lag=None), database=DATABASE)
        self.last_look = seen
        self._may_race()
        return seen

    def operation(self, record: ConnectorRecord) -> Operation | None:
        self._may_crash()
        if self.random.random() < self.faults.sight:
            raise Unreachable("throttled")
        attempt = record.incident.attempts[-1] if record.incident and record.incident.attempts else None
        if attempt is None or record.connector.platform is Platform.KAFKA_CONNECT:
            return None
        return self.truth.operation(attempt.operation, attempt.claimed_at, self.now)

    # ── reach ──

    def away(self, database: Endpoint) -> str | None:
        self._may_crash()
        if self.random.random() < self.faults.sight or self.reaches is None:
            raise Unreachable("the function timed out")
        self.said_away = "refuses connections" if self.reaches.random() < AWAY else None
        if self.said_away:
            self.away_since = self.away_since or self.now
        return self.said_away

    # ── hands ──

    def restart(
        self, connector: ConnectorId, arn: str | None, action: Action, connect_version: str | None
    ) -> Attempted:
        self._may_crash()
        self.rules.watch_a_call(self.truth, self.stored, self.last_look, self.policy, self.now)
        if self.said_away and self.away_since:
            may_be_cut_off = self.now - self.away_since >= self.policy.backoff_max
            must(hold=may_be_cut_off, rule="a restart while its database was known to be away")
        self.away_since = None
        refusal = self._refusal()
        self.watch_a_call(refusal is None)
        if refusal:
            self.rules.refused()
            raise refusal
        lost = self.random.random() < self.faults.hands
        if lost and self.random.random() < 0.5:
            raise OutcomeUnknown("no answer; not carried out")
        operation = self.truth.restart(self.now)
        self._may_crash()
        if lost:
            raise OutcomeUnknown("no answer; carried out")
        if connector.platform is Platform.KAFKA_CONNECT:
            return Attempted(restarted_at=self.now)
        return Attempted(operation)

    def _refusal(self) -> ConnectOpsError | None:
        msk = self.truth.connector.platform is Platform.MSK_CONNECT
        if self.truth.intent is ConnectorState.GONE:
            return NotFound("gone")
        if self.truth.is_busy(self.now):
            return Busy("another operation is in progress")
        if self.truth.is_rebalancing(self.now) and not msk:
            self.rules.refused_in_a_rebalance(self.now)
            return Busy("409: a rebalance is expected")
        if (msk and self.truth.state() is not ConnectorState.RUNNING) or self.truth.state() not in RESTARTABLE:
            return Forbidden("not in this state")
        if self.random.random() < self.faults.hands:
            return self.random.choice([Busy("throttled"), Unreachable("not sent"), Forbidden("AccessDenied")])
        return None

    # ── a person's switch ──

    def pause(self, connector: ConnectorId, arn: str | None) -> None:
        self._switch(OrderKind.PAUSE)
        if self.random.random() < self.faults.hands:
            raise Busy("another operation is in progress")
        self.truth.take_out(ConnectorState.PAUSED, self.now)
        self._may_crash()

    def resume(self, connector: ConnectorId, arn: str | None) -> None:
        self._switch(OrderKind.RESUME)
        if self.random.random() < self.faults.hands:
            raise Busy("another operation is in progress")
        self.truth.put_back(self.now)
        self._may_crash()

    def _switch(self, kind: OrderKind) -> None:
        self._may_crash()
        self.rules.watch_a_switch(self.taking.order if self.taking else None, kind)

    # ── voice ──

    def publish(self, notice: Notice) -> None:
        self._may_crash()
        if self.random.random() < self.faults.voice:
            raise MessageNotDelivered("the topic is away")
        self.rules.watch_a_notice(self.stored, notice)
        self.said.append(notice)
        self.hear_notice(notice, self.now)
        self._may_crash()


def _open_claim(record: ConnectorRecord | None) -> datetime | None:
    attempts = record.incident.attempts if record and record.incident else ()
    return attempts[-1].claimed_at if attempts and attempts[-1].ended_at is None else None
