"""The plan for a connector that can only be made again: complete, without secrets, and honest about its offsets."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from connectops.decide.recreate import Subject, default_offset_topic, plan_recreation
from connectops.decide.redaction import GONE
from connectops.model import ConnectorState
from tests.builders import ARN, MINUTE, NOW, ONPREM, a_failed_look
from tests.fakes import World

TOPIC = "__amazon_msk_connect_offsets_orders_11111111-2222-3333-4444-555555555555-1"
WORKER = {
    "workerConfigurationArn": "arn:aws:kafkaconnect:eu-west-1:123456789012:worker-configuration/w/1",
    "revision": 2,
}
SETTINGS = {
    "connector.class": "io.debezium.connector.mysql.MySqlConnector",
    "tasks.max": "1",
    "database.hostname": "db",
    "database.password": "hunter2",
    "database.user": "${secretsmanager:orders:user}",
    "value.converter.basic.auth.user.info": "${secretsmanager:registry:user_info}",
}


def described(**changes: Any) -> dict[str, Any]:
    """What DescribeConnector answers."""
    plain = {
        "connectorArn": ARN,
        "connectorName": "orders",
        "connectorDescription": "",
        "connectorState": "FAILED",
        "currentVersion": "K1",
        "creationTime": NOW,
        "kafkaConnectVersion": "3.7.x",
        "plugins": [
            {
                "customPlugin": {
                    "customPluginArn": "arn:aws:kafkaconnect:eu-west-1:123456789012:custom-plugin/p/1",
                    "revision": 3,
                }
            }
        ],
        "workerConfiguration": WORKER,
        "capacity": {"provisionedCapacity": {"mcuCount": 1, "workerCount": 2}},
        "serviceExecutionRoleArn": "arn:aws:iam::123456789012:role/connect",
        "kafkaCluster": {
            "apacheKafkaCluster": {
                "bootstrapServers": "b-1:9098",
                "vpc": {"subnets": ["subnet-1", "subnet-2"], "securityGroups": ["sg-1"]},
            }
        },
        "kafkaClusterClientAuthentication": {"authenticationType": "IAM"},
        "kafkaClusterEncryptionInTransit": {"encryptionType": "TLS"},
        "logDelivery": {"workerLogDelivery": {"cloudWatchLogs": {"enabled": True, "logGroup": "/orders"}}},
        "connectorConfiguration": SETTINGS,
        "ResponseMetadata": {"HTTPStatusCode": 200},
    }
    return {key: value for key, value in (plain | changes).items() if value is not None}


def plan(
    properties: str | None = f"offset.storage.topic={TOPIC}\n",
    file: str = "recreate.json",
    *,
    is_gone: bool = False,
    **changes: Any,
) -> Any:
    tags = {"team": "a", "aws:cloudformation:stack-name": "s"}
    return plan_recreation(Subject(described(**changes), tags, properties, is_gone), file)


def test_the_request_has_all_that_makes_the_same_connector_and_nothing_that_only_describes_it() -> None:
    request = plan().request
    whole = described()
    kept = ("plugins", "workerConfiguration", "capacity", "serviceExecutionRoleArn", "kafkaCluster", "logDelivery")
    for key in (*kept, "connectorName", "kafkaConnectVersion", "connectorConfiguration"):
        assert request[key] == whole[key]
    assert request["tags"] == {"team": "a"}
    assert not {"connectorArn", "connectorState", "currentVersion", "ResponseMetadata"} & set(request)


@pytest.mark.parametrize(
    "changes", [{}, {"workerConfiguration": None, "logDelivery": None}, {"connectorDescription": "x"}]
)
def test_the_request_is_one_that_aws_takes(changes: dict[str, Any]) -> None:
    client = boto3.client("kafkaconnect", region_name="eu-west-1")
    request = plan(**changes).request
    with Stubber(client) as stub:
        stub.add_response("create_connector", {"connectorArn": ARN}, request)
        assert client.create_connector(**request)["connectorArn"] == ARN


def test_what_is_shown_has_no_secret_and_keeps_references() -> None:
    shown = plan().shown()["connectorConfiguration"]
    assert shown["database.password"] == GONE
    assert shown["database.user"] == "${secretsmanager:orders:user}"
    assert shown["value.converter.basic.auth.user.info"] == "${secretsmanager:registry:user_info}"
    assert shown["database.hostname"] == "db"
    assert "hunter2" not in json.dumps([plan().shown(), plan().steps, plan().warnings])


def test_a_connector_with_its_secrets_lacks_nothing() -> None:
    assert plan().missing == ()


@pytest.mark.parametrize("hidden", ["", "  ", "***", "********", "[hidden]", "[HIDDEN]"])
def test_a_secret_that_is_hidden_is_missing(hidden: str) -> None:
    settings = SETTINGS | {"database.password": hidden}
    assert plan(connectorConfiguration=settings).missing == ("database.password: its value is hidden",)


@pytest.mark.parametrize("setting", [{"topic.prefix": ""}, {"table.include.list": "a.*"}])
def test_an_empty_setting_that_is_no_secret_is_not_missing(setting: dict[str, str]) -> None:
    assert plan(connectorConfiguration=SETTINGS | setting).missing == ()


@pytest.mark.parametrize("part", ["plugins", "capacity", "serviceExecutionRoleArn", "kafkaConnectVersion"])
def test_what_was_not_described_is_missing(part: str) -> None:
    changes: dict[str, Any] = {part: None}
    assert plan(**changes).missing == (f"{part}: not described",)


# ── offsets ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_worker_configuration_with_its_own_offset_topic_keeps_the_place() -> None:
    made = plan("key.converter=x\n offset.storage.topic = my-offsets\n")
    assert made.warnings == (
        "It goes on where it was: its worker configuration names the offset topic my-offsets. Keep the name, too.",
    )
    assert not any("create-worker-configuration" in step for step in made.steps)


@pytest.mark.parametrize("properties", ["", "key.converter=x\n", "#offset.storage.topic=commented\n"])
def test_the_default_offset_topic_would_be_lost_and_the_plan_says_how_to_keep_it(properties: str) -> None:
    made = plan(properties)
    (warning,) = made.warnings
    assert warning.startswith("ITS OFFSETS WOULD BE LOST")
    assert TOPIC in warning
    assert default_offset_topic(ARN) == TOPIC
    steps = "\n".join(made.steps)
    assert f"offset.storage.topic={TOPIC}" in steps
    assert steps.index("create-worker-configuration") < steps.index("delete-connector")


def test_a_connector_without_worker_configuration_has_the_default_offset_topic() -> None:
    made = plan(None, workerConfiguration=None)
    assert TOPIC in made.warnings[0]


def test_nothing_is_promised_of_a_worker_configuration_that_was_not_read() -> None:
    made = plan(None)
    assert made.warnings[0].startswith("Whether it keeps its offsets is not known")
    assert not any("create-worker-configuration" in step for step in made.steps)


@pytest.mark.parametrize("topics", [{"topics": "a"}, {"topics.regex": "a.*"}])
def test_a_sink_keeps_its_place_by_its_name(topics: dict[str, str]) -> None:
    made = plan(None, connectorConfiguration=SETTINGS | topics)
    assert "connect-orders" in made.warnings[0]
    assert not any("create-worker-configuration" in step for step in made.steps)


def test_the_request_is_written_before_anything_is_deleted_and_removed_at_the_end() -> None:
    steps = plan(file="my file.json").steps
    assert steps[0] == "connectops recreate msk/orders --write 'my file.json'"
    assert steps[-3:] == (
        f"while aws kafkaconnect describe-connector --connector-arn {ARN} --query connectorState; do sleep 10; done",
        "aws kafkaconnect create-connector --cli-input-json 'file://my file.json'",
        "rm 'my file.json'  # it holds the connector's secrets",
    )


def test_of_one_that_is_gone_nothing_is_deleted_and_its_offsets_are_still_kept() -> None:
    steps = "\n".join(plan("", is_gone=True).steps)
    assert "delete-connector" not in steps
    assert "describe-connector" not in steps
    assert steps.index(f"offset.storage.topic={TOPIC}") < steps.index("aws kafkaconnect create-connector")


def test_where_something_is_missing_a_person_puts_it_in_before_the_rest() -> None:
    steps = plan(connectorConfiguration=SETTINGS | {"database.password": GONE}).steps
    assert steps[0] == "# save the request above as recreate.json, for you alone, and put in what is missing"
    assert not any("--write" in step for step in steps)


# ── what people are told ──────────────────────────────────────────────────────────────────────────────────────────────


def test_the_notice_of_a_failed_connector_on_msk_connect_names_the_command() -> None:
    world = World()
    for minute in range(2):
        world.take(a_failed_look(NOW + minute * MINUTE, state=ConnectorState.FAILED), minute * MINUTE)
    assert "Then run: connectops recreate msk/orders." in world.voice.said[-1].next_step
    assert world.hands.restarts == []


@pytest.mark.parametrize(
    "look",
    [{"state": ConnectorState.RUNNING}, {"state": ConnectorState.FAILED, "connector": ONPREM}],
)
def test_what_can_be_restarted_is_not_to_be_recreated(look: dict[str, Any]) -> None:
    world = World()
    for minute in range(2):
        world.take(a_failed_look(NOW + minute * MINUTE, **look), minute * MINUTE)
    assert world.voice.said
    assert all("recreate" not in notice.next_step for notice in world.voice.said)
