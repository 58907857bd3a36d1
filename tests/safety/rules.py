"""What must never happen, watched at each call that changes a connector, and at the end of each history."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connectops.model import (
    UNKNOWN_CLASS,
    Answer,
    AnsweredOrder,
    Change,
    ConnectorRecord,
    ConnectorState,
    Incident,
    Look,
    Mode,
    Notice,
    Order,
    OrderKind,
    Phase,
    RepairPolicy,
    Severity,
    Verdict,
)
from tests.safety.truth import Truth

INTENT = (ConnectorState.PAUSED, ConnectorState.STOPPED, ConnectorState.GONE)
DAY = timedelta(hours=24)
FIRST_BACKOFF = timedelta(seconds=60)
SECOND_BACKOFF = timedelta(minutes=2)
REBALANCE = timedelta(minutes=5)
ASKS_AGAIN = timedelta(seconds=60)
RESTARTS_PER_DAY = 7
RESTARTS_PER_INCIDENT = 7
ENDS = (Change.RESOLVED, Change.CLOSED)


class BrokenRule(AssertionError):
    """Something happened that must never happen."""


def must(*, hold: bool, rule: str) -> None:
    if not hold:
        raise BrokenRule(rule)


@dataclass(slots=True)
class Rules:
    """The numbers here are the product's promise, written down once more: a policy that is changed by mistake is caught."""

    called: set[tuple[str, datetime]] = field(default_factory=set)
    calls: list[tuple[datetime, str]] = field(default_factory=list)
    heard: set[datetime] = field(default_factory=set)
    noticed: dict[str, datetime] = field(default_factory=dict)
    last_claim: tuple[str, datetime] | None = None
    switched: set[str] = field(default_factory=set)
    """Orders that were carried out."""
    in_vain: list[datetime] = field(default_factory=list)
    """Calls that a rebalance answered with 409."""
    bare_since: datetime | None = None
    """Since when the looks that came through see no task."""

    def watch_a_call(
        self, truth: Truth, stored: ConnectorRecord | None, look: Look | None, policy: RepairPolicy, now: datetime
    ) -> None:
        must(hold=stored is not None and stored.incident is not None, rule="a restart that was not claimed")
        assert stored is not None
        assert stored.incident is not None
        self._claimed_once(stored.incident)
        ordered = stored.incident.attempts[-1].order is not None
        must(hold=ordered or policy.mode is Mode.REPAIR, rule=f"a restart in mode {policy.mode}")
        held = stored.hold is not None and stored.hold.at <= now < stored.hold.until
        must(hold=not held, rule="a restart of a connector that a person holds")
        must(hold=truth.intent not in INTENT, rule=f"a restart of a connector that is {truth.intent}")
        must(hold=not truth.restart_off, rule="a restart of a connector tagged hands off")
        seen = look is not None and look.state is not ConnectorState.UNKNOWN
        must(hold=seen, rule="a restart of a connector that was not seen")
        verdict = stored.incident.diagnosis.verdict if stored.incident.diagnosis else Verdict.RESTART_WITH_BACKOFF
        must(hold=verdict.restarts, rule=f"a restart against {verdict}")
        incurable = truth.trouble is not None and not truth.trouble.curable
        must(hold=not (incurable and truth.told_of_death in self.heard), rule="a restart of what no restart cures")
        assert look is not None
        must(hold=look.tasks is None or not look.tasks.other, rule="a restart of a connector whose tasks are assigned")
        if not ordered:
            self._no_fight(look, now)
            self._in_bounds(stored, stored.incident, verdict, now)
        self.calls.append((now, stored.incident.id))
        self.bare_since = None

    def _claimed_once(self, incident: Incident) -> None:
        claimed = incident.phase is Phase.RESTARTING and incident.attempts and incident.attempts[-1].ended_at is None
        must(hold=bool(claimed), rule="a restart that was not claimed")
        claim = (incident.id, incident.attempts[-1].claimed_at)
        must(hold=claim not in self.called, rule=f"two calls for one attempt: {claim}")
        self.called.add(claim)
        self.last_claim = claim

    def _in_bounds(self, stored: ConnectorRecord, incident: Incident, verdict: Verdict, now: datetime) -> None:
        today = [at for at, _ in self.calls if now - at < DAY]
        must(hold=len(today) < RESTARTS_PER_DAY, rule=f"{len(today) + 1} restarts in a day")
        released = max((each.at for each in stored.orders if _has_released(each)), default=None)
        ours = [at for at, name in self.calls if name == incident.id and (released is None or at > released)]
        unknown = incident.failure_class == UNKNOWN_CLASS
        cap = 1 if unknown else RESTARTS_PER_INCIDENT
        must(hold=len(ours) < cap, rule=f"{len(ours) + 1} restarts of one incident of {incident.failure_class}")
        if verdict is Verdict.RESTART_WITH_BACKOFF:
            waited = now - self.noticed[incident.id]
            must(hold=incident.silent or waited >= FIRST_BACKOFF, rule="a restart into the outage")
        if ours:
            must(hold=now - ours[-1] >= SECOND_BACKOFF, rule="a second restart at once")

    def see(self, look: Look) -> None:
        """A look came through."""
        if look.state is not ConnectorState.RUNNING or look.tasks is None:
            return
        self.bare_since = None if look.tasks.total else self.bare_since or look.at

    def _no_fight(self, look: Look, now: datetime) -> None:
        if look.tasks is not None and not look.tasks.total:
            since = self.bare_since or look.at
            must(hold=now - since >= REBALANCE, rule="a restart of a connector that a rebalance may have left no task")

    def refused_in_a_rebalance(self, now: datetime) -> None:
        must(hold=not self.in_vain or now - self.in_vain[-1] >= ASKS_AGAIN, rule="asks again at once after a 409")
        self.in_vain.append(now)

    def watch_a_switch(self, order: Order | None, kind: OrderKind) -> None:
        must(hold=order is not None and order.kind is kind, rule=f"a {kind} that nobody ordered")
        assert order is not None
        must(hold=order.id not in self.switched, rule=f"the order {order.id} was carried out twice")
        self.switched.add(order.id)

    def watch_a_notice(self, stored: ConnectorRecord | None, notice: Notice) -> None:
        """Who silences one connector still wants to hear of the others that it is told of with."""
        silence = stored.silence if stored else None
        loud = silence is not None and silence.at < notice.at < silence.until
        quiet = notice.change in ENDS or notice.shared is not None
        must(hold=not loud or quiet, rule=f"{notice.change} was told of a silenced connector")

    def see_end(self, incident: Incident) -> None:
        """It is over and written down: nothing of it can be learned later."""
        left = [attempt.number for attempt in incident.attempts if attempt.end is None]
        must(hold=not left, rule=f"an incident that ended with attempts of which nobody knows the end: {left}")

    def refused(self) -> None:
        """The platform said no: nothing was changed, and the attempt does not count."""
        self.calls.pop()
        self.called -= {self.last_claim}


def _has_released(order: AnsweredOrder) -> bool:
    return order.order.kind is OrderKind.RELEASE and order.answer is Answer.DONE


def was_told_to_a_person(incident: Incident | None, told: set[str]) -> bool:
    """Whether the incident's loud notices arrived."""
    return bool(
        incident
        and incident.told in (Severity.WARNING, Severity.PAGE)
        and any(name.startswith(incident.id) for name in told)
    )
