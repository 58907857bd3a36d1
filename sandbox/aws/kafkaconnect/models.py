"""What MSK Connect accepts and remembers; `workers` carry it out.

Rules: the API model in botocore, and the pages "Restart a connector", "Pause and resume" and "Update a connector" of
the Amazon MSK developer guide.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend
from moto.utilities.tagging_service import TaggingService

from sandbox.aws.kafkaconnect.exceptions import BadRequestException, ConflictException, NotFoundException
from sandbox.aws.kafkaconnect.resources import (
    Connector,
    CustomPlugin,
    Operation,
    Transition,
    WorkerConfiguration,
    new_arn,
)
from sandbox.aws.kafkaconnect.work import Elapsing, ImaginaryWorkers, Outcome, Work, Workers
from sandbox.aws.world import Switches

ONLY_FAILED_TASKS_SINCE = (3, 7)
_TRANSIENT = {"RESTART": "RESTARTING", "PAUSE": "PAUSING", "RESUME": "RESUMING"}
_WORKER_SETTINGS = ("capacity", "plugins", "workerConfiguration", "useDefaultWorkerConfiguration")

switches = Switches()
workers: Workers = ImaginaryWorkers(switches)
"""Both are replaced by the server's own."""


class KafkaConnectBackend(BaseBackend):
    """One account and region. All methods may be called from any thread."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.lock = threading.RLock()
        self.plugins: dict[str, CustomPlugin] = {}
        self.workers: dict[str, WorkerConfiguration] = {}
        self._connectors: dict[str, Connector] = {}
        self.tagger = TaggingService()
        self.next_failure: dict[str, Outcome] = {}
        """Name of a connector to how its next operation fails; see the admin API."""

    # plug-ins and worker configurations

    def create_custom_plugin(self, given: Mapping[str, Any]) -> CustomPlugin:
        _refuse_double(given["name"], (plugin.name for plugin in self.plugins.values()), "custom plugin")
        arn = new_arn(self.region_name, self.account_id, "custom-plugin", given["name"])
        plugin = CustomPlugin(
            arn,
            given["name"],
            given["contentType"],
            given["location"],
            given.get("description") or "",
        )
        plugin.work = workers.take(plugin)
        self.plugins[arn] = plugin
        self.tag(arn, given.get("tags"))
        return plugin

    def create_worker_configuration(self, given: Mapping[str, Any]) -> WorkerConfiguration:
        _refuse_double(given["name"], (worker.name for worker in self.workers.values()), "worker configuration")
        arn = new_arn(self.region_name, self.account_id, "worker-configuration", given["name"])
        content, description = given["propertiesFileContent"], given.get("description") or ""
        worker = WorkerConfiguration(arn, given["name"], content, description)
        self.workers[arn] = worker
        self.tag(arn, given.get("tags"))
        return worker

    def plugin(self, arn: str) -> CustomPlugin:
        return _found(self.plugins, arn)

    def worker(self, arn: str) -> WorkerConfiguration:
        return _found(self.workers, arn)

    # connectors

    def connectors(self) -> list[Connector]:
        """All that exist, oldest first."""
        with self.lock:
            for connector in self._connectors.values():
                connector.settle()
            self._connectors = {arn: connector for arn, connector in self._connectors.items() if not connector.gone}
            return list(self._connectors.values())

    def connector(self, arn: str) -> Connector:
        self.connectors()
        return _found(self._connectors, arn)

    def named(self, name: str) -> Connector:
        found = next((connector for connector in self.connectors() if connector.name == name), None)
        if found is None:
            raise NotFoundException(f"There is no connector named {name}.")
        return found

    def create_connector(self, given: Mapping[str, Any]) -> Connector:
        with self.lock:
            name = given["connectorName"]
            _refuse_double(name, (connector.name for connector in self.connectors()), "connector")
            arn = new_arn(self.region_name, self.account_id, "connector", name)
            connector = Connector(arn, {key: value for key, value in given.items() if key != "tags"})
            work = self._carried_out(connector, lambda: workers.create(connector))
            connector.begin("CREATING", Transition("RUNNING", "FAILED", work))
            self._connectors[arn] = connector
            self.tag(arn, given.get("tags"))
            return connector

    def update_connector(self, arn: str, given: Mapping[str, Any]) -> tuple[Connector, Operation]:
        with self.lock:
            connector = self.connector(arn)
            _check_update(connector, given)
            configured = given.get("connectorConfiguration") is not None
            kind = "UPDATE_CONNECTOR_CONFIGURATION" if configured else "UPDATE_WORKER_SETTING"
            keys = ("connectorConfiguration",) if configured else _WORKER_SETTINGS
            target = {key: given[key] for key in keys if given.get(key) is not None}
            origin = {key: connector.given.get(key) for key in keys if connector.given.get(key) is not None}
            told = (
                {
                    f"{side}ConnectorConfiguration": some["connectorConfiguration"]
                    for side, some in _sides(origin, target)
                }
                if configured
                else {f"{side}WorkerSetting": some for side, some in _sides(origin, target)}
            )
            operation = self._operation(connector, kind, "UPDATE", told)
            wanted = {**target, "skipHealthValidation": given.get("skipHealthValidation", False)}
            work = self._carried_out(connector, lambda: workers.update(connector, operation, wanted))
            connector.begin("UPDATING", Transition(connector.state, connector.state, work, operation, target))
            return connector, operation

    def restart_connector(self, arn: str, *, only_failed_tasks: bool) -> Operation:
        """RestartConnector declares no ConflictException: a wrong state is a bad request."""
        with self.lock:
            connector = self.connector(arn)
            if connector.state != "RUNNING":
                raise BadRequestException(f"The connector must be in RUNNING state; it is {connector.state}.")
            if only_failed_tasks and connector.connect_version < ONLY_FAILED_TASKS_SINCE:
                raise BadRequestException("Restarting only failed tasks needs Apache Kafka Connect 3.7 or later.")
            return self._lifecycle(
                connector, "RESTART", "RUNNING", lambda: workers.restart(connector, only_failed_tasks=only_failed_tasks)
            )

    def pause_connector(self, arn: str) -> Operation:
        with self.lock:
            connector = self._in_state(arn, "RUNNING")
            return self._lifecycle(connector, "PAUSE", "PAUSED", lambda: workers.pause(connector))

    def resume_connector(self, arn: str) -> Operation:
        with self.lock:
            connector = self._in_state(arn, "PAUSED")
            return self._lifecycle(connector, "RESUME", "RUNNING", lambda: workers.resume(connector))

    def delete_connector(self, arn: str, version: str | None) -> Connector:
        with self.lock:
            connector = self.connector(arn)
            if version is not None and version != connector.version:
                raise BadRequestException("The current version of the connector is another.")
            connector.begin("DELETING", Transition("GONE", "GONE", workers.delete(connector)))
            return connector

    def operation(self, arn: str) -> Operation:
        for connector in self.connectors():
            for operation in connector.operations:
                if operation.arn == arn:
                    return operation
        raise NotFoundException(f"The connector operation {arn} does not exist.")

    # tags

    def tag(self, arn: str, tags: Mapping[str, str] | None) -> None:
        if tags:
            self.tagger.tag_resource(arn, TaggingService.convert_dict_to_tags_input(dict(tags)))

    def known(self, arn: str) -> str:
        """The same ARN, if something has it."""
        if arn not in {*self.plugins, *self.workers, *(connector.arn for connector in self.connectors())}:
            raise NotFoundException(f"The resource {arn} does not exist.")
        return arn

    def _carried_out(self, connector: Connector, begin: Callable[[], Work]) -> Work:
        """What was ordered to fail does so after the time that operations take, and nobody begins it."""
        failure = self.next_failure.pop(connector.name, None)
        return Elapsing(switches.operation_seconds, failure) if failure else begin()

    def _in_state(self, arn: str, state: str) -> Connector:
        connector = self.connector(arn)
        if connector.state != state:
            raise ConflictException(f"The connector must be in {state} state; it is {connector.state}.")
        return connector

    def _lifecycle(self, connector: Connector, verb: str, final: str, begin: Callable[[], Work]) -> Operation:
        operation = self._operation(connector, f"{verb}_CONNECTOR", verb, {})
        work = self._carried_out(connector, begin)
        connector.begin(_TRANSIENT[verb], Transition(final, connector.state, work, operation))
        return operation

    def _operation(self, connector: Connector, kind: str, prefix: str, told: dict[str, Any]) -> Operation:
        arn = f"{connector.arn.replace(':connector/', ':connector-operation/')}/{uuid.uuid4()}"
        return Operation(arn, connector.arn, kind, prefix, told)


def _check_update(connector: Connector, given: Mapping[str, Any]) -> None:
    settings = [key for key in _WORKER_SETTINGS if given.get(key) is not None]
    if bool(settings) == (given.get("connectorConfiguration") is not None):
        raise BadRequestException("Specify either worker settings or the connector configuration.")
    if given["currentVersion"] != connector.version:
        raise BadRequestException("The current version of the connector is another.")
    updatable = connector.state == "RUNNING" or (connector.state == "PAUSED" and given.get("skipHealthValidation"))
    if not updatable:
        raise BadRequestException(f"A connector in {connector.state} state cannot be updated like this.")


def _sides(origin: dict[str, Any], target: dict[str, Any]) -> tuple[tuple[str, dict[str, Any]], ...]:
    return ("origin", origin), ("target", {**origin, **target})


def _refuse_double(name: str, taken: Any, kind: str) -> None:
    if name in set(taken):
        raise ConflictException(f"A {kind} named {name} already exists.")


def _found[T](store: Mapping[str, T], arn: str) -> T:
    if arn not in store:
        raise NotFoundException(f"The resource {arn} does not exist.")
    return store[arn]


kafkaconnect_backends = BackendDict(KafkaConnectBackend, "kafkaconnect")
