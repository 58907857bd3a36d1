"""Whose a diagnosis is, and the findings that a reading of a log stream amounts to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from connectops.decide.diagnosis import Reading
from connectops.model import (
    MSK_CLUSTER,
    ConnectorId,
    Diagnosis,
    Finding,
    KafkaConnectCluster,
    Life,
    Platform,
    SignOfLife,
)

WORKER_WIDE = frozenset((
    "CONNECT_OOM", "CONNECT_WORKER_STALL", "CONNECT_WORKER_FATAL", "KAFKA_UNREACHABLE", "KAFKA_SASL_AUTH_FAILED",
    "KAFKA_CLIENT_SECURITY_SETUP", "KAFKA_IAM_ACCESS_DENIED", "KAFKA_IAM_CREDENTIALS_TRANSIENT",
))  # fmt: skip
"""Classes that, said by nobody in particular, concern every connector of the worker that says them."""
CONNECTORS_A_WORKER = 50


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """What is known beside a reading: its stream, connectors somebody waits for, and those of a worker by its id."""

    stream: str
    open_connectors: Callable[[], frozenset[ConnectorId]]
    connectors_of_worker: Callable[[str | None], frozenset[str]]


@dataclass(frozen=True, slots=True)
class LogOwner:
    """Who writes into a log group: a self-managed cluster, or workers of MSK Connect.

    `connector` is the one named in the settings for the group, for lines that do not say whose they are.
    """

    cluster: str | None
    connector: str | None
    group: str | None = None

    def connector_id(self, name: str | None, stream: str) -> ConnectorId:
        """The connector: as its lines name it, else as the settings do, else the stream: that can at least be found."""
        named = name or self.connector or stream
        if self.cluster is None:
            return ConnectorId(Platform.MSK_CONNECT, MSK_CLUSTER, named)
        return ConnectorId(Platform.KAFKA_CONNECT, self.cluster, named)


def owner_of(
    group: str, clusters: Iterable[KafkaConnectCluster], log_group_connectors: Iterable[tuple[str, str]]
) -> LogOwner:
    """The owner of a log group by the settings; MSK Connect is what is left."""
    cluster = next((each.name for each in clusters if each.log_group == group), None)
    return LogOwner(cluster, dict(log_group_connectors).get(group), group)


def findings_of(reading: Reading, owner: LogOwner, beside: Neighbourhood) -> list[Finding]:
    """A finding for each diagnosis, suspicion and sign of life; for flowing records only where they are waited for."""
    found: list[Finding] = []
    for diagnosis, origin in zip(reading.diagnoses, reading.origins.diagnoses, strict=True):
        at = diagnosis.last_seen or diagnosis.first_seen
        if at is not None:
            owners = _owners(diagnosis, owner, beside)
            found += [Finding(connector, at, origin, diagnosis=diagnosis) for connector in owners]
    for suspicion, origin in zip(reading.suspicions, reading.origins.suspicions, strict=True):
        owners = _owners(suspicion.diagnosis, owner, beside)
        found += [Finding(connector, suspicion.seen_at, origin, suspicion=suspicion) for connector in owners]
    found += _signs(reading, owner, beside)
    return [replace(finding, log_group=owner.group) for finding in sorted(found, key=_time)]


def _owners(diagnosis: Diagnosis, owner: LogOwner, beside: Neighbourhood) -> tuple[ConnectorId, ...]:
    """Whose a failure is: one connector's; of a worker's own failure, all those that run on it.

    What some connector says without a name is nobody's where several could have said it.
    """
    if diagnosis.connector is not None or owner.connector is not None:
        return (owner.connector_id(diagnosis.connector, beside.stream),)
    if owner.cluster is None:
        return (owner.connector_id(_only(beside.connectors_of_worker(diagnosis.worker)), beside.stream),)
    names = beside.connectors_of_worker(diagnosis.worker) if diagnosis.failure_class in WORKER_WIDE else ()
    return tuple(owner.connector_id(name, beside.stream) for name in sorted(names)[:CONNECTORS_A_WORKER] or (None,))


def _only(names: frozenset[str]) -> str | None:
    """A worker of MSK Connect runs one connector."""
    return next(iter(names)) if len(names) == 1 else None


def _signs(reading: Reading, owner: LogOwner, beside: Neighbourhood) -> list[Finding]:
    """The last sign of each kind: an older one of the same batch proves nothing that the last does not."""
    last: dict[tuple[ConnectorId, Life], tuple[SignOfLife, str]] = {}
    for sign, origin in zip(reading.signs, reading.origins.signs, strict=True):
        name = sign.connector
        if name is None and owner.connector is None and owner.cluster is None:
            name = _only(beside.connectors_of_worker(None))
        last[owner.connector_id(name, beside.stream), sign.life] = (sign, origin)
    waiting = beside.open_connectors() if any(life is Life.RECORDS for _, life in last) else frozenset()
    return [
        Finding(connector, sign.at, origin, sign=sign)
        for (connector, life), (sign, origin) in last.items()
        if life is not Life.RECORDS or connector in waiting
    ]


def _time(finding: Finding) -> datetime:
    return finding.at
