"""Recorded events through the real handler: what is decided, restarted, told and set aside."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from moto import mock_aws

from connectops.errors import Unreachable
from connectops.findings import DeadLetters
from connectops.model import Action, Phase
from connectops.respond import Doors
from functions.respond_to_findings import handler
from tests.builders import MINUTE, NOW, ONPREM, ORDERS, a_failed_look
from tests.fakes import World

EVENTS = Path(__file__).parents[2] / "events" / "respond_to_findings"


def an_event(name: str) -> dict[str, Any]:
    return dict(json.loads((EVENTS / f"{name}.json").read_text()))


class Deployed(World):
    """The handler with faked doors and a real (simulated) dead-letter queue."""

    def __init__(self) -> None:
        super().__init__()
        self.sight.sees = a_failed_look()
        self.sqs = boto3.client("sqs", region_name="us-east-1")
        self.dead_url = self.sqs.create_queue(QueueName="dead.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]

    def handle(self, event: dict[str, Any], after: timedelta = timedelta(0)) -> list[str]:
        self.clock.now = NOW + after
        doors = Doors(self.records, self.sight, self.hands, self.voice, self.clock)
        composition = handler.Composition(doors, self.policy, DeadLetters(self.dead_url, self.sqs))
        response = handler.respond_to_all(event, composition)
        return [str(failure["itemIdentifier"]) for failure in response["batchItemFailures"]]

    def dead(self) -> list[tuple[str, str]]:
        answer = self.sqs.receive_message(QueueUrl=self.dead_url, MessageAttributeNames=["All"], VisibilityTimeout=0)
        return [(m["Body"], m["MessageAttributes"]["reason"]["StringValue"]) for m in answer.get("Messages", [])]


@pytest.fixture
def deployed():
    with mock_aws():
        yield Deployed()


def test_a_killed_task_is_restarted_once_and_told(deployed):
    assert deployed.handle(an_event("killed_task")) == []
    assert deployed.handle(an_event("failed_look"), MINUTE) == []
    assert deployed.hands.restarts == [("msk/orders", Action.RESTART_TASKS)]
    assert deployed.voice.changes == [("opened", "info")]


def test_every_event_delivered_twice_restarts_once(deployed):
    for name, after in (("killed_task", 0 * MINUTE), ("failed_look", MINUTE)):
        deployed.handle(an_event(name), after)
        deployed.handle(an_event(name), after)
    assert len(deployed.hands.restarts) == 1


def test_a_stranger_is_set_aside_with_the_reason_and_its_neighbours_are_answered(deployed):
    assert deployed.handle(an_event("stranger_between_two")) == []
    [(body, reason)] = deployed.dead()
    assert body == '{"hello": "there"}'
    assert "not a finding of schema 1" in reason
    assert {deployed.record(connector).incident.phase for connector in (ORDERS, ONPREM)} == {Phase.REFUSED}


def test_a_ledger_that_is_away_sends_the_finding_back_and_spares_other_connectors(deployed, monkeypatch):
    loads = deployed.records.load

    def load(connector):
        if connector == ORDERS:
            raise Unreachable("throttled")
        return loads(connector)

    monkeypatch.setattr(deployed.records, "load", load)
    event = an_event("stranger_between_two")
    assert deployed.handle(event) == [event["Records"][0]["messageId"]]
    assert deployed.voice.changes == [("refused", "page")]


def test_an_empty_batch_is_nothing_to_do(deployed):
    assert deployed.handle({"Records": []}) == []


def test_the_handler_is_wired_from_its_settings(monkeypatch):
    with mock_aws():
        for variable, value in _environment().items():
            monkeypatch.setenv(variable, value)
        handler._composition.cache_clear()
        response = handler.lambda_handler({"Records": []}, LambdaContext())
        handler._composition.cache_clear()
    assert response == {"batchItemFailures": []}


def _environment() -> dict[str, str]:
    seconds = (
        "FIRST_BACKOFF BACKOFF_UNIT BACKOFF_MAX DAY PROOF_WINDOW FORGET_AFTER SILENT_STOP INTERNAL_RETRY"
        " EMPTY_ASSIGNMENT STUCK PAGE_BLIND PAGE_STALLED REPEAT_NOTICE"
    )
    counts = ("LOOKS_NEEDED", "RESTARTS_PER_INCIDENT", "RESTARTS_PER_DAY", "IDLE_PROOF_LOOKS")
    texts = {
        "TABLE_NAME": "ledger",
        "ALERTS_TOPIC_ARN": "arn:aws:sns:us-east-1:123456789012:alerts",
        "FINDINGS_DLQ_URL": "https://sqs/dead.fifo",
        "KAFKA_CONNECT_CLUSTERS": "[]",
        "MODE": "repair",
    }
    values = texts | {f"{name}_SECONDS": "60" for name in seconds.split()} | dict.fromkeys(counts, "2")
    plain = {"AWS_DEFAULT_REGION": "us-east-1", "POWERTOOLS_SERVICE_NAME": "connectops"}
    return plain | {f"CONNECTOPS_{name}": value for name, value in values.items()}
