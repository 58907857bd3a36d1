"""The workers of one connector: a Kafka Connect cluster of its own, whose members are replaced when they die."""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from sandbox.live.door import jmx
from sandbox.live.door.job import UNKNOWN, WorkFailed
from sandbox.live.laboratory import Laboratory, NotReady
from sandbox.live.log_shipping import LogShipper
from sandbox.live.worker import Refused, Worker
from sandbox.records import LiveWorker
from sandbox.worker_log import WorkerLog, new_worker_id

log = logging.getLogger("sandbox")

PATIENCE = 120.0
"""Real seconds in which a cluster must be able to take a request, rebalances included."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What the workers are made of; `log_group` is None where nobody wants their lines."""

    release: str
    brokers: str
    plugins: tuple[Path, ...]
    properties: Mapping[str, str]
    count: int
    log_group: str | None
    heap_mb: int


@dataclass(frozen=True, slots=True)
class Member:
    """One process; `figures_port` is where its JMX figures are."""

    worker: Worker
    worker_id: str
    figures_port: int
    shipper: LogShipper | None

    @property
    def running(self) -> bool:
        return self.worker.process.running

    def end(self, *, at_once: bool) -> None:
        self.worker.process.kill() if at_once else self.worker.process.stop(patience=10)
        if self.shipper:
            self.shipper.stop()


class NobodyAnswers(Exception):
    """No worker of the cluster can be asked."""


class ConnectorWorkers:
    """`logs` is a boto3 client; `replaced_after` real seconds a dead worker has a successor.

    `lines_a_second` is asked for the limit of log delivery whenever a worker starts.
    """

    def __init__(
        self,
        laboratory: Laboratory,
        name: str,
        shape: Shape,
        logs: Any,
        replaced_after: float,
        lines_a_second: Callable[[], int | None],
    ) -> None:
        self.name, self.shape = name, shape
        self.members: tuple[Member, ...] = ()
        self.ended = threading.Event()
        self._laboratory, self._logs = laboratory, logs
        self._replaced_after, self._lines_a_second = replaced_after, lines_a_second
        self._serials = itertools.count(1)
        self._lock = threading.RLock()
        self._died: dict[str, float] = {}
        self._again_at = 0.0

    def start(self) -> None:
        """Until there are as many as wanted. Raises WorkFailed when one does not come up, and ends it."""
        with self._lock:
            while len(self.members) < self.shape.count and not self.ended.is_set():
                self.members += (self._started(),)

    def become(self, shape: Shape) -> None:
        """Scale; where more than their number changes, every worker is replaced. Raises WorkFailed."""
        with self._lock:
            stays = shape.count if _same_but_for_number(shape, self.shape) else 0
            self.shape = shape
            leaving, self.members = self.members[stays:], self.members[:stays]
            for member in leaving:
                member.end(at_once=False)
            self.start()

    def tend(self) -> None:
        """Give each worker that has died a successor, in its time: a new id, a new log stream."""
        with self._lock:
            now = time.monotonic()
            dead = [member for member in self.members if not member.running]
            due = [one for one in dead if now - self._died.setdefault(one.worker_id, now) >= self._replaced_after]
            missing = len(self.members) < self.shape.count and now >= self._again_at
            if self.ended.is_set() or not (due or missing):
                return
            for member in due:
                member.end(at_once=True)
            self.members = tuple(member for member in self.members if member not in due)
            try:
                self.start()
            except WorkFailed as problem:
                self._again_at = time.monotonic() + self._replaced_after
                log.warning("%s: a worker could not be replaced yet: %s", self.name, problem)

    def end(self, *, at_once: bool = False) -> None:
        self.ended.set()
        with self._lock:
            members, self.members = self.members, ()
            for member in members:
                member.end(at_once=at_once)

    def call(self, method: str, path: str, body: Any = None, timeout: float = 90) -> Any:
        """What any of them answers. Raises Refused or NobodyAnswers."""
        for member in (one for one in self.members if one.running):
            try:
                return member.worker.call(method, path, body, timeout)
            except requests.RequestException as err:
                log.info("%s: %s does not answer: %s", self.name, member.worker_id, err)
        raise NobodyAnswers(self.name)

    def insist(self, method: str, path: str, body: Any = None, patience: float = PATIENCE) -> Any:
        """`call` again while nobody answers or they rebalance (409). Raises Refused, or WorkFailed in the end."""
        deadline = time.monotonic() + patience
        while True:
            try:
                return self.call(method, path, body)
            except Refused as err:
                if err.status != 409:
                    raise
                why = str(err)
            except NobodyAnswers:
                why = "No worker answers."
            if self.ended.is_set() or time.monotonic() > deadline:
                raise WorkFailed(UNKNOWN, f"The last operation failed. Retry the operation. {why}")
            time.sleep(0.5)

    def processes(self) -> list[LiveWorker]:
        return [
            LiveWorker(
                member.worker_id,
                member.worker.url,
                member.worker.process.pid,
                str(member.worker.log),
                member.shipper.worker_log.stream if member.shipper else None,
            )
            for member in self.members
            if member.running
        ]

    def _started(self) -> Member:
        folder = self._laboratory.folder
        serial = next(number for number in self._serials if not (folder / f"{self.name}-{number}").exists())
        name, worker_id, port = f"{self.name}-{serial}", new_worker_id(), self._laboratory.free_port()
        shipper = self._shipper(name, worker_id)
        java = (f"-Xmx{self.shape.heap_mb}m", jmx.option(self._laboratory.folder, port))
        try:
            worker = Worker(
                self._laboratory,
                self.shape.release,
                self.shape.brokers,
                self.shape.plugins,
                self.shape.properties,
                name=name,
                java=java,
            )
        except NotReady as err:
            if shipper:
                shipper.stop()
            raise WorkFailed(UNKNOWN, "The last operation failed. Retry the operation.") from err
        return Member(worker, worker_id, port, shipper)

    def _shipper(self, name: str, worker_id: str) -> LogShipper | None:
        if self.shape.log_group is None:
            return None
        worker_log = WorkerLog(self._logs, self.shape.log_group, f"{name}/{worker_id}", worker_id)
        file = self._laboratory.folder / name / "worker.log"
        return LogShipper(file, worker_log, self._lines_a_second()).start()


def _same_but_for_number(one: Shape, other: Shape) -> bool:
    return (one.plugins, one.properties, one.release) == (other.plugins, other.properties, other.release)
