"""What SNS subscribers get."""

from __future__ import annotations

import json
from typing import Any

from sandbox.session import SandboxSession

from .conftest import MakeFunction, body_of, received


def published(sandbox: SandboxSession, name: str, *subscriptions: dict[str, Any]) -> str:
    """A topic with these subscriptions and one notification."""
    sns = sandbox.client("sns")
    topic = sns.create_topic(Name=name)["TopicArn"]
    for subscription in subscriptions:
        sns.subscribe(TopicArn=topic, **subscription)
    severity = {"severity": {"DataType": "String", "StringValue": "page"}}
    sns.publish(TopicArn=topic, Subject="hello", Message='{"a": 1}', MessageAttributes=severity)
    return str(topic)


def test_a_queue_gets_the_envelope(sandbox: SandboxSession, make_queue: Any, name: str) -> None:
    url, arn = make_queue()
    topic = published(sandbox, name, {"Protocol": "sqs", "Endpoint": arn})
    told = body_of(received(sandbox, url))
    assert (told["TopicArn"], told["Subject"], told["Message"]) == (topic, "hello", '{"a": 1}')
    assert told["MessageAttributes"] == {"severity": {"Type": "String", "Value": "page"}}


def test_a_queue_with_raw_delivery_gets_the_message_and_its_attributes(
    sandbox: SandboxSession, make_queue: Any, name: str
) -> None:
    url, arn = make_queue()
    published(sandbox, name, {"Protocol": "sqs", "Endpoint": arn, "Attributes": {"RawMessageDelivery": "true"}})
    message = received(sandbox, url)
    assert message["Body"] == '{"a": 1}'
    assert message["MessageAttributes"]["severity"]["StringValue"] == "page"


def test_raw_delivery_that_is_switched_off_in_words_is_off(sandbox: SandboxSession, make_queue: Any, name: str) -> None:
    url, arn = make_queue()
    published(sandbox, name, {"Protocol": "sqs", "Endpoint": arn, "Attributes": {"RawMessageDelivery": "false"}})
    assert body_of(received(sandbox, url))["Type"] == "Notification"


def test_a_function_gets_the_notification(
    sandbox: SandboxSession, make_function: MakeFunction, name: str, invoked: Any
) -> None:
    topic = published(sandbox, name, {"Protocol": "lambda", "Endpoint": make_function()})
    told = invoked()[0].event["Records"][0]["Sns"]
    assert (told["TopicArn"], told["Message"]) == (topic, '{"a": 1}')
    assert told["MessageAttributes"]["severity"] == {"Type": "String", "Value": "page"}


def test_a_filter_policy_keeps_away_what_does_not_match(sandbox: SandboxSession, make_queue: Any, name: str) -> None:
    wanted_url, wanted = make_queue("-wanted")
    other_url, other = make_queue("-other")
    published(
        sandbox,
        name,
        {"Protocol": "sqs", "Endpoint": other, "Attributes": {"FilterPolicy": json.dumps({"severity": ["info"]})}},
        {"Protocol": "sqs", "Endpoint": wanted, "Attributes": {"FilterPolicy": json.dumps({"severity": ["page"]})}},
    )
    received(sandbox, wanted_url)
    assert "Messages" not in sandbox.client("sqs").receive_message(QueueUrl=other_url)


def test_an_e_mail_is_written_down(sandbox: SandboxSession, name: str) -> None:
    topic = published(sandbox, name, {"Protocol": "email", "Endpoint": "ops@example.com"})
    mail = sandbox.mails(topic_arn=topic)[0]
    assert (mail.to, mail.subject, mail.body) == ("ops@example.com", "hello", '{"a": 1}')
    assert mail.attributes == {"severity": "page"}


def test_the_duplicate_switch_notifies_each_subscriber_twice(
    sandbox: SandboxSession, make_queue: Any, name: str
) -> None:
    url, arn = make_queue()
    sandbox.deliver_twice(sqs=False, sns=True)
    try:
        published(sandbox, name, {"Protocol": "sqs", "Endpoint": arn})
    finally:
        sandbox.deliver_twice(sqs=False, sns=False)
    first, second = body_of(received(sandbox, url)), body_of(received(sandbox, url))
    assert first["MessageId"] == second["MessageId"]
