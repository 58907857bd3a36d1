"""The API: parameters in, answers out. Routing, parsing and serialising follow botocore's model of the service."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from moto.core.responses import ActionResult, BaseResponse

from sandbox.aws.kafkaconnect.exceptions import BadRequestException
from sandbox.aws.kafkaconnect.models import KafkaConnectBackend, kafkaconnect_backends
from sandbox.aws.kafkaconnect.resources import Operation

LARGEST_PAGE = 100


class KafkaConnectResponse(BaseResponse):
    """One method per operation, named as moto wants it."""

    def __init__(self) -> None:
        super().__init__(service_name="kafkaconnect")
        self.automated_parameter_parsing = True

    @property
    def _backend(self) -> KafkaConnectBackend:
        return kafkaconnect_backends[self.current_account][self.region]

    def create_custom_plugin(self) -> ActionResult:
        plugin = self._backend.create_custom_plugin(self.params)
        told = {"customPluginArn": plugin.arn, "customPluginState": plugin.state, "name": plugin.name, "revision": 1}
        return ActionResult(told)

    def describe_custom_plugin(self) -> ActionResult:
        return ActionResult(self._backend.plugin(self._get_param("customPluginArn")).describe())

    def list_custom_plugins(self) -> ActionResult:
        found = [plugin for plugin in self._backend.plugins.values() if self._named(plugin.name, "namePrefix")]
        return self._page("customPlugins", [plugin.summary() for plugin in found])

    def delete_custom_plugin(self) -> ActionResult:
        plugin = self._backend.plugin(self._get_param("customPluginArn"))
        del self._backend.plugins[plugin.arn]
        return ActionResult({"customPluginArn": plugin.arn, "customPluginState": "DELETING"})

    def create_worker_configuration(self) -> ActionResult:
        worker = self._backend.create_worker_configuration(self.params)
        return ActionResult(worker.summary())

    def describe_worker_configuration(self) -> ActionResult:
        worker = self._backend.worker(self._get_param("workerConfigurationArn"))
        revision = {**worker.revision(), "propertiesFileContent": worker.content}
        return ActionResult({**worker.summary(), "latestRevision": revision})

    def list_worker_configurations(self) -> ActionResult:
        found = [worker for worker in self._backend.workers.values() if self._named(worker.name, "namePrefix")]
        return self._page("workerConfigurations", [worker.summary() for worker in found])

    def delete_worker_configuration(self) -> ActionResult:
        worker = self._backend.worker(self._get_param("workerConfigurationArn"))
        del self._backend.workers[worker.arn]
        return ActionResult({"workerConfigurationArn": worker.arn, "workerConfigurationState": "DELETING"})

    def create_connector(self) -> ActionResult:
        connector = self._backend.create_connector(self.params)
        told = {"connectorArn": connector.arn, "connectorName": connector.name, "connectorState": connector.state}
        return ActionResult(told)

    def describe_connector(self) -> ActionResult:
        return ActionResult(self._backend.connector(self._get_param("connectorArn")).describe())

    def list_connectors(self) -> ActionResult:
        found = [c for c in self._backend.connectors() if self._named(c.name, "connectorNamePrefix")]
        return self._page("connectors", [connector.summary() for connector in found])

    def update_connector(self) -> ActionResult:
        connector, operation = self._backend.update_connector(self._get_param("connectorArn"), self.params)
        told = {
            "connectorArn": connector.arn,
            "connectorState": connector.state,
            "connectorOperationArn": operation.arn,
        }
        return ActionResult(told)

    def delete_connector(self) -> ActionResult:
        version = self._get_param("currentVersion")
        connector = self._backend.delete_connector(self._get_param("connectorArn"), version)
        return ActionResult({"connectorArn": connector.arn, "connectorState": connector.state})

    def restart_connector(self) -> ActionResult:
        only_failed = bool(self._get_param("onlyFailedTasks", False))
        return _begun(self._backend.restart_connector(self._get_param("connectorArn"), only_failed_tasks=only_failed))

    def pause_connector(self) -> ActionResult:
        return _begun(self._backend.pause_connector(self._get_param("connectorArn")))

    def resume_connector(self) -> ActionResult:
        return _begun(self._backend.resume_connector(self._get_param("connectorArn")))

    def list_connector_operations(self) -> ActionResult:
        connector = self._backend.connector(self._get_param("connectorArn"))
        return self._page("connectorOperations", [operation.summary() for operation in connector.operations])

    def describe_connector_operation(self) -> ActionResult:
        return ActionResult(self._backend.operation(self._get_param("connectorOperationArn")).describe())

    def tag_resource(self) -> ActionResult:
        self._backend.tag(self._backend.known(self._get_param("resourceArn")), self._get_param("tags"))
        return ActionResult({})

    def untag_resource(self) -> ActionResult:
        arn = self._backend.known(self._get_param("resourceArn"))
        self._backend.tagger.untag_resource_using_names(arn, self._get_param("tagKeys") or [])
        return ActionResult({})

    def list_tags_for_resource(self) -> ActionResult:
        arn = self._backend.known(self._get_param("resourceArn"))
        return ActionResult({"tags": self._backend.tagger.get_tag_dict_for_resource(arn)})

    def _named(self, name: str, prefix: str) -> bool:
        return name.startswith(self._get_param(prefix) or "")

    def _page(self, key: str, items: list[dict[str, Any]]) -> ActionResult:
        size = int(self._get_param("maxResults") or LARGEST_PAGE)
        if not 1 <= size <= LARGEST_PAGE:
            raise BadRequestException(f"maxResults must be from 1 to {LARGEST_PAGE}.")
        start = _start_of(self._get_param("nextToken"))
        page: dict[str, Any] = {key: items[start : start + size]}
        if start + size < len(items):
            page["nextToken"] = base64.urlsafe_b64encode(str(start + size).encode()).decode()
        return ActionResult(page)


def _begun(operation: Operation) -> ActionResult:
    return ActionResult({"connectorArn": operation.connector_arn, "connectorOperationArn": operation.arn})


def _start_of(token: str | None) -> int:
    if not token:
        return 0
    try:
        return int(base64.urlsafe_b64decode(token))
    except (ValueError, binascii.Error) as err:
        raise BadRequestException("The nextToken is not one of ours.") from err
