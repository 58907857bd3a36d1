"""MSK Connect and CloudWatch behind botocore's Stubber, which checks every answer against the service model."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from botocore.stub import Stubber

from connectops.observe.msk_connect import MskConnect
from connectops.observe.task_metrics import TaskMetrics

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
        self.eyes = MskConnect(connect), TaskMetrics(metrics, MINUTE, 10 * MINUTE)

    def measures(self, *counts: tuple[int, int]) -> None:
        """Running and errored tasks of each connector that says RUNNING, in the order of the list."""
        values = [value for pair in counts for value in pair]
        results = [{"Id": f"m{i}", "Timestamps": [AT], "Values": [float(v)]} for i, v in enumerate(values)]
        self.metrics.add_response("get_metric_data", {"MetricDataResults": results})


def arn(name: str) -> str:
    return f"arn:aws:kafkaconnect:eu-west-1:123456789012:connector/{name}/0c0b0e5c-2"


def summary(name: str, state: str = "RUNNING", version: str = "K3AEGXETSR30VB") -> dict[str, Any]:
    return {
        "connectorArn": arn(name),
        "connectorName": name,
        "connectorState": state,
        "creationTime": AT - timedelta(days=3),
        "currentVersion": version,
        "kafkaConnectVersion": "3.7.x",
    }


def description(name: str, **configuration: str) -> dict[str, Any]:
    return summary(name) | {"connectorConfiguration": configuration}


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


def operation_described(stubber: Stubber, answer: dict[str, Any]) -> None:
    expected = {"connectorOperationArn": answer["connectorOperationArn"]}
    stubber.add_response("describe_connector_operation", answer, expected)
