"""The local MSK Connect on real workers: run with `-m live`; about two minutes."""

from __future__ import annotations

import io
import os
import re
import signal
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.live import msk_connect, topics
from sandbox.live.stacks import Site, site
from sandbox.session import SandboxSession, start_sandbox

pytestmark = [pytest.mark.live, pytest.mark.filterwarnings("default")]

TOPIC = "shop1.shop.t"
EVENT = re.compile(r"\[Worker-0[0-9a-f]{16}\] ")


@dataclass(frozen=True, slots=True)
class Door:
    """A sandbox with a running connector called orders."""

    aws: SandboxSession
    site: Site
    plugin: str
    arn: str

    @property
    def api(self) -> Any:
        return self.aws.client("kafkaconnect")

    def insert(self, number: int, value: str) -> None:
        self.site.database.sql(f"INSERT INTO t VALUES ({number}, '{value}')", "shop")

    def arrives(self, value: str) -> None:
        topics.await_value(self.site.broker.address, TOPIC, value, patience=90)

    def version(self) -> str:
        return str(self.api.describe_connector(connectorArn=self.arn)["currentVersion"])

    def operation(self, operation_arn: str) -> dict[str, Any]:
        """As it is when the connector has settled."""
        wait(lambda: self.api.describe_connector_operation(connectorOperationArn=operation_arn).get("endTime"))
        return dict(self.api.describe_connector_operation(connectorOperationArn=operation_arn))

    def update(self, **changes: str) -> dict[str, Any]:
        wanted = self.site.configuration("shop1", "shop", **changes)
        begun = self.api.update_connector(
            connectorArn=self.arn, currentVersion=self.version(), connectorConfiguration=wanted
        )
        return self.operation(begun["connectorOperationArn"])

    def maximum(self, metric: str, seconds: int = 60) -> float | None:
        """Of what a metric was in the last seconds; None without a datapoint."""
        now = datetime.now(UTC)
        told = self.aws.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/KafkaConnect",
            MetricName=metric,
            Dimensions=[{"Name": "ConnectorName", "Value": "orders"}],
            StartTime=now - timedelta(seconds=seconds),
            EndTime=now,
            Period=12,
            Statistics=["Maximum"],
        )
        return max((point["Maximum"] for point in told["Datapoints"]), default=None)


def wait(look: Callable[[], Any], patience: float = 180) -> None:
    ends = time.monotonic() + patience
    while not look():
        assert time.monotonic() < ends, "it did not come true"
        time.sleep(0.3)


@pytest.fixture(scope="module", params=["a", "b"])
def door(request: pytest.FixtureRequest) -> Iterator[Door]:
    with start_sandbox(live=True) as aws, site(request.param) as there:
        there.database.sql("CREATE DATABASE shop")
        there.database.sql("CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(20))", "shop")
        plugin = msk_connect.register(aws, there.recipe)
        arn = msk_connect.create(aws, there, "orders", there.configuration("shop1", "shop"), plugin)
        msk_connect.await_state(aws, arn)
        yield Door(aws, there, plugin, arn)


def test_a_created_connector_streams(door: Door) -> None:
    door.insert(1, "first-row")
    door.arrives("first-row")
    wait(lambda: (door.maximum("SourceRecordWriteRate") or 0) > 0, 30)
    assert door.maximum("RunningTaskCount") == door.maximum("WorkerCount") == 1
    assert door.maximum("ErroredTaskCount") == 0


def test_group_and_topics_are_named_as_the_service_names_them(door: Door) -> None:
    tail = door.arn.partition(":connector/")[2].replace("/", "_")
    internal = {f"__amazon_msk_connect_{kind}_{tail}" for kind in ("configs", "offsets", "status")}
    assert internal <= set(topics.names(door.site.broker.address))


def test_its_lines_are_events_in_the_shape_of_the_service(door: Door) -> None:
    events = door.aws.client("logs").filter_log_events(logGroupName=msk_connect.LOG_GROUP)["events"]
    assert len(events) > 100
    assert all(EVENT.match(event["message"]) and event["timestamp"] % 1000 == 0 for event in events)
    assert any(f"groupId=__amazon_msk_connect_cluster_orders_{door.arn[-38:]}" in event["message"] for event in events)


def test_a_restart_restarts_connector_and_tasks(door: Door) -> None:
    begun = door.api.restart_connector(connectorArn=door.arn)
    assert door.operation(begun["connectorOperationArn"])["connectorOperationState"] == "RESTART_COMPLETE"
    door.insert(2, "after-restart")
    door.arrives("after-restart")


def test_what_is_paused_delivers_nothing_until_it_is_resumed(door: Door) -> None:
    door.api.pause_connector(connectorArn=door.arn)
    msk_connect.await_state(door.aws, door.arn, "PAUSED")
    with pytest.raises(ClientError, match="RUNNING"):
        door.api.restart_connector(connectorArn=door.arn)
    door.insert(3, "while-paused")
    time.sleep(3)
    assert not any("while-paused" in str(value) for value in topics.values(door.site.broker.address, TOPIC))
    door.api.resume_connector(connectorArn=door.arn)
    msk_connect.await_state(door.aws, door.arn)
    door.arrives("while-paused")


def test_a_worker_that_was_killed_gets_a_successor(door: Door) -> None:
    (before,) = door.aws.workers("orders")
    os.kill(before.pid, signal.SIGKILL)
    wait(lambda: [one.worker_id for one in door.aws.workers("orders")] not in ([], [before.worker_id]))
    (after,) = door.aws.workers("orders")
    assert after.log_stream != before.log_stream
    assert door.api.describe_connector(connectorArn=door.arn)["connectorState"] == "RUNNING"
    door.insert(4, "after-kill")
    door.arrives("after-kill")


def test_an_update_takes_effect(door: Door) -> None:
    told = door.update(heartbeat__interval__ms="1000")
    assert told["connectorOperationState"] == "UPDATE_COMPLETE"
    assert {step["stepState"] for step in told["operationSteps"]} == {"COMPLETED"}
    door.insert(5, "after-update")  # a heartbeat comes with the next event of the binlog
    wait(lambda: "__debezium-heartbeat.shop1" in topics.names(door.site.broker.address), 30)


def test_an_update_that_is_refused_changes_nothing(door: Door) -> None:
    before = door.version()
    told = door.update(database__port="1")
    assert told["connectorOperationState"] == "UPDATE_FAILED"
    assert told["errorInfo"]["code"] == "InvalidInput.InvalidConnectorConfiguration"
    assert door.version() == before


def test_an_update_with_which_the_task_fails_is_rolled_back(door: Door) -> None:
    history = "database.history" if door.site.recipe.debezium.startswith("1.") else "schema.history.internal"
    before = door.api.describe_connector(connectorArn=door.arn)
    told = door.update(**{f"{history}.kafka.topic": "empty.history"})
    assert told["connectorOperationState"] == "ROLLBACK_COMPLETE"
    assert "FAILED" in told["errorInfo"]["message"]
    steps = {step["stepType"]: step["stepState"] for step in told["operationSteps"]}
    assert steps["UPDATE_CONNECTOR_CONFIGURATION"] == "COMPLETED"
    assert steps["VALIDATE_UPDATE"] == "FAILED"
    after = door.api.describe_connector(connectorArn=door.arn)
    assert after["connectorConfiguration"] == before["connectorConfiguration"]
    door.insert(6, "after-rollback")
    door.arrives("after-rollback")


def test_more_capacity_is_more_workers_and_less_is_fewer(door: Door) -> None:
    for count in (2, 1):
        capacity = {"provisionedCapacity": {"mcuCount": 1, "workerCount": count}}
        begun = door.api.update_connector(connectorArn=door.arn, currentVersion=door.version(), capacity=capacity)
        assert door.operation(begun["connectorOperationArn"])["connectorOperationState"] == "UPDATE_COMPLETE"
        assert len(door.aws.workers("orders")) == count
    door.insert(7, "after-scaling")
    door.arrives("after-scaling")


def test_a_restart_of_failed_tasks_only_wants_kafka_connect_3_7(door: Door) -> None:
    if door.site.recipe.connect.startswith("2."):
        with pytest.raises(ClientError, match=r"3\.7"):
            door.api.restart_connector(connectorArn=door.arn, onlyFailedTasks=True)
    else:
        begun = door.api.restart_connector(connectorArn=door.arn, onlyFailedTasks=True)
        assert door.operation(begun["connectorOperationArn"])["connectorOperationState"] == "RESTART_COMPLETE"


def test_a_connector_that_is_refused_is_failed_and_says_why(door: Door) -> None:
    wrong = door.site.configuration("shop2", "shop", database__port="1")
    arn = msk_connect.create(door.aws, door.site, "refused", wrong, door.plugin)
    with pytest.raises(msk_connect.NotInState, match="Unable to connect"):
        msk_connect.await_state(door.aws, arn)
    assert door.aws.workers("refused") == []


def test_a_connector_whose_workers_do_not_come_up_is_failed(door: Door) -> None:
    own = {**msk_connect.CONVERTERS, "config.providers": "gone", "config.providers.gone.class": "no.such.Provider"}
    wanted = door.site.configuration("shop3", "shop")
    arn = msk_connect.create(door.aws, door.site, "workerless", wanted, door.plugin, worker_properties=own)
    with pytest.raises(msk_connect.NotInState, match="Retry the operation"):
        msk_connect.await_state(door.aws, arn)
    logs = door.aws.client("logs")
    told = logs.describe_log_streams(logGroupName=msk_connect.LOG_GROUP, logStreamNamePrefix="workerless")
    (stream,) = [one["logStreamName"] for one in told["logStreams"]]
    events = logs.filter_log_events(logGroupName=msk_connect.LOG_GROUP, logStreamNames=[stream])["events"]
    assert any("no.such.Provider" in event["message"] for event in events)


def test_what_a_worker_writes_beyond_the_limit_is_not_delivered(door: Door) -> None:
    door.aws.limit_logs(20)
    wanted = door.site.configuration("shop4", "shop")
    arn = msk_connect.create(door.aws, door.site, "quiet", wanted, door.plugin)
    msk_connect.await_state(door.aws, arn)
    door.aws.limit_logs(None)
    (worker,) = door.aws.workers("quiet")
    written = len(Path(worker.log).read_text().splitlines())
    delivered = door.aws.client("logs").filter_log_events(
        logGroupName=msk_connect.LOG_GROUP, logStreamNames=[worker.log_stream]
    )["events"]
    assert 0 < len(delivered) < written
    door.api.delete_connector(connectorArn=arn)


def test_a_plugin_that_is_no_zip_file_cannot_be_created(door: Door) -> None:
    door.aws.client("s3").put_object(Bucket=msk_connect.BUCKET, Key="bad.zip", Body=b"no zip")
    told = made(door, "bad", "bad.zip")
    assert told["customPluginState"] == "CREATE_FAILED"
    assert "not a valid ZIP file" in told["stateDescription"]["message"]


def test_a_plugin_that_reaches_out_of_its_folder_cannot_be_created(door: Door) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("../evil.jar", b"")
    door.aws.client("s3").put_object(Bucket=msk_connect.BUCKET, Key="evil.zip", Body=held.getvalue())
    assert made(door, "evil", "evil.zip")["customPluginState"] == "CREATE_FAILED"


def test_a_plugin_that_is_not_there_cannot_be_created(door: Door) -> None:
    assert made(door, "absent", "absent.zip")["customPluginState"] == "CREATE_FAILED"


def made(door: Door, name: str, key: str) -> dict[str, Any]:
    location = {"s3Location": {"bucketArn": f"arn:aws:s3:::{msk_connect.BUCKET}", "fileKey": key}}
    arn = door.api.create_custom_plugin(name=name, contentType="ZIP", location=location)["customPluginArn"]

    def told() -> dict[str, Any]:
        return dict(door.api.describe_custom_plugin(customPluginArn=arn))

    wait(lambda: told()["customPluginState"] != "CREATING")
    return told()


def test_a_deleted_connector_takes_its_workers_and_internal_topics_with_it(door: Door) -> None:
    door.insert(8, "last-row")
    door.arrives("last-row")
    door.api.delete_connector(connectorArn=door.arn)

    def gone() -> bool:
        try:
            door.api.describe_connector(connectorArn=door.arn)
        except door.api.exceptions.NotFoundException:
            return True
        return False

    wait(gone)
    left = topics.names(door.site.broker.address)
    assert not [name for name in left if re.match("__amazon_msk_connect_.*_orders_", name)]
    assert TOPIC in left
