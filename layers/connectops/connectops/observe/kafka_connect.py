"""Connectors on a self-managed Kafka Connect cluster: one call shows the state, the tasks and why they failed.

Source: `GET /connectors?expand=status&expand=info` in Kafka's documentation of Kafka Connect.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from connectops.clients.connect_rest import ConnectRest
from connectops.errors import NotFound, ObservationFailed
from connectops.model import ConnectorId, ConnectorState, Look, Platform, Tasks
from connectops.observe import shared_sources
from connectops.observe.configuration import heartbeat
from connectops.observe.databases import endpoint_of


@dataclass(frozen=True, slots=True)
class ConnectView:
    """A look and the raw trace beside it, which may hold secrets; `task` says whose it is (None: the connector's)."""

    look: Look
    trace: str | None = None
    task: int | None = None


@dataclass(frozen=True, slots=True)
class ClusterView:
    """The connectors of a cluster that were seen, and why none was."""

    views: tuple[ConnectView, ...] = ()
    incomplete_because: str | None = None


def look_at_cluster(cluster: str, rest: ConnectRest, at: datetime, now: datetime) -> ClusterView:
    """All connectors of a cluster. One that cannot be read is UNKNOWN and hides none of the others."""
    try:
        connectors = rest.connectors()
        version = rest.version()
    except (ObservationFailed, NotFound) as err:
        return ClusterView(incomplete_because=str(err))
    return ClusterView(
        tuple(
            _view(ConnectorId(Platform.KAFKA_CONNECT, cluster, name), expanded, at, now, version, rest.log_group)
            for name, expanded in sorted(connectors.items())
        )
    )


def look_at_connector(connector: ConnectorId, rest: ConnectRest, at: datetime) -> Look:
    """One connector. Raises NotFound, Unreachable, Rebalancing or NotAllowed; what else it is may stay unknown."""
    expanded: dict[str, Any] = {"status": rest.status(connector.name)}
    with suppress(ObservationFailed, NotFound):
        expanded["info"] = rest.info(connector.name)
    look = _view(connector, expanded, at, at).look
    return replace(look, database=endpoint_of(expanded.get("info", {}).get("config", {})))


def _view(
    connector: ConnectorId,
    expanded: Any,
    at: datetime,
    now: datetime,
    version: str | None = None,
    log_group: str | None = None,
) -> ConnectView:
    try:
        status, config = expanded["status"], expanded.get("info", {}).get("config")
        look = Look(
            connector,
            at,
            ConnectorState(status["connector"]["state"]),
            tasks=_tasks([task["state"] for task in status["tasks"]], now),
            heartbeat=heartbeat(config or {}),
            connect_version=version,
            log_group=log_group,
            shares=() if config is None else shared_sources.of_kafka_connect(connector.cluster, config),
        )
        return ConnectView(look, *_first_trace(status))
    except (AttributeError, KeyError, TypeError, ValueError):
        why = "its status is not as Kafka Connect gives it"
        return ConnectView(Look(connector, at, ConnectorState.UNKNOWN, connect_version=version, blind_because=why))


def _tasks(states: list[str], now: datetime) -> Tasks:
    running, failed = states.count("RUNNING"), states.count("FAILED")
    return Tasks(running, failed, len(states) - running - failed, now)


def _first_trace(status: Mapping[str, Any]) -> tuple[str | None, int | None]:
    """The trace of the connector if it failed, else of the first failed task."""
    if status["connector"]["state"] == "FAILED":
        return status["connector"].get("trace"), None
    failed = [task for task in status["tasks"] if task["state"] == "FAILED" and task.get("trace")]
    return (failed[0]["trace"], int(failed[0]["id"])) if failed else (None, None)
