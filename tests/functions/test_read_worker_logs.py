"""Recorded worker lines as CloudWatch Logs delivers them, real SQS and DynamoDB interfaces (moto)."""

import base64
import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from moto import mock_aws
from mypy_boto3_sqs import SQSClient

from connectops.errors import MalformedEvent
from connectops.findings import FindingsQueue
from connectops.model import ConnectorId, Finding, KafkaConnectCluster, Life, Platform, Silence, Verdict
from connectops.settings import ReadSettings
from functions.read_worker_logs import handler
from tests.builders import NOW, finding_in
from tests.log_group import LogGroup

EVENTS = Path(__file__).parents[2] / "events" / "read_worker_logs"
GROUP = "/msk/connect/shop"


@dataclass
class Room:
    """What the function is connected to."""

    sqs: SQSClient
    url: str
    dead_url: str
    waiting: set[ConnectorId] = field(default_factory=set)
    asked: int = 0
    clusters: tuple[KafkaConnectCluster, ...] = ()
    log_groups: tuple[tuple[str, str], ...] = ()
    complete: bool = False
    log: LogGroup = field(default_factory=LogGroup)

    def open_connectors(self) -> frozenset[ConnectorId]:
        """The ledger's answer."""
        self.asked += 1
        return frozenset(self.waiting)

    @property
    def settings(self) -> ReadSettings:
        return ReadSettings(
            table_name="ledger", findings_queue_url=self.url, dead_letter_queue_url=self.dead_url,
            clusters=self.clusters, log_group_connectors=self.log_groups, complete_traces=self.complete,
            trace_wait=timedelta(seconds=2),
        )  # fmt: skip

    def read(self, event: dict[str, Any]) -> list[Finding]:
        """The findings that one event leads to."""
        handler.read(event, self.settings, self, FindingsQueue(self.url, self.sqs), self.log.around())  # type: ignore[arg-type]
        found = []
        while messages := self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                found.append(finding_in(message["Body"]))
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return found

    def dead(self) -> list[dict[str, Any]]:
        answer = self.sqs.receive_message(QueueUrl=self.dead_url, MaxNumberOfMessages=10)
        return [json.loads(message["Body"]) for message in answer.get("Messages", [])]


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    with mock_aws():
        sqs = boto3.client("sqs")
        url = sqs.create_queue(QueueName="findings.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
        yield Room(sqs, url, sqs.create_queue(QueueName="logs-dead-letters")["QueueUrl"])


def event(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return found


def event_of(subscription: dict[str, Any]) -> dict[str, Any]:
    """What is packed in a subscription event."""
    found: dict[str, Any] = json.loads(gzip.decompress(base64.b64decode(subscription["awslogs"]["data"])))
    return found


def batch(messages: list[str], *, group: str = GROUP) -> dict[str, Any]:
    document = {
        "messageType": "DATA_MESSAGE", "owner": "123456789012", "logGroup": group, "logStream": "stream-1",
        "subscriptionFilters": ["all"],
        "logEvents": [{"id": f"{n:056d}", "timestamp": 1_795_400_000_000, "message": m} for n, m in enumerate(messages)],
    }  # fmt: skip
    return {"awslogs": {"data": base64.b64encode(gzip.compress(json.dumps(document).encode())).decode()}}


def test_a_dead_task_is_one_diagnosis_with_its_root_cause(room: Room) -> None:
    findings = room.read(event("task_killed"))
    (found,) = [each for each in findings if each.diagnosis]
    assert found.diagnosis is not None
    assert found.diagnosis.failure_class == "MYSQL_CONN_LOST"
    assert found.diagnosis.verdict is Verdict.RESTART_WITH_BACKOFF
    assert found.diagnosis.killed
    assert found.connector == ConnectorId(Platform.MSK_CONNECT, "msk", "db-restart")
    assert found.origin.startswith("37")
    assert found.log_group == event_of(event("task_killed"))["logGroup"]


def test_a_batch_that_comes_twice_gives_the_same_findings(room: Room) -> None:
    assert room.read(event("task_killed")) == room.read(event("task_killed")) != []


def test_a_silent_stop_is_a_suspicion_for_the_next_polls(room: Room) -> None:
    findings = room.read(event("silent_stop"))
    (found,) = [each.suspicion for each in findings if each.suspicion]
    assert found.silence is Silence.SILENT_STOP
    assert found.diagnosis.failure_class == "MYSQL_CONN_LOST"
    assert not [each for each in findings if each.diagnosis]


def test_debezium_s_own_restart_is_a_suspicion(room: Room) -> None:
    (found,) = [each.suspicion for each in room.read(event("internal_retry")) if each.suspicion]
    assert found.silence is Silence.INTERNAL_RETRY
    assert found.diagnosis.failure_class == "PG_CONN_LOST"


def test_debezium_s_own_restart_that_came_back_may_be_one_of_many_in_vain(room: Room) -> None:
    findings = room.read(event("internal_retry_that_came_back"))
    assert [each.suspicion.silence for each in findings if each.suspicion] == [Silence.INTERNAL_RETRY]
    assert not [each for each in findings if each.diagnosis]
    assert [each.sign.life for each in findings if each.sign] == [Life.ORDERLY_STOP, Life.STARTED]


def test_quiet_lines_lead_to_nothing(room: Room) -> None:
    assert room.read(event("quiet")) == []


RECORDS = "[2026-11-23 01:10:00,000] INFO [orders|task-0] 12 records sent during previous 00:00:30.1 (io.debezium.connector.common.BaseSourceTask:200)"


def test_records_are_told_of_only_where_somebody_waits_for_them(room: Room) -> None:
    assert room.read(batch([RECORDS])) == []
    room.waiting.add(ConnectorId(Platform.MSK_CONNECT, "msk", "orders"))
    (found,) = room.read(batch([RECORDS]))
    assert found.sign is not None
    assert found.sign.life is Life.RECORDS


def test_the_ledger_is_asked_only_about_records(room: Room) -> None:
    room.read(event("task_killed"))
    assert room.asked == 0


def test_a_log_group_of_a_cluster_gives_its_connectors(room: Room) -> None:
    room.clusters = (KafkaConnectCluster("onprem", "http://connect:8083", log_group=GROUP),)
    connectors = {each.connector for each in room.read(event("task_killed"))}
    assert connectors == {ConnectorId(Platform.KAFKA_CONNECT, "onprem", "db-restart")}


NAMELESS = "[2026-11-23 01:10:00,000] ERROR Stopping due to error (org.apache.kafka.connect.cli.ConnectDistributed:85)"


def test_lines_without_a_name_belong_to_the_connector_that_the_settings_name(room: Room) -> None:
    room.log_groups = ((GROUP, "orders"),)
    assert {each.connector.name for each in room.read(batch([NAMELESS]))} == {"orders"}


def test_lines_without_any_name_belong_to_their_stream(room: Room) -> None:
    assert {each.connector.name for each in room.read(batch([NAMELESS]))} == {"stream-1"}


@pytest.mark.parametrize("name", ["control_message", "empty"])
def test_an_event_without_lines_is_nothing(room: Room, name: str) -> None:
    assert room.read(event(name)) == []


def test_a_line_cut_inside_a_character_loses_that_character_only(room: Room) -> None:
    (found,) = [each.diagnosis for each in room.read(event("cut_inside_a_character")) if each.diagnosis]
    assert found.failure_class == "MYSQL_CONN_LOST"


def test_an_event_of_a_megabyte_is_read(room: Room) -> None:
    lines = [RECORDS.replace("12 records", f"{n} records") for n in range(7500)]
    assert sum(map(len, lines)) > 1_000_000
    assert [each.diagnosis for each in room.read(batch([*lines, NAMELESS])) if each.diagnosis]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("not_base64", "not base64"),
        ("not_gzip", "not gzip"),
        ("not_json", "not JSON"),
        ("wrong_shape", "timestamp"),
        ("foreign", "expected awslogs.data"),
    ],
)
def test_an_event_that_cannot_be_read_says_what_was_wrong(room: Room, name: str, reason: str) -> None:
    with pytest.raises(MalformedEvent, match=reason):
        room.read(event(name))


class Context:
    aws_request_id = "request-1"


def call_lambda(room: Room, monkeypatch: pytest.MonkeyPatch, payload: dict[str, Any]) -> None:
    for name, value in {
        "TABLE_NAME": "ledger", "FINDINGS_QUEUE_URL": room.url, "LOG_DEAD_LETTER_QUEUE_URL": room.dead_url,
        "KAFKA_CONNECT_CLUSTERS": "[]", "LOG_GROUP_CONNECTORS": "{}",
        "COMPLETE_TRACES": "true", "TRACE_WAIT_SECONDS": "2",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"CONNECTOPS_{name}", value)
    handler._composition.cache_clear()
    context: LambdaContext = Context()  # type: ignore[assignment]
    handler.lambda_handler(payload, context)


def test_an_unreadable_batch_is_kept_as_a_pointer_without_its_lines(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_lambda(room, monkeypatch, event("wrong_shape"))
    (kept,) = room.dead()
    assert kept["log_group"] == GROUP
    assert kept["log_stream"] == "shop-connect-1"
    assert kept["first_event_id"] == "37"
    assert kept["request_id"] == "request-1"
    assert "hunter2" not in json.dumps(kept)


def test_the_function_sends_what_it_finds(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    call_lambda(room, monkeypatch, event("silent_stop"))
    assert room.dead() == []
    answer = room.sqs.receive_message(QueueUrl=room.url, MaxNumberOfMessages=10)
    assert any(finding_in(message["Body"]).suspicion for message in answer["Messages"])


def test_a_planted_password_never_reaches_the_queue(room: Room) -> None:
    lines = [
        "[2026-11-23 01:10:00,000] ERROR [orders|task-0] WorkerSourceTask{id=orders-0} Task threw an uncaught and unrecoverable exception. Task is being killed and will not recover until manually restarted (org.apache.kafka.connect.runtime.WorkerTask:251)",
        "java.lang.IllegalStateException: DebeziumOpenLineageEmitter not initialized for connector ConnectorContext[connectorLogicalName=orders, config={database.password=hunter2, database.user=dbz}]",
    ]
    findings = room.read(batch(lines))
    assert findings
    assert "hunter2" not in str(findings)


def test_the_time_of_a_finding_is_that_of_its_lines(room: Room) -> None:
    assert all(each.at < NOW for each in room.read(event("task_killed")))
