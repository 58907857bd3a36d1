"""A connector may be called whatever Kafka Connect takes: nothing on its way takes it for another one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from connectops.decide.incident import opened
from connectops.findings import encode
from connectops.ledger import Ledger
from connectops.model import ConnectorId, ConnectorRecord, Finding, Platform
from connectops.tell import email_text, slack_message
from tests.builders import NOW, a_look, finding_in
from tests.notices import a_notice
from tests.tables import a_table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NAMES = (
    "orders",
    "shop/orders",
    "/",
    "#source/orders",
    "INCIDENT#1",
    "facts#msk/orders",
    "..",
    "%2F",
    "a b",
    "[b]bold[/b] <b> & *x* `y` {z} ${a:b}",
    'it\'s "quoted" \\ ; | $(x)',
    "ü 日本 🐘",
    "a\u2028b",
    "x" * 255,
)


@pytest.fixture(scope="module")
def dynamodb() -> Iterator[DynamoDBClient]:
    with mock_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        a_table(client)
        yield client


def called(name: str) -> ConnectorId:
    return ConnectorId(Platform.KAFKA_CONNECT, "onprem", name)


@pytest.mark.parametrize("name", NAMES)
def test_a_finding_arrives_for_whom_it_was_sent(name: str) -> None:
    look = a_look(connector=called(name))
    sent = Finding(look.connector, NOW, "1", look=look)
    assert finding_in(encode(sent)) == sent


@pytest.mark.parametrize("name", NAMES)
def test_the_ledger_knows_each_by_its_own_name(dynamodb: DynamoDBClient, name: str) -> None:
    ledger = Ledger("ledger", dynamodb)
    incident = opened(ConnectorRecord(called(name)), NOW, NOW)
    written = ledger.save(ConnectorRecord(called(name), incident=incident), NOW)
    assert ledger.load(called(name)) == written
    assert called(name) in ledger.open_connectors()
    assert called(name) in ledger.remembered()
    assert incident in list(ledger.every_incident())


def test_all_of_them_are_as_many_connectors(dynamodb: DynamoDBClient) -> None:
    ledger = Ledger("ledger", dynamodb)
    for name in NAMES:
        ledger.save(
            ConnectorRecord(called(f"{name} once"), incident=opened(ConnectorRecord(called(name)), NOW, NOW)), NOW
        )
    assert len([each for each in ledger.remembered() if each.name.endswith(" once")]) == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_people_read_of_each_by_mail_and_in_slack(name: str) -> None:
    notice = a_notice(connector=called(name), title=f"{name} is not restarted")
    subject = email_text.subject(notice)
    assert subject.isascii()
    assert subject.isprintable()
    assert len(subject) < 100
    assert name in email_text.text(notice)
    assert "<b>" not in str(slack_message.render(notice)), "it would be markup"
