"""ConnectOps as SAM built it, deployed into a local AWS of its own that shows it one cluster of real workers."""

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
from sandbox.live.platforms import Cluster
from sandbox.live.worker import Worker
from sandbox.server import DEFAULT_FACTOR, LIVE_FACTOR
from sandbox.session import SandboxSession, start_sandbox
from sandbox.worker_log import WorkerLog

MINUTE = 60 / LIVE_FACTOR
"""Of ConnectOps and its AWS; workers and databases have their own time (docs/decisions/0011)."""
CLUSTER = "onprem"
CLUSTER_LOG_GROUP = "/kafka-connect/onprem"
MSK_LOG_GROUP = "/msk-connect/workers"


def durations() -> dict[str, str]:
    """Every duration of samconfig.toml's sandbox, which is divided by DEFAULT_FACTOR there, by LIVE_FACTOR here."""
    scaled = DEFAULT_FACTOR / LIVE_FACTOR
    return {
        name: f"{float(value) * scaled:g}"
        for name, value in deployment.sandbox_parameters().items()
        if name.endswith("Seconds")
    }


class Deployed:
    """One deployment in one mode; a with block ends it. Its cluster is the `worker`."""

    def __init__(self, mode: Mode, worker: Worker) -> None:
        self.mode = mode
        self.cluster = Cluster(CLUSTER, worker)
        self.session: SandboxSession
        self.outputs: Mapping[str, str] = {}
        self._open = ExitStack()
        self._observer: Observer
        self._looking = threading.Lock()
        self._on_trial: set[str] = set()

    def __enter__(self) -> Self:
        with ExitStack() as opening:
            self.session = opening.enter_context(start_sandbox(LIVE_FACTOR))
            for group in (CLUSTER_LOG_GROUP, MSK_LOG_GROUP):
                self.session.client("logs").create_log_group(logGroupName=group)
            self.outputs = deployment.deploy(self.session, self._parameters(), lambda _: None)
            self._observer = Observer(self.session, self.outputs, self._restarts_by_rest)
            worker = self.cluster.worker("")
            shown = WorkerLog(self.session.client("logs"), CLUSTER_LOG_GROUP, worker.name)
            opening.enter_context(LogShipper(worker.log, shown))
            self._open = opening.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.__exit__(kind, error, trace)

    def sight(self, connector: ConnectorId) -> Sight:
        """What the ledger, the notices that a subscriber got and the platform's calls say of a connector."""
        with self._looking:
            self._on_trial.add(connector.name)
            return self._observer.look([connector])[connector]

    def _restarts_by_rest(self) -> dict[str, int]:
        return {name: len(self.cluster.restarts(name)) for name in self._on_trial}

    def _parameters(self) -> dict[str, str]:
        clusters = [{"name": CLUSTER, "url": self.cluster.worker("").url, "log_group": CLUSTER_LOG_GROUP}]
        return durations() | {
            "Mode": self.mode.value,
            "KafkaConnectClusters": json.dumps(clusters),
            "SlackWebhookSecret": "",
        }
