"""Calls by others, in the forms that CloudTrail documents: who they were, and which of them are passed on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from moto import mock_aws

from connectops.errors import MalformedEvent
from connectops.findings import FindingsQueue
from connectops.model import ApiCall, Finding
from functions.read_api_calls import handler
from tests.builders import ORDERS, finding_in

EVENTS = Path(__file__).parents[2] / "events" / "read_api_calls"
OWN_ROLE = "connectops-RespondToFindingsRole-1A2B3C"
AT = datetime(2026, 11, 23, 12, 3, 10, tzinfo=UTC)


def an_event(name: str) -> dict[str, Any]:
    return dict(json.loads((EVENTS / f"{name}.json").read_text()))


@pytest.fixture
def queue_url(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    with mock_aws():
        yield boto3.client("sqs").create_queue(QueueName="f.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]


def read(queue_url: str, event: dict[str, Any]) -> list[Finding]:
    sqs = boto3.client("sqs")
    handler.read(event, OWN_ROLE, FindingsQueue(queue_url, sqs))
    answer = sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10)
    return [finding_in(message["Body"]) for message in answer.get("Messages", [])]


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("update_by_role", ApiCall("UpdateConnector", "bob@example.com (AWSReservedSSO_Ops_0a1b)", AT)),
        ("pause_by_user", ApiCall("PauseConnector", "alice", AT)),
        ("delete_by_root", ApiCall("DeleteConnector", "root of 123456789012", AT)),
        ("update_by_cloudformation", ApiCall("UpdateConnector", "ci (Deploy) via cloudformation.amazonaws.com", AT)),
        ("refused_restart", ApiCall("RestartConnector", "alice", AT, refused="AccessDenied")),
        ("create_by_user", ApiCall("CreateConnector", "alice", AT)),
        ("federated_resume", ApiCall("ResumeConnector", "carol", AT)),
        ("isolated_by_aws", ApiCall("UpdateConnector", "AWS (kafkaconnect.amazonaws.com)", AT, by_a_person=False)),
    ],
)
def test_a_call_names_who_made_it(queue_url: str, name: str, call: ApiCall) -> None:
    [found] = read(queue_url, an_event(name))
    assert (found.connector, found.call, found.at) == (ORDERS, call, AT)


def test_every_event_file_is_read() -> None:
    assert {path.stem for path in EVENTS.iterdir()} == {
        "update_by_role",
        "pause_by_user",
        "restart_by_us",
        "delete_by_root",
        "update_by_cloudformation",
        "refused_restart",
        "create_by_user",
        "federated_resume",
        "isolated_by_aws",
    }


def test_our_own_calls_are_not_taken_for_a_person_s(queue_url: str) -> None:
    assert read(queue_url, an_event("restart_by_us")) == []


def test_a_role_that_is_only_called_alike_is_a_person_s(queue_url: str) -> None:
    event = an_event("restart_by_us")
    event["detail"]["userIdentity"]["sessionContext"]["sessionIssuer"]["userName"] = f"{OWN_ROLE}-2"
    assert len(read(queue_url, event)) == 1


def test_a_call_that_comes_twice_is_one_message(queue_url: str) -> None:
    handler.read(an_event("pause_by_user"), OWN_ROLE, FindingsQueue(queue_url, boto3.client("sqs")))
    assert len(read(queue_url, an_event("pause_by_user"))) == 1


def test_a_call_about_no_connector_is_nothing(queue_url: str) -> None:
    event = an_event("pause_by_user")
    event["detail"]["requestParameters"] = {"customPluginArn": "arn:aws:kafkaconnect:eu-west-1:1:custom-plugin/p/1"}
    event["detail"]["responseElements"] = None
    assert read(queue_url, event) == []


@pytest.mark.parametrize("lacking", ["eventName", "eventTime", "eventID"])
def test_a_call_that_lacks_what_is_promised_is_malformed(queue_url: str, lacking: str) -> None:
    event = an_event("pause_by_user")
    del event["detail"][lacking]
    with pytest.raises(MalformedEvent, match=f"lacks what CloudTrail promises.*{lacking}"):
        read(queue_url, event)


@pytest.mark.parametrize("event", [{}, {"detail": None}, {"detail": {"eventSource": "s3.amazonaws.com"}}])
def test_another_event_is_malformed(queue_url: str, event: dict[str, Any]) -> None:
    with pytest.raises(MalformedEvent, match="not a call of kafkaconnect"):
        read(queue_url, event)


@pytest.mark.parametrize(
    ("identity", "name"),
    [
        ({}, "somebody unknown"),
        ({"type": "SAMLUser", "userName": "dora"}, "dora"),
        ({"type": "AWSAccount", "accountId": "210987654321"}, "210987654321"),
    ],
)
def test_who_is_known_by_little_is_named_by_that(queue_url: str, identity: dict[str, Any], name: str) -> None:
    event = an_event("pause_by_user")
    event["detail"]["userIdentity"] = identity
    [found] = read(queue_url, event)
    assert found.call is not None
    assert found.call.by == name


def test_the_handler_is_wired_from_its_settings(queue_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTOPS_FINDINGS_QUEUE_URL", queue_url)
    monkeypatch.setenv("CONNECTOPS_OWN_ROLE", OWN_ROLE)
    handler._composition.cache_clear()
    handler.lambda_handler(an_event("pause_by_user"), LambdaContext())
    handler._composition.cache_clear()
    assert len(boto3.client("sqs").receive_message(QueueUrl=queue_url)["Messages"]) == 1
