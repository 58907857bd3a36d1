"""CloudWatch Logs subscriptions and embedded metrics."""

from __future__ import annotations

import base64
import gzip
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.aws.delivery.filter_patterns import compiled
from sandbox.session import SandboxSession

from .conftest import MINUTE, MakeFunction, body_of, received


def subscribed(sandbox: SandboxSession, name: str, function: str, pattern: str = "") -> None:
    logs = sandbox.client("logs")
    logs.create_log_group(logGroupName=f"/{name}")
    logs.create_log_stream(logGroupName=f"/{name}", logStreamName="worker")
    logs.put_subscription_filter(
        logGroupName=f"/{name}", filterName="all", filterPattern=pattern, destinationArn=function
    )


def put(sandbox: SandboxSession, name: str, *lines: str) -> None:
    now_ms = int(time.time() * 1000)
    events = [{"timestamp": now_ms, "message": line} for line in lines]
    sandbox.client("logs").put_log_events(logGroupName=f"/{name}", logStreamName="worker", logEvents=events)


def decoded(event: dict[str, Any]) -> dict[str, Any]:
    data = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
    assert isinstance(data, dict)
    return data


def test_events_that_were_put_together_are_one_delivery_in_their_order(
    sandbox: SandboxSession, make_function: MakeFunction, name: str, invoked: Any
) -> None:
    subscribed(sandbox, name, make_function())
    put(sandbox, name, "one", "\tat two", "three")
    data = decoded(invoked()[0].event)
    assert [event["message"] for event in data["logEvents"]] == ["one", "\tat two", "three"]
    assert (data["messageType"], data["logGroup"], data["logStream"]) == ("DATA_MESSAGE", f"/{name}", "worker")
    ids = [event["id"] for event in data["logEvents"]]
    assert all(len(number) == 56 and number.isdecimal() for number in ids)
    found = sandbox.client("logs").filter_log_events(logGroupName=f"/{name}")["events"]
    assert [event["eventId"] for event in found] == ids


def test_a_filter_pattern_keeps_other_lines_away(
    sandbox: SandboxSession, make_function: MakeFunction, name: str, invoked: Any
) -> None:
    subscribed(sandbox, name, make_function(), "?ERROR ?WARN")
    put(sandbox, name, "INFO a")
    put(sandbox, name, "INFO b", "WARN c", "ERROR d")
    data = decoded(invoked()[0].event)
    assert [event["message"] for event in data["logEvents"]] == ["WARN c", "ERROR d"]


@pytest.mark.parametrize(
    ("pattern", "matching", "other"),
    [
        ("", "anything", None),
        ("ERROR", "an ERROR", "a WARN"),
        ('"two words"', "these two words", "two other words"),
        ("ERROR -Noise", "ERROR", "ERROR Noise"),
        ("?A ?B", "only B", "only C"),
        ('{ $.level = "ERROR" }', '{"level": "ERROR"}', '{"level": "INFO"}'),
        ('{ $.a.b != "x" }', '{"a": {"b": "y"}}', '{"a": {"b": "x"}}'),
        ("{ $.n >= 3 && $.n < 5 }", '{"n": 4}', '{"n": 5}'),
        ('{ $.s = "pre*" }', '{"s": "prefix"}', '{"s": "other"}'),
    ],
)
def test_a_pattern_finds_what_it_names(pattern: str, matching: str, other: str | None) -> None:
    assert compiled(pattern)(matching)
    assert other is None or not compiled(pattern)(other)


@pytest.mark.parametrize("pattern", ["[a, b]", "%regex%", "{ $.a IS NULL }"])
def test_a_pattern_that_is_not_understood_is_refused(pattern: str) -> None:
    with pytest.raises(NotImplementedError):
        compiled(pattern)


def test_an_embedded_metric_becomes_a_metric(sandbox: SandboxSession, name: str) -> None:
    logs = sandbox.client("logs")
    logs.create_log_group(logGroupName=f"/{name}")
    logs.create_log_stream(logGroupName=f"/{name}", logStreamName="worker")
    directive = {"Namespace": name, "Dimensions": [["service"]], "Metrics": [{"Name": "Looks", "Unit": "Count"}]}
    head = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]}
    for value in (2, [3, 4]):
        put(sandbox, name, json.dumps({"_aws": head, "service": "poll", "Looks": value}))
    now = datetime.now(UTC)
    answer = sandbox.client("cloudwatch").get_metric_statistics(
        Namespace=name,
        MetricName="Looks",
        Dimensions=[{"Name": "service", "Value": "poll"}],
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(hours=1),
        Period=86_400,
        Statistics=["Sum", "SampleCount"],
    )
    assert [(point["Sum"], point["SampleCount"]) for point in answer["Datapoints"]] == [(9.0, 3.0)]


@pytest.fixture
def failing(sandbox: SandboxSession, make_function: MakeFunction, make_queue: Any, name: str) -> str:
    """URL of the queue that gets what a function fails to work off."""
    url, arn = make_queue("-failed")
    make_function('def handler(event, context):\n    raise ValueError("no")\n')
    sandbox.client("lambda").put_function_event_invoke_config(
        FunctionName=name, MaximumRetryAttempts=1, DestinationConfig={"OnFailure": {"Destination": arn}}
    )
    return str(url)


def test_a_failed_delivery_is_retried_after_a_scaled_minute_and_then_handed_on(
    sandbox: SandboxSession, failing: str, name: str, invoked: Any
) -> None:
    sandbox.client("lambda").invoke(FunctionName=name, InvocationType="Event", Payload=b'{"n": 1}')
    record = body_of(received(sandbox, failing))
    first, second = invoked(2)
    assert MINUTE * 0.8 < second.at - first.at < MINUTE + 2
    assert record["requestPayload"] == {"n": 1}
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == 2
    assert record["responsePayload"]["errorType"] == "ValueError"
