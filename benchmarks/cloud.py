"""An AWS in this process with a fleet of MSK Connect connectors, on which every call of the functions is counted.

moto keeps the table, the queues and the topics. MSK Connect and CloudWatch are answered here, below botocore: requests
are built and signed, answers parsed, as they are on AWS. A call is what leaves botocore: a retry is one more.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from math import ceil
from typing import Any, cast
from urllib.parse import parse_qs, unquote, urlsplit

import boto3
from botocore import handlers
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from moto import mock_aws

from tests.tables import TABLE

LOG_GROUP = "/msk/connect/shop"
ARN = "arn:aws:kafkaconnect:us-east-1:123456789012:connector/{}/0c0b0e5c-92a3-4f0e-8f5a-3b1e0d2a7c11-2"
OPERATION = "arn:aws:kafkaconnect:us-east-1:123456789012:connector-operation/orders/0c0b/1"
MINUTE = 60
POINTS = 11
"""Datapoints of a series that CloudWatch has: more than the window that is looked at."""
READ_UNIT, WRITE_UNIT = 4096, 1024  # bytes; DynamoDB developer guide, "Read and write operations"
OURS = ("kafkaconnect", "cloudwatch")
QUEUES = ("findings.fifo", "logs-dead.fifo", "findings-dead.fifo")


@dataclass
class Counted:
    """What went over the wire: calls by `service.Operation`, series asked of CloudWatch, request units of DynamoDB."""

    calls: Counter[str] = field(default_factory=Counter)
    series: int = 0
    read_units: float = 0
    write_units: int = 0
    reads: int = 0
    """Items of the table that were asked for, and queries."""
    writes: int = 0
    """Items that were written."""

    def add(self, more: Counted) -> None:
        self.calls += more.calls
        self.series += more.series
        self.read_units += more.read_units
        self.write_units += more.write_units
        self.reads += more.reads
        self.writes += more.writes


@dataclass
class Cloud:
    """`failed` are connectors whose task is dead until somebody restarts it."""

    names: list[str]
    heartbeats: bool = True
    logs_delivered: bool = True
    failed: set[str] = field(default_factory=set)
    counted: Counted = field(default_factory=Counted)
    restart: tuple[float, int] | None = None
    """When RestartConnector was called, by `own_clock`, and which call it was since the last count."""
    _answering: float = 0
    _asked_at: float = 0
    _asked: dict[str, Any] = field(default_factory=dict)

    @contextmanager
    def running(self) -> Iterator[Cloud]:
        """Every client that is made inside talks to this cloud."""
        hooks = (
            ("before-parameter-build.dynamodb", self._note),
            ("after-call.dynamodb", self._weigh),
            ("before-send", self._answer),
        )
        answered = ("before-send", self._answered)
        handlers.BUILTIN_HANDLERS[:0] = hooks
        handlers.BUILTIN_HANDLERS.append(answered)  # after moto, which answers what we do not
        try:
            with mock_aws(config={"core": {"mock_credentials": True, "passthrough": {"services": [*OURS]}}}):
                yield self
        finally:
            for hook in (*hooks, answered):
                handlers.BUILTIN_HANDLERS.remove(hook)

    def count(self) -> Counted:
        """What was counted since the last time."""
        counted, self.counted = self.counted, Counted()
        return counted

    def own_clock(self) -> float:
        """Seconds of the processor, which stand still while this cloud answers; a busy machine is no slower."""
        return time.process_time() - self._answering

    def _answered(self, **_: Any) -> None:
        self._answering += time.process_time() - self._asked_at

    def _answer(self, event_name: str, request: AWSPreparedRequest, **_: Any) -> AWSResponse | None:
        self._asked_at = time.process_time()
        service, operation = event_name.split(".")[1:]
        self.counted.calls[f"{service}.{operation}"] += 1
        if service not in OURS:
            return None
        answer = getattr(self, f"_{operation}")(request)
        headers = HTTPHeaders.from_pairs([("content-type", "application/json")])
        return AWSResponse(request.url, 200, headers, _Body(json.dumps(answer).encode()))

    def _ListConnectors(self, request: AWSPreparedRequest) -> dict[str, Any]:  # noqa: N802  # AWS's name
        asked = parse_qs(urlsplit(request.url).query)
        begin, size = int(asked.get("nextToken", ["0"])[0]), int(asked["maxResults"][0])
        more = {"nextToken": str(begin + size)} if begin + size < len(self.names) else {}
        return {"connectors": [self._summary(name) for name in self.names[begin : begin + size]], **more}

    def _DescribeConnector(self, request: AWSPreparedRequest) -> dict[str, Any]:  # noqa: N802
        configuration = {"connector.class": "io.debezium.connector.mysql.MySqlConnector", "database.hostname": "db"}
        beats = {"heartbeat.interval.ms": "10000"} if self.heartbeats else {}
        name = unquote(request.url).split("connector/")[1].split("/")[0]
        return self._summary(name) | {"connectorConfiguration": configuration | beats}

    def _ListTagsForResource(self, _: AWSPreparedRequest) -> dict[str, Any]:  # noqa: N802
        return {"tags": {"connectops:owner": "shop", "team": "data"}}

    def _ListConnectorOperations(self, _: AWSPreparedRequest) -> dict[str, Any]:  # noqa: N802
        return {"connectorOperations": []}

    def _RestartConnector(self, _: AWSPreparedRequest) -> dict[str, Any]:  # noqa: N802
        self.restart = self.own_clock(), self.counted.calls.total()
        self.failed.clear()
        return {"connectorOperationArn": OPERATION}

    def _DescribeConnectorOperation(self, _: AWSPreparedRequest) -> dict[str, Any]:  # noqa: N802
        kind, state = "RESTART_CONNECTOR", "RESTART_COMPLETE"
        return {"connectorOperationArn": OPERATION, "connectorOperationType": kind, "connectorOperationState": state}

    def _GetMetricData(self, request: AWSPreparedRequest) -> dict[str, Any]:  # noqa: N802
        asked = json.loads(cast("bytes", request.body))
        self.counted.series += len(asked["MetricDataQueries"])
        latest = int(asked["EndTime"]) // MINUTE * MINUTE - MINUTE
        times = [latest - number * MINUTE for number in range(POINTS)]
        return {"MetricDataResults": [self._series(query, times) for query in asked["MetricDataQueries"]]}

    def _series(self, query: Mapping[str, Any], times: list[int]) -> dict[str, Any]:
        metric = query["MetricStat"]["Metric"]
        is_dead = metric["Dimensions"][0]["Value"] in self.failed
        value = is_dead if metric["MetricName"] == "ErroredTaskCount" else not is_dead
        return {"Id": query["Id"], "StatusCode": "Complete", "Timestamps": times, "Values": [float(value)] * len(times)}

    def _summary(self, name: str) -> dict[str, Any]:
        delivery = {"cloudWatchLogs": {"enabled": self.logs_delivered, "logGroup": LOG_GROUP}}
        vpc = {"securityGroups": ["sg-0a1b2c3d"], "subnets": ["subnet-0a", "subnet-0b", "subnet-0c"]}
        return {
            "connectorArn": ARN.format(name),
            "connectorName": name,
            "connectorState": "RUNNING",
            "creationTime": datetime(2026, 11, 1, tzinfo=UTC).isoformat(),
            "currentVersion": "K3AEGXETSR30VB",
            "kafkaConnectVersion": "3.7.x",
            "kafkaCluster": {"apacheKafkaCluster": {"bootstrapServers": "b-1.shop:9098,b-2.shop:9098", "vpc": vpc}},
            "logDelivery": {"workerLogDelivery": delivery if self.logs_delivered else {}},
        }

    def _note(self, params: dict[str, Any], **_: Any) -> None:
        self._asked = params

    def _weigh(self, parsed: Mapping[str, Any], model: Any, **_: Any) -> None:
        """Request units as DynamoDB counts them: by item and size, twice in a transaction, half if it may be stale."""
        asked, counted = self._asked, self.counted
        match model.name:
            case "GetItem":
                _read(counted, [parsed.get("Item", {})], consistent=asked.get("ConsistentRead", False))
            case "BatchGetItem":
                for table, wanted in asked["RequestItems"].items():
                    found = parsed["Responses"].get(table, [])
                    missing: list[Any] = [{}] * (len(wanted["Keys"]) - len(found))
                    _read(counted, [*found, *missing], consistent=wanted.get("ConsistentRead", False))
            case "Query":
                size = sum(map(_size, parsed.get("Items", [])))
                counted.reads += 1
                counted.read_units += max(1, ceil(size / READ_UNIT)) / (1 if asked.get("ConsistentRead") else 2)
            case "PutItem":
                _write(counted, asked["Item"], 1)
            case "TransactWriteItems":
                for item in asked["TransactItems"]:
                    _write(counted, item["Put"]["Item"], 2)
            case "CreateTable":
                return
            case other:
                raise NotImplementedError(f"nobody has said yet what {other} costs")


class _Body(BytesIO):
    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


def _read(counted: Counted, items: list[Any], *, consistent: bool) -> None:
    counted.reads += len(items)
    counted.read_units += sum(max(1, ceil(_size(item) / READ_UNIT)) / (1 if consistent else 2) for item in items)


def _write(counted: Counted, item: Mapping[str, Any], times: int) -> None:
    """With one unit for the index `open`, which is at most what opening and closing cost."""
    counted.writes += 1
    counted.write_units += times * ceil(_size(item) / WRITE_UNIT) + ("open" in item)


def _size(item: Mapping[str, Any]) -> int:
    return sum(len(name) + len(str(next(iter(value.values())))) for name, value in item.items())


def furnish() -> dict[str, str]:
    """Make the stack's table, queues and topic, and give their names as the functions' environment wants them."""
    session = boto3.Session(region_name="us-east-1")
    session.client("dynamodb").create_table(TableName="ledger", **TABLE)
    sqs = session.client("sqs")
    urls = {name: sqs.create_queue(QueueName=name, Attributes={"FifoQueue": "true"})["QueueUrl"] for name in QUEUES}
    topic = session.client("sns").create_topic(Name="alerts")["TopicArn"]
    return {
        "AWS_DEFAULT_REGION": "us-east-1",
        "CONNECTOPS_TABLE_NAME": "ledger",
        "CONNECTOPS_FINDINGS_QUEUE_URL": urls["findings.fifo"],
        "CONNECTOPS_LOG_DEAD_LETTER_QUEUE_URL": urls["logs-dead.fifo"],
        "CONNECTOPS_FINDINGS_DLQ_URL": urls["findings-dead.fifo"],
        "CONNECTOPS_ALERTS_TOPIC_ARN": topic,
    }
