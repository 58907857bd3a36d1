"""What is remembered of connectors on MSK Connect, on a real (simulated) table."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import boto3
import pytest
from moto import mock_aws

from connectops.errors import Unreachable
from connectops.facts import FactsTable
from connectops.model import ChangedSetting, ConnectorId, ConnectorState, Facts, Platform, Update, UpdateState
from tests.builders import MINUTE, NOW, ONPREM, ORDERS
from tests.tables import a_table

FACTS = Facts(ORDERS, "V1", ConnectorState.RUNNING, timedelta(seconds=10), tags=(("owner", "shop"),))


@pytest.fixture
def dynamodb():
    with mock_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        a_table(client)
        yield client


@pytest.fixture
def table(dynamodb):
    return FactsTable("ledger", dynamodb)


def test_a_failed_update_is_kept_as_it_was_told(table):
    changes = (ChangedSetting("tasks.max", "1", None),)
    update = Update("arn:1", UpdateState.ROLLED_BACK, NOW, NOW + MINUTE, error="no", changes=changes, more_changes=2)
    table.remember(replace(FACTS, update=update), NOW)
    assert table.recall([ORDERS])[ORDERS].update == update


def test_what_is_kept_is_loaded_and_the_rest_is_not_known(table):
    table.remember(FACTS, NOW)
    assert table.recall([ORDERS, ONPREM]) == {ORDERS: FACTS}
    assert table.recall([]) == {}


def test_the_newer_of_two_stays_whoever_writes_last(table):
    newer = Facts(ORDERS, "V2")
    table.remember(newer, NOW + MINUTE)
    table.remember(FACTS, NOW)
    assert table.recall([ORDERS]) == {ORDERS: newer}


def test_more_connectors_than_a_call_takes_are_loaded(table):
    connectors = [ConnectorId(Platform.MSK_CONNECT, "msk", f"c{number}") for number in range(250)]
    for connector in connectors:
        table.remember(Facts(connector), NOW)
    assert table.recall(connectors).keys() == set(connectors)


def test_facts_of_another_version_or_form_are_read_again_and_not_guessed_at(table, dynamodb):
    for text in ('{"schema": 2, "facts": {}}', '{"schema": 1, "facts": {"connector": 1}}', "no JSON"):
        dynamodb.put_item(
            TableName="ledger",
            Item={"pk": {"S": "facts#msk/orders"}, "sk": {"S": "FACTS"}, "facts": {"S": text}},
        )
        assert table.recall([ORDERS]) == {}


def test_facts_are_forgotten_when_nothing_renews_them(table, dynamodb):
    table.remember(FACTS, NOW)
    [item] = dynamodb.scan(TableName="ledger")["Items"]
    assert int(item["expires_at"]["N"]) == int((NOW + timedelta(days=30)).timestamp())


def test_a_table_that_is_away_is_unreachable(dynamodb):
    missing = FactsTable("no-such-table", dynamodb)
    for call in (lambda: missing.recall([ORDERS]), lambda: missing.remember(FACTS, NOW)):
        with pytest.raises(Unreachable):
            call()
