"""The latest update of a connector, behind botocore's Stubber, which checks every answer against the service model."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from botocore.stub import Stubber
from mypy_boto3_kafkaconnect import KafkaConnectClient

from connectops.decide.update_story import with_story
from connectops.errors import NotAllowed, Unreachable
from connectops.model import ChangedSetting, UpdateState
from connectops.observe.updates import Updates
from tests.msk_stub import CONNECTOR, OPERATION, operation, operation_described, operations_listed

BEGAN = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ENDED = BEGAN + timedelta(minutes=4)
CONFIGURATION = "UPDATE_CONNECTOR_CONFIGURATION"


def an_update(number: int, state: str, created: datetime = BEGAN, kind: str = CONFIGURATION) -> dict[str, Any]:
    ended = {} if "PROGRESS" in state or state == "PENDING" else {"endTime": created + timedelta(minutes=4)}
    return operation(number, created, kind, connectorOperationState=state, **ended)


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("PENDING", UpdateState.IN_PROGRESS),
        ("UPDATE_IN_PROGRESS", UpdateState.IN_PROGRESS),
        ("ROLLBACK_IN_PROGRESS", UpdateState.IN_PROGRESS),
        ("UPDATE_COMPLETE", UpdateState.COMPLETE),
    ],
)
def test_what_goes_on_or_succeeded_costs_one_call(
    client: KafkaConnectClient, stubber: Stubber, said: str, state: UpdateState
) -> None:
    operations_listed(stubber, an_update(1, said))
    found = Updates(client, with_story).latest(CONNECTOR, None)
    assert found
    assert (found.arn, found.state, found.at) == (OPERATION.format(1), state, BEGAN)


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("UPDATE_FAILED", UpdateState.FAILED),
        ("ROLLBACK_FAILED", UpdateState.FAILED),
        ("ROLLBACK_COMPLETE", UpdateState.ROLLED_BACK),
    ],
)
def test_a_failure_says_why_and_what_was_to_change_without_secrets(
    client: KafkaConnectClient, stubber: Stubber, said: str, state: UpdateState
) -> None:
    operations_listed(stubber, an_update(1, said))
    story = {
        "errorInfo": {"code": "InvalidInput", "message": "no access with hunter3"},
        "originConnectorConfiguration": {"tasks.max": "1", "database.password": "hunter2", "topics": "a"},
        "targetConnectorConfiguration": {"tasks.max": "4", "database.password": "hunter3", "topics": "a"},
    }
    operation_described(stubber, an_update(1, said) | story)
    found = Updates(client, with_story).latest(CONNECTOR, None)
    assert found
    assert (found.state, found.ended_at, found.error) == (state, ENDED, "InvalidInput: no access with ***")
    assert found.changes == (ChangedSetting("database.password", "***", "***"), ChangedSetting("tasks.max", "1", "4"))
    assert "hunter" not in repr(found)


def test_a_change_of_capacity_is_told_by_its_names(client: KafkaConnectClient, stubber: Stubber) -> None:
    failed = an_update(1, "ROLLBACK_COMPLETE", kind="UPDATE_WORKER_SETTING")
    operations_listed(stubber, failed)

    def capacity(workers: int) -> dict[str, Any]:
        return {"capacity": {"provisionedCapacity": {"mcuCount": 1, "workerCount": workers}}}

    operation_described(stubber, failed | {"originWorkerSetting": capacity(1), "targetWorkerSetting": capacity(2)})
    found = Updates(client, with_story).latest(CONNECTOR, None)
    assert found
    assert found.changes == (ChangedSetting("capacity.provisionedCapacity.workerCount", "1", "2"),)


def test_a_failure_that_is_known_is_not_described_again(client: KafkaConnectClient, stubber: Stubber) -> None:
    operations_listed(stubber, an_update(1, "ROLLBACK_COMPLETE"))
    operation_described(stubber, an_update(1, "ROLLBACK_COMPLETE"))
    updates = Updates(client, with_story)
    known = updates.latest(CONNECTOR, None)
    operations_listed(stubber, an_update(1, "ROLLBACK_COMPLETE"))
    assert updates.latest(CONNECTOR, known) is known


def test_a_failed_update_that_was_rolled_back_since_is_described_again(
    client: KafkaConnectClient, stubber: Stubber
) -> None:
    updates = Updates(client, with_story)
    known = None
    for said in ("UPDATE_FAILED", "ROLLBACK_COMPLETE"):
        operations_listed(stubber, an_update(1, said))
        operation_described(stubber, an_update(1, said))
        known = updates.latest(CONNECTOR, known)
    assert known
    assert known.state is UpdateState.ROLLED_BACK


def test_the_newest_counts_wherever_it_stands_and_what_is_no_update_does_not(
    client: KafkaConnectClient, stubber: Stubber
) -> None:
    later = BEGAN + timedelta(hours=1)
    operations_listed(
        stubber,
        an_update(1, "ROLLBACK_COMPLETE"),
        an_update(2, "UPDATE_COMPLETE", later.astimezone(timezone(timedelta(hours=2)))),
        operation(3, later + timedelta(hours=1), connectorOperationState="RESTART_FAILED"),
    )
    found = Updates(client, with_story).latest(CONNECTOR, None)
    assert found
    assert (found.arn, found.at) == (OPERATION.format(2), later)
    assert found.at.tzinfo is UTC


def test_a_connector_that_was_never_updated_has_none(client: KafkaConnectClient, stubber: Stubber) -> None:
    operations_listed(stubber, operation(1, BEGAN))
    assert Updates(client, with_story).latest(CONNECTOR, None) is None


@pytest.mark.parametrize("call", ["list_connector_operations", "describe_connector_operation"])
@pytest.mark.parametrize(
    ("code", "status", "error"),
    [("AccessDeniedException", 403, NotAllowed), ("TooManyRequestsException", 429, Unreachable)],
)
def test_what_cannot_be_read_says_which_call_it_was(
    client: KafkaConnectClient, stubber: Stubber, call: str, code: str, status: int, error: type[Exception]
) -> None:
    if call.startswith("describe"):
        operations_listed(stubber, an_update(1, "UPDATE_FAILED"))
    stubber.add_client_error(call, code, "no", status)
    with pytest.raises(error) as raised:
        Updates(client, with_story).latest(CONNECTOR, None)
    assert call.replace("_", "") in str(raised.value).lower()
