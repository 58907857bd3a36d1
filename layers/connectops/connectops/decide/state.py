"""The name of where a connector stands in its life: one word for people, metrics and the tables of docs/repair.md."""

from __future__ import annotations

from enum import StrEnum
from typing import assert_never

from connectops.model import ConnectorRecord, Health, Incident, Phase


class State(StrEnum):
    """Health, as far as nothing was done about it; else what is being done."""

    HEALTHY = "HEALTHY"
    DEGRADED = "DEGRADED"
    FAILED = "FAILED"
    NO_TASKS = "NO_TASKS"
    RETRYING = "RETRYING"
    STALLED = "STALLED"
    STUCK = "STUCK"
    TRANSITION = "TRANSITION"
    RESTARTING = "RESTARTING"
    PROVING = "PROVING"
    COOLDOWN = "COOLDOWN"
    QUARANTINED = "QUARANTINED"
    PAUSED = "PAUSED"
    STOPPED = "STOPPED"
    UNKNOWN = "UNKNOWN"
    GONE = "GONE"


_NOTHING_IS_DONE = frozenset({Health.PAUSED, Health.STOPPED, Health.GONE, Health.UNKNOWN})


def state_of(record: ConnectorRecord, health: Health) -> State:
    """Where a connector stands; `health` is what the last look said, UNKNOWN if there was none."""
    if health in _NOTHING_IS_DONE and not (health is Health.UNKNOWN and record.incident):
        return State(health)
    if record.incident is None:
        remembered = health is Health.HEALTHY and record.backoff_attempts
        return State.COOLDOWN if remembered else State(health)
    return _of_incident(record.incident)


def _of_incident(incident: Incident) -> State:
    match incident.phase:
        case Phase.RESTARTING:
            return State.RESTARTING
        case Phase.PROVING:
            return State.PROVING
        case Phase.QUARANTINED:
            return State.QUARANTINED
        case Phase.WATCHING | Phase.WAITING | Phase.REFUSED:
            return State(incident.health) if incident.health else _by_lines(incident)
        case _:
            assert_never(incident.phase)


def _by_lines(incident: Incident) -> State:
    killed = incident.diagnosis is not None and incident.diagnosis.killed
    return State.FAILED if killed else State.RETRYING
