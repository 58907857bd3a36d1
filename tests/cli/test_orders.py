"""Orders from the desk: whom they mean, that they go by the queue, and what is shown of their outcome."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from moto import mock_aws
from typer.testing import CliRunner, Result

from cli import mode, naming, orders
from cli.deployed import Deployed
from cli.main import app
from cli.naming import Known, Named, NotNamed, find_connector
from connectops.decide.people import person_of
from connectops.findings import DeadLetters
from connectops.ledger import Ledger, connector_of
from connectops.model import (
    Answer,
    AttemptEnd,
    ConnectorRecord,
    Finding,
    Mode,
    OrderKind,
    RepairPolicy,
    StandingOrder,
)
from connectops.policy import PolicyInForce
from connectops.respond import Doors, respond
from functions.respond_to_findings import handler
from tests.builders import ARN, ORDERS, a_look, a_refusal, finding
from tests.fakes import Clock, FakeHands, FakeSight, FakeSwitch, FakeVoice
from tests.tables import TABLE

STACK = {
    "Parameters": {
        "KafkaConnectClusters": {"Type": "String", "Default": json.dumps([{"name": "onprem", "url": "http://c"}])},
        "Mode": {"Type": "String", "Default": "repair"},
    },
    "Resources": {
        "Ledger": {"Type": "AWS::DynamoDB::Table", "Properties": TABLE},
        "Findings": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "f.fifo", "FifoQueue": True}},
    },
    "Outputs": {"LedgerTable": {"Value": {"Ref": "Ledger"}}, "FindingsQueueUrl": {"Value": {"Ref": "Findings"}}},
}


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Desk:
    """A stack in a simulated AWS, whose function runs whenever somebody waits for it."""

    deployed: Deployed
    sight: FakeSight = field(default_factory=FakeSight)
    voice: FakeVoice = field(default_factory=FakeVoice)
    switch: FakeSwitch = field(default_factory=FakeSwitch)
    waits: int = 0
    away: bool = False

    def __post_init__(self) -> None:
        self.hands = FakeHands(Clock(now()), self.sight)
        self.sight.sees = a_look(now())

    def pause(self, seconds: float) -> None:
        """Time passes: the function takes what is in the queue."""
        self.waits += 1
        assert self.deployed.queue is not None
        sqs = boto3.client("sqs")
        answer = sqs.receive_message(QueueUrl=self.deployed.queue._url, MessageSystemAttributeNames=["All"])
        messages = [] if self.away else answer.get("Messages", [])
        records = [
            {"messageId": m["MessageId"], "body": m["Body"], "attributes": m["Attributes"], "eventSource": "aws:sqs"}
            for m in messages
        ]
        doors = Doors(self.deployed.ledger, self.sight, self.hands, self.voice, now, self.switch)
        policy = PolicyInForce(RepairPolicy(), self.deployed.standing, expects_file=False)
        letters = DeadLetters(self.deployed.queue._url, sqs)
        composition = handler.Composition(doors, policy, self.deployed.standing, lambda: letters)
        handler.respond_to_all({"Records": records}, composition)
        for message in messages:
            sqs.delete_message(QueueUrl=self.deployed.queue._url, ReceiptHandle=message["ReceiptHandle"])

    def types(self, *arguments: str) -> Result:
        return CliRunner().invoke(app, [*arguments])


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        boto3.client("cloudformation").create_stack(StackName="connectops", TemplateBody=json.dumps(STACK))
        desk = Desk(Deployed.of("connectops"))
        monkeypatch.setattr(
            orders, "what_there_is", lambda _: Known(("msk", "onprem"), {"orders": ARN}, True, frozenset())
        )
        monkeypatch.setattr(orders.Waiting, "__init__", _waiting(desk))
        monkeypatch.setattr(mode, "sleep", desk.pause)
        yield desk


def _waiting(desk: Desk) -> Callable[..., None]:
    def init(self: orders.Waiting) -> None:
        object.__setattr__(self, "pause", desk.pause)
        object.__setattr__(self, "say", print)

    return init


# ── whom a name means ─────────────────────────────────────────────────────────────────────────────────────────────────


def known(*remembered: str, arns: tuple[str, ...] = ("orders",), listed_all: bool = True) -> Known:
    return Known(("msk", "onprem"), dict.fromkeys(arns, ARN), listed_all, frozenset(map(connector_of, remembered)))


@pytest.mark.parametrize(
    ("name", "there", "key", "arn"),
    [
        ("orders", known(), "msk/orders", ARN),
        ("msk/orders", known(), "msk/orders", ARN),
        ("onprem/orders", known(), "onprem/orders", None),
        ("onprem/never seen", known(), "onprem/never seen", None),
        ("users", known("onprem/users"), "onprem/users", None),
        ("a/b", known("onprem/a/b"), "onprem/a/b", None),
        ("onprem/a/b", known("onprem/a/b"), "onprem/a/b", None),
        ("msk/x", known(listed_all=False), "msk/x", None),
        ("üñí ✓ #?%&=+*'\"", known("onprem/üñí ✓ #?%&=+*'\""), "onprem/üñí ✓ #?%&=+*'\"", None),
    ],
)
def test_a_name_means_the_one_connector_that_it_can(name: str, there: Known, key: str, arn: str | None) -> None:
    assert find_connector(name, there) == Named(connector_of(key), arn)


@pytest.mark.parametrize(
    ("name", "there", "said"),
    [
        ("orders", known("onprem/orders"), "'orders' may be any of onprem/orders, msk/orders: say which"),
        ("onprem/x", known(arns=("onprem/x",)), "may be any of onprem/x, msk/onprem/x: say which"),
        (
            "nothing",
            known(),
            "no connector 'nothing' is known; expected a name, or cluster/name with one of: msk, onprem",
        ),
        ("msk/gone", known("msk/gone"), "no connector 'msk/gone' is known"),
        ("other/orders", known(), "no connector 'other/orders' is known"),
        ("onprem/", known(), "no connector 'onprem/' is known"),
        ("", known(), "no connector '' is known"),
    ],
)
def test_a_name_that_means_none_or_several_is_told_with_what_there_is(name: str, there: Known, said: str) -> None:
    with pytest.raises(NotNamed) as raised:
        find_connector(name, there)
    assert said in str(raised.value)


def test_an_msk_connect_that_cannot_be_listed_does_not_hold_up_an_order(desk: Desk) -> None:
    there = naming.Known(desk.deployed.clusters, {}, False, desk.deployed.ledger.remembered())
    assert find_connector("msk/orders", there) == Named(ORDERS, None)


@pytest.mark.parametrize(
    ("arn", "person"),
    [
        ("arn:aws:iam::123456789012:user/alice", "alice"),
        ("arn:aws:iam::123456789012:user/team/alice", "alice"),
        ("arn:aws:sts::123456789012:assumed-role/Admin/alice@example.com", "alice@example.com (Admin)"),
        ("arn:aws-cn:sts::123456789012:assumed-role/AWSReservedSSO_Ops_0a1b/bob", "bob (AWSReservedSSO_Ops_0a1b)"),
        ("arn:aws:sts::123456789012:federated-user/bob", "bob"),
        ("arn:aws:iam::123456789012:root", "root of 123456789012"),
        ("arn:aws:iam::123456789012:user/", "arn:aws:iam::123456789012:user/"),
        ("AIDAEXAMPLE", "AIDAEXAMPLE"),
        ("", ""),
    ],
)
def test_a_person_is_named_as_people_would(arn: str, person: str) -> None:
    assert person_of(arn) == person


# ── what becomes of an order ──────────────────────────────────────────────────────────────────────────────────────────


def test_an_order_goes_by_the_queue_and_its_answer_is_shown(desk: Desk) -> None:
    result = desk.types("pause", "orders")
    assert result.exit_code == 0
    assert "DONE: the platform accepted it" in result.stdout
    assert desk.switch.calls == [("pause", "msk/orders")]
    [answered] = desk.deployed.ledger.load(ORDERS).orders
    assert answered.order.by
    assert answered.order.sender


def test_a_restart_is_waited_for_until_it_is_proven(desk: Desk) -> None:
    def heal(seconds: float) -> None:
        Desk.pause(desk, seconds)
        if desk.waits == 3:
            record = desk.deployed.ledger.load(ORDERS)
            [attempt] = record.recent_attempts
            proven = replace(attempt, end=AttemptEnd.PROVEN, remark="proven by records that flow again")
            desk.deployed.ledger.save(replace(record, incident=None, recent_attempts=(proven,)), now())

    named, order = Named(ORDERS, ARN), orders._order(OrderKind.RESTART, Named(ORDERS, ARN), "alice", None, force=False)
    assert desk.deployed.queue is not None
    desk.deployed.queue.send([Finding(ORDERS, order.at, order.id, order=order)])
    said: list[str] = []
    assert orders.follow(desk.deployed.ledger, named, order, orders_waiting(heal, said)) == 0
    assert said[0] == "DONE: the platform accepted it"
    assert said[-1] == "PROVEN: proven by records that flow again"


def orders_waiting(pause: Callable[[float], None], said: list[str]) -> orders.Waiting:
    waiting = object.__new__(orders.Waiting)
    object.__setattr__(waiting, "pause", pause)
    object.__setattr__(waiting, "say", said.append)
    return waiting


def test_a_refusal_is_shown_with_its_reason_and_exit_code_1(desk: Desk) -> None:
    desk.sight.sees = a_look(now(), state=a_look().state.PAUSED)
    result = desk.types("restart", "msk/orders")
    assert (result.exit_code, "REFUSED: it is PAUSED: resume it" in result.stdout) == (1, True)


def test_what_is_at_stake_is_shown_and_force_overrules_it(desk: Desk) -> None:
    doors = Doors(desk.deployed.ledger, desk.sight, desk.hands, desk.voice, now, desk.switch)
    respond(doors, finding(a_refusal(at=now())), RepairPolicy())
    refused = desk.types("restart", "orders")
    assert "a restart does not cure this cause" in refused.stdout
    assert desk.hands.restarts == []
    forced = desk.types("restart", "orders", "--force", "--no-wait")
    desk.pause(1)
    assert (forced.exit_code, len(desk.hands.restarts)) == (0, 1)


def test_a_hold_lasts_as_long_as_it_says_by_the_queue_s_clock(desk: Desk) -> None:
    assert desk.types("hold", "orders", "--for", "2h").exit_code == 0
    held = desk.deployed.ledger.load(ORDERS).hold
    assert held is not None
    assert timedelta(hours=1, minutes=59) < held.until - now() <= timedelta(hours=2)


def test_a_deployment_that_does_not_answer_is_exit_code_3(desk: Desk) -> None:
    desk.away = True
    result = desk.types("release", "orders")
    assert (result.exit_code, "no answer yet" in result.stdout) == (3, True)


def test_a_stack_that_is_none_is_told(desk: Desk) -> None:
    result = desk.types("pause", "orders", "--stack", "other")
    assert result.exit_code == 2
    assert "connectops pause: stack other: " in result.stderr


def test_a_name_of_two_is_told_before_anything_is_sent(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders, "what_there_is", lambda _: known("onprem/orders"))
    result = desk.types("pause", "orders")
    assert (result.exit_code, "say which" in result.stderr) == (2, True)


@pytest.mark.parametrize("lasts", ["soon", "0s", "32d", "-1h"])
def test_a_time_that_is_none_is_refused_at_the_desk(desk: Desk, lasts: str) -> None:
    result = desk.types("hold", "orders", "--for", lasts)
    assert result.exit_code == 2
    assert "expected a duration above 0" in " ".join(result.stderr.replace("│", " ").split())


def test_the_ledger_names_every_connector_that_it_remembers(desk: Desk) -> None:
    for key in ("msk/orders", "onprem/a/b", "onprem/ü"):
        desk.deployed.ledger.save(ConnectorRecord(connector_of(key)), now())
    desk.deployed.standing.save(StandingOrder("alice", now(), mode=Mode.OFF))
    assert {each.key for each in desk.deployed.ledger.remembered()} == {"msk/orders", "onprem/a/b", "onprem/ü"}


def test_clusters_are_those_of_the_stack(desk: Desk) -> None:
    assert desk.deployed.clusters == ("msk", "onprem")


# ── the mode ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_mode_is_set_by_the_queue_and_shown_with_who_said_it(desk: Desk) -> None:
    result = desk.types("mode", "off", "--for", "4h")
    assert (result.exit_code, "it stands: mode off" in result.stdout) == (0, True)
    shown = desk.types("mode").stdout
    assert shown.startswith("off (the template says repair)")
    assert " said off at " in shown
    order = desk.deployed.standing.load().mode
    assert order is not None
    assert order.until is not None


def test_the_same_mode_again_is_another_order(desk: Desk) -> None:
    for _ in range(2):
        assert desk.types("mode", "advise").exit_code == 0


def test_what_holds_without_an_order_is_the_template_s(desk: Desk) -> None:
    assert desk.types("mode").stdout == "repair (the template says repair)\n"


@pytest.mark.parametrize("arguments", [("on",), ("off", "--for", "soon")])
def test_a_mode_that_is_none_is_refused_at_the_desk(desk: Desk, arguments: tuple[str, ...]) -> None:
    assert desk.types("mode", *arguments).exit_code == 2


def test_answers_are_kept_for_the_desk(desk: Desk) -> None:
    desk.types("silence", "orders", "--for", "30m")
    assert isinstance(desk.deployed.ledger, Ledger)
    assert [each.answer for each in desk.deployed.ledger.load(ORDERS).orders] == [Answer.DONE]
