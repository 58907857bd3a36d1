"""Whose a diagnosis is, and the findings that a reading of a log stream amounts to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from connectops.decide.diagnosis import Reading
from connectops.model import (
    MSK_CLUSTER,
    ConnectorId,
    Finding,
    KafkaConnectCluster,
    Life,
    Platform,
    SignOfLife,
)


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


def findings_of(
    reading: Reading, stream: str, owner: LogOwner, open_connectors: Callable[[], frozenset[ConnectorId]]
) -> list[Finding]:
    """A finding for each diagnosis, suspicion and sign of life; for flowing records only where they are waited for."""
    found: list[Finding] = []
    for diagnosis, origin in zip(reading.diagnoses, reading.origins.diagnoses, strict=True):
        at = diagnosis.last_seen or diagnosis.first_seen
        if at is not None:
            found.append(Finding(owner.connector_id(diagnosis.connector, stream), at, origin, diagnosis=diagnosis))
    for suspicion, origin in zip(reading.suspicions, reading.origins.suspicions, strict=True):
        connector = owner.connector_id(suspicion.diagnosis.connector, stream)
        found.append(Finding(connector, suspicion.seen_at, origin, suspicion=suspicion))
    found += _signs(reading, stream, owner, open_connectors)
    return [replace(finding, log_group=owner.group) for finding in sorted(found, key=_time)]


def _signs(
    reading: Reading, stream: str, owner: LogOwner, open_connectors: Callable[[], frozenset[ConnectorId]]
) -> list[Finding]:
    """The last sign of each kind: an older one of the same batch proves nothing that the last does not."""
    last: dict[tuple[ConnectorId, Life], tuple[SignOfLife, str]] = {}
    for sign, origin in zip(reading.signs, reading.origins.signs, strict=True):
        last[owner.connector_id(sign.connector, stream), sign.life] = (sign, origin)
    waiting = open_connectors() if any(life is Life.RECORDS for _, life in last) else frozenset()
    return [
        Finding(connector, sign.at, origin, sign=sign)
        for (connector, life), (sign, origin) in last.items()
        if life is not Life.RECORDS or connector in waiting
    ]


def _time(finding: Finding) -> datetime:
    return finding.at
