"""The journal of calls, and what can be ordered to go wrong."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from sandbox.admin import Moment, SandboxError
from sandbox.records import Fault
from sandbox.session import SandboxSession

from .conftest import MakeFunction

ONCE = Config(retries={"total_max_attempts": 1}, read_timeout=2)

CALLER = """
import json, os, urllib.request
def call(target, body):
    request = urllib.request.Request(os.environ["AWS_ENDPOINT_URL"], json.dumps(body).encode(), {
        "X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.0",
        "Authorization": "AWS4-HMAC-SHA256 Credential=%s/20260101/us-east-1/dynamodb/aws4_request, x" %
            os.environ["AWS_ACCESS_KEY_ID"]})
    return urllib.request.urlopen(request).read()
def handler(event, context):
    call("DynamoDB_20120810.PutItem", {"TableName": os.environ["TABLE"], "Item": {"pk": {"S": event["key"]}}})
    return "done"
"""


@pytest.fixture(autouse=True)
def heal(sandbox: SandboxSession) -> Iterator[None]:
    yield
    sandbox.heal()


@pytest.fixture
def writer(sandbox: SandboxSession, make_function: MakeFunction, table: str) -> str:
    make_function(CALLER, Environment={"Variables": {"TABLE": table}})
    return table


def keys(sandbox: SandboxSession, table: str) -> set[str]:
    return {item["pk"]["S"] for item in sandbox.client("dynamodb").scan(TableName=table)["Items"]}


def invoke(sandbox: SandboxSession, function: str, key: str) -> dict[str, Any]:
    answer = sandbox.client("lambda").invoke(FunctionName=function, Payload=json.dumps({"key": key}))
    return {"error": answer.get("FunctionError"), "payload": json.load(answer["Payload"])}


def test_the_journal_says_which_function_called_what(sandbox: SandboxSession, writer: str) -> None:
    assert invoke(sandbox, writer, "a")["error"] is None
    call = sandbox.calls(caller=writer)[0]
    assert (call.service, call.operation, call.status, call.error) == ("dynamodb", "PutItem", 200, None)
    assert call.parameters["Item"] == {"pk": {"S": "a"}}
    assert {call.caller for call in sandbox.calls(operation="CreateTable")} == {None}


def test_the_journal_names_the_error(sandbox: SandboxSession, name: str) -> None:
    with pytest.raises(ClientError):
        sandbox.client("dynamodb").describe_table(TableName=name)
    call = sandbox.calls(operation="DescribeTable")[-1]
    assert (call.status, call.error) == (400, "ResourceNotFoundException")


def test_a_query_of_the_journal_can_begin_after_an_entry(sandbox: SandboxSession, table: str) -> None:
    before = sandbox.calls()[-1].number
    sandbox.client("dynamodb").describe_table(TableName=table)
    assert [call.operation for call in sandbox.calls(before)] == ["DescribeTable"]


def test_a_throttle_ends_after_its_calls(sandbox: SandboxSession) -> None:
    client = sandbox.client("kafkaconnect", config=ONCE)
    sandbox.throttle("kafkaconnect", "ListConnectors", times=2)
    for _ in range(2):
        with pytest.raises(client.exceptions.TooManyRequestsException):
            client.list_connectors()
    assert client.list_connectors()["ResponseMetadata"]["HTTPStatusCode"] == 200
    refused = [call for call in sandbox.calls(operation="ListConnectors") if call.status == 429]
    assert [call.carried_out for call in refused[-2:]] == [False, False]


def test_a_throttle_can_last_for_a_time(sandbox: SandboxSession) -> None:
    client = sandbox.client("kafkaconnect", config=ONCE)
    sandbox.throttle("kafkaconnect", "ListConnectors", lasts=0.4)
    for _ in range(3):
        with pytest.raises(client.exceptions.TooManyRequestsException):
            client.list_connectors()
    time.sleep(0.4)
    client.list_connectors()


def test_the_usual_retries_survive_a_throttle(sandbox: SandboxSession) -> None:
    sandbox.throttle("kafkaconnect", "ListConnectors")
    sandbox.client("kafkaconnect").list_connectors()


def test_a_breakdown_is_an_http_500(sandbox: SandboxSession) -> None:
    sandbox.break_down("kafkaconnect", "ListConnectors")
    with pytest.raises(ClientError) as err:
        sandbox.client("kafkaconnect", config=ONCE).list_connectors()
    assert err.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500


def test_any_error_of_any_service_can_be_ordered(sandbox: SandboxSession, table: str) -> None:
    sandbox.order(
        Fault("error", "dynamodb", "GetItem", code="ProvisionedThroughputExceededException", status=400, holds=table)
    )
    client = sandbox.client("dynamodb", config=ONCE)
    with pytest.raises(client.exceptions.ProvisionedThroughputExceededException):
        client.get_item(TableName=table, Key={"pk": {"S": "a"}})


def test_a_fault_hits_only_the_parameters_that_it_names(sandbox: SandboxSession, table: str) -> None:
    sandbox.order(Fault("error", "dynamodb", "GetItem", holds="poisoned", status=400))
    client = sandbox.client("dynamodb", config=ONCE)
    client.get_item(TableName=table, Key={"pk": {"S": "healthy"}})
    with pytest.raises(ClientError):
        client.get_item(TableName=table, Key={"pk": {"S": "poisoned"}})


def test_a_lost_answer_was_carried_out(sandbox: SandboxSession, table: str) -> None:
    sandbox.lose_answer("dynamodb", "PutItem")
    with pytest.raises(ConnectionClosedError):
        sandbox.client("dynamodb", config=ONCE).put_item(TableName=table, Item={"pk": {"S": "a"}})
    assert keys(sandbox, table) == {"a"}
    call = sandbox.calls(operation="PutItem")[-1]
    assert (call.status, call.carried_out) == (0, True)


def test_a_time_out_was_not_carried_out(sandbox: SandboxSession, table: str) -> None:
    sandbox.order(Fault("timeout", "dynamodb", "PutItem", seconds=3))
    with pytest.raises(ReadTimeoutError):
        sandbox.client("dynamodb", config=ONCE).put_item(TableName=table, Item={"pk": {"S": "a"}})
    assert keys(sandbox, table) == set()


def test_a_latency_delays(sandbox: SandboxSession, table: str) -> None:
    sandbox.order(Fault("latency", "dynamodb", "PutItem", seconds=0.3))
    begun = time.monotonic()
    sandbox.client("dynamodb").put_item(TableName=table, Item={"pk": {"S": "a"}})
    assert time.monotonic() - begun > 0.3


@pytest.mark.parametrize(("moment", "written"), [("before", set()), ("after", {"a"})])
def test_a_function_can_be_killed_around_a_call(
    sandbox: SandboxSession, writer: str, moment: Moment, written: set[str]
) -> None:
    sandbox.kill_when_calling(writer, "dynamodb", "PutItem", moment)
    killed = invoke(sandbox, writer, "a")
    assert killed["error"] == "Unhandled"
    assert killed["payload"]["errorType"] == "Runtime.ExitError"
    assert keys(sandbox, writer) == written
    assert invoke(sandbox, writer, "b")["error"] is None
    assert keys(sandbox, writer) == {*written, "b"}


def test_a_kill_hits_only_the_function_that_it_names(sandbox: SandboxSession, writer: str) -> None:
    sandbox.kill_when_calling("somebody-else", "dynamodb", "PutItem")
    assert invoke(sandbox, writer, "a")["error"] is None


def test_nonsense_is_refused_with_a_reason(sandbox: SandboxSession) -> None:
    with pytest.raises(SandboxError, match="no connector named"):
        sandbox.fail_connector("no such connector", "x")
    with pytest.raises(SandboxError, match="TypeError"):
        sandbox._request("POST", "faults", {"odd": 1})
    with pytest.raises(SandboxError, match="there is no"):
        sandbox._request("GET", "nowhere")
