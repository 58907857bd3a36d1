"""Real SQS and Secrets Manager interfaces (moto), a real HTTP server for Slack, recorded events."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import boto3
import pytest
from aws_lambda_powertools.utilities.parameters import SecretsProvider
from aws_lambda_powertools.utilities.typing import LambdaContext
from moto import mock_aws
from mypy_boto3_sqs import SQSClient

from connectops.clients.slack import SlackWebhook
from connectops.errors import MalformedEvent
from connectops.tell.notices import NoticeTopic
from connectops.tell.slack_queue import LONGEST_PAUSE_SECONDS, SlackQueue
from functions.notify_slack import handler
from tests.notices import a_notice
from tests.slack_server import Answer, SlackServer, slack_server

EVENTS = Path(__file__).parents[2] / "events" / "notify_slack"
SECRET = "connectops/slack"


@dataclass
class Pipe:
    """The way of a notice: topic, queue, function, Slack; with its dead-letter queue."""

    slack: SlackServer
    topic: NoticeTopic
    sqs: SQSClient
    url: str
    dead_url: str
    pauses: list[int]

    def receive(self) -> dict[str, Any]:
        """The messages of the queue as Lambda gets them."""
        found = self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages", [])
        names = {"MessageId": "messageId", "ReceiptHandle": "receiptHandle", "Body": "body"}
        return {"Records": [{names[key]: value for key, value in m.items() if key in names} for m in found]}

    def notify(self, event: dict[str, Any]) -> list[str]:
        """The ids of the messages that go back to the queue."""
        secrets = SecretsProvider(boto3_client=boto3.client("secretsmanager"))
        webhook = SlackWebhook(SECRET, secrets.get, timedelta(seconds=1))
        response = handler.notify(event, webhook, SlackQueue(self.url, self.dead_url, self.sqs))
        return [str(failure["itemIdentifier"]) for failure in response["batchItemFailures"]]

    def dead(self) -> list[dict[str, Any]]:
        """Body and attributes of each dead letter."""
        answer = self.sqs.receive_message(
            QueueUrl=self.dead_url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], VisibilityTimeout=0
        )
        return [
            {"body": m["Body"], **{name: value["StringValue"] for name, value in m["MessageAttributes"].items()}}
            for m in answer.get("Messages", [])
        ]


@pytest.fixture
def pipe(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pipe]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    with mock_aws(), slack_server() as slack:
        sns, sqs = boto3.client("sns"), boto3.client("sqs")
        boto3.client("secretsmanager").create_secret(Name=SECRET, SecretString=slack.url)
        topic = sns.create_topic(Name="alerts")["TopicArn"]
        url, dead_url = (sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("slack", "slack-dead"))
        sns.subscribe(
            TopicArn=topic, Protocol="sqs", Endpoint=topic.replace(":sns:", ":sqs:").replace("alerts", "slack")
        )
        pauses: list[int] = []

        def note_pause(params: dict[str, Any], **_: object) -> None:
            pauses.append(params["VisibilityTimeout"])

        sqs.meta.events.register("provide-client-params.sqs.ChangeMessageVisibility", note_pause)
        yield Pipe(slack, NoticeTopic(topic, sns), sqs, url, dead_url, pauses)


def event(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return found


def headers(slack: SlackServer) -> list[str]:
    return [message["blocks"][0]["text"]["text"] for message in slack.posted]


def test_a_notice_on_the_topic_becomes_a_slack_message(pipe: Pipe) -> None:
    pipe.topic.publish(a_notice())

    assert pipe.notify(pipe.receive()) == []

    assert headers(pipe.slack) == [":rotating_light: orders-mariadb is not restarted: MYSQL_BINLOG_POSITION_LOST"]


def test_of_a_batch_with_a_foreign_message_only_that_one_is_set_aside(pipe: Pipe) -> None:
    assert pipe.notify(event("foreign_message_between_two")) == []

    assert len(pipe.slack.posted) == 2
    [dead] = pipe.dead()
    assert dead["body"] == '{"hello": "world"}'
    assert dead["error"] == "MalformedEvent"
    assert "not an SNS notification" in dead["reason"]
    assert dead["original_message_id"] == event("foreign_message_between_two")["Records"][1]["messageId"]


def test_a_notice_that_comes_twice_in_a_batch_is_posted_once(pipe: Pipe) -> None:
    assert pipe.notify(event("same_notice_twice")) == []

    assert len(pipe.slack.posted) == 1


def test_a_notice_that_comes_again_later_is_posted_again(pipe: Pipe) -> None:
    pipe.notify(event("page"))
    pipe.notify(event("page"))

    assert len(pipe.slack.posted) == 2


def test_the_twin_of_a_notice_that_was_not_posted_is_posted(pipe: Pipe) -> None:
    pipe.slack.answers = [Answer(500)]
    first, _second = (record["messageId"] for record in event("same_notice_twice")["Records"])

    assert pipe.notify(event("same_notice_twice")) == [first]

    assert len(pipe.slack.posted) == 1


@pytest.mark.parametrize("answer", [Answer(0), Answer(1)], ids=str)
def test_while_slack_does_not_answer_the_whole_batch_waits(pipe: Pipe, answer: Answer) -> None:
    pipe.slack.answers = [answer]
    batch = {"Records": event("page")["Records"] + event("resolved")["Records"]}

    assert len(pipe.notify(batch)) == 2

    assert len(pipe.slack.paths) == 1
    assert pipe.dead() == []


def test_a_server_error_sends_back_one_notice_and_the_rest_is_posted(pipe: Pipe) -> None:
    pipe.slack.answers = [Answer(500, "rollup_error")]
    batch = {"Records": event("page")["Records"] + event("resolved")["Records"]}
    batch["Records"][1]["messageId"] = "other"

    assert pipe.notify(batch) == [batch["Records"][0]["messageId"]]

    assert headers(pipe.slack) == [":white_check_mark: billing works again"]
    assert pipe.dead() == []


def test_a_webhook_that_is_gone_sets_the_notice_aside_with_the_reason(pipe: Pipe) -> None:
    pipe.slack.answers = [Answer(404, "no_service")]

    assert pipe.notify(event("page")) == []

    [dead] = pipe.dead()
    assert dead["body"] == event("page")["Records"][0]["body"]
    assert dead["error"] == "MessageNotDelivered"
    assert "404 no_service (the webhook was removed" in dead["reason"]


def test_a_webhook_that_was_rotated_gets_the_notice_at_its_new_address(pipe: Pipe) -> None:
    secrets = SecretsProvider(boto3_client=boto3.client("secretsmanager"))
    webhook = SlackWebhook(SECRET, secrets.get, timedelta(seconds=1))
    queue = SlackQueue(pipe.url, pipe.dead_url, pipe.sqs)
    handler.notify(event("page"), webhook, queue)

    with slack_server() as rotated:
        boto3.client("secretsmanager").put_secret_value(SecretId=SECRET, SecretString=rotated.url)
        pipe.slack.answers = [Answer(403, "invalid_token")]
        handler.notify(event("resolved"), webhook, queue)

        assert headers(rotated) == [":white_check_mark: billing works again"]
    assert pipe.dead() == []


@pytest.mark.parametrize(
    ("asked", "pause"),
    [("0", 0), ("30", 30), (str(LONGEST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS), ("86400", LONGEST_PAUSE_SECONDS)],
)
def test_a_pause_that_slack_asks_for_is_kept_up_to_what_sqs_can(pipe: Pipe, asked: str, pause: int) -> None:
    pipe.slack.answers = [Answer(429, "rate_limited", {"Retry-After": asked})]
    pipe.topic.publish(a_notice())
    batch = pipe.receive()

    assert pipe.notify(batch) == [batch["Records"][0]["messageId"]]

    assert pipe.pauses == [pause]


def test_after_slack_asked_for_a_pause_the_rest_of_the_batch_waits_as_long(pipe: Pipe) -> None:
    pipe.slack.answers = [Answer(429, "rate_limited", {"Retry-After": "30"})]
    for number in range(3):
        pipe.topic.publish(a_notice(id=f"notice-{number}"))

    assert len(pipe.notify(pipe.receive())) == 3

    assert pipe.pauses == [30, 30, 30]
    assert len(pipe.slack.paths) == 1


def test_without_a_pause_asked_for_the_queue_decides_when_a_notice_comes_back(pipe: Pipe) -> None:
    pipe.slack.answers = [Answer(503)]
    pipe.topic.publish(a_notice())

    assert len(pipe.notify(pipe.receive())) == 1

    assert pipe.pauses == []


def test_a_notice_that_cannot_be_put_off_comes_back_all_the_same(pipe: Pipe) -> None:
    pipe.slack.answers = [Answer(429, "rate_limited", {"Retry-After": "30"})]
    page = event("page")  # its receipt handle is from another queue: SQS refuses it

    assert pipe.notify(page) == [page["Records"][0]["messageId"]]


def test_a_notice_that_cannot_be_set_aside_comes_back(pipe: Pipe) -> None:
    pipe.sqs.delete_queue(QueueUrl=pipe.dead_url)
    batch = event("foreign_message_between_two")

    assert pipe.notify(batch) == [batch["Records"][1]["messageId"]]

    assert len(pipe.slack.posted) == 2


def test_a_missing_secret_loses_nothing(pipe: Pipe) -> None:
    boto3.client("secretsmanager").delete_secret(SecretId=SECRET, ForceDeleteWithoutRecovery=True)

    assert len(pipe.notify(event("page"))) == 1


def test_an_empty_batch_is_no_trouble(pipe: Pipe) -> None:
    assert pipe.notify({"Records": []}) == []


def test_an_event_that_is_no_batch_is_refused_with_what_is_wrong(pipe: Pipe) -> None:
    with pytest.raises(MalformedEvent, match="no list of Records"):
        pipe.notify({"hello": "world"})


def test_the_function_reads_its_settings_and_delivers(pipe: Pipe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTOPS_SLACK_WEBHOOK_SECRET", SECRET)
    monkeypatch.setenv("CONNECTOPS_SLACK_DLQ_URL", pipe.dead_url)
    monkeypatch.setenv("CONNECTOPS_SLACK_QUEUE_URL", pipe.url)
    monkeypatch.setenv("CONNECTOPS_SLACK_TIMEOUT_SECONDS", "1")
    handler._composition.cache_clear()

    assert handler.lambda_handler(event("page"), LambdaContext()) == {"batchItemFailures": []}

    handler._composition.cache_clear()
    assert len(pipe.slack.posted) == 1


def test_the_address_of_the_webhook_is_nowhere_but_in_the_secret(pipe: Pipe, monkeypatch: pytest.MonkeyPatch) -> None:
    logged = StringIO()
    monkeypatch.setattr(handler.logger.registered_handler, "stream", logged)

    for answer in (Answer(0), Answer(404, "no_service"), Answer(429, "slow down", {"Retry-After": "9"}), Answer(200)):
        pipe.slack.answers = [answer]
        pipe.notify(event("page"))

    assert "notice set aside" in logged.getvalue()
    assert "Slack did not answer" in logged.getvalue()
    assert "planted-secret" not in logged.getvalue()
    assert "planted-secret" not in json.dumps(pipe.dead())


def test_the_webhook_may_be_a_parameter_that_is_decrypted(pipe: Pipe, monkeypatch: pytest.MonkeyPatch) -> None:
    boto3.client("ssm").put_parameter(Name="/connectops/slack", Value=f"{pipe.slack.url}\n", Type="SecureString")
    arn = "arn:aws:ssm:eu-central-1:123456789012:parameter/connectops/slack"
    environment = {"PARAMETER": arn, "SECRET": "", "QUEUE_URL": pipe.url, "DLQ_URL": pipe.dead_url}
    for name, value in environment.items():
        prefix = "CONNECTOPS_SLACK_WEBHOOK_" if name in ("PARAMETER", "SECRET") else "CONNECTOPS_SLACK_"
        monkeypatch.setenv(prefix + name, value)
    monkeypatch.setenv("CONNECTOPS_SLACK_TIMEOUT_SECONDS", "1")
    handler._composition.cache_clear()
    assert handler.lambda_handler(event("page"), LambdaContext()) == {"batchItemFailures": []}
    handler._composition.cache_clear()
    assert len(pipe.slack.posted) == 1
