"""What may come of a claimed restart: the answer of the platform, and its operation; rows of docs/transitions.md."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from cli.observations import LONG, Taken
from cli.situations import NOW, Situation
from connectops.decide.attempt import accepted, follow, lose_sight, refused
from connectops.decide.incident import Step, nothing
from connectops.errors import Busy, ConnectOpsError, Forbidden, NotFound, Unreachable
from connectops.model import ConnectorRecord, Health, Operation, OperationState, Phase, RepairPolicy


def of_operations() -> dict[str, Taken]:
    """What MSK Connect says of the operation of a restart; Kafka Connect knows of none."""
    at_work = Operation("ARN", OperationState.IN_PROGRESS)
    return {
        "in progress": _follows(at_work),
        "in progress for 20 minutes": _follows(at_work, since=LONG),
        "complete": _follows(Operation("ARN", OperationState.COMPLETE, NOW)),
        "failed": _follows(Operation("ARN", OperationState.FAILED, NOW, "no reason")),
        "none is known": _follows(None),
        "cannot be seen": _loses_sight(),
        "cannot be seen for 20 minutes": _loses_sight(since=LONG),
    }


def of_answers() -> dict[str, Taken]:
    """What came of the call of a restart that was claimed."""
    return {
        "accepted, an operation": _is_accepted("ARN", None),
        "accepted, done": _is_accepted(None, NOW),
        "no answer came": _is_accepted(None, None),
        "409, another operation or a rebalance": _is_refused(Busy("409")),
        "not reached, or throttled": _is_refused(Unreachable("throttled")),
        "not allowed, or not in this state": _is_refused(Forbidden("AccessDenied")),
        "there is no such connector": _is_refused(NotFound("404"), Health.GONE),
    }


def _follows(operation: Operation | None, *, since: timedelta = timedelta(0)) -> Taken:
    return lambda at, policy: (follow(_claimed(at.record, since), operation, policy, NOW), at.health)


def _loses_sight(*, since: timedelta = timedelta(0)) -> Taken:
    return lambda at, policy: (lose_sight(_claimed(at.record, since), policy, NOW), at.health)


def _is_accepted(operation: str | None, restarted_at: datetime | None) -> Taken:
    def is_accepted(at: Situation, policy: RepairPolicy) -> tuple[Step, Health]:
        record = accepted(at.record, operation, restarted_at, "", policy, NOW)
        return nothing(record, "the platform was asked; what came of it is followed"), at.health

    return is_accepted


def _is_refused(error: ConnectOpsError, seen: Health | None = None) -> Taken:
    return lambda at, policy: (refused(at.record, error, policy, NOW), seen or at.health)


def _claimed(record: ConnectorRecord, since: timedelta) -> ConnectorRecord:
    """As if its restart had been claimed so long before."""
    incident = record.incident
    if not since or incident is None or incident.phase is not Phase.RESTARTING:
        return record
    attempts = tuple(replace(attempt, claimed_at=NOW - since) for attempt in incident.attempts)
    return replace(record, incident=replace(incident, attempts=attempts))
