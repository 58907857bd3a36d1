"""Sets the stage: what the product needs to be there, the fleet, and the trouble that the platform makes."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from connectops.model import KafkaConnectCluster, Mode, Platform
from sandbox import deployment
from sandbox.connect_rest import ConnectRest
from sandbox.demo.expectation import Intent
from sandbox.demo.fleet import CLUSTER, Member
from sandbox.playback.recording import Recording, load
from sandbox.player import Player, Playing
from sandbox.records import Fault
from sandbox.session import SandboxSession, start_sandbox
from sandbox.slack import SlackWebhook

FACTOR = 20.0
"""How much faster than real time: samconfig.toml divides every duration by it."""
OPERATION_SECONDS = 1.0
"""A restart on MSK Connect takes about a minute; that would be three seconds."""
BLIND_FROM, BLIND_FOR = 8.0, 10.0
"""When ListConnectors is throttled, in seconds since the fleet began: three looks see nothing."""
RESTARTS_THROTTLED = 3
FUNCTIONS = "connectops-*"


@dataclass(frozen=True, slots=True)
class Performer:
    """A member of the fleet, playing its recording."""

    member: Member
    playing: Playing


class Stage:
    """A sandbox with the product deployed; a with block ends everything that it started.

    `parameters` are those of the template that are not to be as samconfig.toml has them for the sandbox.
    """

    def __init__(self, **parameters: str) -> None:
        self._open = ExitStack()
        self.session: SandboxSession
        self.player: Player
        self.outputs: Mapping[str, str] = {}
        self.performers: list[Performer] = []
        self.began_at = self.ends_at = 0.0
        self._given = parameters
        self._parameters = deployment.sandbox_parameters() | parameters
        self._on_cluster: list[str] = []

    def __enter__(self) -> Self:
        with ExitStack() as opening:
            self.session = opening.enter_context(start_sandbox(FACTOR))
            self.slack = opening.enter_context(SlackWebhook())
            self.cluster = opening.enter_context(ConnectRest("4.1.0"))
            self._open = opening.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.__exit__(kind, error, trace)

    @property
    def clusters(self) -> tuple[KafkaConnectCluster, ...]:
        return (KafkaConnectCluster(CLUSTER, self.cluster.url),)

    @property
    def msk_log_group(self) -> str:
        return self._parameters["WorkerLogGroup1"]

    @property
    def cluster_log_group(self) -> str:
        return self._parameters["WorkerLogGroup2"]

    def seconds(self, parameter: str) -> float:
        """A duration of the deployment."""
        return float(self._parameters[parameter])

    def deploy(self, mode: Mode, listener: deployment.Listener) -> None:
        """What `sam deploy` takes for granted, the product itself, and a player. Raises DeploymentFailed."""
        self.session.client("secretsmanager").create_secret(
            Name=self._parameters["SlackWebhookSecret"], SecretString=self.slack.webhook
        )
        for group in (self.msk_log_group, self.cluster_log_group):
            self.session.client("logs").create_log_group(logGroupName=group)
        self.deploy_again(mode, listener)
        self.session.operations_take(OPERATION_SECONDS)
        self.player = self._open.enter_context(Player(self.session))

    def deploy_again(self, mode: Mode, listener: deployment.Listener) -> None:
        """What was built last, over what is there. Raises DeploymentFailed."""
        clusters = [{"name": CLUSTER, "url": self.cluster.url, "log_group": self.cluster_log_group}]
        parameters = {**self._given, "Mode": mode.value, "KafkaConnectClusters": json.dumps(clusters)}
        self.outputs = deployment.deploy(self.session, parameters, listener)

    def begin(self, members: Iterable[Member]) -> None:
        """Every recording begins now."""
        for member in members:
            self.performers.append(
                Performer(member, self.play(load(member.folder), member.part.platform, tags=member.tags))
            )
        self.began_at = time.time()
        self.ends_at = self.began_at + max(p.playing.playback.duration() for p in self.performers)
        for performer in self.performers:
            if performer.member.part.intent is Intent.PAUSED and performer.playing.arn:
                self._pause(performer.playing.arn)

    def throttle_restarts(self) -> None:
        """MSK Connect refuses the next restarts."""
        fault = Fault("error", "kafkaconnect", "RestartConnector", caller=FUNCTIONS, times=RESTARTS_THROTTLED)
        self.session.order(fault)

    def throttle_looks(self) -> None:
        """MSK Connect refuses to list its connectors for some time."""
        self.session.order(Fault("error", "kafkaconnect", "ListConnectors", caller=FUNCTIONS, lasts=BLIND_FOR))

    def restarts_by_rest(self) -> dict[str, int]:
        return {name: self.cluster.restarts(name) for name in self._on_cluster}

    def play(
        self, recording: Recording, platform: Platform, name: str | None = None, tags: Mapping[str, str] | None = None
    ) -> Playing:
        """One recording begins now, under its own name or another."""
        if platform is Platform.MSK_CONNECT:
            return self.player.play_on_msk_connect(recording, self.msk_log_group, name, dict(tags or {}))
        playing = self.player.play_on_a_cluster(recording, self.cluster_log_group, name)
        self.cluster.add(playing.playback)
        self._on_cluster.append(playing.name)
        return playing

    def _pause(self, arn: str) -> None:
        """A person does so, as soon as the connector runs."""
        kafka_connect = self.session.client("kafkaconnect")
        self.session.wait_for(lambda: kafka_connect.describe_connector(connectorArn=arn)["connectorState"] == "RUNNING")
        kafka_connect.pause_connector(connectorArn=arn)
