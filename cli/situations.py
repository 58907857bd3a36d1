"""Where a connector may stand when something reaches the one who decides: the columns of docs/transitions.md."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from connectops.decide.incident import opened
from connectops.decide.state import State, state_of
from connectops.model import (
    Action,
    Attempt,
    AttemptEnd,
    ConnectorId,
    ConnectorRecord,
    ConnectorState,
    Decision,
    Diagnosis,
    Flow,
    Health,
    Incident,
    Look,
    Phase,
    Platform,
    Severity,
    Tasks,
    Verdict,
)

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
BEGIN = NOW - timedelta(minutes=5)
CONNECTOR = ConnectorId(Platform.KAFKA_CONNECT, "cluster", "connector")
ON_MSK = ConnectorId(Platform.MSK_CONNECT, "msk", "connector")
RUNNING = ConnectorState.RUNNING


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known of a connector, and what a look would see of it now."""

    record: ConnectorRecord
    look: Look
    health: Health

    @property
    def state(self) -> State:
        return state_of(self.record, self.health)


def a_cause(verdict: Verdict, *, killed: bool = True, cap: int = 7, at: datetime = NOW) -> Diagnosis:
    return Diagnosis(
        str(verdict),
        verdict,
        Severity.WARNING,
        "cause",
        "step",
        None,
        0,
        None,
        at,
        at,
        killed=killed,
        restart_cap=cap,
    )


def a_look(state: ConnectorState, running: int = 1, failed: int = 0, other: int = 0, *, flows: bool = False) -> Look:
    flow = Flow(BEGIN, NOW, NOW - timedelta(seconds=1) if flows else None)
    return Look(CONNECTOR, NOW, state, Tasks(running, failed, other, NOW), flow, connect_version="3.7")


UNSEEN = Look(CONNECTOR, NOW, ConnectorState.UNKNOWN, blind_because="no answer")
DEAD = a_look(RUNNING, 0, 1)
WELL = a_look(RUNNING, flows=True)
PLAIN = ConnectorRecord(CONNECTOR, connect_version="3.7")


def states() -> dict[str, Situation]:
    """One for each state of a connector's life: an incident is five minutes old, and a restart may cure its cause."""
    ended = Attempt(1, Action.RESTART_TASKS, "CAUSE", BEGIN, restarted_at=BEGIN, ended_at=BEGIN, end=AttemptEnd.PROVEN)
    cooling = replace(PLAIN, recent_attempts=(ended,), backoff_attempts=1, healthy_since=BEGIN)
    moving = a_look(ConnectorState.UPDATING)
    stuck = _with(Phase.REFUSED, health=Health.STUCK, state=ConnectorState.UPDATING, diagnosis=None)
    retrying = _with(
        Phase.WATCHING, health=None, looks=0, diagnosis=a_cause(Verdict.RESTART_WITH_BACKOFF, killed=False)
    )
    found = {
        State.HEALTHY: Situation(PLAIN, WELL, Health.HEALTHY),
        State.DEGRADED: Situation(_with(Phase.WAITING, health=Health.DEGRADED), a_look(RUNNING, 1, 1), Health.DEGRADED),
        State.FAILED: Situation(_with(Phase.WAITING), DEAD, Health.FAILED),
        State.NO_TASKS: Situation(
            _with(Phase.WAITING, health=Health.NO_TASKS, no_tasks_since=BEGIN), a_look(RUNNING, 0), Health.NO_TASKS
        ),
        State.RETRYING: Situation(retrying, a_look(RUNNING), Health.HEALTHY),
        State.STALLED: Situation(
            _with(Phase.WAITING, health=Health.STALLED, silent=True), a_look(RUNNING), Health.HEALTHY
        ),
        State.STUCK: Situation(replace(stuck, in_transition_since=BEGIN), moving, Health.TRANSITION),
        State.TRANSITION: Situation(replace(PLAIN, in_transition_since=BEGIN), moving, Health.TRANSITION),
        State.RESTARTING: phases()[str(Phase.RESTARTING)],
        State.PROVING: phases()[str(Phase.PROVING)],
        State.COOLDOWN: Situation(cooling, WELL, Health.HEALTHY),
        State.QUARANTINED: phases()[str(Phase.QUARANTINED)],
        State.PAUSED: Situation(PLAIN, a_look(ConnectorState.PAUSED), Health.PAUSED),
        State.STOPPED: Situation(PLAIN, a_look(ConnectorState.STOPPED), Health.STOPPED),
        State.UNKNOWN: Situation(replace(PLAIN, blind_since=BEGIN), UNSEEN, Health.UNKNOWN),
        State.GONE: Situation(PLAIN, a_look(ConnectorState.GONE), Health.GONE),
    }
    return {str(state): situation for state, situation in found.items()}


def phases() -> dict[str, Situation]:
    """One for no incident, for an incident in each phase, and for one that only silence showed."""
    found = {"no incident": Situation(PLAIN, WELL, Health.HEALTHY)}
    found |= {str(phase): Situation(_with(phase), DEAD, Health.FAILED) for phase in Phase}
    silent = _with(Phase.QUARANTINED, health=Health.STALLED, silent=True)
    return found | {"QUARANTINED, silent": Situation(silent, a_look(RUNNING), Health.HEALTHY)}


def due() -> dict[str, Situation]:
    """Where a restart may be due."""
    waiting = (State.DEGRADED, State.FAILED, State.NO_TASKS, State.RETRYING, State.STALLED)
    return {str(state): states()[str(state)] for state in waiting}


def restarting() -> dict[str, Situation]:
    """A claimed restart on each platform, of what is seen to fail and of what is silent."""
    found = {}
    for name, connector in (("MSK Connect", ON_MSK), ("Kafka Connect", CONNECTOR)):
        found[name] = Situation(_with(Phase.RESTARTING, connector), DEAD, Health.FAILED)
        silent = _with(Phase.RESTARTING, connector, silent=True)
        found[f"{name}, silent"] = Situation(silent, a_look(RUNNING), Health.HEALTHY)
    return found


def _with(phase: Phase, connector: ConnectorId = CONNECTOR, **changes: object) -> ConnectorRecord:
    record = replace(PLAIN, connector=connector)
    incident = replace(_incident(record, phase), **changes)  # type: ignore[arg-type]  # names of Incident's fields
    spent = 7 if phase is Phase.QUARANTINED else len(incident.attempts)
    return replace(record, incident=incident, recent_attempts=incident.attempts, backoff_attempts=spent)


def _incident(record: ConnectorRecord, phase: Phase) -> Incident:
    refused = phase is Phase.REFUSED
    verdict = Verdict.DO_NOT_RESTART if refused else Verdict.RESTART_WITH_BACKOFF
    incident = replace(
        opened(record, BEGIN, BEGIN, BEGIN),
        phase=phase,
        health=Health.FAILED,
        shown_at=BEGIN,
        looks=1,
        diagnosis=None if phase is Phase.WATCHING else a_cause(verdict, cap=0 if refused else 7, at=BEGIN),
        last_look_at=BEGIN,
        told_at=BEGIN,
        told=Severity.INFO,
    )
    if phase is Phase.QUARANTINED:
        incident = replace(incident, decision=Decision(Action.PAGE, "the restarts are spent", incident.failure_class))
    if phase in (Phase.RESTARTING, Phase.PROVING):
        restarted = BEGIN + timedelta(minutes=1) if phase is Phase.PROVING else None
        attempt = Attempt(1, Action.RESTART_TASKS, incident.failure_class, BEGIN, restarted_at=restarted)
        incident = replace(incident, attempts=(attempt,), looks=0)
    return incident
