"""The last descriptions of connectors, on a real (simulated) table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from connectops.decide.last_description import remembered
from connectops.descriptions import Descriptions, Kept
from connectops.errors import MalformedEvent, Unreachable
from connectops.ledger import Ledger
from tests.builders import MINUTE, NOW, ONPREM, ORDERS
from tests.decide.test_recreate import described
from tests.tables import a_table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture
def dynamodb() -> Iterator[DynamoDBClient]:
    with mock_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        a_table(client)
        yield client


@pytest.fixture
def descriptions(dynamodb: DynamoDBClient) -> Descriptions:
    return Descriptions("ledger", dynamodb, remembered)


def test_what_was_kept_comes_back_with_its_time_and_the_table_never_had_a_secret(
    descriptions: Descriptions, dynamodb: DynamoDBClient
) -> None:
    descriptions.keep(ORDERS, described(), NOW)
    assert descriptions.kept_of(ORDERS) == Kept(remembered(described()), NOW)
    assert descriptions.kept_of(ONPREM) is None
    assert "hunter2" not in str(dynamodb.scan(TableName="ledger")["Items"])


def test_the_newer_of_two_stays_whoever_writes_last(descriptions: Descriptions) -> None:
    descriptions.keep(ORDERS, described(connectorState="RUNNING"), NOW + MINUTE)
    descriptions.keep(ORDERS, described(), NOW)
    kept = descriptions.kept_of(ORDERS)
    assert kept
    assert kept.description["connectorState"] == "RUNNING"


def test_a_description_is_forgotten_when_nothing_renews_it(
    descriptions: Descriptions, dynamodb: DynamoDBClient
) -> None:
    descriptions.keep(ORDERS, described(), NOW)
    [item] = dynamodb.scan(TableName="ledger")["Items"]
    assert int(item["expires_at"]["N"]) == int((NOW + timedelta(days=90)).timestamp())


def test_a_description_of_a_newer_version_is_said_and_not_guessed_at(
    descriptions: Descriptions, dynamodb: DynamoDBClient
) -> None:
    descriptions.keep(ORDERS, described(), NOW)
    [item] = dynamodb.scan(TableName="ledger")["Items"]
    dynamodb.put_item(TableName="ledger", Item=item | {"schema": {"N": "2"}})
    with pytest.raises(MalformedEvent, match="schema 2, this version reads 1"):
        descriptions.kept_of(ORDERS)


def test_descriptions_are_neither_connectors_nor_incidents(
    descriptions: Descriptions, dynamodb: DynamoDBClient
) -> None:
    descriptions.keep(ORDERS, described(), NOW)
    ledger = Ledger("ledger", dynamodb)
    assert (ledger.remembered(), list(ledger.every_incident())) == (frozenset(), [])


def test_a_table_that_is_away_is_unreachable(dynamodb: DynamoDBClient) -> None:
    missing = Descriptions("no-such-table", dynamodb, remembered)
    for call in (lambda: missing.kept_of(ORDERS), lambda: missing.keep(ORDERS, described(), NOW)):
        with pytest.raises(Unreachable):
            call()
