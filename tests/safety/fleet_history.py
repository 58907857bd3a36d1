"""A random history of a fleet: connectors that share sources, outages of what they share, deciders side by side.

While one decider waits for an answer, of the table, of the platform or of the topic, others go on: at each of these
points any other group of the queue may be delivered, from its beginning to its end, and others within that.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from connectops.model import (
    ConnectorId,
    FleetPhase,
    Mode,
    Notice,
    Platform,
    RepairPolicy,
    Severity,
    Shared,
    SharedSource,
    SourceRecord,
)
from connectops.respond import respond
from tests.builders import MINUTE, NOW, SECOND
from tests.safety.history import LONGEST, History, Respond, Told, World
from tests.safety.rules import must
from tests.safety.truth import Trouble

SETTLES_IN = timedelta(seconds=330)
DATABASES = tuple(SharedSource(Shared.DATABASE, f"db-{number}") for number in (1, 2))
KAFKA = SharedSource(Shared.KAFKA, "b-1")
SUBNET = SharedSource(Shared.SUBNET, "subnet-1")


@dataclass(slots=True)
class FleetRules:
    """What must hold over all connectors, written down once more; the limit is the product's promise."""

    fleet_size: int = 0
    histories: list[History] = field(default_factory=list)
    calls: list[tuple[datetime, History]] = field(default_factory=list)
    unsettled: dict[str, datetime] = field(default_factory=dict)

    def watch(self, history: History, at: datetime, *, carried_out: bool) -> None:
        if not _is_ordered(history):
            self._budget(at)
        self.calls.append((at, history))
        self._turn(history, at)
        if carried_out:
            self.unsettled[history.truth.connector.key] = at

    def _budget(self, at: datetime) -> None:
        limit = max(1, min(5, self.fleet_size // 5))
        lately = [call for call, _ in self.calls if at - call < MINUTE]
        must(hold=len(lately) < limit, rule=f"restart {len(lately) + 1} in a minute, {limit} are the limit")

    def _turn(self, history: History, at: datetime) -> None:
        """On a self-managed cluster nobody is restarted until a look has shown the last one settled."""
        connector = history.truth.connector
        if connector.platform is Platform.MSK_CONNECT:
            return
        others = [name for name in self.unsettled if name.startswith(f"{connector.cluster}/") and name != connector.key]
        for name in others:
            settled = at - self.unsettled[name] >= SETTLES_IN or self._was_looked_at_since(name)
            must(hold=settled, rule=f"{connector.key} is restarted while {name} still is")

    def _was_looked_at_since(self, name: str) -> bool:
        (history,) = (each for each in self.histories if each.truth.connector.key == name)
        stored = history.deployment.stored
        incident = stored.incident if stored else None
        on_its_way = incident is not None and incident.attempts and incident.attempts[-1].ended_at is None
        return not on_its_way or bool(incident and (incident.looks or incident.healthy_looks))

    def watch_a_claim(self, history: History) -> None:
        """Of those that fail alike only the probe is restarted, or anybody after a proof."""
        stored = history.deployment.stored
        fleet = stored.fleet if stored and not _is_ordered(history) else None
        source = next((each for each in self._sources(history) if fleet and each.source == fleet.source), None)
        shared = source.incident if source else None
        if fleet is None or fleet.left or shared is None or shared.id != fleet.incident_id:
            return
        key = history.truth.connector.key
        may = shared.phase is FleetPhase.PROVEN or (shared.phase is FleetPhase.PROBING and shared.probe == key)
        must(hold=may, rule=f"{key} is restarted while {shared.probe} is the probe ({shared.phase})")

    @staticmethod
    def _sources(history: History) -> list[SourceRecord]:
        return [item for item in history.world.ledger.shared.values() if isinstance(item, SourceRecord)]


def _is_ordered(history: History) -> bool:
    """A person's restart waits for no budget and for no probe; it is counted, and waits for its turn on a cluster."""
    incident = history.deployment.stored.incident if history.deployment.stored else None
    return incident is not None and bool(incident.attempts) and incident.attempts[-1].order is not None


@dataclass(slots=True)
class FleetHistory:
    """Some connectors on MSK Connect and on one self-managed cluster; each has a history of its own besides."""

    seed: int
    tells: bool = False
    respond: Respond = respond
    policy: RepairPolicy = field(default_factory=RepairPolicy)
    random: Random = field(init=False)
    world: World = field(init=False)
    histories: list[History] = field(init=False)
    rules: FleetRules = field(default_factory=FleetRules)
    p_switch: float = 0
    now: datetime = NOW

    def __post_init__(self) -> None:
        draw = self.random = Random(f"fleet {self.seed}")
        self.world = World(
            calm_at=NOW + draw.uniform(10, 90) * MINUTE,
            mode=draw.choice([Mode.REPAIR] * 9 + [Mode.ADVISE]),
            hear_of_all=self._hear_of_all,
        )
        self.p_switch = draw.choice([0, 0.05, 0.3])
        size = draw.choice([3, 4, 6, 11])
        self.rules.fleet_size = draw.choice([size, 10, 25])
        self.histories = [self._member(number) for number in range(size)]
        self.rules.histories = self.histories
        for _ in range(draw.choice([1, 1, 2])):
            self._plan_an_outage()

    def _member(self, number: int) -> History:
        draw = self.random
        on_msk = draw.random() < 0.6
        where = (Platform.MSK_CONNECT, "msk") if on_msk else (Platform.KAFKA_CONNECT, "onprem")
        connector = ConnectorId(*where, f"c{number}")
        history = History(
            self.seed * 1000 + number,
            self.tells,
            self.policy,
            self.respond,
            world=self.world,
            connector=connector,
            eventful=draw.random() < 0.3,
        )
        history.truth.shares = (draw.choice(DATABASES), KAFKA, SUBNET)
        history.truth.fleet_size = self.rules.fleet_size
        deployment = history.deployment
        deployment.latency = 3 * SECOND
        deployment.meanwhile = self._meanwhile(history)
        deployment.watch_a_call = lambda done, h=history: self.rules.watch(h, h.deployment.now, carried_out=done)  # type: ignore[misc]
        deployment.watch_a_claim = lambda h=history: self.rules.watch_a_claim(h)  # type: ignore[misc]
        return history

    def _plan_an_outage(self) -> None:
        """What several share breaks; each of them notices within a minute or two."""
        draw = self.random
        source = draw.choice([*DATABASES, KAFKA])
        begin = NOW + (self._calm_at - NOW) * draw.random()
        trouble = draw.choice([Trouble.LOST_CONNECTION, Trouble.LOST_CONNECTION, Trouble.UNKNOWN, Trouble.REFUSED])
        ends = begin + draw.choice([0.5, 3, 20, 60]) * draw.random() * MINUTE
        for history in self.histories:
            if source in history.truth.shares and draw.random() < 0.95:
                at = begin + draw.uniform(0, 90) * SECOND
                lasts = max(ends - at, timedelta(0))
                self.world.later(at, lambda now, h=history, d=lasts: h.truth.break_down(trouble, d, now))  # type: ignore[misc]

    @property
    def _calm_at(self) -> datetime:
        return self.world.calm_at or NOW

    def _meanwhile(self, waiting: History) -> Callable[[], None]:
        def others_go_on() -> None:
            if self.random.random() >= self.p_switch:
                return
            ready = [each for each in self.histories if each.deployment.queue and not each.deployment.busy]
            if ready:
                self.random.choice(ready).deployment.drain(waiting.deployment.now)

        return others_go_on

    def _hear_of_all(self, notice: Notice, at: datetime) -> None:
        """A person reads of several and mends them all: those that share it fail by what they share."""
        if notice.severity is Severity.INFO:
            return
        for history in self.histories:
            if history.truth.connector.key in notice.members or self._takes_part(history, notice.incident_id):
                history.be_told(notice, at)

    @staticmethod
    def _takes_part(history: History, incident_id: str) -> bool:
        fleet = history.deployment.stored.fleet if history.deployment.stored else None
        return fleet is not None and fleet.incident_id == incident_id

    @property
    def told(self) -> list[Told]:
        """All that happened, in order, each with whom it happened to."""
        lines = [
            (line.at, number, replace(line, what=f"{history.truth.connector.key}: {line.what}"))
            for history in self.histories
            for number, line in enumerate(history.told)
        ]
        return [line for _, _, line in sorted(lines, key=lambda each: each[:2])]

    # ── the run, and its end ──

    def run(self) -> FleetHistory:
        """Run to the end; raises BrokenRule."""
        events = self.world.events
        while events and self.now < NOW + LONGEST:
            self.now, _, what = heapq.heappop(events)
            for history in self.histories:
                history.now = self.now
            what(self.now)
            if self.now > self._calm_at and self._is_at_rest():
                break
        self._judge()
        return self

    def _is_at_rest(self) -> bool:
        if not all(history.is_at_rest() for history in self.histories):
            return False
        polls = {history._poll for history in self.histories}
        return all(what in polls for _, _, what in self.world.events)

    def _judge(self) -> None:
        said = {notice.id for history in self.histories for notice in history.deployment.said}
        for history in self.histories:
            history.judge(said)
        open_ = [source for source in self.rules._sources(self.histories[0]) if source.incident]
        over = all(history.is_over() for history in self.histories)
        must(hold=not (open_ and over), rule=f"the incident of a source that nobody takes part in any more: {open_}")
