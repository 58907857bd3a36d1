from datetime import UTC, datetime, timedelta, timezone

import pytest
from botocore.stub import Stubber
from mypy_boto3_kafkaconnect import KafkaConnectClient

from connectops.errors import NotAllowed, Unreachable
from connectops.model import OperationState
from connectops.observe.operations import Operations
from tests.msk_stub import CONNECTOR, OPERATION, operation, operation_described, operations_listed

CLAIMED = datetime(2026, 11, 23, 12, 0, 0, 700_000, tzinfo=UTC)


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
    operation_described(stubber, operation(1, CLAIMED) | {"connectorOperationState": said})
    found = Operations(client).describe(OPERATION.format(1))
    assert found
    assert (found.arn, found.state, found.ended_at, found.error) == (OPERATION.format(1), state, None, None)


def test_an_ended_operation_says_when_and_why(client: KafkaConnectClient, stubber: Stubber) -> None:
    ended = (CLAIMED + timedelta(minutes=2)).astimezone(timezone(timedelta(hours=2)))
    failure = {"endTime": ended, "errorInfo": {"code": "InternalError", "message": "database.password=hunter2"}}
    operation_described(stubber, operation(1, CLAIMED) | {"connectorOperationState": "RESTART_FAILED"} | failure)
    found = Operations(client).describe(OPERATION.format(1))
    assert found
    assert (found.ended_at, found.error) == (ended, "InternalError")
    assert found.ended_at
    assert found.ended_at.tzinfo is UTC


def test_an_operation_that_msk_connect_does_not_know_is_none(client: KafkaConnectClient, stubber: Stubber) -> None:
    stubber.add_client_error("describe_connector_operation", "NotFoundException", "no", 404)
    assert Operations(client).describe(OPERATION.format(1)) is None


def test_the_newest_restart_since_the_claim_is_ours(client: KafkaConnectClient, stubber: Stubber) -> None:
    later, latest = CLAIMED + timedelta(seconds=1), CLAIMED + timedelta(seconds=9)
    operations_listed(stubber, operation(1, later), operation(2, latest), operation(3, CLAIMED - timedelta(minutes=5)))
    operation_described(stubber, operation(2, latest))
    found = Operations(client).last_restart_since(CONNECTOR, CLAIMED)
    assert found
    assert found.arn == OPERATION.format(2)


def test_a_restart_in_the_second_of_the_claim_is_ours(client: KafkaConnectClient, stubber: Stubber) -> None:
    operations_listed(stubber, operation(1, CLAIMED.replace(microsecond=0)))
    operation_described(stubber, operation(1, CLAIMED.replace(microsecond=0)))
    assert Operations(client).last_restart_since(CONNECTOR, CLAIMED)


def test_a_restart_of_before_the_claim_is_not_ours(client: KafkaConnectClient, stubber: Stubber) -> None:
    operations_listed(stubber, operation(1, CLAIMED.replace(microsecond=0) - timedelta(milliseconds=1)))
    assert Operations(client).last_restart_since(CONNECTOR, CLAIMED) is None


def test_other_operations_are_not_restarts(client: KafkaConnectClient, stubber: Stubber) -> None:
    operations_listed(stubber, operation(1, CLAIMED + timedelta(seconds=1), "UPDATE_CONNECTOR_CONFIGURATION"))
    assert Operations(client).last_restart_since(CONNECTOR, CLAIMED) is None


def test_every_page_is_searched(client: KafkaConnectClient, stubber: Stubber) -> None:
    first = {"connectorOperations": [operation(1, CLAIMED, "PAUSE_CONNECTOR")], "nextToken": "more"}
    stubber.add_response("list_connector_operations", first)
    stubber.add_response("list_connector_operations", {"connectorOperations": [operation(2, CLAIMED)]})
    operation_described(stubber, operation(2, CLAIMED))
    assert Operations(client).last_restart_since(CONNECTOR, CLAIMED)


def test_operations_that_cannot_be_seen_are_not_taken_for_none(client: KafkaConnectClient, stubber: Stubber) -> None:
    stubber.add_client_error("list_connector_operations", "TooManyRequestsException", "slow", 429)
    with pytest.raises(Unreachable):
        Operations(client).last_restart_since(CONNECTOR, CLAIMED)
    stubber.add_client_error("describe_connector_operation", "ForbiddenException", "no", 403)
    with pytest.raises(NotAllowed):
        Operations(client).describe(OPERATION.format(1))
