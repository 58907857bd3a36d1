"""One connector, looked at for itself: just before it is restarted, and what became of the restart."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Self

from connectops.clients.aws_reads import READ_RETRIES
from connectops.clients.clusters import open_clusters
from connectops.clients.connect_rest import ConnectRest
from connectops.errors import NotAllowed, NotFound, Unreachable
from connectops.model import ConnectorId, ConnectorRecord, KafkaConnectCluster, Look, Operation, Platform
from connectops.observe.kafka_connect import look_at_connector
from connectops.observe.msk_connect import MskConnect
from connectops.observe.operations import Operations

if TYPE_CHECKING:
    import boto3


class PlatformSight:
    """Raises NotFound where the connector is gone, ObservationFailed where it cannot be seen."""

    def __init__(self, msk: MskConnect, operations: Operations, clusters: Mapping[str, ConnectRest]) -> None:
        self._msk = msk
        self._operations = operations
        self._clusters = clusters

    @classmethod
    def from_session(cls, session: boto3.Session, clusters: tuple[KafkaConnectCluster, ...]) -> Self:
        client = session.client("kafkaconnect", config=READ_RETRIES)
        return cls(MskConnect(client), Operations(client), open_clusters(clusters, session))

    def look(self, connector: ConnectorId, arn: str | None, at: datetime) -> Look:
        """State, tags and heartbeat (MSK Connect), state and tasks (Kafka Connect), as they are now."""
        if connector.platform is Platform.MSK_CONNECT:
            return self._look_at_msk_connect(connector, arn, at)
        if connector.cluster not in self._clusters:
            raise NotAllowed(f"{connector.key}: no cluster of this name is in the settings")
        return look_at_connector(connector, self._clusters[connector.cluster], at)

    def _look_at_msk_connect(self, connector: ConnectorId, arn: str | None, at: datetime) -> Look:
        """By its ARN; by its name where a line came before any look, or where it was created anew since."""
        if arn is None:
            found = self._msk.find(connector.name)
            if found is None:
                raise Unreachable(f"MSK Connect lists no connector called {connector.name}")
            return self._msk.look(found, at)
        try:
            return self._msk.look(arn, at)
        except NotFound:
            found = self._msk.find(connector.name)
            if found in (None, arn):
                raise
            return self._msk.look(found, at)

    def operation(self, record: ConnectorRecord) -> Operation | None:
        """The operation of the last attempt, also where the answer to the call was lost; None if there is none."""
        attempt = record.incident.attempts[-1] if record.incident and record.incident.attempts else None
        if attempt is None or record.connector.platform is Platform.KAFKA_CONNECT:
            return None
        if attempt.operation:
            return self._operations.describe(attempt.operation)
        if record.arn is None:
            return None
        return self._operations.last_restart_since(record.arn, attempt.claimed_at)
