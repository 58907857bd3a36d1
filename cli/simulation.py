"""A made fleet, sent through the code that decides at work: with its clock, and with hands that touch nothing else.

Those who look and those who read logs are made, too: a look a minute, lines some seconds after they were written. All
that connectors have in common is the product's: budget, cluster lock, shared sources and their probes.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count

from cli.ledger_in_memory import LedgerInMemory
from cli.made_connector import OUT, Subject, Trouble
from cli.made_fleet import Cause, Event, Happening, MadeFleet
from cli.made_lines import diagnosis_of, findings_in
from cli.rehearsal import Decided, is_news
from connectops.act.actor import Attempted
from connectops.decide.health import NO_NEWS, assess
from connectops.decide.state import state_of
from connectops.errors import Busy, Forbidden, NotFound
from connectops.model import (
    Action,
    ConnectorId,
    ConnectorRecord,
    ConnectorState,
    Finding,
    Health,
    Life,
    Look,
    Notice,
    Operation,
    Order,
    OrderKind,
    RepairPolicy,
    SignOfLife,
)
from connectops.obey import obey
from connectops.respond import Doors, Outcome, respond

LINES_ARRIVE_IN = timedelta(seconds=3)
ORDERED_BY = "the script"


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of the script, when its time had come."""

    at: datetime
    happening: Happening


@dataclass(slots=True)
class Simulation:
    """What came of a fleet so far; also the doors of a response."""

    fleet: MadeFleet
    policy: RepairPolicy
    now: datetime = field(init=False)
    subjects: dict[ConnectorId, Subject] = field(init=False)
    ledger: LedgerInMemory = field(default_factory=LedgerInMemory)
    health: dict[ConnectorId, Health] = field(default_factory=dict)
    decisions: list[tuple[ConnectorId, Decided]] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    happened: list[Happened] = field(default_factory=list)
    restarts: list[tuple[datetime, ConnectorId]] = field(default_factory=list)
    _last: dict[ConnectorId, Decided] = field(default_factory=dict)
    _events: list[tuple[datetime, int, Callable[[datetime], None]]] = field(default_factory=list)
    _count: count[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        fleet = self.fleet
        self.now = fleet.begin
        self.subjects = {
            made.id: Subject(made, fleet.begin, fleet.size, fleet.restart_takes, self._later, self._hears(made.id))
            for made in fleet.connectors
        }
        for happening in fleet.script:
            self._later(fleet.begin + happening.at, self._happens(happening))
        self._later(fleet.begin, self._look_at_all)

    def run(self) -> Simulation:
        """To the end of the file's time: what would come later is not made up."""
        end = self.fleet.begin + self.fleet.lasts
        while self._events and self._events[0][0] <= end:
            self.now, _, what = heapq.heappop(self._events)
            what(self.now)
        return self

    def _later(self, at: datetime, what: Callable[[datetime], None]) -> None:
        heapq.heappush(self._events, (at, next(self._count), what))

    # ── the script ──

    def _happens(self, happening: Happening) -> Callable[[datetime], None]:
        def happens(at: datetime) -> None:
            self.happened.append(Happened(at, happening))
            for number, connector in enumerate(happening.to):
                apart = number * happening.within / len(happening.to)
                delay = apart if happening.event is Event.SOURCE_AWAY else timedelta(0)
                self._later(at + delay, lambda then, c=connector: self._befalls(self.subjects[c], happening, then))  # type: ignore[misc]

        return happens

    def _befalls(self, subject: Subject, happening: Happening, at: datetime) -> None:
        until = at + (happening.lasts or timedelta(0))
        match happening.event:
            case Event.LOGS:
                subject.say(happening.cause, happening.event, at)
            case Event.PAUSED | Event.STOPPED:
                subject.take_out(ConnectorState(happening.event.upper()), at)
            case Event.DELETED:
                subject.take_out(ConnectorState.GONE, at)
            case Event.RESUMED:
                subject.put_back(at)
            case Event.MENDED:
                subject.mend(at)
            case Event.ORDERED:
                self._order(subject, happening, at)
            case Event.UPDATING | Event.REBALANCING | Event.UNSEEN:
                subject.pass_through(happening.event, until, at)
            case Event.TASK_DIES | Event.CONNECTOR_FAILS | Event.FALLS_SILENT | Event.SOURCE_AWAY:
                self._breaks(subject, happening, at)

    def _breaks(self, subject: Subject, happening: Happening, at: datetime) -> None:
        begin = self.fleet.begin + happening.at
        helps_from = None if happening.helps_after is None else begin + happening.helps_after
        trouble = Trouble(happening.event, happening.cause, helps_from)
        subject.fall(trouble, at)
        if happening.heals_after is not None:
            self._later(begin + happening.heals_after, lambda then: subject.recover(trouble, then))

    def _order(self, subject: Subject, happening: Happening, at: datetime) -> None:
        kind, connector = happening.order or OrderKind.RELEASE, subject.made.id
        until = at + happening.lasts if happening.lasts and not kind.acts else None
        order = Order(f"{kind} {at}", kind, ORDERED_BY, at, until, happening.force, subject.arn)
        self._note(connector, obey(self._doors(), connector, order, self.policy), asked=True)

    # ── those who look and those who read logs ──

    def _look_at_all(self, at: datetime) -> None:
        self._later(at + self.fleet.look_every, self._look_at_all)
        for connector, subject in self.subjects.items():
            is_open = self.ledger.load(connector).is_open
            if subject.flows() and is_open:
                self._take(Finding(connector, at, f"{at}", sign=SignOfLife(Life.RECORDS, at, connector.name, 0)))
            look = self._with_trace(subject, subject.look(at))
            self.health[connector] = assess(look)
            is_listed = subject.state is not ConnectorState.GONE
            if is_open or (is_listed and self.health[connector] not in NO_NEWS):
                self._take(Finding(connector, at, f"{at}", look=look))

    @staticmethod
    def _with_trace(subject: Subject, look: Look) -> Look:
        """The status of Kafka Connect holds the trace of what died."""
        cause = subject.trouble.cause if subject.trouble else Cause()
        failed = look.tasks is not None and look.tasks.failed > 0
        if subject.on_msk or not failed or cause.failure_class is None:
            return look
        return replace(look, diagnosis=diagnosis_of(cause.failure_class, look.connector, look.at, killed=True))

    def _hears(self, connector: ConnectorId) -> Callable[[Cause | SignOfLife, Event, datetime], None]:
        def hear(said: Cause | SignOfLife, event: Event, at: datetime) -> None:
            for finding in findings_in(said, event, connector, at):
                self._later(at + LINES_ARRIVE_IN, lambda _, f=finding: self._take(f))  # type: ignore[misc]

        return hear

    def _take(self, finding: Finding) -> None:
        self._note(finding.connector, respond(self._doors(), finding, self.policy))

    def _doors(self) -> Doors:
        return Doors(self.ledger, self, self, self, lambda: self.now, self)

    def _note(self, connector: ConnectorId, outcome: Outcome, *, asked: bool = False) -> None:
        health = self.health.get(connector, Health.UNKNOWN)
        decided = Decided(self.now, state_of(outcome.record, health), outcome.decision)
        last = self._last.get(connector)
        if asked or last is None or is_news(last, decided):
            self._last[connector] = decided
            self.decisions.append((connector, decided))

    # ── the doors of a response ──

    def look(self, connector: ConnectorId, arn: str | None, at: datetime) -> Look:
        subject = self.subjects[connector]
        if subject.state is ConnectorState.GONE:
            raise NotFound(f"{connector.key} was deleted")
        return subject.look(at, with_metrics=False)

    def operation(self, record: ConnectorRecord) -> Operation | None:
        attempts = record.incident.attempts if record.incident else ()
        subject = self.subjects[record.connector]
        return subject.operation(attempts[-1].operation, self.now) if attempts else None

    def restart(
        self, connector: ConnectorId, arn: str | None, action: Action, connect_version: str | None
    ) -> Attempted:
        subject = self.subjects[connector]
        if subject.state is ConnectorState.GONE:
            raise NotFound(f"{connector.key} was deleted")
        if subject.is_busy(self.now):
            raise Busy("another operation is in progress, or a rebalance (409)")
        only_running = subject.on_msk and subject.state is not ConnectorState.RUNNING
        if only_running or subject.state in OUT:
            raise Forbidden(f"it is {subject.state}")
        self.restarts.append((self.now, connector))
        operation = subject.restart(self.now)
        return Attempted(operation, remark="simulated") if operation else Attempted(restarted_at=self.now)

    def pause(self, connector: ConnectorId, arn: str | None) -> None:
        self.subjects[connector].take_out(ConnectorState.PAUSED, self.now)

    def resume(self, connector: ConnectorId, arn: str | None) -> None:
        self.subjects[connector].put_back(self.now)

    def publish(self, notice: Notice) -> None:
        self.notices.append(notice)


def simulate(fleet: MadeFleet, policy: RepairPolicy) -> Simulation:
    return Simulation(fleet, policy).run()
