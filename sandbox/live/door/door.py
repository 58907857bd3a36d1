"""The door from MSK Connect's API to real workers."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
from kafka.errors import KafkaError

from sandbox.aws.kafkaconnect.exceptions import BadRequestException
from sandbox.aws.kafkaconnect.models import KafkaConnectBackend, kafkaconnect_backends
from sandbox.aws.kafkaconnect.resources import Connector, CustomPlugin, Operation
from sandbox.aws.kafkaconnect.work import Work
from sandbox.aws.threads import background, repeat
from sandbox.aws.world import ACCOUNT, World
from sandbox.live import needs, topics
from sandbox.live.door import operations, request
from sandbox.live.door.figures import Publisher
from sandbox.live.door.job import Job, WorkFailed
from sandbox.live.door.plugins import Plugins
from sandbox.live.door.workers import ConnectorWorkers, Shape
from sandbox.live.laboratory import Laboratory
from sandbox.records import LiveWorker

log = logging.getLogger("sandbox")

MINUTE = 60.0
"""Of AWS: the period of metrics, the time in which a dead worker is replaced, and that in which offsets are flushed."""
REGION = "us-east-1"


class Door:
    """Implements `sandbox.aws.kafkaconnect.work.Workers`. Raises NotInstalled where Java or Maven is missing."""

    def __init__(self, world: World) -> None:
        needs.check(())
        self._world = world
        self._minute = world.clock.real(MINUTE)
        self._laboratory = Laboratory()
        self._plugins = Plugins(self._laboratory.folder / "plugins")
        self._workers: dict[str, ConnectorWorkers] = {}
        self._logs = boto3.client(
            "logs",
            region_name=REGION,
            endpoint_url=world.endpoint,
            aws_access_key_id="AKIASANDBOXMSKCONNEC",
            aws_secret_access_key="sandbox",
        )

    def start(self) -> None:
        """Publish metrics from now on."""
        publisher = Publisher(lambda: list(self._workers.values()), ACCOUNT, REGION)
        background(publisher.run, self._minute, self._world.stopping)

    def close(self) -> None:
        """End all processes at once; connectors and their topics stay as they are."""
        for workers in self._workers.values():
            workers.ended.set()
        self._laboratory.close(at_once=True)

    def take(self, plugin: CustomPlugin) -> Work:
        return Job(lambda: self._plugins.take(plugin))

    def create(self, connector: Connector) -> Work:
        workers = ConnectorWorkers(
            self._laboratory,
            connector.name,
            self._shape(connector.arn, connector.given),
            self._logs,
            self._minute,
            lambda: self._world.switches.log_lines_a_second,
        )
        self._workers[connector.arn] = workers
        return Job(lambda: self._create(workers, connector.given["connectorConfiguration"]))

    def update(self, connector: Connector, operation: Operation, target: Mapping[str, Any]) -> Work:
        workers, check = self._workers[connector.arn], not target["skipHealthValidation"]
        before, after = connector.given.get("connectorConfiguration"), target.get("connectorConfiguration")
        if before is not None and after is not None:

            def change_configuration() -> None:
                operations.validate(workers, operation, after)
                configure = operations.configure
                change, undo = (lambda: configure(workers, after)), (lambda: configure(workers, before))
                operations.update(workers, operation, change, undo, check=check)

            return Job(change_configuration)
        shape, wanted = workers.shape, self._shape(connector.arn, {**connector.given, **target})
        become = workers.become
        return Job(
            lambda: operations.update(workers, operation, lambda: become(wanted), lambda: become(shape), check=check)
        )

    def restart(self, connector: Connector, *, only_failed_tasks: bool) -> Work:
        workers = self._workers[connector.arn]
        return Job(lambda: operations.restart(workers, only_failed_tasks=only_failed_tasks))

    def pause(self, connector: Connector) -> Work:
        workers = self._workers[connector.arn]
        return Job(lambda: operations.pause(workers))

    def resume(self, connector: Connector) -> Work:
        workers = self._workers[connector.arn]
        return Job(lambda: operations.resume(workers))

    def delete(self, connector: Connector) -> Work:
        return Job(lambda: self._delete(connector.arn))

    def running(self, connector: Connector) -> list[LiveWorker]:
        workers = self._workers.get(connector.arn)
        return workers.processes() if workers else []

    def _create(self, workers: ConnectorWorkers, configuration: Mapping[str, str]) -> None:
        try:
            workers.start()
            operations.create(workers, configuration)
        except WorkFailed:
            workers.end()
            raise
        repeat(workers.tend, 1.0, workers.ended)

    def _delete(self, arn: str) -> None:
        workers = self._workers.pop(arn, None)
        if workers is None:
            return
        workers.end()
        try:
            topics.delete(workers.shape.brokers, list(request.internal_topics(arn).values()))
        except KafkaError as err:
            log.warning("%s: its topics stay: %s", workers.name, err)

    def _shape(self, arn: str, given: Mapping[str, Any]) -> Shape:
        backend = kafkaconnect_backends[ACCOUNT][arn.split(":")[3]]
        own: dict[str, str] = {}
        if given.get("workerConfiguration") and not given.get("useDefaultWorkerConfiguration"):
            own = request.properties(backend.worker(given["workerConfiguration"]["workerConfigurationArn"]).content)
        return Shape(
            request.release(given),
            request.brokers(given),
            tuple(self._folder(backend, one["customPlugin"]["customPluginArn"]) for one in given["plugins"]),
            request.worker_properties(arn, own, self._minute),
            request.worker_count(given["capacity"]),
            request.log_group(given),
            self._world.switches.worker_heap_mb,
        )

    def _folder(self, backend: KafkaConnectBackend, arn: str) -> Path:
        plugin = backend.plugin(arn)
        if plugin.state != "ACTIVE":
            raise BadRequestException(f"The custom plugin {plugin.name} is {plugin.state}, not ACTIVE.")
        return self._plugins.folder_of(arn)
