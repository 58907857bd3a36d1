"""Stand-ins for the doors to the world: they keep what they were given and answer what they were told to."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from cli.ledger_in_memory import LedgerInMemory
from connectops.act.actor import Attempted
from connectops.errors import ConnectOpsError, MessageNotDelivered, OutcomeUnknown
from connectops.model import (
    Action,
    ConnectorId,
    ConnectorRecord,
    Finding,
    Look,
    Notice,
    Operation,
    OperationState,
    Platform,
    RepairPolicy,
)
from connectops.obey import obey
from connectops.respond import Doors, Outcome, respond
from tests.builders import ARN, NOW, a_look, finding


class Crash(Exception):
    """The function died here."""


@dataclass
class FakeSight:
    """Sees a healthy connector unless told otherwise; knows the operations that were started."""

    sees: Look | ConnectOpsError = field(default_factory=a_look)
    operations: dict[str, Operation] = field(default_factory=dict)

    def look(self, connector: ConnectorId, arn: str | None, at: datetime) -> Look:
        if isinstance(self.sees, ConnectOpsError):
            raise self.sees
        return replace(self.sees, connector=connector, at=at)

    def operation(self, record: ConnectorRecord) -> Operation | None:
        attempt = record.incident.attempts[-1] if record.incident else None
        return self.operations.get(attempt.operation or "") if attempt else None


@dataclass
class FakeHands:
    """Notes each restart; may refuse, or die before or after the call."""

    clock: Clock
    sight: FakeSight
    restarts: list[tuple[str, Action]] = field(default_factory=list)
    refuses: ConnectOpsError | None = None
    dies_before: bool = False
    dies_after: bool = False

    def restart(
        self, connector: ConnectorId, arn: str | None, action: Action, connect_version: str | None
    ) -> Attempted:
        if self.dies_before:
            raise Crash
        if self.refuses:
            raise self.refuses
        self.restarts.append((connector.key, action))
        if self.dies_after:
            raise Crash
        if connector.platform is Platform.KAFKA_CONNECT:
            return Attempted(restarted_at=self.clock.now)
        operation = f"{ARN}/operation-{len(self.restarts)}"
        self.sight.operations[operation] = Operation(operation, OperationState.COMPLETE, self.clock.now)
        return Attempted(operation=operation)


@dataclass
class FakeSwitch:
    """Notes what was paused and resumed; may refuse, or die after the call."""

    calls: list[tuple[str, str]] = field(default_factory=list)
    refuses: ConnectOpsError | None = None
    dies_after: bool = False

    def pause(self, connector: ConnectorId, arn: str | None) -> None:
        self._note("pause", connector)

    def resume(self, connector: ConnectorId, arn: str | None) -> None:
        self._note("resume", connector)

    def _note(self, what: str, connector: ConnectorId) -> None:
        if self.refuses and not isinstance(self.refuses, OutcomeUnknown):
            raise self.refuses
        self.calls.append((what, connector.key))
        if self.dies_after:
            raise Crash
        if self.refuses:
            raise self.refuses


@dataclass
class FakeVoice:
    """Keeps what was said; may be out of order."""

    said: list[Notice] = field(default_factory=list)
    broken: bool = False
    refuses: int = 0

    def publish(self, notice: Notice) -> None:
        if self.broken:
            raise MessageNotDelivered("the topic is away")
        if self.refuses:
            self.refuses -= 1
            raise MessageNotDelivered("the topic says it is malformed", permanent=True)
        self.said.append(notice)

    @property
    def changes(self) -> list[tuple[str, str]]:
        return [(str(notice.change), str(notice.severity)) for notice in self.said]


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


class World:
    """One connector's life: everything that a response touches, faked, and the time moved by the test."""

    def __init__(self, policy: RepairPolicy | None = None) -> None:
        self.policy = policy or RepairPolicy()
        self.clock = Clock()
        self.records = LedgerInMemory()
        self.sight = FakeSight()
        self.hands = FakeHands(self.clock, self.sight)
        self.voice = FakeVoice()
        self.switch = FakeSwitch()
        self.reach: Any = None

    def take(self, content: object, after: timedelta = timedelta(0)) -> Outcome:
        """Move the clock to `after` the start of the test, and respond to a look, diagnosis, suspicion or sign."""
        self.clock.now = max(self.clock.now, NOW + after)
        taken: Finding = content if isinstance(content, Finding) else finding(content)  # type: ignore[arg-type]  # a test's own value
        doors = Doors(self.records, self.sight, self.hands, self.voice, self.clock, self.switch, self.reach)
        if taken.order:
            return obey(doors, taken.connector, taken.order, self.policy)
        return respond(doors, taken, self.policy)

    def record(self, connector: ConnectorId | None = None) -> ConnectorRecord:
        from tests.builders import ORDERS

        return self.records.load(connector or ORDERS)
