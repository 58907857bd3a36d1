"""SQS and Lambda's pollers of it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from sandbox.session import SandboxSession

from .conftest import MINUTE, MakeFunction, received

PARTIAL = """
import json
def handler(event, context):
    bad = [r["messageId"] for r in event["Records"] if json.loads(r["body"]).get("bad")]
    return {"batchItemFailures": [{"itemIdentifier": i} for i in bad]}
"""
type MakeQueue = Callable[..., tuple[str, str]]


def mapped(sandbox: SandboxSession, function: str, queue_arn: str, **settings: Any) -> None:
    sandbox.client("lambda").create_event_source_mapping(
        FunctionName=function,
        EventSourceArn=queue_arn,
        **{"FunctionResponseTypes": ["ReportBatchItemFailures"], **settings},
    )


def test_messages_reach_the_function_in_one_batch_with_their_attributes(
    sandbox: SandboxSession, make_function: MakeFunction, make_queue: MakeQueue, name: str, invoked: Any
) -> None:
    url, arn = make_queue()
    attribute = {"severity": {"DataType": "String", "StringValue": "page"}}
    for number in range(3):
        sandbox.client("sqs").send_message(QueueUrl=url, MessageBody=str(number), MessageAttributes=attribute)
    mapped(sandbox, make_function(), arn)
    records = invoked()[0].event["Records"]
    assert sorted(record["body"] for record in records) == ["0", "1", "2"]
    assert records[0]["messageAttributes"]["severity"]["stringValue"] == "page"
    assert records[0]["eventSourceARN"] == arn


def test_a_reported_failure_comes_back_alone_and_ends_in_the_dead_letter_queue(
    sandbox: SandboxSession, make_function: MakeFunction, make_queue: MakeQueue, name: str, invoked: Any
) -> None:
    dead_url, dead_arn = make_queue("-dlq")
    redrive = json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": 2})
    url, arn = make_queue(VisibilityTimeout="30", RedrivePolicy=redrive)
    mapped(sandbox, make_function(PARTIAL), arn)
    entries = [{"Id": str(n), "MessageBody": json.dumps({"n": n, "bad": n == 1})} for n in range(3)]
    sandbox.client("sqs").send_message_batch(QueueUrl=url, Entries=entries)
    assert json.loads(received(sandbox, dead_url)["Body"])["n"] == 1
    tries = [[json.loads(record["body"])["n"] for record in i.event["Records"]] for i in invoked(2)]
    assert sum(1 in batch for batch in tries) == 2
    assert sum(0 in batch for batch in tries) == 1


def test_a_message_group_stays_in_order_and_waits_for_its_failed_message(
    sandbox: SandboxSession, make_function: MakeFunction, make_queue: MakeQueue, name: str, invoked: Any
) -> None:
    source = """
import json, os
tries = {}
def handler(event, context):
    failed = []
    for record in event["Records"]:
        body = json.loads(record["body"])
        first = int(record["attributes"]["ApproximateReceiveCount"]) == 1
        if failed or (body["n"] == 1 and body["group"] == "a" and first):
            failed.append(record["messageId"])
    return {"batchItemFailures": [{"itemIdentifier": i} for i in failed]}
"""
    url, arn = make_queue(".fifo", FifoQueue="true", VisibilityTimeout="30")
    for n in range(4):
        for group in "ab":
            body = json.dumps({"n": n, "group": group})
            dedup = f"{group}{n}"
            sandbox.client("sqs").send_message(
                QueueUrl=url, MessageBody=body, MessageGroupId=group, MessageDeduplicationId=dedup
            )
    mapped(sandbox, make_function(source), arn, BatchSize=2)

    def worked_off() -> list[tuple[str, int]]:
        done = []
        for invocation in sandbox.invocations(function=name):
            failed = {failure["itemIdentifier"] for failure in invocation.result["batchItemFailures"]}
            for record in invocation.event["Records"]:
                if record["messageId"] not in failed:
                    body = json.loads(record["body"])
                    done.append((body["group"], body["n"]))
        return done if len(done) == 8 else []

    done = sandbox.wait_for(worked_off, 10)
    assert [n for group, n in done if group == "a"] == [0, 1, 2, 3]
    assert [n for group, n in done if group == "b"] == [0, 1, 2, 3]


def test_a_deduplication_id_is_remembered_after_its_message_was_deleted(
    sandbox: SandboxSession, make_queue: MakeQueue
) -> None:
    sqs = sandbox.client("sqs")
    url, _ = make_queue(".fifo", FifoQueue="true")

    def send() -> None:
        sqs.send_message(QueueUrl=url, MessageBody="x", MessageGroupId="g", MessageDeduplicationId="once")

    send()
    sqs.delete_message(QueueUrl=url, ReceiptHandle=received(sandbox, url)["ReceiptHandle"])
    send()
    assert "Messages" not in sqs.receive_message(QueueUrl=url)


def test_a_deduplication_id_is_forgotten_after_five_scaled_minutes(
    sandbox: SandboxSession, make_queue: MakeQueue
) -> None:
    sqs = sandbox.client("sqs")
    url, _ = make_queue(".fifo", FifoQueue="true")

    def send() -> None:
        sqs.send_message(QueueUrl=url, MessageBody="x", MessageGroupId="g", MessageDeduplicationId="again")

    send()
    sqs.delete_message(QueueUrl=url, ReceiptHandle=received(sandbox, url)["ReceiptHandle"])

    def arrives() -> bool:
        send()
        return "Messages" in sqs.receive_message(QueueUrl=url)

    begun = time.monotonic()
    sandbox.wait_for(arrives, 8)
    assert time.monotonic() - begun > 5 * MINUTE - 1


def test_a_visibility_that_the_function_chose_is_kept(
    sandbox: SandboxSession, make_function: MakeFunction, make_queue: MakeQueue, name: str, invoked: Any
) -> None:
    source = """
import os, json, urllib.request
def handler(event, context):
    record = event["Records"][0]
    body = {"QueueUrl": os.environ["QUEUE_URL"], "ReceiptHandle": record["receiptHandle"], "VisibilityTimeout": 60}
    request = urllib.request.Request(os.environ["AWS_ENDPOINT_URL"], json.dumps(body).encode(), {
        "X-Amz-Target": "AmazonSQS.ChangeMessageVisibility", "Content-Type": "application/x-amz-json-1.0",
        "Authorization": "AWS4-HMAC-SHA256 Credential=%s/20260101/us-east-1/sqs/aws4_request, x" %
            os.environ["AWS_ACCESS_KEY_ID"]})
    urllib.request.urlopen(request).read()
    return {"batchItemFailures": [{"itemIdentifier": record["messageId"]}]}
"""
    url, arn = make_queue(VisibilityTimeout="1200")
    mapped(sandbox, make_function(source, Environment={"Variables": {"QUEUE_URL": url}}), arn)
    sandbox.client("sqs").send_message(QueueUrl=url, MessageBody="x")
    first, second = invoked(2, 5)[:2]
    assert MINUTE * 0.8 < second.at - first.at < MINUTE + 2
    assert {call.caller for call in sandbox.calls(operation="ChangeMessageVisibility", caller=name)} == {name}


def test_a_message_is_invisible_for_the_scaled_time(sandbox: SandboxSession, make_queue: MakeQueue) -> None:
    url, _ = make_queue(VisibilityTimeout="60")
    sandbox.client("sqs").send_message(QueueUrl=url, MessageBody="x")
    received(sandbox, url)
    begun = time.monotonic()
    received(sandbox, url)
    assert MINUTE * 0.8 < time.monotonic() - begun < MINUTE + 2


def test_a_batch_that_computes_longer_than_the_scaled_visibility_is_not_delivered_again(
    sandbox: SandboxSession, make_function: MakeFunction, make_queue: MakeQueue, name: str, invoked: Any
) -> None:
    source = "import time\ndef handler(event, context):\n    time.sleep(1.2)\n"
    url, arn = make_queue(VisibilityTimeout="30")
    mapped(sandbox, make_function(source), arn)
    sandbox.client("sqs").send_message(QueueUrl=url, MessageBody="x")
    invoked()
    time.sleep(0.7)
    assert len(sandbox.invocations(function=name)) == 1


def test_the_duplicate_switch_delivers_each_message_twice(
    sandbox: SandboxSession, make_function: MakeFunction, make_queue: MakeQueue, name: str, invoked: Any
) -> None:
    url, arn = make_queue()
    mapped(sandbox, make_function(), arn)
    sandbox.deliver_twice(sqs=True, sns=False)
    try:
        sandbox.client("sqs").send_message(QueueUrl=url, MessageBody="x")
        first, second = (invocation.event["Records"][0] for invocation in invoked(2))
    finally:
        sandbox.deliver_twice(sqs=False, sns=False)
    assert first["messageId"] == second["messageId"]
    assert [r["attributes"]["ApproximateReceiveCount"] for r in (first, second)] == ["1", "2"]
