"""The ledger on a real (simulated) table: versions, races, what is open, what has ended."""

from __future__ import annotations

import json
from dataclasses import replace

import boto3
import pytest
from moto import mock_aws

from connectops.decide.incident import opened
from connectops.errors import LostRace, MalformedEvent, Unreachable
from connectops.ledger import Ledger, Unread, connector_of
from connectops.model import Action, Attempt, ConnectorId, ConnectorRecord, Incident, Platform
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


def test_every_incident_is_read_and_one_of_a_newer_version_is_named(ledger, dynamodb):
    record = ConnectorRecord(ORDERS)
    older, newer = opened(record, NOW, NOW), opened(record, NOW + MINUTE, NOW)
    read = ledger.save(record, NOW, ended=older)
    ledger.save(replace(a_full_record(), version=read.version), NOW, ended=newer)
    dynamodb.update_item(
        TableName="ledger",
        Key={"pk": {"S": "msk/orders"}, "sk": {"S": f"INCIDENT#{newer.id}"}},
        UpdateExpression="SET #schema = :newer, incident = :form",
        ExpressionAttributeNames={"#schema": "schema"},
        ExpressionAttributeValues={":newer": {"N": "2"}, ":form": {"S": '{"of": "tomorrow"}'}},
    )
    found = list(ledger.every_incident())
    unread = Unread(f"msk/orders INCIDENT#{newer.id}", "it has schema 2, this version reads 1: use the newer version")
    assert sorted(map(str, found)) == sorted(map(str, [older, a_full_record().incident, unread]))
    assert list(ledger.incidents(ORDERS)) == [older]


def test_a_record_of_a_newer_version_hides_no_incident(ledger, dynamodb):
    ledger.save(replace(a_full_record(), connector=ONPREM), NOW)
    item = {"pk": {"S": "msk/orders"}, "sk": {"S": "STATE"}, "record": {"S": '{"schema": 2}'}}
    dynamodb.put_item(TableName="ledger", Item=item)
    unread, incident = sorted(ledger.every_incident(), key=lambda each: isinstance(each, Incident))
    assert incident == a_full_record().incident
    assert (unread.where, "schema 2" in unread.why) == ("msk/orders STATE", True)


def test_an_incident_that_is_no_json_is_named_and_hides_no_other(ledger, dynamodb):
    ledger.save(a_full_record(), NOW)
    item = {"pk": {"S": "msk/orders"}, "sk": {"S": "INCIDENT#x"}, "schema": {"N": "1"}, "incident": {"S": "{"}}
    dynamodb.put_item(TableName="ledger", Item=item)
    assert {type(each) for each in ledger.every_incident()} == {Incident, Unread}


def test_what_is_no_connector_s_item_is_no_incident(ledger, dynamodb):
    dynamodb.put_item(TableName="ledger", Item={"pk": {"S": "deployment"}, "sk": {"S": "MODE"}, "order": {"S": "{}"}})
    assert list(ledger.every_incident()) == []


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
