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
from connectops.findings import DeadLetters, encode
from connectops.model import Action, Answer, Mode, Order, OrderKind, Phase, RepairPolicy, StandingOrder
from connectops.policy import PolicyInForce
from connectops.respond import Doors
from connectops.standing import Standing, StandingOrders
from functions.respond_to_findings import handler
from tests.builders import ARN, MINUTE, NOW, ONPREM, ORDERS, a_failed_look, a_look, an_order, finding
from tests.fakes import World
from tests.tables import a_table

EVENTS = Path(__file__).parents[2] / "events" / "respond_to_findings"


def an_event(name: str) -> dict[str, Any]:
    return dict(json.loads((EVENTS / f"{name}.json").read_text()))


class Deployed(World):
    """The handler with faked doors and a real (simulated) dead-letter queue."""

    def __init__(self) -> None:
        super().__init__()
        self.sight.sees = a_failed_look()
        self.sqs = boto3.client("sqs", region_name="us-east-1")
        self.dynamodb = boto3.client("dynamodb", region_name="us-east-1")
        a_table(self.dynamodb)
        self.expects_file = False
        self.dead_url = self.sqs.create_queue(QueueName="dead.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]

    def handle(self, event: dict[str, Any], after: timedelta = timedelta(0)) -> list[str]:
        self.clock.now = NOW + after
        doors = Doors(self.records, self.sight, self.hands, self.voice, self.clock, self.switch)
        orders = StandingOrders("ledger", self.dynamodb)
        policy = PolicyInForce(self.policy, orders, expects_file=self.expects_file)
        composition = handler.Composition(doors, policy, orders, lambda: DeadLetters(self.dead_url, self.sqs))
        response = handler.respond_to_all(event, composition)
        return [str(failure["itemIdentifier"]) for failure in response["batchItemFailures"]]

    def take_later(self, after: timedelta) -> None:
        """A failed look at that time, by the policy in force then."""
        body = encode(finding(a_failed_look(NOW + after)))
        self.handle({"Records": [an_event("failed_look")["Records"][0] | {"body": body}]}, after)

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
        " FLEET_WINDOW SHARED_FAILURE EMPTY_ASSIGNMENT STUCK CREATING_STUCK UPDATING_STUCK PAGE_BLIND PAGE_STALLED REPEAT_NOTICE"
    )
    counts = [
        "LOOKS_NEEDED",
        *("RESTARTS_PER_INCIDENT", "RESTARTS_PER_DAY", "IDLE_PROOF_LOOKS"),
        *("FLEET_RESTARTS", "FLEET_PERCENT", "SHARED_FAILURES"),
    ]
    texts = {
        "TABLE_NAME": "ledger",
        "ALERTS_TOPIC_ARN": "arn:aws:sns:us-east-1:123456789012:alerts",
        "FINDINGS_DLQ_URL": "https://sqs/dead.fifo",
        "KAFKA_CONNECT_CLUSTERS": "[]",
        "MODE": "repair",
        "POLICY_FILE": "",
        "REACH_FUNCTION": "",
    }
    values = texts | {f"{name}_SECONDS": "60" for name in seconds.split()} | dict.fromkeys(counts, "2")
    plain = {"AWS_DEFAULT_REGION": "us-east-1", "POWERTOOLS_SERVICE_NAME": "connectops"}
    return plain | {f"CONNECTOPS_{name}": value for name, value in values.items()}


# ── a person's orders ──────────────────────────────────────────────────────────────────────────────────────────────────


def commanded(order: Order) -> dict[str, Any]:
    """An event with a person's order, as the queue took it at NOW."""
    record = an_event("killed_task")["Records"][0]
    attributes = record["attributes"] | {"SentTimestamp": str(int(NOW.timestamp() * 1000)), "SenderId": "AIDA:alice"}
    return {"Records": [record | {"body": encode(finding(order)), "attributes": attributes}]}


def test_an_order_is_carried_out_and_its_sender_is_what_the_queue_knows(deployed):
    deployed.sight.sees = a_look()
    order = an_order(OrderKind.PAUSE, arn=ARN, sender="said by myself")
    assert deployed.handle(commanded(order)) == []
    [answered] = deployed.record().orders
    assert (answered.answer, answered.order.by, answered.order.sender) == (Answer.DONE, "alice", "AIDA:alice")
    assert deployed.switch.calls == [("pause", "msk/orders")]


def test_the_age_of_an_order_is_told_by_the_queue_and_not_by_the_desk(deployed):
    deployed.sight.sees = a_look()
    deployed.handle(commanded(an_order(OrderKind.PAUSE, at=NOW + timedelta(days=1))), timedelta(hours=1))
    assert deployed.switch.calls == []
    assert deployed.record().orders[-1].said.startswith("it came later than")


# ── standing orders ───────────────────────────────────────────────────────────────────────────────────────────────────


def ordered(*orders: StandingOrder) -> dict[str, Any]:
    """An event with standing orders, as SQS hands it over."""
    record = an_event("killed_task")["Records"][0]
    return {
        "Records": [
            record
            | {
                "messageId": f"m{number}",
                "body": encode(order),
                "attributes": record["attributes"] | {"SentTimestamp": str(int(order.at.timestamp() * 1000))},
            }
            for number, order in enumerate(orders)
        ]
    }


def test_mode_off_stops_acting_within_one_run(deployed):
    deployed.handle(an_event("killed_task"))
    off = ordered(StandingOrder("alice", NOW, mode=Mode.OFF))
    deployed.handle({"Records": [*off["Records"], *an_event("failed_look")["Records"]]}, MINUTE)
    assert deployed.hands.restarts == []


def test_a_mode_ends_when_it_was_said_to(deployed):
    deployed.handle(ordered(StandingOrder("alice", NOW, NOW + 2 * MINUTE, mode=Mode.OFF)))
    deployed.handle(an_event("killed_task"))
    deployed.handle(an_event("failed_look"), MINUTE)
    assert deployed.hands.restarts == []
    deployed.take_later(2 * MINUTE)
    assert len(deployed.hands.restarts) == 1


def test_nobody_can_set_a_mode_above_the_template_s(deployed):
    deployed.policy = RepairPolicy(mode=Mode.ADVISE)
    deployed.handle(ordered(StandingOrder("alice", NOW, mode=Mode.REPAIR)))
    deployed.handle(an_event("killed_task"))
    deployed.handle(an_event("failed_look"), MINUTE)
    assert deployed.hands.restarts == []


def test_an_older_order_that_comes_late_does_not_overwrite_a_newer_one(deployed):
    newer, older = StandingOrder("a", NOW + MINUTE, mode=Mode.OFF), StandingOrder("b", NOW, mode=Mode.REPAIR)
    deployed.handle(ordered(newer, older))
    assert StandingOrders("ledger", deployed.dynamodb).load() == Standing(mode=newer)


def test_the_policy_file_holds_from_the_next_finding_on(deployed):
    deployed.expects_file = True
    deployed.handle(ordered(StandingOrder("policy file", NOW, policy="restart: off")))
    deployed.handle(an_event("killed_task"))
    deployed.handle(an_event("failed_look"), MINUTE)
    assert (deployed.hands.restarts, deployed.voice.changes) == ([], [("refused", "warning")])


def test_where_a_policy_file_is_expected_and_none_was_found_right_yet_nothing_is_touched(deployed):
    deployed.expects_file = True
    deployed.handle(an_event("killed_task"))
    deployed.handle(an_event("failed_look"), MINUTE)
    assert (deployed.hands.restarts, deployed.voice.changes) == ([], [("advised", "warning")])


@pytest.mark.parametrize(("expects_file", "restarts"), [(True, 0), (False, 1)])
def test_a_policy_file_stands_until_another_is_right_and_no_longer_than_the_template_names_one(
    deployed, expects_file, restarts
):
    deployed.expects_file = expects_file
    deployed.handle(ordered(StandingOrder("policy file", NOW - 9 * MINUTE, policy="mode: advise")))
    deployed.handle(an_event("killed_task"))
    deployed.handle(an_event("failed_look"), MINUTE)
    assert len(deployed.hands.restarts) == restarts


def test_a_kept_policy_file_that_this_version_does_not_understand_stops_acting(deployed):
    deployed.expects_file = True
    deployed.handle(ordered(StandingOrder("policy file", NOW, policy="from-the-future: yes")))
    deployed.handle(an_event("killed_task"))
    deployed.handle(an_event("failed_look"), MINUTE)
    assert deployed.hands.restarts == []


def test_standing_orders_of_a_ledger_that_is_away_are_unreachable(deployed):
    away = StandingOrders("no-such-table", deployed.dynamodb)
    for call in (away.load, lambda: away.save(StandingOrder("a", NOW, mode=Mode.OFF))):
        with pytest.raises(Unreachable):
            call()
