"""The local MSK Connect: its 21 operations, their states and their errors."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.admin import Rollback
from sandbox.session import SandboxSession

CAPACITY = {"provisionedCapacity": {"mcuCount": 1, "workerCount": 1}}


def created(sandbox: SandboxSession, name: str, version: str = "3.7.x", **more: Any) -> str:
    answer = sandbox.client("kafkaconnect").create_connector(
        connectorName=name,
        kafkaConnectVersion=version,
        capacity=CAPACITY,
        connectorConfiguration={"connector.class": "x", "database.password": "planted"},
        kafkaCluster={"apacheKafkaCluster": {"bootstrapServers": "b:9098", "vpc": {"subnets": ["subnet-1"]}}},
        kafkaClusterClientAuthentication={"authenticationType": "IAM"},
        kafkaClusterEncryptionInTransit={"encryptionType": "TLS"},
        plugins=[{"customPlugin": {"customPluginArn": "arn:aws:kafkaconnect:::custom-plugin/p/1", "revision": 1}}],
        serviceExecutionRoleArn="arn:aws:iam::123456789012:role/any",
        **more,
    )
    return str(answer["connectorArn"])


def state(sandbox: SandboxSession, arn: str) -> str:
    return str(sandbox.client("kafkaconnect").describe_connector(connectorArn=arn)["connectorState"])


def running(sandbox: SandboxSession, name: str, version: str = "3.7.x", **more: Any) -> str:
    arn = created(sandbox, name, version, **more)
    sandbox.wait_for(lambda: state(sandbox, arn) == "RUNNING")
    return arn


def code_of(err: pytest.ExceptionInfo[ClientError]) -> str:
    return str(err.value.response["Error"]["Code"])


def test_a_connector_is_created_and_then_runs(sandbox: SandboxSession, name: str) -> None:
    sandbox.operations_take(0.3)
    try:
        arn = created(sandbox, name)
        assert state(sandbox, arn) == "CREATING"
        sandbox.wait_for(lambda: state(sandbox, arn) == "RUNNING")
    finally:
        sandbox.operations_take(0.02)
    told = sandbox.client("kafkaconnect").describe_connector(connectorArn=arn)
    assert told["connectorConfiguration"]["connector.class"] == "x"
    assert told["capacity"]["provisionedCapacity"]["workerCount"] == 1
    assert told["currentVersion"]


def test_a_restart_is_an_operation_that_completes(sandbox: SandboxSession, name: str) -> None:
    kafka_connect = sandbox.client("kafkaconnect")
    arn = running(sandbox, name)
    sandbox.operations_take(0.3)
    try:
        operation = kafka_connect.restart_connector(connectorArn=arn, onlyFailedTasks=True)["connectorOperationArn"]
        told = kafka_connect.describe_connector_operation(connectorOperationArn=operation)
        assert (told["connectorOperationType"], told["connectorOperationState"]) == (
            "RESTART_CONNECTOR",
            "RESTART_IN_PROGRESS",
        )
        assert state(sandbox, arn) == "RESTARTING"
        with pytest.raises(kafka_connect.exceptions.BadRequestException):
            kafka_connect.restart_connector(connectorArn=arn)
        sandbox.wait_for(lambda: state(sandbox, arn) == "RUNNING")
    finally:
        sandbox.operations_take(0.02)
    listed = kafka_connect.list_connector_operations(connectorArn=arn)["connectorOperations"]
    assert [one["connectorOperationState"] for one in listed] == ["RESTART_COMPLETE"]
    assert listed[0]["endTime"] >= listed[0]["creationTime"]
    assert [call.parameters["onlyFailedTasks"] for call in sandbox.restarts(arn)] == [True]


def test_only_failed_tasks_needs_kafka_connect_3_7(sandbox: SandboxSession, name: str) -> None:
    arn = running(sandbox, name, "2.7.1")
    with pytest.raises(ClientError) as err:
        sandbox.client("kafkaconnect").restart_connector(connectorArn=arn, onlyFailedTasks=True)
    assert code_of(err) == "BadRequestException"
    assert sandbox.restarts(arn) == []
    sandbox.client("kafkaconnect").restart_connector(connectorArn=arn)
    assert len(sandbox.restarts(arn)) == 1


@pytest.mark.parametrize("wanted", ["FAILED", "PAUSED", "UPDATING", "DELETING"])
def test_a_connector_that_does_not_run_cannot_be_restarted(sandbox: SandboxSession, name: str, wanted: str) -> None:
    arn = running(sandbox, name)
    sandbox.set_connector_state(name, wanted)
    with pytest.raises(ClientError) as err:
        sandbox.client("kafkaconnect").restart_connector(connectorArn=arn)
    assert code_of(err) == "BadRequestException"


def test_a_failed_connector_says_why(sandbox: SandboxSession, name: str) -> None:
    arn = running(sandbox, name)
    sandbox.fail_connector(name, "The workers could not start.", "UnknownError.Unknown")
    told = sandbox.client("kafkaconnect").describe_connector(connectorArn=arn)
    assert told["connectorState"] == "FAILED"
    assert told["stateDescription"] == {"code": "UnknownError.Unknown", "message": "The workers could not start."}


def test_pause_wants_running_and_resume_wants_paused(sandbox: SandboxSession, name: str) -> None:
    kafka_connect = sandbox.client("kafkaconnect")
    arn = running(sandbox, name)
    with pytest.raises(kafka_connect.exceptions.ConflictException):
        kafka_connect.resume_connector(connectorArn=arn)
    kafka_connect.pause_connector(connectorArn=arn)
    sandbox.wait_for(lambda: state(sandbox, arn) == "PAUSED")
    with pytest.raises(kafka_connect.exceptions.ConflictException):
        kafka_connect.pause_connector(connectorArn=arn)
    kafka_connect.resume_connector(connectorArn=arn)
    sandbox.wait_for(lambda: state(sandbox, arn) == "RUNNING")


def test_an_update_wants_the_current_version_and_one_kind_of_change(sandbox: SandboxSession, name: str) -> None:
    kafka_connect = sandbox.client("kafkaconnect")
    arn = running(sandbox, name)
    version = kafka_connect.describe_connector(connectorArn=arn)["currentVersion"]
    change = {"connectorConfiguration": {"connector.class": "y"}}
    for wrong in (
        {"currentVersion": "OLD", **change},
        {"currentVersion": version, "capacity": CAPACITY, **change},
        {"currentVersion": version},
    ):
        with pytest.raises(kafka_connect.exceptions.BadRequestException):
            kafka_connect.update_connector(connectorArn=arn, **wrong)
    operation = kafka_connect.update_connector(connectorArn=arn, currentVersion=version, **change)
    sandbox.wait_for(lambda: state(sandbox, arn) == "RUNNING")
    told = kafka_connect.describe_connector_operation(connectorOperationArn=operation["connectorOperationArn"])
    assert told["connectorOperationState"] == "UPDATE_COMPLETE"
    assert told["targetConnectorConfiguration"] == {"connector.class": "y"}
    assert {step["stepState"] for step in told["operationSteps"]} == {"COMPLETED"}
    after = kafka_connect.describe_connector(connectorArn=arn)
    assert after["connectorConfiguration"] == {"connector.class": "y"}
    assert after["currentVersion"] != version


@pytest.mark.parametrize(
    ("rollback", "ends"), [("COMPLETE", "ROLLBACK_COMPLETE"), ("FAILED", "ROLLBACK_FAILED"), ("", "UPDATE_FAILED")]
)
def test_an_update_that_fails_says_how_it_went_and_between_what(
    sandbox: SandboxSession, name: str, rollback: Rollback, ends: str
) -> None:
    kafka_connect = sandbox.client("kafkaconnect")
    arn = running(sandbox, name)
    before = kafka_connect.describe_connector(connectorArn=arn)
    sandbox.fail_next_operation(name, "Tasks are unhealthy.", rollback=rollback)
    operation = kafka_connect.update_connector(
        connectorArn=arn, currentVersion=before["currentVersion"], connectorConfiguration={"connector.class": "bad"}
    )["connectorOperationArn"]
    sandbox.wait_for(lambda: state(sandbox, arn) == "RUNNING")
    told = kafka_connect.describe_connector_operation(connectorOperationArn=operation)
    assert told["connectorOperationState"] == ends
    assert told["originConnectorConfiguration"] == before["connectorConfiguration"]
    assert told["targetConnectorConfiguration"] == {"connector.class": "bad"}
    assert told["errorInfo"]["message"] == "Tasks are unhealthy."
    after = kafka_connect.describe_connector(connectorArn=arn)
    assert after["connectorConfiguration"] == before["connectorConfiguration"]


def test_a_restart_can_fail(sandbox: SandboxSession, name: str) -> None:
    kafka_connect = sandbox.client("kafkaconnect")
    arn = running(sandbox, name)
    sandbox.fail_next_operation(name, "No capacity.")
    operation = kafka_connect.restart_connector(connectorArn=arn)["connectorOperationArn"]
    sandbox.wait_for(lambda: state(sandbox, arn) == "RUNNING")
    told = kafka_connect.describe_connector_operation(connectorOperationArn=operation)
    assert (told["connectorOperationState"], told["errorInfo"]["message"]) == ("RESTART_FAILED", "No capacity.")


def test_a_deleted_connector_is_gone(sandbox: SandboxSession, name: str) -> None:
    kafka_connect = sandbox.client("kafkaconnect")
    arn = running(sandbox, name)
    assert kafka_connect.delete_connector(connectorArn=arn)["connectorState"] == "DELETING"

    def gone() -> bool:
        try:
            kafka_connect.describe_connector(connectorArn=arn)
        except kafka_connect.exceptions.NotFoundException:
            return True
        return False

    sandbox.wait_for(gone)
    assert running(sandbox, name) != arn


def test_a_name_is_taken_once(sandbox: SandboxSession, name: str) -> None:
    created(sandbox, name)
    with pytest.raises(ClientError) as err:
        created(sandbox, name)
    assert code_of(err) == "ConflictException"


def test_connectors_come_a_hundred_a_page(sandbox: SandboxSession, name: str) -> None:
    kafka_connect = sandbox.client("kafkaconnect")
    for number in range(101):
        created(sandbox, f"{name}-{number}")
    first = kafka_connect.list_connectors(connectorNamePrefix=name)
    assert len(first["connectors"]) == 100
    second = kafka_connect.list_connectors(connectorNamePrefix=name, nextToken=first["nextToken"])
    assert (len(second["connectors"]), "nextToken" in second) == (1, False)
    pages = kafka_connect.get_paginator("list_connectors").paginate(connectorNamePrefix=name, maxResults=40)
    assert [len(page["connectors"]) for page in pages] == [40, 40, 21]


def test_tags_are_kept_changed_and_removed(sandbox: SandboxSession, name: str) -> None:
    kafka_connect = sandbox.client("kafkaconnect")
    arn = created(sandbox, name, tags={"connectops:restart": "off", "team": "data"})
    kafka_connect.tag_resource(resourceArn=arn, tags={"connectops:owner": "ops"})
    kafka_connect.untag_resource(resourceArn=arn, tagKeys=["team"])
    tags = kafka_connect.list_tags_for_resource(resourceArn=arn)["tags"]
    assert tags == {"connectops:restart": "off", "connectops:owner": "ops"}


def test_plugins_and_worker_configurations_have_their_lives(sandbox: SandboxSession, name: str) -> None:
    kafka_connect = sandbox.client("kafkaconnect")
    location = {"s3Location": {"bucketArn": "arn:aws:s3:::b", "fileKey": "k.zip"}}
    plugin = kafka_connect.create_custom_plugin(name=name, contentType="ZIP", location=location)["customPluginArn"]
    sandbox.wait_for(
        lambda: kafka_connect.describe_custom_plugin(customPluginArn=plugin)["customPluginState"] == "ACTIVE"
    )
    worker = kafka_connect.create_worker_configuration(name=name, propertiesFileContent="YT1i")
    arn = worker["workerConfigurationArn"]
    told = kafka_connect.describe_worker_configuration(workerConfigurationArn=arn)
    assert told["latestRevision"]["propertiesFileContent"] == "YT1i"
    assert [one["name"] for one in kafka_connect.list_custom_plugins(namePrefix=name)["customPlugins"]] == [name]
    listed = kafka_connect.list_worker_configurations(namePrefix=name)["workerConfigurations"]
    assert [one["name"] for one in listed] == [name]
    kafka_connect.delete_custom_plugin(customPluginArn=plugin)
    kafka_connect.delete_worker_configuration(workerConfigurationArn=arn)
    assert kafka_connect.list_custom_plugins(namePrefix=name)["customPlugins"] == []
    assert kafka_connect.list_worker_configurations(namePrefix=name)["workerConfigurations"] == []


@pytest.mark.parametrize(
    ("operation", "parameter"),
    [
        ("describe_connector", "connectorArn"),
        ("restart_connector", "connectorArn"),
        ("pause_connector", "connectorArn"),
        ("list_connector_operations", "connectorArn"),
        ("describe_connector_operation", "connectorOperationArn"),
        ("describe_custom_plugin", "customPluginArn"),
        ("describe_worker_configuration", "workerConfigurationArn"),
        ("list_tags_for_resource", "resourceArn"),
    ],
)
def test_what_does_not_exist_is_not_found(sandbox: SandboxSession, operation: str, parameter: str) -> None:
    kafka_connect = sandbox.client("kafkaconnect")
    with pytest.raises(kafka_connect.exceptions.NotFoundException):
        getattr(kafka_connect, operation)(**{parameter: "arn:aws:kafkaconnect:us-east-1:123456789012:connector/no/1-1"})


def test_every_operation_of_the_model_is_there(sandbox: SandboxSession) -> None:
    from sandbox.aws.kafkaconnect.responses import KafkaConnectResponse

    client = sandbox.client("kafkaconnect")
    assert len(client.meta.method_to_api_mapping) == 21
    assert all(hasattr(KafkaConnectResponse, method) for method in client.meta.method_to_api_mapping)
