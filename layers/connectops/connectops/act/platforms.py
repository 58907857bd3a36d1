"""Who acts: by mode, and by the platform that a connector runs on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from connectops.act.actor import Actor, Attempted
from connectops.act.advise import AdvisingActor
from connectops.act.kafka_connect import KafkaConnectActor
from connectops.act.msk_connect import MskConnectActor
from connectops.clients.clusters import open_clusters
from connectops.model import Action, ConnectorId, KafkaConnectCluster, Mode, Platform

if TYPE_CHECKING:
    import boto3


@dataclass(frozen=True, slots=True)
class PlatformActor:
    """Hands each connector to the actor of its platform."""

    msk_connect: Actor
    kafka_connect: Actor

    def restart(
        self, connector: ConnectorId, arn: str | None, action: Action, connect_version: str | None
    ) -> Attempted:
        actor = self.msk_connect if connector.platform is Platform.MSK_CONNECT else self.kafka_connect
        return actor.restart(connector, arn, action, connect_version)


def actor_for(
    mode: Mode, session: boto3.Session, clusters: tuple[KafkaConnectCluster, ...], clock: Callable[[], datetime]
) -> Actor:
    """Only mode REPAIR gets hands; every other mode gets an actor that touches nothing."""
    if mode is not Mode.REPAIR:
        return AdvisingActor()
    return PlatformActor(
        MskConnectActor.from_session(session), KafkaConnectActor(open_clusters(clusters, session), clock)
    )
