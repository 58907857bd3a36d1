"""MSK Connect and CloudWatch behind botocore's Stubber, which checks every answer against the service model."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from connectops.decide.health import assess
from connectops.decide.update_story import with_story
from connectops.model import Health, Look
from connectops.observe.memory import Memory, NoMemory
from connectops.observe.msk_connect import MskConnect
from connectops.observe.msk_details import MskDetails
from connectops.observe.msk_fleet import MskFleet
from connectops.observe.msk_metrics import Economy, MskMetrics
from connectops.observe.task_metrics import TaskMetrics
from connectops.observe.updates import Updates

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CONNECTOR = "arn:aws:kafkaconnect:eu-west-1:123456789012:connector/orders/0c0b-2"
OPERATION = "arn:aws:kafkaconnect:eu-west-1:123456789012:connector-operation/orders/0c0b/{}"


class Msk:
    """MSK Connect and CloudWatch behind stubbers."""

    def __init__(self) -> None:
        session = boto3.Session(aws_access_key_id="a", aws_secret_access_key="b", region_name="eu-west-1")
        connect, metrics = session.client("kafkaconnect"), session.client("cloudwatch")
        self.client = connect
        self.connect, self.metrics = Stubber(connect), Stubber(metrics)
        self.eye = MskConnect(connect)
        self.task_metrics = TaskMetrics(metrics, MINUTE, 10 * MINUTE)

    def fleet(
        self,
        memory: Memory | None = None,
        economy: Economy | None = None,
        *,
        in_turn: int = 0,
        at_most: int = 20,
        tags: bool = False,
        updates: bool = False,
    ) -> MskFleet:
        """What the function watches with; without arguments it remembers and spares nothing, reads neither tags nor updates."""
        reader = Updates(self.client, with_story) if updates else None
        details = MskDetails(self.eye, memory or NoMemory(), in_turn, at_most, tags=tags, updates=reader)
        return MskFleet(self.eye, details, MskMetrics(self.task_metrics, economy or Economy(), _is_well))

    def measures(self, *counts: tuple[int, int]) -> None:
        """Running and errored tasks of each connector that says RUNNING, in the order of the list."""
        values = [value for pair in counts for value in pair]
        results = [{"Id": f"m{i}", "Timestamps": [AT], "Values": [float(v)]} for i, v in enumerate(values)]
        self.metrics.add_response("get_metric_data", {"MetricDataResults": results})


def throttled(operation: str) -> ClientError:
    """What botocore raises when AWS has had enough."""
    answer: Any = {"Error": {"Code": "Throttling"}, "ResponseMetadata": {"HTTPStatusCode": 400}}
    return ClientError(answer, operation)


def _is_well(look: Look) -> bool:
    return assess(look) is Health.HEALTHY


def arn(name: str) -> str:
    return f"arn:aws:kafkaconnect:eu-west-1:123456789012:connector/{name}/0c0b0e5c-2"


def summary(
    name: str, state: str = "RUNNING", version: str = "K3AEGXETSR30VB", log_group: str | None = None
) -> dict[str, Any]:
    delivery = {"workerLogDelivery": {"cloudWatchLogs": {"enabled": True, "logGroup": log_group}}}
    return {
        **({"logDelivery": delivery} if log_group else {}),
        "connectorArn": arn(name),
        "connectorName": name,
        "connectorState": state,
        "creationTime": AT - timedelta(days=3),
        "currentVersion": version,
        "kafkaConnectVersion": "3.7.x",
    }


def description(name: str, **configuration: str) -> dict[str, Any]:
    return summary(name) | {"connectorConfiguration": configuration}


def tagged(stubber: Stubber, name: str, **tags: str) -> None:
    """The tags of a connector that begin with `connectops:`."""
    answer = {"tags": {f"connectops:{key}": value for key, value in tags.items()}}
    stubber.add_response("list_tags_for_resource", answer, {"resourceArn": arn(name)})


def listed(stubber: Stubber, *summaries: dict[str, Any]) -> None:
    stubber.add_response("list_connectors", {"connectors": list(summaries)}, {"maxResults": 100})


def described(stubber: Stubber, name: str, **configuration: str) -> None:
    stubber.add_response("describe_connector", description(name, **configuration), {"connectorArn": arn(name)})


def operation(number: int, created: datetime, kind: str = "RESTART_CONNECTOR", **more: Any) -> dict[str, Any]:
    return {
        "connectorOperationArn": OPERATION.format(number),
        "connectorOperationType": kind,
        "connectorOperationState": "RESTART_IN_PROGRESS",
        "creationTime": created,
        **more,
    }


def operations_listed(stubber: Stubber, *operations: dict[str, Any]) -> None:
    stubber.add_response(
        "list_connector_operations",
        {"connectorOperations": list(operations)},
        {"connectorArn": CONNECTOR, "maxResults": 100},
    )


def updates_listed(stubber: Stubber, name: str, *operations: dict[str, Any]) -> None:
    """The operations of a connector by its name."""
    expected = {"connectorArn": arn(name), "maxResults": 100}
    stubber.add_response("list_connector_operations", {"connectorOperations": list(operations)}, expected)


def operation_described(stubber: Stubber, answer: dict[str, Any]) -> None:
    expected = {"connectorOperationArn": answer["connectorOperationArn"]}
    stubber.add_response("describe_connector_operation", answer, expected)
