"""ConnectOps as SAM built it, deployed into a local AWS of its own that shows it real workers."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from connectops.model import ConnectorId, Mode
from sandbox import deployment
from sandbox.demo.observation import Observer, Sight
from sandbox.live.log_shipping import LogShipper
from sandbox.live.msk_connect import LOG_GROUP as MSK_LOG_GROUP
from sandbox.live.msk_platform import MskConnect
from sandbox.live.platforms import Cluster, Platform
from sandbox.live.scenario import On
from sandbox.live.stacks import Site
from sandbox.live.worker import Worker
from sandbox.server import DEFAULT_FACTOR, LIVE_FACTOR
from sandbox.session import SandboxSession, start_sandbox
from sandbox.worker_log import WorkerLog

MINUTE = 60 / LIVE_FACTOR
"""Of ConnectOps and its AWS; workers and databases have their own time (docs/decisions/0011)."""
CLUSTER = "onprem"
CLUSTER_LOG_GROUP = "/kafka-connect/onprem"
WORKER_PROPERTIES = {
    "scheduled.rebalance.max.delay.ms": "60000",
    "config.providers": "file",
    "config.providers.file.class": "org.apache.kafka.common.config.provider.FileConfigProvider",
}
"""Of every worker; the delay is Kafka's five minutes in ConnectOps' time."""


def durations() -> dict[str, str]:
    """Every duration of samconfig.toml's sandbox, which is divided by DEFAULT_FACTOR there, by LIVE_FACTOR here."""
    scaled = DEFAULT_FACTOR / LIVE_FACTOR
    return {
        name: f"{float(value) * scaled:g}"
        for name, value in deployment.sandbox_parameters().items()
        if name.endswith("Seconds")
    }


class Deployed:
    """One deployment in one mode; a with block ends it.

    It watches the local MSK Connect, where connectors run beside `site`, and if there is one the cluster of `worker`.
    """

    def __init__(self, mode: Mode, site: Site, worker: Worker | None) -> None:
        self.mode = mode
        self.session: SandboxSession
        self.outputs: Mapping[str, str] = {}
        self._site, self._worker = site, worker
        self._open = ExitStack()
        self._observer: Observer
        self._looking = threading.Lock()
        self._on_trial: set[str] = set()
        self._platforms: dict[On, Platform] = {}

    def __enter__(self) -> Self:
        with ExitStack() as opening:
            self.session = opening.enter_context(start_sandbox(LIVE_FACTOR, live=True))
            for group in (CLUSTER_LOG_GROUP, MSK_LOG_GROUP):
                self.session.client("logs").create_log_group(logGroupName=group)
            self.outputs = deployment.deploy(self.session, self._parameters(), lambda _: None)
            self._observer = Observer(self.session, self.outputs, self._restarts_by_rest)
            if self._worker:
                shown = WorkerLog(self.session.client("logs"), CLUSTER_LOG_GROUP, self._worker.name)
                opening.enter_context(LogShipper(self._worker.log, shown))
            self._open = opening.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.__exit__(kind, error, trace)

    def platform(self, on: On) -> Platform:
        """Made on first use, from any thread."""
        with self._looking:
            if on not in self._platforms:
                self._platforms[on] = self._made(on)
            return self._platforms[on]

    def _made(self, on: On) -> Platform:
        if on is On.MSK:
            return MskConnect(self.session, self._site, WORKER_PROPERTIES)
        if self._worker is None:
            raise ValueError("there is no cluster of our own here")
        return Cluster(CLUSTER, self._worker)

    def sight(self, connector: ConnectorId) -> Sight:
        """What the ledger, the notices that a subscriber got and the platform's calls say of a connector."""
        with self._looking:
            self._on_trial.add(connector.name)
            return self._observer.look([connector])[connector]

    def _restarts_by_rest(self) -> dict[str, int]:
        cluster = self._platforms.get(On.CLUSTER)
        return {name: len(cluster.restarts(name)) for name in self._on_trial} if cluster else {}

    def _parameters(self) -> dict[str, str]:
        clusters = [{"name": CLUSTER, "url": self._worker.url, "log_group": CLUSTER_LOG_GROUP}] if self._worker else []
        return durations() | {
            "Mode": self.mode.value,
            "KafkaConnectClusters": json.dumps(clusters),
            "SlackWebhookSecret": "",
        }
