"""A random history of one connector: faults outside and inside, then calm; whatever happened has to end well.

`python -m tests.safety.soak SEED` tells the history of a seed.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import get_args

from cli.ledger_in_memory import LedgerInMemory
from connectops.decide.health import assess
from connectops.model import (
    ConnectorId,
    ConnectorState,
    Diagnosis,
    Finding,
    Health,
    Incident,
    Life,
    Look,
    Mode,
    Notice,
    Order,
    OrderKind,
    Platform,
    RepairPolicy,
    Severity,
    SignOfLife,
    Suspicion,
)
from connectops.obey import obey
from connectops.respond import Doors, respond
from tests.builders import ARN, MINUTE, NOW, ONPREM, ORDERS, SECOND
from tests.safety.deployment import Deployment, Faults
from tests.safety.rules import must, was_told_to_a_person
from tests.safety.truth import Line, Shown, Task, Trouble, Truth

Respond = Callable[[Doors, Finding, RepairPolicy], object]
LONGEST = timedelta(hours=16)


@dataclass(slots=True)
class Told:
    """One line of a history, for people."""

    at: datetime
    what: str


@dataclass(slots=True)
class World:
    """What a history may have in common with others: the table, and what happens when."""

    ledger: LedgerInMemory = field(default_factory=LedgerInMemory)
    events: list[tuple[datetime, int, Callable[[datetime], None]]] = field(default_factory=list)
    counter: count[int] = field(default_factory=count)
    calm_at: datetime | None = None
    mode: Mode | None = None
    hear_of_all: Callable[[Notice, datetime], None] = lambda *_: None
    """Told of notices that are about several connectors."""

    def later(self, at: datetime, what: Callable[[datetime], None]) -> None:
        heapq.heappush(self.events, (at, next(self.counter), what))


@dataclass(slots=True)
class History:
    """`tells` keeps a line for all that happens; without it a history is only judged."""

    seed: int
    tells: bool = False
    policy: RepairPolicy = field(default_factory=RepairPolicy)
    respond: Respond = respond
    random: Random = field(init=False)
    truth: Truth = field(init=False)
    deployment: Deployment = field(init=False)
    faults: Faults = field(init=False)
    told: list[Told] = field(default_factory=list)
    now: datetime = NOW
    calm_at: datetime = NOW
    p_lost: float = 0
    p_blind: float = 0
    p_unmeasured: float = 0
    lag: timedelta = timedelta(0)
    blind_until: datetime = NOW
    unmeasured_until: datetime = NOW
    person_comes: datetime | None = None
    world: World = field(default_factory=World)
    connector: ConnectorId | None = None
    eventful: bool = True
    """Whether anything goes wrong with it alone."""

    def __post_init__(self) -> None:
        draw = self.random = Random(self.seed)
        connector = self.connector or draw.choice([ORDERS, ONPREM])
        heartbeat = draw.choice([None, 10 * SECOND])
        self.truth = Truth(
            connector,
            draw,
            self.later,
            self._log,
            skew=draw.choice([0, 0, 0, -2, 2]) * MINUTE,
            idle=draw.random() < 0.3,
            heartbeat=heartbeat,
            tasks=draw.choice([1, 1, 3]),
        )
        rough = draw.choice([0, 0, 0.02, 0.1])
        self.faults = Faults(*(rough * draw.choice([0, 1, 3]) for _ in range(6)))
        mode = self.world.mode or draw.choice([Mode.REPAIR] * 8 + [Mode.ADVISE, Mode.OFF])
        self.policy = replace(self.policy, mode=mode)
        self.deployment = Deployment(
            self.truth,
            self.policy,
            draw,
            self.faults,
            self._hear_notice,
            NOW,
            self.later,
            respond=self._respond,
            shared=self.world.ledger,
            reaches=Random(self.seed) if self.seed % 3 == 0 else None,
        )
        self.p_lost, self.p_blind, self.p_unmeasured = (rough * draw.choice([0, 1]) for _ in range(3))
        self.lag = draw.uniform(0, 120) * SECOND if connector.platform is Platform.MSK_CONNECT else timedelta(0)
        self.calm_at = self.world.calm_at or NOW + draw.uniform(10, 180) * MINUTE
        self._plan()

    # ── what happens when ──

    def later(self, at: datetime, what: Callable[[datetime], None]) -> None:
        self.world.later(at, what)

    def _plan(self) -> None:
        self.later(self.calm_at, self._calm_down)
        self.later(NOW + MINUTE, self._poll)
        if self.eventful:
            self._plan_trouble()

    def _plan_trouble(self) -> None:
        draw, truth = self.random, self.truth
        for _ in range(draw.randint(1, 5)):
            trouble = draw.choice([*Trouble, Trouble.LOST_CONNECTION, Trouble.SILENT_STOP])
            lasts = draw.choice([0, 0.1, 1, 5, 30, 90]) * draw.random() * MINUTE
            self._some_time(lambda at, t=trouble, d=lasts: truth.break_down(t, d, at))  # type: ignore[misc]
        for _ in range(draw.choice([0, 0, 0, 1, 2])):
            intent = draw.choice([ConnectorState.PAUSED, ConnectorState.STOPPED, ConnectorState.PAUSED])
            begin = self._some_time(lambda at, i=intent: truth.take_out(i, at))  # type: ignore[misc]
            if draw.random() < 0.7:
                self.later(begin + draw.uniform(1, 30) * MINUTE, truth.put_back)
        if draw.random() < 0.05:
            self._some_time(lambda at: truth.take_out(ConnectorState.GONE, at))
        if draw.random() < 0.15:
            begin = self._some_time(lambda _: setattr(truth, "restart_off", True))
            self.later(begin + draw.uniform(5, 60) * MINUTE, lambda _: setattr(truth, "restart_off", False))
        for _ in range(draw.choice([0, 0, 0, 1, 3])):
            kind = draw.choice([*OrderKind])
            begin = self._some_time(lambda at, k=kind: self._order(k, at))  # type: ignore[misc]
            if kind is OrderKind.PAUSE and draw.random() < 0.7:
                self.later(begin + draw.uniform(1, 30) * MINUTE, lambda at: self._order(OrderKind.RESUME, at))
        for _ in range(draw.choice([0, 0, 1, 2])):
            state = draw.choice([ConnectorState.UPDATING, ConnectorState.UNASSIGNED, ConnectorState.RESTARTING])
            begin = self._some_time(lambda _, s=state: setattr(truth, "passing", s))  # type: ignore[misc]
            self.later(begin + draw.choice([1, 3, 25]) * MINUTE, lambda _: setattr(truth, "passing", None))
        for _ in range(draw.choice([0, 0, 1, 2])):
            lasts, shown = draw.uniform(0.2, 5) * MINUTE, draw.choice(get_args(Shown))
            begin = self._some_time(lambda at, d=lasts, s=shown: truth.rebalance(d, s, at))  # type: ignore[misc]
            self.later(begin + lasts, truth.assign)

    def _some_time(self, what: Callable[[datetime], None]) -> datetime:
        at = NOW + (self.calm_at - NOW) * self.random.random()
        self.later(at, what)
        return at

    def _calm_down(self, at: datetime) -> None:
        """Outside faults end, AWS answers, messages arrive; what is left must be brought to its end."""
        for name in ("crash", "ledger", "race", "sight", "hands", "voice"):
            setattr(self.faults, name, 0)
        self.p_lost = self.p_blind = self.p_unmeasured = 0
        self.truth.broken_until = min(self.truth.broken_until, at)
        self.truth.passing, self.truth.restart_off, self.truth.rebalancing_until = None, False, None
        self._tell("— calm —")

    # ── those who look ──

    def _poll(self, at: datetime) -> None:
        self.later(at + MINUTE, self._poll)
        draw = self.random
        if draw.random() < self.p_blind:
            self.blind_until = at + draw.choice([1, 5, 40]) * MINUTE
        if draw.random() < self.p_unmeasured:
            self.unmeasured_until = at + draw.choice([1, 5, 40]) * MINUTE
        open_ = self.deployment.stored is not None and self.deployment.stored.is_open
        if self.truth.flows() and not self.truth.is_rebalancing(at) and open_ and draw.random() < 0.9:
            self._deliver_line(SignOfLife(Life.RECORDS, self.truth._stamp(at), self.truth.connector.name, 0), at)
        look = self._look(min(self.blind_until, self.calm_at), min(self.unmeasured_until, self.calm_at), at)
        if assess(look) is not Health.HEALTHY or open_:
            self._send(Finding(look.connector, at, f"{at}", look=look))

    def _look(self, blind_until: datetime, unmeasured_until: datetime, at: datetime) -> Look:
        if at < blind_until:
            return Look(self.truth.connector, at, ConnectorState.UNKNOWN, blind_because="AccessDenied")
        return self.truth.look(at, lag=None if at < unmeasured_until else self.lag)

    def _log(self, line: Line) -> None:
        if self.now < self.calm_at and self.random.random() < self.p_lost:
            self.truth.line_lost = True
            return
        delay = self.random.choice([0.5, 2, 2, 20]) * SECOND
        self.later(self.now + delay, lambda at: self._deliver_line(line, at))
        if self.random.random() < 0.1:
            self.later(self.now + self.random.uniform(0, 20) * MINUTE, lambda at: self._deliver_line(line, at))

    def _deliver_line(self, line: Line, at: datetime) -> None:
        match line:
            case Diagnosis():
                finding = Finding(self.truth.connector, line.last_seen or at, f"{line.last_seen}", diagnosis=line)
            case Suspicion():
                finding = Finding(self.truth.connector, line.seen_at, f"{line.seen_at}", suspicion=line)
            case SignOfLife():
                finding = Finding(self.truth.connector, line.at, f"{line.life} {line.at}", sign=line)
        self._send(finding)

    def _order(self, kind: OrderKind, at: datetime) -> None:
        """Somebody at the desk, who may be told to wait or that it is not possible."""
        self._tell(f"a person orders: {kind}")
        until = at + self.random.uniform(1, 60) * MINUTE
        arn = ARN if self.truth.connector.platform is Platform.MSK_CONNECT else None
        order = Order(f"{kind} {at}", kind, "alice", at, until, arn=arn)
        self._send(Finding(self.truth.connector, at, order.id, order=order))

    def _send(self, finding: Finding) -> None:
        self.deployment.now = self.now
        self.deployment.send(finding)

    def _respond(self, doors: Doors, finding: Finding, policy: RepairPolicy) -> object:
        if finding.order is not None:
            return obey(doors, finding.connector, finding.order, policy)
        outcome = self.respond(doors, finding, policy)
        if self.tells:
            kind = "look" if finding.look else finding.diagnosis or finding.suspicion or finding.sign
            seen = f"{assess(finding.look)} {finding.look.tasks}" if finding.look else ""
            decision = getattr(outcome, "decision", None)
            self._tell(
                f"{str(kind)[:90]} {seen} -> {decision.action if decision else '?'}: {decision and decision.reason}"
            )
        return outcome

    # ── those who are told ──

    def _hear_notice(self, notice: Notice, at: datetime) -> None:
        self._tell(f"NOTICE {notice.id} {notice.severity}: {notice.title}")
        if notice.shared:
            self.world.hear_of_all(notice, at)
        else:
            self.be_told(notice, at)

    def be_told(self, notice: Notice, at: datetime) -> None:
        """A person hears of this connector and comes."""
        if notice.severity is Severity.INFO or self.person_comes:
            return
        self.person_comes = at + self.random.uniform(2, 90) * MINUTE
        self.later(self.person_comes, self._person)

    def _person(self, at: datetime) -> None:
        self.person_comes = None
        self._tell("a person mends it")
        self.truth.mend(at)

    def _tell(self, what: str) -> None:
        if self.tells:
            self.told.append(Told(self.now, what))

    # ── the run, and its end ──

    def run(self) -> History:
        """Run to the end; raises BrokenRule."""
        events = self.world.events
        while events and self.now < NOW + LONGEST:
            self.now, _, what = heapq.heappop(events)
            what(self.now)
            if self.now > self.calm_at and self._is_quiet() and self.is_at_rest():
                break
        self.judge({notice.id for notice in self.deployment.said})
        return self

    def _is_quiet(self) -> bool:
        return all(what == self._poll for _, _, what in self.world.events)

    def is_at_rest(self) -> bool:
        quiet = not self.deployment.queue
        stored = self.deployment.stored
        return quiet and (stored is None or not stored.is_open) and self._is_well()

    def is_over(self) -> bool:
        """Whether it works, or is out of our hands, and no incident of its own is left."""
        stored = self.deployment.stored
        return self._is_well() and (stored is None or stored.incident is None)

    def _is_well(self) -> bool:
        return self.truth.intent is not None or (self.truth.task is Task.ALIVE and not self.truth.failed)

    def judge(self, said: set[str]) -> None:
        """By what was said, of this connector and of all that fail alike."""
        deployment, truth = self.deployment, self.truth
        must(hold=deployment.promised <= said, rule=f"notices never delivered: {deployment.promised - said}")
        open_ = deployment.stored.incident if deployment.stored else None
        must(hold=open_ is None or self._is_known(open_, said), rule=f"an incident nobody was told of: {open_}")
        if truth.intent is None and not self._is_well():
            unshown = truth.task is Task.SILENT or truth.mute
            unseen = unshown and (truth.line_lost or truth.stamped_before_the_restart())
            must(hold=unseen or self._is_known(open_, said), rule=f"an outage nobody knows of: {truth.task}")
            curable = truth.trouble is not None and truth.trouble.curable and self.policy.mode is Mode.REPAIR
            must(hold=unseen or not curable, rule=f"a curable outage did not heal: {truth.trouble}")
        if self._is_well() and truth.intent is None:
            unheard = open_ is not None and open_.silent and truth.line_lost and not truth.flows()
            must(hold=open_ is None or unheard, rule=f"a connector that works still has an incident: {open_}")

    def _is_known(self, incident: Incident | None, said: set[str]) -> bool:
        fleet = self.deployment.stored.fleet if self.deployment.stored else None
        together = fleet is not None and any(name.startswith(fleet.incident_id) for name in said)
        return together or was_told_to_a_person(incident, said)
