"""The real handler: moto's DynamoDB and SQS, MSK Connect and CloudWatch behind stubbers, an HTTP server for REST."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from moto import mock_aws

from connectops.clients.connect_rest import ConnectRest
from connectops.decide.diagnosis import diagnose_trace
from connectops.errors import MalformedEvent, SettingsError, Unreachable
from connectops.facts import FactsTable
from connectops.findings import FindingsQueue, decode
from connectops.ledger import Ledger
from connectops.model import (
    ConnectorId,
    ConnectorRecord,
    ConnectorState,
    Finding,
    KafkaConnectCluster,
    Platform,
    StandingOrder,
)
from connectops.observe.fleet import Fleet
from connectops.observe.policy_source import PolicySource
from functions.poll_connectors import handler
from tests.builders import ORDERS, finding_in
from tests.connect_server import LIST, ROOT, ConnectServer, connect_server, expanded
from tests.msk_stub import (
    AT,
    Msk,
    described,
    listed,
    operation,
    operation_described,
    summary,
    tagged,
    updates_listed,
)
from tests.tables import a_table

EVENTS = Path(__file__).parents[2] / "events" / "poll_connectors"
NOW = AT + timedelta(seconds=1)
BROKEN = ConnectorId(Platform.KAFKA_CONNECT, "onprem", "broken")


@dataclass
class Deployed:
    """One execution environment of the function, and what it reads from and writes to."""

    msk: Msk
    rest: ConnectServer
    ledger: Ledger
    queue_url: str
    fleet: Fleet
    sqs: Any = field(default_factory=lambda: boto3.client("sqs"))

    def poll(self, at: datetime = AT) -> list[Finding]:
        """The findings of one poll."""
        self.only_poll(at)
        return self.receive()

    def only_poll(self, at: datetime = AT) -> None:
        handler.poll(at, NOW, self.fleet, self.ledger, FindingsQueue(self.queue_url, self.sqs))

    def opens(self, connector: ConnectorId) -> None:
        self.ledger.save(ConnectorRecord(connector, blind_since=AT), AT)

    def receive(self) -> list[Finding]:
        found = []
        while messages := self.sqs.receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=10).get("Messages"):
            found += [finding_in(message["Body"]) for message in messages]
            for message in messages:
                self.sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=message["ReceiptHandle"])
        return sorted(found, key=lambda finding: finding.connector)


@pytest.fixture
def deployed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    for name, value in (("ACCESS_KEY_ID", "a"), ("SECRET_ACCESS_KEY", "b"), ("DEFAULT_REGION", "eu-west-1")):
        monkeypatch.setenv(f"AWS_{name}", value)
    msk = Msk()
    with mock_aws(), connect_server(ROOT | {LIST: (200, {})}) as rest, msk.connect, msk.metrics:
        a_table(boto3.client("dynamodb"))
        url = boto3.client("sqs").create_queue(QueueName="findings.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
        clusters = {"onprem": ConnectRest(KafkaConnectCluster("onprem", rest.url))}
        dynamodb = boto3.client("dynamodb")
        fleet = Fleet(msk.fleet(FactsTable("ledger", dynamodb), tags=True), clusters, diagnose_trace)
        handler.metrics.clear_metrics()  # Powertools keeps what any function counted, tests of others too
        yield Deployed(msk, rest, Ledger("ledger", dynamodb), url, fleet)
        msk.connect.assert_no_pending_responses()
        handler.metrics.clear_metrics()


def counts() -> dict[str, float]:
    """What the metrics of this invocation say so far."""
    serialized: dict[str, Any] = {**handler.metrics.serialize_metric_set()}
    (block,) = serialized["_aws"]["CloudWatchMetrics"]
    return {metric["Name"]: sum(serialized[metric["Name"]]) for metric in block["Metrics"]}


def test_a_healthy_fleet_leaves_no_findings(deployed: Deployed) -> None:
    listed(deployed.msk.connect, summary("orders"))
    described(deployed.msk.connect, "orders")
    tagged(deployed.msk.connect, "orders")
    deployed.msk.measures((1, 0))
    deployed.rest.answers[LIST] = (200, {"customers": expanded("customers", "RUNNING")})
    assert deployed.poll() == []
    assert counts() == {"PollCompleted": 1, "ConnectorsHealthy": 2}


def test_what_is_not_healthy_is_found_with_its_tags_and_its_diagnosis(deployed: Deployed) -> None:
    listed(deployed.msk.connect, summary("orders"), summary("customers"))
    for name, tags in (("orders", {"owner": "shop"}), ("customers", {})):
        described(deployed.msk.connect, name)
        tagged(deployed.msk.connect, name, **tags)
    deployed.msk.measures((0, 2), (1, 0))
    deployed.rest.answers[LIST] = (200, {"broken": expanded("broken", "FAILED")})
    on_rest, on_msk = sorted(deployed.poll(), key=lambda finding: finding.connector.key, reverse=True)
    assert on_msk.look
    assert on_rest.look
    assert (on_msk.connector, on_msk.origin) == (ORDERS, "2026-11-23T12:00:00+00:00")
    assert (on_msk.look.tags, on_msk.look.tasks.failed if on_msk.look.tasks else None) == ((("owner", "shop"),), 2)
    assert (on_rest.connector, on_rest.look.diagnosis is not None) == (BROKEN, True)
    assert counts() | {"ConnectorsUnhealthy": 2, "ConnectorsHealthy": 1, "FailedTasks": 3} == counts()


def test_an_open_connector_is_found_even_if_it_is_healthy(deployed: Deployed) -> None:
    healthy = ConnectorId(Platform.KAFKA_CONNECT, "onprem", "customers")
    deployed.opens(healthy)
    listed(deployed.msk.connect)
    deployed.rest.answers[LIST] = (
        200,
        {name: expanded(name, "RUNNING") for name in ("customers", "orders")},
    )
    assert [finding.connector for finding in deployed.poll()] == [healthy]


@pytest.mark.parametrize(("is_open", "found"), [(False, []), (True, [ConnectorState.PAUSED])])
def test_a_paused_connector_is_news_only_while_something_is_open(
    deployed: Deployed, found: list[ConnectorState], *, is_open: bool
) -> None:
    if is_open:
        deployed.opens(ORDERS)
    listed(deployed.msk.connect, summary("orders", "PAUSED"))
    described(deployed.msk.connect, "orders")
    tagged(deployed.msk.connect, "orders")
    assert [finding.look.state for finding in deployed.poll() if finding.look] == found


@pytest.mark.parametrize(("said", "found"), [("UPDATE_COMPLETE", []), ("ROLLBACK_COMPLETE", [ORDERS])])
def test_a_healthy_connector_whose_update_was_rolled_back_is_news_until_it_is_told(
    deployed: Deployed, said: str, found: list[ConnectorId]
) -> None:
    deployed.fleet = Fleet(deployed.msk.fleet(updates=True), {}, diagnose_trace)
    update = operation(1, AT, "UPDATE_CONNECTOR_CONFIGURATION", connectorOperationState=said)
    listed(deployed.msk.connect, summary("orders"))
    described(deployed.msk.connect, "orders")
    updates_listed(deployed.msk.connect, "orders", update)
    if found:
        secret = {"targetConnectorConfiguration": {"database.password": "hunter2"}}
        operation_described(deployed.msk.connect, update | secret)
    listed(deployed.msk.connect, summary("orders"))
    for minute in (0, 1):
        deployed.msk.measures((1, 0))
        findings = deployed.poll(AT + timedelta(minutes=minute))
        assert [finding.connector for finding in findings] == found
        assert "hunter2" not in repr(findings)


def test_what_an_earlier_environment_read_is_not_read_again(deployed: Deployed) -> None:
    listed(deployed.msk.connect, summary("orders", "PAUSED"))
    described(deployed.msk.connect, "orders")
    tagged(deployed.msk.connect, "orders")
    deployed.poll()
    memory = FactsTable("ledger", boto3.client("dynamodb"))
    deployed.fleet = Fleet(deployed.msk.fleet(memory, tags=True), {}, diagnose_trace)
    listed(deployed.msk.connect, summary("orders", "PAUSED"))
    deployed.poll()


def test_two_polls_are_two_looks_and_one_poll_delivered_twice_is_one(deployed: Deployed) -> None:
    deployed.rest.answers[LIST] = (200, {"broken": expanded("broken", "FAILED")})
    for at in (AT, AT, AT + timedelta(minutes=1)):
        listed(deployed.msk.connect)
        deployed.only_poll(at)
    assert [finding.at for finding in deployed.receive()] == [AT, AT + timedelta(minutes=1)]


def test_one_cluster_out_of_sight_does_not_end_the_poll(deployed: Deployed) -> None:
    deployed.opens(BROKEN)
    listed(deployed.msk.connect)
    deployed.rest.answers[LIST] = (503, "")
    (finding,) = deployed.poll()
    assert finding.look
    assert finding.look.state is ConnectorState.UNKNOWN
    assert counts() | {"PollCompleted": 1, "ClustersUnknown": 1, "ConnectorsUnknown": 1} == counts()


def test_a_poll_that_saw_nothing_fails_after_saying_so(deployed: Deployed) -> None:
    deployed.opens(BROKEN)
    deployed.msk.connect.add_client_error("list_connectors", "AccessDeniedException", "no", 403)
    deployed.rest.answers[LIST] = (503, "")
    with pytest.raises(Unreachable, match=r"onprem.*ListConnectors"):
        deployed.poll()
    assert [finding.look.state for finding in deployed.receive() if finding.look] == [ConnectorState.UNKNOWN]
    assert "PollCompleted" not in counts()
    assert counts()["ClustersUnknown"] == 2


def test_a_connector_that_vanished_is_gone(deployed: Deployed) -> None:
    deployed.opens(ORDERS)
    listed(deployed.msk.connect)
    (finding,) = deployed.poll()
    assert finding.look
    assert finding.look.state is ConnectorState.GONE
    assert "ConnectorsUnknown" not in counts()


def test_no_password_of_a_configuration_or_trace_leaves(deployed: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    entry = expanded("broken", "FAILED")
    entry["status"]["tasks"][0]["trace"] = (
        "io.debezium.DebeziumException: x{database.password=hunter2}\n\tat a.b(C.java:1)"
    )
    deployed.rest.answers[LIST] = (200, {"broken": entry})
    listed(deployed.msk.connect)
    (finding,) = deployed.poll()
    assert "hunter2" not in repr(finding)
    assert "hunter2" not in capsys.readouterr().out


# ── the entry point ───────────────────────────────────────────────────────────────────────────────────────────────────


NO_METRICS = pytest.mark.filterwarnings("ignore:No application metrics")


@NO_METRICS
@pytest.mark.parametrize(
    "event",
    [{}, [], {"scheduled_time": None}, {"scheduled_time": ""}, {"scheduled_time": "<aws.scheduler.scheduled-time>"}],
)
def test_an_event_without_scheduled_time_is_malformed(event: Any) -> None:
    with pytest.raises(MalformedEvent, match="scheduled_time"):
        handler.lambda_handler(event, LambdaContext())


@NO_METRICS
def test_all_missing_settings_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TABLE_NAME", "FINDINGS_QUEUE_URL", "WATCH_MSK_CONNECT"):
        monkeypatch.delenv(f"CONNECTOPS_{name}", raising=False)
    handler._composition.cache_clear()
    with pytest.raises(SettingsError, match=r"TABLE_NAME.*FINDINGS_QUEUE_URL.*WATCH_MSK_CONNECT"):
        handler.lambda_handler(json.loads((EVENTS / "scheduled.json").read_text()), LambdaContext())


@pytest.mark.parametrize("series", ["true", "false"])
def test_the_handler_runs_on_its_settings(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], series: str
) -> None:
    deployed.rest.answers[LIST] = (200, {"broken": expanded("broken", "FAILED")})
    settings = {
        "TABLE_NAME": "ledger",
        "FINDINGS_QUEUE_URL": deployed.queue_url,
        "KAFKA_CONNECT_CLUSTERS": json.dumps([{"name": "onprem", "url": deployed.rest.url}]),
        "WATCH_MSK_CONNECT": "false",
        "METRIC_PERIOD_SECONDS": "60",
        "METRIC_WINDOW_SECONDS": "600",
        "POLICY_FILE": "",
        "QUIET_METRICS_SECONDS": "900",
        "WORKER_LOG_GROUPS": "",
        "HEALTH_SERIES": series,
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"CONNECTOPS_{name}", value)
    handler._composition.cache_clear()
    handler.lambda_handler(json.loads((EVENTS / "scheduled.json").read_text()), LambdaContext())
    (finding,) = deployed.receive()
    assert (finding.connector, finding.at) == (BROKEN, datetime(2026, 11, 23, 12, 0, tzinfo=UTC))
    out = capsys.readouterr().out
    assert '"PollCompleted":[1.0]' in out
    assert ('"ConnectorHealthy":[0.0]' in out) is (series == "true")
    handler._composition.cache_clear()


# ── the policy file ───────────────────────────────────────────────────────────────────────────────────────────────────

PARAMETER = "arn:aws:ssm:eu-west-1:123456789012:parameter/connectops/policy"
OBJECT = "arn:aws:s3:::policies/connectops/policy.yaml"


def written(arn: str, text: str) -> PolicySource:
    """A policy file where its ARN says."""
    if arn == OBJECT:
        s3 = boto3.client("s3", region_name="us-east-1")
        s3.create_bucket(Bucket="policies")
        s3.put_object(Bucket="policies", Key="connectops/policy.yaml", Body=text.encode())
    else:
        boto3.client("ssm").put_parameter(Name="/connectops/policy", Value=text, Type="String", Overwrite=True)
    return PolicySource(arn, boto3.Session())


def passed_on(deployed: Deployed, source: PolicySource) -> list[Finding | StandingOrder]:
    handler.pass_on(source, NOW, FindingsQueue(deployed.queue_url, deployed.sqs))
    answer = deployed.sqs.receive_message(QueueUrl=deployed.queue_url, MaxNumberOfMessages=10)
    return [decode(message["Body"]) for message in answer.get("Messages", [])]


@pytest.mark.parametrize("arn", [PARAMETER, OBJECT])
def test_a_policy_file_that_is_right_is_passed_on_to_the_one_who_decides(deployed: Deployed, arn: str) -> None:
    [order] = passed_on(deployed, written(arn, "mode: advise"))
    assert isinstance(order, StandingOrder)
    assert (order.policy, order.mode, order.at) == ("mode: advise", None, NOW)
    assert counts() == {"PolicyFileBroken": 0}


def test_a_policy_file_that_is_wrong_is_not_passed_on_and_named_by_line(
    deployed: Deployed, caplog: pytest.LogCaptureFixture
) -> None:
    assert passed_on(deployed, written(PARAMETER, "mode: advice")) == []
    assert counts() == {"PolicyFileBroken": 1}
    [problem] = caplog.records[-1].__dict__["problems"]
    assert "line 1: mode is 'advice', expected repair or advise or off" in problem


@pytest.mark.parametrize("arn", [PARAMETER, OBJECT])
def test_a_policy_file_that_is_not_there_is_told_and_does_not_hold_up_the_poll(deployed: Deployed, arn: str) -> None:
    assert passed_on(deployed, PolicySource(arn, boto3.Session())) == []
    assert counts() == {"PolicyFileBroken": 1}


def test_a_policy_file_that_is_too_long_is_told(deployed: Deployed, caplog: pytest.LogCaptureFixture) -> None:
    assert passed_on(deployed, written(OBJECT, "# " + "x" * 70_000)) == []
    assert "is too long, expected 65536 bytes at most" in caplog.records[-1].__dict__["reason"]
