"""Restarts connectors on self-managed Kafka Connect clusters through REST, asking exactly once.

Before Kafka Connect 3.0 a restart of the connector restarts none of its tasks: they are restarted one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from connectops.act.actor import Attempted, is_at_least
from connectops.clients.connect_rest import RESTART_WITH_TASKS_SINCE, ConnectRest
from connectops.errors import ActionRefused, Forbidden, OutcomeUnknown, Unreachable
from connectops.model import Action, ConnectorId


class KafkaConnectActor:
    """`clients` has the client of each cluster by name; `clock` gives the time at which an answer came."""

    def __init__(self, clients: Mapping[str, ConnectRest], clock: Callable[[], datetime]) -> None:
        self._clients = clients
        self._clock = clock

    def restart(
        self, connector: ConnectorId, arn: str | None, action: Action, connect_version: str | None
    ) -> Attempted:
        """Restart; there is no operation to follow. Errors as in `act.actor`."""
        if connector.cluster not in self._clients:
            raise Forbidden(f"{connector.key}: no cluster of this name is in the settings")
        rest = self._clients[connector.cluster]
        only_failed = action is Action.RESTART_TASKS
        if is_at_least(connect_version or rest.version(), RESTART_WITH_TASKS_SINCE):
            rest.restart(connector.name, only_failed=only_failed)
            return Attempted(restarted_at=self._clock())
        steps = _steps(rest, connector.name, rest.status(connector.name), only_failed=only_failed)
        _carry_out(connector, steps)
        return Attempted(restarted_at=self._clock(), remark=f"restarted one by one: {', '.join(steps) or 'nothing'}")


def _steps(
    rest: ConnectRest, name: str, status: Mapping[str, Any], *, only_failed: bool
) -> dict[str, Callable[[], None]]:
    """What is restarted, in order: the connector first, because its tasks come from it."""
    steps: dict[str, Callable[[], None]] = {}
    if not only_failed or status["connector"]["state"] == "FAILED":
        steps["connector"] = lambda: rest.restart_connector(name)
    for task in status["tasks"]:
        if not only_failed or task["state"] == "FAILED":
            steps[f"task {task['id']}"] = lambda number=task["id"]: rest.restart_task(name, number)  # type: ignore[misc]
    return steps


def _carry_out(connector: ConnectorId, steps: Mapping[str, Callable[[], None]]) -> None:
    done: list[str] = []
    for what, restart in steps.items():
        try:
            restart()
        except (ActionRefused, Unreachable) as err:
            if not done:
                raise
            raise OutcomeUnknown(f"{connector.key}: restarted {', '.join(done)}, then {what} was not: {err}") from err
        done.append(what)
