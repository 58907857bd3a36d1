"""Where a playback is shown: in CloudWatch as MSK Connect shows its connectors, or as a self-managed cluster does."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from sandbox.admin import Sandbox
from sandbox.playback.playback import Playback
from sandbox.playback.recording import Recording, Status
from sandbox.worker_log import BATCH, WorkerLog

RATE = 12.0
"""Records a second while records move; the recordings do not know more than that they did."""

type Datum = dict[str, Any]


class AwsClients(Protocol):
    """Gives boto3 clients; `sandbox.session.SandboxSession` is one."""

    def client(self, service: str, **options: Any) -> Any: ...


class MskConnector:
    """A connector of the local MSK Connect and what CloudWatch shows of it."""

    def __init__(self, sandbox: Sandbox, aws: AwsClients, playback: Playback, arn: str, log: WorkerLog) -> None:
        self.playback, self.arn = playback, arn
        self._sandbox, self._cloudwatch, self._log = sandbox, aws.client("cloudwatch"), log
        self._paused = False

    def show(self, now: float) -> None:
        self._log.write(self.playback.due(now))
        status = self.playback.status(now)
        if status is not None and status.connector is not None:
            self._follow_pauses(status.connector in ("PAUSED", "STOPPED"))

    def data(self, begin: float, end: float) -> list[Datum]:
        """The datapoints of one period; none while the connector could not be seen.

        Source: "Monitoring MSK Connect" in the Amazon MSK developer guide. A connector without a running task has no
        rates: they are its tasks'.
        """
        status = self.playback.status(end)
        if status is None or status.connector is None:
            return []
        values = counts(status)
        if "RUNNING" in status.tasks:
            rate = RATE if self.playback.flowing(begin, end) else 0.0
            sink = self.playback.recording.is_sink
            names = ("SinkRecordReadRate", "SinkRecordSendRate") if sink else _SOURCE_RATES
            values |= dict.fromkeys(names, rate)
        dimensions = [{"Name": "ConnectorName", "Value": self.playback.name}]
        return [
            {"MetricName": name, "Value": value, "Timestamp": begin, "Dimensions": dimensions}
            for name, value in values.items()
        ]

    def _follow_pauses(self, paused: bool) -> None:  # noqa: FBT001
        """Somebody paused or resumed the connector in the recording: the API says so too."""
        if paused != self._paused:
            self._sandbox.set_connector_state(self.playback.name, "PAUSED" if paused else "RUNNING")
            self._paused = paused


_SOURCE_RATES = ("SourceRecordPollRate", "SourceRecordWriteRate")


def counts(status: Status) -> dict[str, float]:
    return {
        "WorkerCount": 1.0,
        "RunningTaskCount": float(status.tasks.count("RUNNING")),
        "ErroredTaskCount": float(status.tasks.count("FAILED")),
    }


def create_msk_connector(
    aws: AwsClients, recording: Recording, name: str, log_group: str, tags: dict[str, str] | None = None
) -> str:
    """Make the recorded connector in the local MSK Connect, or find it; gives its ARN.

    MSK Connect offers Kafka Connect 2.7.1 and 3.7.x: newer recordings count as 3.7.x. Each recording was made in
    a world of its own: it shares no database, no Kafka cluster and no subnet with another.
    """
    kafka_connect = aws.client("kafkaconnect")
    for page in kafka_connect.get_paginator("list_connectors").paginate(connectorNamePrefix=name):
        for connector in page["connectors"]:
            if connector["connectorName"] == name:
                return str(connector["connectorArn"])
    plugin = f"arn:aws:kafkaconnect:us-east-1:123456789012:custom-plugin/{name}/00000000-0000-0000-0000-000000000000-1"
    database = {"database.hostname": f"{name}.example"} if "database.hostname" in recording.configuration else {}
    vpc = {"subnets": [f"subnet-{name}"]}
    created = kafka_connect.create_connector(
        connectorName=name,
        kafkaConnectVersion="2.7.1" if recording.connect_version.startswith("2.7") else "3.7.x",
        connectorConfiguration={"tasks.max": "1", **recording.configuration, **database},
        capacity={"provisionedCapacity": {"mcuCount": 1, "workerCount": 1}},
        kafkaCluster={"apacheKafkaCluster": {"bootstrapServers": f"b-1.{name}.example:9098", "vpc": vpc}},
        kafkaClusterClientAuthentication={"authenticationType": "IAM"},
        kafkaClusterEncryptionInTransit={"encryptionType": "TLS"},
        plugins=[{"customPlugin": {"customPluginArn": plugin, "revision": 1}}],
        serviceExecutionRoleArn="arn:aws:iam::123456789012:role/connect",
        logDelivery={"workerLogDelivery": {"cloudWatchLogs": {"enabled": True, "logGroup": log_group}}},
        tags=tags or {},
    )
    return str(created["connectorArn"])


def put_metrics(cloudwatch: Any, namespace: str, data: Iterable[Datum]) -> None:
    every = list(data)
    for begin in range(0, len(every), BATCH):
        cloudwatch.put_metric_data(Namespace=namespace, MetricData=every[begin : begin + BATCH])
