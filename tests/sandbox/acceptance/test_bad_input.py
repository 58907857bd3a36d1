"""Bad input is set aside with its reason, and nothing else waits for it."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

import pytest

from connectops.findings import deduplication_id, encode, message_group
from connectops.model import ConnectorId, Platform
from connectops.tell.notices import NoticeTopic
from tests.builders import NOW, a_diagnosis, finding
from tests.notices import a_notice
from tests.sandbox.acceptance.conftest import RESPONDER, Theatre


def drained(theatre: Theatre, output: str, count: int = 1) -> list[dict[str, Any]]:
    """So many messages, taken out of a queue of the stack."""
    sqs, url = theatre.sandbox.client("sqs"), theatre.stage.outputs[output]
    found: list[dict[str, Any]] = []

    def look() -> bool:
        told = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"])
        for message in told.get("Messages", []):
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            found.append(message)
        return len(found) >= count

    theatre.sandbox.wait_for(look, timeout=20, every=0.2)
    return found


def reason(message: dict[str, Any]) -> str:
    return str(message["MessageAttributes"]["reason"]["StringValue"])


def test_foreign_messages_are_dead_lettered_at_once_and_the_finding_between_them_is_handled(theatre: Theatre) -> None:
    connector = ConnectorId(Platform.MSK_CONNECT, "msk", theatre.name("among-strangers"))
    good = finding(a_diagnosis("MYSQL_BINLOG_POSITION_LOST", NOW, connector=connector.name), connector)
    foreign = ["not JSON", '{"schema": 1, "finding": {"foreign": true}}', '{"schema": 99}', "[]"]
    begun = len(theatre.sandbox.invocations(function=RESPONDER))
    entries = [
        {
            "Id": f"{i}",
            "MessageBody": body,
            "MessageGroupId": "strangers",
            "MessageDeduplicationId": f"{connector.name}{i}",
        }
        for i, body in enumerate(foreign)
    ]
    entries.insert(
        2,
        {
            "Id": "good",
            "MessageBody": encode(good),
            "MessageGroupId": message_group(connector),
            "MessageDeduplicationId": deduplication_id(good),
        },
    )
    theatre.sandbox.client("sqs").send_message_batch(
        QueueUrl=theatre.stage.outputs["FindingsQueueUrl"], Entries=entries
    )

    theatre.await_sight(connector, lambda sight: sight.record.version > 0)
    set_aside = drained(theatre, "FindingsDeadLettersUrl", len(foreign))
    assert [message["Body"] for message in set_aside] == foreign
    assert all("finding" in reason(message) for message in set_aside)
    for invocation in theatre.sandbox.invocations(function=RESPONDER)[begun:]:
        assert invocation.error is None
        assert invocation.result == {"batchItemFailures": []}, "nothing comes back: a second try would not help"


BATCH = {
    "messageType": "DATA_MESSAGE",
    "owner": "123456789012",
    "logGroup": "/msk-connect/workers",
    "logStream": "orders-1",
    "subscriptionFilters": ["all"],
    "logEvents": [{"id": "0" * 55 + "7", "timestamp": 1795427000000, "message": "the password is planted-9"}],
}


def packed(text: str) -> str:
    return base64.b64encode(gzip.compress(text.encode())).decode()


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("%%% planted-9", id="no base64"),
        pytest.param(base64.b64encode(b"planted-9").decode(), id="no gzip"),
        pytest.param(packed("planted-9"), id="no JSON"),
        pytest.param(packed(json.dumps({**BATCH, "logEvents": "planted-9"})), id="no events"),
    ],
)
def test_a_log_batch_that_cannot_be_read_is_dead_lettered_as_a_pointer_without_its_lines(
    theatre: Theatre, data: str
) -> None:
    invoked = theatre.sandbox.client("lambda").invoke(
        FunctionName="connectops-read-worker-logs", Payload=json.dumps({"awslogs": {"data": data}}).encode()
    )
    assert "FunctionError" not in invoked
    [pointer] = drained(theatre, "LogsDeadLettersUrl")
    assert json.loads(pointer["Body"])["reason"]
    assert "planted" not in json.dumps(pointer)


@pytest.mark.parametrize("kind", ["CONTROL_MESSAGE", "DATA_MESSAGE"])
def test_a_control_message_and_an_empty_batch_are_nothing(theatre: Theatre, kind: str) -> None:
    data = packed(json.dumps({**BATCH, "messageType": kind, "logEvents": []}))
    invoked = theatre.sandbox.client("lambda").invoke(
        FunctionName="connectops-read-worker-logs", Payload=json.dumps({"awslogs": {"data": data}}).encode()
    )
    assert "FunctionError" not in invoked
    left = theatre.sandbox.client("sqs").receive_message(QueueUrl=theatre.stage.outputs["LogsDeadLettersUrl"])
    assert "Messages" not in left


def publish(theatre: Theatre, title: str) -> None:
    topic = NoticeTopic(theatre.stage.outputs["AlertsTopicArn"], theatre.sandbox.client("sns"))
    topic.publish(a_notice(id=title, title=title))


def await_in_slack(theatre: Theatre, title: str) -> None:
    theatre.sandbox.wait_for(
        lambda: [posted for posted in theatre.stage.slack.messages if title in posted.payload["text"]], timeout=30
    )


def test_a_webhook_that_is_gone_costs_its_message_only_and_the_reason_is_kept(theatre: Theatre) -> None:
    lost, next_one = theatre.name("lost"), theatre.name("next")
    theatre.stage.slack.refuse(404, "no_service")
    publish(theatre, lost)
    [set_aside] = drained(theatre, "SlackDeadLettersUrl")
    assert "no_service" in reason(set_aside)
    assert lost in set_aside["Body"]
    publish(theatre, next_one)
    await_in_slack(theatre, next_one)


def test_a_webhook_that_asks_for_a_pause_gets_the_message_after_it(theatre: Theatre) -> None:
    title = theatre.name("paused")
    tries = theatre.stage.slack.tries
    theatre.stage.slack.limit(retry_after=20)
    publish(theatre, title)
    await_in_slack(theatre, title)
    assert theatre.stage.slack.tries >= tries + 2


def test_a_webhook_that_does_not_answer_gets_the_message_later(theatre: Theatre) -> None:
    title = theatre.name("unanswered")
    theatre.stage.slack.stay_silent(2)
    publish(theatre, title)
    await_in_slack(theatre, title)
