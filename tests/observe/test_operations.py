from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from mypy_boto3_kafkaconnect import KafkaConnectClient

from connectops.errors import NotAllowed, Unreachable
from connectops.model import OperationState
from connectops.observe.operations import Operations

CLAIMED = datetime(2026, 11, 23, 12, 0, 0, 700_000, tzinfo=UTC)
CONNECTOR = "arn:aws:kafkaconnect:eu-west-1:123456789012:connector/orders/0c0b-2"
OPERATION = "arn:aws:kafkaconnect:eu-west-1:123456789012:connector-operation/orders/0c0b/{}"


@pytest.fixture
def client() -> KafkaConnectClient:
    session = boto3.Session(aws_access_key_id="a", aws_secret_access_key="b", region_name="eu-west-1")
    return session.client("kafkaconnect")


@pytest.fixture
def stubber(client: KafkaConnectClient) -> Iterator[Stubber]:
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def operation(number: int, created: datetime, kind: str = "RESTART_CONNECTOR", **more: Any) -> dict[str, Any]:
    return {
        "connectorOperationArn": OPERATION.format(number),
        "connectorOperationType": kind,
        "connectorOperationState": "RESTART_IN_PROGRESS",
        "creationTime": created,
        **more,
    }


def listed(stubber: Stubber, *operations: dict[str, Any]) -> None:
    stubber.add_response(
        "list_connector_operations",
        {"connectorOperations": list(operations)},
        {"connectorArn": CONNECTOR, "maxResults": 100},
    )


def described(stubber: Stubber, answer: dict[str, Any]) -> None:
    expected = {"connectorOperationArn": answer["connectorOperationArn"]}
    stubber.add_response("describe_connector_operation", answer, expected)


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("PENDING", OperationState.IN_PROGRESS),
        ("RESTART_IN_PROGRESS", OperationState.IN_PROGRESS),
        ("RESTART_COMPLETE", OperationState.COMPLETE),
        ("RESTART_FAILED", OperationState.FAILED),
    ],
)
def test_an_operation_is_in_progress_complete_or_failed(
    client: KafkaConnectClient, stubber: Stubber, said: str, state: OperationState
) -> None:
    described(stubber, operation(1, CLAIMED) | {"connectorOperationState": said})
    found = Operations(client).describe(OPERATION.format(1))
    assert found
    assert (found.arn, found.state, found.ended_at, found.error) == (OPERATION.format(1), state, None, None)


def test_an_ended_operation_says_when_and_why(client: KafkaConnectClient, stubber: Stubber) -> None:
    ended = CLAIMED + timedelta(minutes=2)
    failure = {"endTime": ended, "errorInfo": {"code": "InternalError", "message": "database.password=hunter2"}}
    described(stubber, operation(1, CLAIMED) | {"connectorOperationState": "RESTART_FAILED"} | failure)
    found = Operations(client).describe(OPERATION.format(1))
    assert found
    assert (found.ended_at, found.error) == (ended, "InternalError")


def test_an_operation_that_msk_connect_does_not_know_is_none(client: KafkaConnectClient, stubber: Stubber) -> None:
    stubber.add_client_error("describe_connector_operation", "NotFoundException", "no", 404)
    assert Operations(client).describe(OPERATION.format(1)) is None


def test_the_newest_restart_since_the_claim_is_ours(client: KafkaConnectClient, stubber: Stubber) -> None:
    later, latest = CLAIMED + timedelta(seconds=1), CLAIMED + timedelta(seconds=9)
    listed(stubber, operation(1, later), operation(2, latest), operation(3, CLAIMED - timedelta(minutes=5)))
    described(stubber, operation(2, latest))
    found = Operations(client).last_restart_since(CONNECTOR, CLAIMED)
    assert found
    assert found.arn == OPERATION.format(2)


def test_a_restart_in_the_second_of_the_claim_is_ours(client: KafkaConnectClient, stubber: Stubber) -> None:
    listed(stubber, operation(1, CLAIMED.replace(microsecond=0)))
    described(stubber, operation(1, CLAIMED.replace(microsecond=0)))
    assert Operations(client).last_restart_since(CONNECTOR, CLAIMED)


def test_a_restart_of_before_the_claim_is_not_ours(client: KafkaConnectClient, stubber: Stubber) -> None:
    listed(stubber, operation(1, CLAIMED.replace(microsecond=0) - timedelta(milliseconds=1)))
    assert Operations(client).last_restart_since(CONNECTOR, CLAIMED) is None


def test_other_operations_are_not_restarts(client: KafkaConnectClient, stubber: Stubber) -> None:
    listed(stubber, operation(1, CLAIMED + timedelta(seconds=1), "UPDATE_CONNECTOR_CONFIGURATION"))
    assert Operations(client).last_restart_since(CONNECTOR, CLAIMED) is None


def test_every_page_is_searched(client: KafkaConnectClient, stubber: Stubber) -> None:
    first = {"connectorOperations": [operation(1, CLAIMED, "PAUSE_CONNECTOR")], "nextToken": "more"}
    stubber.add_response("list_connector_operations", first)
    stubber.add_response("list_connector_operations", {"connectorOperations": [operation(2, CLAIMED)]})
    described(stubber, operation(2, CLAIMED))
    assert Operations(client).last_restart_since(CONNECTOR, CLAIMED)


def test_operations_that_cannot_be_seen_are_not_taken_for_none(client: KafkaConnectClient, stubber: Stubber) -> None:
    stubber.add_client_error("list_connector_operations", "TooManyRequestsException", "slow", 429)
    with pytest.raises(Unreachable):
        Operations(client).last_restart_since(CONNECTOR, CLAIMED)
    stubber.add_client_error("describe_connector_operation", "ForbiddenException", "no", 403)
    with pytest.raises(NotAllowed):
        Operations(client).describe(OPERATION.format(1))
