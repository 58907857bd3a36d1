"""Updates of connectors on MSK Connect: how the latest one is going, and what a failed one was to change.

Source: ListConnectorOperations and DescribeConnectorOperation in the MSK Connect API reference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from connectops.clients.aws_reads import not_seen
from connectops.model import Update, UpdateState
from connectops.observe.operations import OPERATIONS_A_PAGE

if TYPE_CHECKING:
    from mypy_boto3_kafkaconnect import KafkaConnectClient
    from mypy_boto3_kafkaconnect.type_defs import ConnectorOperationSummaryTypeDef

KINDS = ("UPDATE_CONNECTOR_CONFIGURATION", "UPDATE_WORKER_SETTING")
_STATES = {
    "UPDATE_COMPLETE": UpdateState.COMPLETE,
    "UPDATE_FAILED": UpdateState.FAILED,
    "ROLLBACK_FAILED": UpdateState.FAILED,
    "ROLLBACK_COMPLETE": UpdateState.ROLLED_BACK,
}
"""All others (PENDING, UPDATE_IN_PROGRESS, ROLLBACK_IN_PROGRESS) are on their way."""


class Redact(Protocol):
    """The update with its error and with what it was to change, as they may leave; see decide.update_story."""

    def __call__(self, update: Update, error: str, origin: Mapping[str, str], target: Mapping[str, str]) -> Update: ...


class Updates:
    """Reads only; raises Unreachable or NotAllowed."""

    def __init__(self, client: KafkaConnectClient, redact: Redact) -> None:
        self._client = client
        self._redact = redact

    def latest(self, connector_arn: str, known: Update | None) -> Update | None:
        """The newest update of a connector. Only a failure that is not `known` costs a second call."""
        newest = max(self._list(connector_arn), key=lambda listed: listed["creationTime"], default=None)
        if newest is None:
            return None
        update = _update(newest)
        if not update.state.is_failure:
            return update
        if known and (known.arn, known.state) == (update.arn, update.state):
            return known
        return self._with_story(update)

    def _list(self, connector_arn: str) -> Iterator[ConnectorOperationSummaryTypeDef]:
        pages = self._client.get_paginator("list_connector_operations").paginate(
            connectorArn=connector_arn, PaginationConfig={"PageSize": OPERATIONS_A_PAGE}
        )
        try:
            for page in pages:
                yield from (each for each in page["connectorOperations"] if each["connectorOperationType"] in KINDS)
        except (BotoCoreError, ClientError) as err:
            raise not_seen("MSK Connect: ListConnectorOperations", err) from err

    def _with_story(self, update: Update) -> Update:
        try:
            told = self._client.describe_connector_operation(connectorOperationArn=update.arn)
        except (BotoCoreError, ClientError) as err:
            raise not_seen("MSK Connect: DescribeConnectorOperation", err) from err
        error = told.get("errorInfo", {})
        said = ": ".join(part for part in (error.get("code"), error.get("message")) if part)
        return self._redact(update, said, _settings(told, "origin"), _settings(told, "target"))


def _update(listed: ConnectorOperationSummaryTypeDef) -> Update:
    ended = listed.get("endTime")
    return Update(
        arn=listed["connectorOperationArn"],
        state=_STATES.get(listed["connectorOperationState"], UpdateState.IN_PROGRESS),
        at=listed["creationTime"].astimezone(UTC),  # botocore gives local times
        ended_at=ended and ended.astimezone(UTC),
    )


def _settings(told: Mapping[str, Any], side: str) -> dict[str, str]:
    """Both kinds of settings as one flat map: `tasks.max`, `capacity.provisionedCapacity.workerCount`."""
    return {
        **told.get(f"{side}ConnectorConfiguration", {}),
        **dict(_flat("", told.get(f"{side}WorkerSetting", {}))),
    }


def _flat(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        parts = [(key, value[key]) for key in value]
    elif isinstance(value, list):
        parts = list(enumerate(value))
    else:
        yield name, str(value)
        return
    for key, part in parts:
        yield from _flat(f"{name}.{key}" if name else str(key), part)
