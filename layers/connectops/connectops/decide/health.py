"""The instantaneous health of a connector: one look, no memory.

Grace, timers and the counting of internal retries need the ledger's memory and are decided later.
"""

from __future__ import annotations

from connectops.model import ConnectorState, Health, Look, Tasks

HEARTBEATS_OF_SILENCE = 3
"""A source that has a heartbeat writes at least one record each interval; three missed ones are no coincidence."""

NO_NEWS = frozenset({Health.HEALTHY, Health.PAUSED, Health.STOPPED})
"""Healths that concern nobody unless something is open about the connector."""

_HAS_TASKS = (ConnectorState.RUNNING, ConnectorState.FAILED)
_BY_STATE = {
    ConnectorState.FAILED: Health.FAILED,
    ConnectorState.PAUSED: Health.PAUSED,
    ConnectorState.STOPPED: Health.STOPPED,
    ConnectorState.UNASSIGNED: Health.TRANSITION,
    ConnectorState.RESTARTING: Health.TRANSITION,
    ConnectorState.CREATING: Health.TRANSITION,
    ConnectorState.UPDATING: Health.TRANSITION,
    ConnectorState.DELETING: Health.TRANSITION,
    ConnectorState.PAUSING: Health.TRANSITION,
    ConnectorState.RESUMING: Health.TRANSITION,
    ConnectorState.UNKNOWN: Health.UNKNOWN,
    ConnectorState.GONE: Health.GONE,
}


def assess(look: Look) -> Health:
    """The health that one look shows; UNKNOWN wherever what matters was not seen.

    Beside tasks that are neither running nor failed, a failed one may be about to be replaced: no failure yet.
    """
    if look.state in _HAS_TASKS and look.tasks and look.tasks.other:
        return Health.TRANSITION
    return assess_anyway(look)


def assess_anyway(look: Look) -> Health:
    """The health that one look shows, if tasks that are neither running nor failed are waited for no more."""
    if look.state is not ConnectorState.RUNNING:
        return _BY_STATE[look.state]
    if look.tasks is None:
        return Health.UNKNOWN
    of_tasks = _of_tasks(look.tasks)
    return Health.STALLED if of_tasks is Health.HEALTHY and _nothing_flows(look) else of_tasks


def _of_tasks(tasks: Tasks) -> Health:
    if tasks.total == 0:
        return Health.NO_TASKS
    if tasks.failed == tasks.total:
        return Health.FAILED
    if tasks.failed:
        return Health.DEGRADED
    return Health.TRANSITION if tasks.other else Health.HEALTHY


def _nothing_flows(look: Look) -> bool:
    """Silence is told from idleness by the heartbeat alone: without one, nothing need flow."""
    flow = look.flow
    if not look.heartbeat or flow is None or flow.records_at is not None:
        return False
    return flow.measured_to - flow.measured_from >= HEARTBEATS_OF_SILENCE * look.heartbeat
