import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ParamValidationError
from moto import mock_aws

from connectops.errors import MalformedEvent, MessageNotDelivered
from connectops.model import Links, Notice
from connectops.tell.notices import MESSAGE_BYTES, NoticeTopic, parse, parse_notification
from tests.notices import NOW, ORDERS, TOPIC_ARN, a_notice


class RecordingSns:
    """An SNS client that keeps what it is asked to publish, or fails as it is told."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.published: list[dict[str, Any]] = []

    def publish(self, **request: Any) -> dict[str, str]:
        if self.error:
            raise self.error
        self.published.append(request)
        return {"MessageId": "1"}


def published(notice: Notice, runbook: str = "docs/runbook.md") -> dict[str, Any]:
    sns = RecordingSns()
    NoticeTopic(TOPIC_ARN, sns, runbook).publish(notice)  # type: ignore[arg-type]
    return sns.published[0]


def texts(notice: Notice) -> dict[str, str]:
    found: dict[str, str] = json.loads(published(notice)["Message"])
    return found


def attributes(notice: Notice) -> dict[str, str]:
    return {name: value["StringValue"] for name, value in published(notice)["MessageAttributes"].items()}


@pytest.fixture
def subscribed_queue(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[NoticeTopic, Any, str]]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        sns, sqs = boto3.client("sns", region_name="eu-central-1"), boto3.client("sqs", region_name="eu-central-1")
        topic = sns.create_topic(Name="alerts")["TopicArn"]
        url = sqs.create_queue(QueueName="slack")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        yield NoticeTopic(topic, sns), sqs, url


def test_a_notice_arrives_in_a_subscribed_queue_as_it_was_published(
    subscribed_queue: tuple[NoticeTopic, Any, str],
) -> None:
    topic, sqs, url = subscribed_queue

    topic.publish(a_notice())

    body = sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"]
    arrived = parse_notification(body)
    assert replace(arrived, links=Links()) == a_notice()
    assert arrived.links.runbook == "docs/runbook.md#mysql_binlog_position_lost"
    assert json.loads(body)["MessageAttributes"]["severity"]["Value"] == "page"


def test_machines_get_json_with_plain_names_and_iso_times() -> None:
    message = json.loads(texts(a_notice())["default"])

    assert message["schema"] == 1
    notice = message["notice"]
    assert notice["connector"] == {"platform": "msk-connect", "cluster": "msk", "name": "orders-mariadb"}
    assert notice["change"] == "refused"
    assert notice["at"] == "2026-11-23T01:17:02Z"
    assert notice["links"]["logs"].startswith("https://eu-central-1.console.aws.amazon.com/cloudwatch/home")


def test_e_mail_gets_text_that_says_everything() -> None:
    notice = a_notice()

    text = texts(notice)["email"]

    for said in (notice.title, notice.cause, notice.what_we_did, notice.next_step, "team-orders", "(12 s)"):
        assert said in text
    assert "docs/runbook.md#mysql_binlog_position_lost" in text
    assert "{" not in text


def test_subscribers_can_filter_by_severity_platform_cluster_connector_class_and_event() -> None:
    assert attributes(a_notice()) == {
        "severity": "page",
        "platform": "msk-connect",
        "cluster": "msk",
        "connector": "orders-mariadb",
        "failure_class": "MYSQL_BINLOG_POSITION_LOST",
        "event": "refused",
    }


@pytest.mark.parametrize(
    "name", ['a"b\\c', "zwölf käse ☃ 😀", "line\nbreak", "bell\x07", "non\uffffchar", "<b>&</b>", ""]
)
def test_a_connector_with_an_odd_name_is_told_of(name: str) -> None:
    notice = a_notice(connector=replace(ORDERS, name=name), title=f"{name} is not restarted: X")

    request = published(notice)

    assert request["Subject"].isascii()
    assert request["Subject"].isprintable()
    assert attributes(notice)["connector"]
    assert all(ord(char) >= 32 or char in "\t\n\r" for text in texts(notice).values() for char in text)
    assert "\uffff" not in request["Message"]
    expected = name.replace("\uffff", "\ufffd")
    assert parse(texts(notice)["default"]).connector.name == expected


def test_a_subject_of_99_characters_stays_whole() -> None:
    title = "t" * (99 - len("[page] msk: "))

    assert published(a_notice(title=title))["Subject"] == f"[page] msk: {title}"


def test_a_subject_of_100_characters_is_cut() -> None:
    title = "t" * (100 - len("[page] msk: "))

    subject = published(a_notice(title=title))["Subject"]

    assert len(subject) == 99
    assert subject.endswith("ttt...")


def test_a_notice_that_fits_is_not_cut() -> None:
    cause = "x" * 100_000

    assert parse(texts(a_notice(cause=cause))["default"]).cause == cause


def test_of_a_notice_that_does_not_fit_the_evidence_is_cut_first() -> None:
    notice = a_notice(cause='"' * 300_000, next_step="n" * 5_000)

    request = published(notice)

    assert size_of(request) <= MESSAGE_BYTES
    arrived = parse(json.loads(request["Message"])["default"])
    assert arrived.cause == '"' * 1_999 + "…"
    assert arrived.next_step == notice.next_step


TEXTS = ("title", "what_happened", "cause", "what_we_did", "next_step")


def test_a_notice_with_nothing_but_long_texts_fits_nevertheless() -> None:
    long = "\x01ü" * 200_000
    notice = a_notice(connector=replace(ORDERS, name="n" * 9000), **dict.fromkeys(TEXTS, long))

    assert size_of(published(notice)) <= MESSAGE_BYTES


def size_of(request: dict[str, Any]) -> int:
    values = [value["StringValue"] for value in request["MessageAttributes"].values()]
    named = [*request["MessageAttributes"], *("String" for _ in values)]
    return sum(len(text.encode()) for text in [request["Message"], *values, *named])


def test_the_link_to_the_logs_spans_the_incident_with_a_minute_around_it() -> None:
    notice = a_notice(log_group="/msk/connect/orders", since=NOW - timedelta(hours=1))

    link = parse(texts(notice)["default"]).links.logs

    start, end = (int(at.timestamp()) * 1000 for at in (NOW - timedelta(minutes=61), NOW + timedelta(minutes=1)))
    assert link == (
        "https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#logsV2:log-groups/log-group/"
        f"$252Fmsk$252Fconnect$252Forders/log-events$3Fstart$3D{start}$26end$3D{end}"
    )


def test_without_a_log_group_there_is_no_link_to_the_logs() -> None:
    assert parse(texts(a_notice(log_group=None))["default"]).links.logs is None


def test_the_link_to_the_logs_leads_to_the_console_of_the_partition() -> None:
    sns = RecordingSns()

    NoticeTopic(TOPIC_ARN.replace(":aws:", ":aws-cn:"), sns).publish(a_notice())  # type: ignore[arg-type]

    assert "https://eu-central-1.console.amazonaws.cn/" in sns.published[0]["Message"]


def test_the_runbook_can_have_an_address() -> None:
    message = published(a_notice(), runbook="https://wiki.example/runbook")["Message"]

    assert "https://wiki.example/runbook#mysql_binlog_position_lost" in message


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "Publish")


@pytest.mark.parametrize(
    "error", [refusal("InvalidParameter"), refusal("ParameterValueInvalid"), ParamValidationError(report="x")]
)
def test_a_message_that_sns_will_never_take_is_not_delivered_for_good(error: Exception) -> None:
    with pytest.raises(MessageNotDelivered) as caught:
        NoticeTopic(TOPIC_ARN, RecordingSns(error)).publish(a_notice())  # type: ignore[arg-type]

    assert caught.value.permanent
    assert caught.value.__cause__ is error


@pytest.mark.parametrize(
    "error",
    [
        refusal("Throttled"),
        refusal("InternalError"),
        refusal("AuthorizationError"),
        refusal("NotFound"),
        refusal("KMSAccessDenied"),
        EndpointConnectionError(endpoint_url="https://sns.eu-central-1.amazonaws.com"),
    ],
    ids=repr,
)
def test_what_passes_or_can_be_mended_is_worth_another_try(error: Exception) -> None:
    with pytest.raises(MessageNotDelivered) as caught:
        NoticeTopic(TOPIC_ARN, RecordingSns(error)).publish(a_notice())  # type: ignore[arg-type]

    assert not caught.value.permanent


def changed(**changes: Any) -> str:
    message = json.loads(texts(a_notice())["default"])
    message["notice"].update(changes)
    return json.dumps(message)


@pytest.mark.parametrize(
    ("message", "complaint"),
    [
        ("", "not a notice of schema 1"),
        ("hello", "not a notice of schema 1"),
        ('{"schema": 2, "notice": {}}', "not a notice of schema 1"),
        ('{"schema": 1}', "missing required field `notice`"),
        (changed(severity="loud"), "Invalid enum value 'loud' - at `$.notice.severity`"),
        (changed(at="yesterday"), "$.notice.at"),
        (changed(since="2026-11-23T01:17:02"), "no offset from UTC"),
        (changed(title=None), "$.notice.title"),
    ],
)
def test_a_message_that_is_no_notice_is_refused_with_what_is_wrong(message: str, complaint: str) -> None:
    with pytest.raises(MalformedEvent, match=re.escape(complaint)):
        parse(message)


def test_a_notice_of_a_later_schema_is_refused() -> None:
    message = changed().replace('"schema": 1', '"schema": 2')

    with pytest.raises(MalformedEvent, match="a notice of schema 2, expected 1"):
        parse(message)


def test_a_field_that_a_later_release_adds_is_ignored() -> None:
    assert parse(changed(mood="fine")).id == a_notice().id


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("not json", "not an SNS notification"),
        ('{"Type": "Notification"}', "missing required field `Message`"),
        (
            '{"Type": "SubscriptionConfirmation", "Message": ""}',
            "'SubscriptionConfirmation'",
        ),
        ('{"Type": "Notification", "Message": "hi"}', "not a notice of schema 1"),
    ],
)
def test_a_body_that_sns_did_not_send_is_refused_with_what_is_wrong(body: str, complaint: str) -> None:
    with pytest.raises(MalformedEvent, match=re.escape(complaint)):
        parse_notification(body)
