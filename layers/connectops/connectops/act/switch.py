"""Pausing and resuming: never decided by ConnectOps, only carried out for a person who orders it.

Raises as `act.actor` says. Sources: PauseConnector and ResumeConnector in the MSK Connect API reference (the connector
must be RUNNING or PAUSED, and no other operation may run); `PUT /connectors/{name}/pause|resume` of Kafka Connect.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from connectops.act.msk_connect import ONE_TRY, asked_once
from connectops.clients.clusters import open_clusters
from connectops.clients.connect_rest import ConnectRest
from connectops.errors import Forbidden, NotFound
from connectops.model import ConnectorId, KafkaConnectCluster, Mode, Platform

if TYPE_CHECKING:
    import boto3
    from mypy_boto3_kafkaconnect import KafkaConnectClient


class Switch(Protocol):
    """Takes a connector out and puts it back."""

    def pause(self, connector: ConnectorId, arn: str | None) -> None: ...

    def resume(self, connector: ConnectorId, arn: str | None) -> None: ...


@dataclass(frozen=True, slots=True)
class PlatformSwitch:
    """`client` must not retry: see `ONE_TRY`; `clusters` has the client of each cluster by name."""

    client: KafkaConnectClient
    clusters: Mapping[str, ConnectRest]

    def pause(self, connector: ConnectorId, arn: str | None) -> None:
        if connector.platform is Platform.MSK_CONNECT:
            known = _known(connector, arn)
            asked_once(connector, "PauseConnector", lambda: self.client.pause_connector(connectorArn=known))
        else:
            self._rest(connector).pause(connector.name)

    def resume(self, connector: ConnectorId, arn: str | None) -> None:
        if connector.platform is Platform.MSK_CONNECT:
            known = _known(connector, arn)
            asked_once(connector, "ResumeConnector", lambda: self.client.resume_connector(connectorArn=known))
        else:
            self._rest(connector).resume(connector.name)

    def _rest(self, connector: ConnectorId) -> ConnectRest:
        if connector.cluster not in self.clusters:
            raise Forbidden(f"{connector.key}: no cluster of this name is in the settings")
        return self.clusters[connector.cluster]


def switch_for(mode: Mode, session: boto3.Session, clusters: tuple[KafkaConnectCluster, ...]) -> Switch | None:
    """Only a stack whose template says REPAIR has one."""
    if mode is not Mode.REPAIR:
        return None
    return PlatformSwitch(session.client("kafkaconnect", config=ONE_TRY), open_clusters(clusters, session))


def _known(connector: ConnectorId, arn: str | None) -> str:
    if arn is None:
        raise NotFound(f"{connector.key}: no ARN is known, so it was never listed")
    return arn
