"""MSK Connect's operations on a connector, as calls of its workers' REST API. Each ends well or raises WorkFailed.

Sources: "Update a connector", "Restart a connector" and "Pause and resume" in the Amazon MSK developer guide; KIP-745
for restarts with tasks.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from sandbox.aws.kafkaconnect.resources import Operation
from sandbox.live.door.job import UNKNOWN, WorkFailed
from sandbox.live.door.workers import PATIENCE, ConnectorWorkers, NobodyAnswers
from sandbox.live.worker import Refused

INVALID = "InvalidInput.InvalidConnectorConfiguration"
HEALTHY_FOR = 5.0
"""Real seconds in which an updated connector and all its tasks must stay RUNNING."""
LOOK = 0.3
"""Real seconds between two looks at states."""

type States = tuple[str, ...]
"""That of the connector, then those of its tasks; empty while there is no status."""


def create(workers: ConnectorWorkers, configuration: Mapping[str, str]) -> None:
    """Says nothing of tasks: MSK Connect calls a connector RUNNING whose tasks have failed."""
    configure(workers, configuration)
    seen = _await(workers, lambda states: states[:1] in (("RUNNING",), ("FAILED",)), "start")
    if seen[0] == "FAILED":
        raise WorkFailed(UNKNOWN, _trace(workers))


def validate(workers: ConnectorWorkers, operation: Operation, configuration: Mapping[str, str]) -> None:
    """The first step of an update: refuse what the connector's class would refuse, before anything has changed."""
    with _step(operation, "INITIALIZE_UPDATE"):
        _validate(workers, configuration)


def _validate(workers: ConnectorWorkers, configuration: Mapping[str, str]) -> None:
    chosen = configuration.get("connector.class", "")
    asked = {**configuration, "name": workers.name}
    told = _asked(workers, "PUT", f"/connector-plugins/{quote(chosen, safe='')}/config/validate", asked)
    errors = [error for one in told["configs"] for error in one["value"]["errors"]]
    if errors:
        raise WorkFailed(INVALID, f"The connector configuration is invalid. Message: {' '.join(errors)}")


def update(
    workers: ConnectorWorkers,
    operation: Operation,
    change: Callable[[], None],
    undo: Callable[[], None],
    *,
    check: bool,
) -> None:
    """`change`, and `undo` when that fails or, with `check`, when the connector is not healthy then.

    The error of a failed update says what became of the rollback.
    """
    try:
        with _step(operation, operation.kind):
            change()
        with _step(operation, "VALIDATE_UPDATE"):
            if check:
                _await_health(workers)
    except WorkFailed as failed:
        error = failed.outcome.error or {}
        operation.rollback = "IN_PROGRESS"
        try:
            undo()
            _await_health(workers)
        except WorkFailed as worse:
            raise WorkFailed(error["code"], error["message"], "FAILED") from worse
        raise WorkFailed(error["code"], error["message"], "COMPLETE") from failed


def configure(workers: ConnectorWorkers, configuration: Mapping[str, str]) -> None:
    _asked(workers, "PUT", f"/connectors/{quote(workers.name, safe='')}/config", dict(configuration))


def restart(workers: ConnectorWorkers, *, only_failed_tasks: bool) -> None:
    """Connector and tasks; workers before 3.0 are asked for one after the other."""
    path = f"/connectors/{quote(workers.name, safe='')}"
    if not workers.shape.release.startswith("2."):
        _asked(workers, "POST", f"{path}/restart?includeTasks=true&onlyFailed={str(only_failed_tasks).lower()}")
    else:
        _asked(workers, "POST", f"{path}/restart")
        for task in _asked(workers, "GET", f"{path}/status")["tasks"]:
            _asked(workers, "POST", f"{path}/tasks/{task['id']}/restart")
    _await(workers, lambda states: bool(states) and "RESTARTING" not in states, "restart")


def pause(workers: ConnectorWorkers) -> None:
    _asked(workers, "PUT", f"/connectors/{quote(workers.name, safe='')}/pause")
    _await(workers, lambda states: bool(states) and set(states) <= {"PAUSED", "FAILED"}, "pause")


def resume(workers: ConnectorWorkers) -> None:
    _asked(workers, "PUT", f"/connectors/{quote(workers.name, safe='')}/resume")
    _await(workers, lambda states: states[:1] == ("RUNNING",) and "PAUSED" not in states, "resume")


@contextmanager
def _step(operation: Operation, kind: str) -> Iterator[None]:
    operation.steps[kind] = "IN_PROGRESS"
    try:
        yield
    except WorkFailed:
        operation.steps[kind] = "FAILED"
        raise
    operation.steps[kind] = "COMPLETED"


def _asked(workers: ConnectorWorkers, method: str, path: str, body: Any = None) -> Any:
    try:
        return workers.insist(method, path, body)
    except Refused as err:
        code = INVALID if err.status in (400, 500) and body is not None else UNKNOWN
        prefix = "The connector configuration is invalid. Message: " if code is INVALID else ""
        raise WorkFailed(code, f"{prefix}{err.message}") from err


def _states(workers: ConnectorWorkers) -> States:
    try:
        status = workers.call("GET", f"/connectors/{quote(workers.name, safe='')}/status")
    except (Refused, NobodyAnswers):
        return ()
    return (status["connector"]["state"], *(task["state"] for task in status["tasks"]))


def _await(workers: ConnectorWorkers, wanted: Callable[[States], bool], what: str) -> States:
    deadline = time.monotonic() + PATIENCE
    while not wanted(seen := _states(workers)):
        if workers.ended.is_set() or time.monotonic() > deadline:
            raise WorkFailed(UNKNOWN, f"The connector did not {what}; its states are {seen or 'not known'}.")
        time.sleep(LOOK)
    return seen


def _await_health(workers: ConnectorWorkers) -> None:
    deadline = time.monotonic() + PATIENCE
    healthy_since = failed_since = None
    while True:
        now, seen = time.monotonic(), _states(workers)
        healthy = len(seen) > 1 and set(seen) == {"RUNNING"}
        healthy_since = (healthy_since or now) if healthy else None
        failed_since = (failed_since or now) if "FAILED" in seen else None
        if healthy_since is not None and now - healthy_since >= HEALTHY_FOR:
            return
        if workers.ended.is_set() or now > deadline or (failed_since is not None and now - failed_since >= HEALTHY_FOR):
            raise WorkFailed(
                UNKNOWN, f"The connector is not healthy after the update: {', '.join(seen) or 'no status'}."
            )
        time.sleep(LOOK)


def _trace(workers: ConnectorWorkers) -> str:
    status = workers.call("GET", f"/connectors/{quote(workers.name, safe='')}/status")
    return str(status["connector"].get("trace", "The connector failed.")).partition("\n")[0]
