"""The ledger on a real (simulated) table: versions, races, what is open, what has ended."""

from __future__ import annotations

import json
from dataclasses import replace

import boto3
import pytest
from moto import mock_aws

from connectops.decide.incident import opened
from connectops.errors import LostRace, MalformedEvent, Unreachable
from connectops.ledger import Ledger, connector_of
from connectops.model import Action, Attempt, ConnectorId, ConnectorRecord, Platform
from tests.builders import MINUTE, NOW, ONPREM, ORDERS, a_diagnosis, a_suspicion
from tests.tables import a_table


@pytest.fixture
def dynamodb():
    with mock_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        a_table(client)
        yield client


@pytest.fixture
def ledger(dynamodb):
    return Ledger("ledger", dynamodb)


def a_full_record() -> ConnectorRecord:
    incident = replace(opened(ConnectorRecord(ORDERS), NOW, NOW), diagnosis=a_diagnosis())
    attempt = Attempt(1, Action.RESTART_TASKS, "PG_CONN_LOST", NOW)
    return ConnectorRecord(ORDERS, incident=incident, suspicions=(a_suspicion(),), recent_attempts=(attempt,))


def test_a_connector_that_was_never_written_has_a_fresh_record(ledger):
    assert ledger.load(ORDERS) == ConnectorRecord(ORDERS, version=0)


def test_what_is_saved_is_loaded_with_the_next_version(ledger):
    written = ledger.save(a_full_record(), NOW)
    assert ledger.load(ORDERS) == written == replace(a_full_record(), version=1)


def test_of_two_writers_that_read_the_same_version_one_loses_the_race(ledger):
    read = ledger.save(a_full_record(), NOW)
    ledger.save(read, NOW)
    with pytest.raises(LostRace, match="msk/orders: version 1"):
        ledger.save(read, NOW)


def test_of_two_first_writers_one_loses_the_race(ledger):
    ledger.save(a_full_record(), NOW)
    with pytest.raises(LostRace):
        ledger.save(a_full_record(), NOW)


def test_losing_the_race_writes_no_ended_incident_either(ledger):
    ledger.save(a_full_record(), NOW)
    with pytest.raises(LostRace):
        ledger.save(ConnectorRecord(ORDERS), NOW, ended=a_full_record().incident)
    assert list(ledger.incidents(ORDERS)) == []


def test_only_open_connectors_are_listed(ledger):
    ledger.save(a_full_record(), NOW)
    quiet = ledger.save(ConnectorRecord(ONPREM, suspicions=(a_suspicion(),)), NOW)
    assert ledger.open_connectors() == {ORDERS, ONPREM}
    ledger.save(replace(quiet, suspicions=()), NOW)
    assert ledger.open_connectors() == {ORDERS}


def test_ended_incidents_are_kept_newest_first(ledger):
    record = ConnectorRecord(ORDERS)
    older, newer = opened(record, NOW, NOW), opened(record, NOW + MINUTE, NOW)
    record = ledger.save(record, NOW, ended=older)
    ledger.save(record, NOW, ended=newer)
    assert list(ledger.incidents(ORDERS)) == [newer, older]


def test_a_closed_record_expires_and_an_open_one_does_not(ledger, dynamodb):
    ledger.save(a_full_record(), NOW)
    ledger.save(ConnectorRecord(ONPREM), NOW)
    items = {item["pk"]["S"]: item for item in dynamodb.scan(TableName="ledger")["Items"]}
    assert "expires_at" not in items["msk/orders"]
    assert int(items["onprem/orders"]["expires_at"]["N"]) > NOW.timestamp()


def test_a_record_of_a_newer_version_is_not_guessed_at(ledger, dynamodb):
    state = {"schema": 2, "record": {}}
    item = {"pk": {"S": "msk/orders"}, "sk": {"S": "STATE"}, "record": {"S": json.dumps(state)}}
    dynamodb.put_item(TableName="ledger", Item=item)
    with pytest.raises(MalformedEvent, match="has schema 2, this version reads 1"):
        ledger.load(ORDERS)


def test_a_ledger_that_is_away_is_unreachable(dynamodb):
    missing = Ledger("no-such-table", dynamodb)
    for call in (lambda: missing.load(ORDERS), lambda: missing.save(a_full_record(), NOW), missing.open_connectors):
        with pytest.raises(Unreachable):
            call()


@pytest.mark.parametrize("name", ["orders", "a/b", "with space", "ümläut", "x" * 200])
def test_keys_lead_back_to_their_connector(name):
    for connector in (
        ConnectorId(Platform.MSK_CONNECT, "msk", name),
        ConnectorId(Platform.KAFKA_CONNECT, "onprem", name),
    ):
        assert connector_of(connector.key) == connector
