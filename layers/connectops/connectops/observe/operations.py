"""Operations of MSK Connect: what became of a restart.

Source: ListConnectorOperations and DescribeConnectorOperation in the MSK Connect API reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from connectops.clients.aws_reads import not_seen
from connectops.model import Operation, OperationState

if TYPE_CHECKING:
    from mypy_boto3_kafkaconnect import KafkaConnectClient

RESTART = "RESTART_CONNECTOR"
OPERATIONS_A_PAGE = 100  # ListConnectorOperations


class Operations:
    """Reads only; raises Unreachable or NotAllowed."""

    def __init__(self, client: KafkaConnectClient) -> None:
        self._client = client

    def describe(self, arn: str) -> Operation | None:
        """The operation with this ARN; None if MSK Connect knows of none."""
        try:
            return _operation(self._client.describe_connector_operation(connectorOperationArn=arn))
        except ClientError as err:
            if err.response["Error"].get("Code") == "NotFoundException":
                return None
            raise not_seen("MSK Connect: DescribeConnectorOperation", err) from err
        except BotoCoreError as err:
            raise not_seen("MSK Connect: DescribeConnectorOperation", err) from err

    def last_restart_since(self, connector_arn: str, moment: datetime) -> Operation | None:
        """The newest restart of a connector that began at `moment` or later: settles a call whose answer was lost.

        MSK Connect may tell times in whole seconds, so the fraction of `moment` does not count.
        """
        begin = moment.replace(microsecond=0)
        pages = self._client.get_paginator("list_connector_operations").paginate(
            connectorArn=connector_arn, PaginationConfig={"PageSize": OPERATIONS_A_PAGE}
        )
        try:
            restarts = [
                operation
                for page in pages
                for operation in page["connectorOperations"]
                if operation["connectorOperationType"] == RESTART and operation["creationTime"] >= begin
            ]
        except (BotoCoreError, ClientError) as err:
            raise not_seen("MSK Connect: ListConnectorOperations", err) from err
        newest = max(restarts, key=lambda operation: operation["creationTime"], default=None)
        return self.describe(newest["connectorOperationArn"]) if newest else None


def _operation(answer: Mapping[str, Any]) -> Operation:
    error, ended = answer.get("errorInfo") or {}, answer.get("endTime")
    return Operation(
        arn=answer["connectorOperationArn"],
        state=_state(answer["connectorOperationState"]),
        ended_at=ended and ended.astimezone(UTC),  # botocore gives local times
        error=error.get("code"),
    )


def _state(said: str) -> OperationState:
    """PENDING and what is in progress may still end either way."""
    if said.endswith("_COMPLETE"):
        return OperationState.COMPLETE
    return OperationState.FAILED if said.endswith("_FAILED") else OperationState.IN_PROGRESS
