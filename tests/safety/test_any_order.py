"""Anything in any order: what hypothesis finds, it shrinks to the shortest story that breaks a promise."""

from __future__ import annotations

from datetime import timedelta

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from connectops.errors import Busy, ConnectOpsError, Forbidden, OutcomeUnknown, Unreachable
from connectops.ledger import connector_of
from connectops.model import ConnectorRecord, ConnectorState, Life, Look, Phase, Silence, Verdict
from tests.builders import NOW, SECOND, a_diagnosis, a_failed_look, a_look, a_refusal, a_sign, a_suspicion
from tests.fakes import World

PAUSES = st.sampled_from([0, 1, 30, 60, 61, 150, 600, 3600])
CLASSES = st.sampled_from(["PG_CONN_LOST", "KAFKA_UNREACHABLE", "UNKNOWN"])


class AnyOrder(RuleBasedStateMachine):
    """One connector; each rule is something that may reach the one who decides."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.world.sight.sees = a_failed_look()
        self.passed = timedelta(0)
        self.restarts = 0

    def take(self, content: object) -> None:
        before = self.world.record()
        outcome = self.world.take(content, self.passed)
        made = len(self.world.hands.restarts) - self.restarts
        self.restarts += made
        assert made <= 1
        if made:
            self.judge_a_restart(before, outcome.record)
        decoded = msgspec.json.decode(msgspec.json.encode(outcome.record), type=ConnectorRecord)
        assert decoded == outcome.record
        assert outcome.decision.reason

    def judge_a_restart(self, before: ConnectorRecord, after: ConnectorRecord) -> None:
        assert after.incident is not None
        assert after.incident.diagnosis is None or after.incident.diagnosis.verdict is not Verdict.DO_NOT_RESTART
        assert after.incident.restarts <= 7
        assert len([a for a in after.recent_attempts if self.world.clock.now - a.claimed_at < timedelta(hours=24)]) <= 7
        assert before.incident is None or before.incident.phase not in (Phase.RESTARTING, Phase.QUARANTINED)

    @property
    def at(self):
        return NOW + self.passed

    @rule(seconds=PAUSES)
    def time_passes(self, seconds: int) -> None:
        self.passed += seconds * SECOND

    @rule(health=st.sampled_from(["failed", "healthy", "flowing", "blind", "unmeasured", "moving"]))
    def a_look_comes(self, health: str) -> None:
        look = {
            "failed": lambda: a_failed_look(self.at),
            "healthy": lambda: a_look(self.at),
            "flowing": lambda: a_look(self.at, records_at=self.at - SECOND),
            "blind": lambda: a_look(self.at, state=ConnectorState.UNKNOWN),
            "unmeasured": lambda: a_look(self.at, measured=False),
            "moving": lambda: a_look(self.at, state=ConnectorState.UPDATING),
        }[health]()
        self.take(look)

    @rule(failure_class=CLASSES, late=PAUSES, killed=st.booleans())
    def a_failure_is_read(self, failure_class: str, late: int, *, killed: bool) -> None:
        self.take(a_diagnosis(failure_class, self.at - late * SECOND, killed=killed, restart_cap=7))

    @rule(late=PAUSES)
    def a_refusal_is_read(self, late: int) -> None:
        self.take(a_refusal(at=self.at - late * SECOND))

    @rule(silence=st.sampled_from(Silence))
    def something_is_suspected(self, silence: Silence) -> None:
        self.take(a_suspicion(self.at, silence))

    @rule(life=st.sampled_from(Life))
    def a_sign_of_life_is_read(self, life: Life) -> None:
        self.take(a_sign(life, self.at))

    @rule(state=st.sampled_from([ConnectorState.PAUSED, ConnectorState.STOPPED, ConnectorState.GONE]))
    def somebody_takes_it_out(self, state: ConnectorState) -> None:
        restarts = len(self.world.hands.restarts)
        self.take(a_look(self.at, state=state))
        assert len(self.world.hands.restarts) == restarts
        assert self.world.record().incident is None

    @rule(error=st.sampled_from([None, Busy("busy"), Forbidden("no"), OutcomeUnknown("lost"), Unreachable("away")]))
    def the_platform_answers_so(self, error: Busy | Forbidden | OutcomeUnknown | Unreachable | None) -> None:
        self.world.hands.refuses = error

    @rule(sees=st.sampled_from(["failed", "paused", "healthy", "blind", "tagged"]))
    def the_last_look_sees(self, sees: str) -> None:
        looks: dict[str, Look | ConnectOpsError] = {
            "failed": a_failed_look(),
            "paused": a_look(state=ConnectorState.PAUSED),
            "healthy": a_look(),
            "blind": Unreachable("throttled"),
            "tagged": a_failed_look(tags=(("restart", "off"),)),
        }
        self.world.sight.sees = looks[sees]

    @rule(broken=st.booleans())
    def the_topic_is(self, *, broken: bool) -> None:
        self.world.voice.broken = broken

    @precondition(lambda self: not self.world.voice.broken)
    @rule()
    def all_that_was_decided_is_told(self) -> None:
        self.take(a_look(self.at))
        assert self.world.record().outbox == ()

    @invariant()
    def a_waiting_restart_is_known_to_people(self) -> None:
        incident = self.world.record().incident
        loud = incident is not None and incident.phase in (Phase.REFUSED, Phase.QUARANTINED, Phase.RESTARTING)
        assert not loud or (incident is not None and incident.told_at is not None)

    @invariant()
    def what_is_going_on_is_looked_at_again(self) -> None:
        record = self.world.record()
        assert record.is_open or not (record.incident or record.outbox or record.suspicions)
        assert connector_of(record.connector.key) == record.connector


AnyOrder.TestCase.settings = settings(
    max_examples=60, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestAnyOrder = AnyOrder.TestCase
