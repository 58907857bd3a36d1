"""Preflight of connectors that run on MSK Connect: the sandbox's."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws
from typer.testing import CliRunner, Result

from cli.main import app
from sandbox.aws import kafkaconnect
from sandbox.aws.kafkaconnect import models
from tests.cli.preflight_cases import SEED, WORKER

ROLE = "arn:aws:iam::123456789012:role/connect"


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in (("ACCESS_KEY_ID", "a"), ("SECRET_ACCESS_KEY", "b"), ("DEFAULT_REGION", "eu-west-1")):
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setattr(models.switches, "operation_seconds", 0)
    kafkaconnect.register()
    with mock_aws():
        yield


def a_connector(name: str, configuration: dict[str, str], worker: str = WORKER) -> str:
    """Its ARN."""
    client = boto3.client("kafkaconnect")
    plugin = client.create_custom_plugin(
        name=f"debezium-connector-mysql-1-6-1-Final-{name}",
        contentType="ZIP",
        location={"s3Location": {"bucketArn": "arn:aws:s3:::b", "fileKey": "k"}},
    )["customPluginArn"]
    workers = client.create_worker_configuration(
        name=f"workers-{name}", propertiesFileContent=base64.b64encode(worker.encode()).decode()
    )["workerConfigurationArn"]
    vpc: Any = {"subnets": ["subnet-1", "subnet-2"], "securityGroups": ["sg-1"]}
    return client.create_connector(
        connectorName=name,
        connectorConfiguration=configuration,
        kafkaConnectVersion="2.7.1",
        capacity={"autoScaling": {"mcuCount": 1, "minWorkerCount": 1, "maxWorkerCount": 1}},
        kafkaCluster={"apacheKafkaCluster": {"bootstrapServers": "b-1:9098", "vpc": vpc}},
        kafkaClusterClientAuthentication={"authenticationType": "IAM"},
        kafkaClusterEncryptionInTransit={"encryptionType": "TLS"},
        logDelivery={"workerLogDelivery": {"cloudWatchLogs": {"enabled": True, "logGroup": "/msk"}}},
        plugins=[{"customPlugin": {"customPluginArn": plugin, "revision": 1}}],
        workerConfiguration={"workerConfigurationArn": workers, "revision": 1},
        serviceExecutionRoleArn=ROLE,
    )["connectorArn"]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["preflight", *arguments, "--json"])


def rules(result: Result) -> list[str]:
    return [one["rule"] for one in json.loads(result.stdout)["connectors"][0]["findings"]]


def test_a_good_connector_is_not_complained_of() -> None:
    result = run(a_connector("shop", SEED))
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)["connectors"][0]
    assert (told["source"], told["debezium"], told["kafkaConnect"], told["findings"]) == ("shop", "1.6.1", "2.7.1", [])


def test_its_worker_configuration_is_read() -> None:
    assert rules(run(a_connector("shop", SEED, "tasks.max=1\n"))) == ["no-provider"]


def test_a_server_id_that_another_connector_of_the_account_has_is_found() -> None:
    a_connector("first", SEED)
    second = SEED | {"database.server.name": "b", "database.history.kafka.topic": "b.history"}
    result = run(a_connector("second", second))
    assert rules(result) == ["server-id-clash"]
    assert "is that of first too" in result.stdout
    assert result.exit_code == 1


def test_a_connector_of_an_unknown_class_beside_it_does_no_harm() -> None:
    a_connector("sink", {"connector.class": "com.acme.Sink"})
    assert run(a_connector("shop", SEED)).exit_code == 0


def test_a_connector_that_is_not_there_is_said_in_a_sentence() -> None:
    result = run("arn:aws:kafkaconnect:eu-west-1:123456789012:connector/gone/1")
    assert result.exit_code == 2
    assert result.stderr.startswith("MSK Connect: ")
    assert "Traceback" not in result.output
