"""What connectors have in common, on a real (simulated) table: one write, all of it or nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from connectops.decide.incident import opened
from connectops.errors import LostRace, MalformedEvent, Overtaken, Unreachable
from connectops.ledger import Ledger
from connectops.model import (
    ClusterLock,
    Concerns,
    ConnectorId,
    ConnectorRecord,
    Failing,
    FleetIncident,
    FleetItem,
    Member,
    Membership,
    Platform,
    RestartBudget,
    Shared,
    SharedSource,
    SourceRecord,
    Surroundings,
)
from tests.builders import MINUTE, NOW, ONPREM, ORDERS, a_diagnosis
from tests.fleets import DATABASE, Fleet, changes_of
from tests.tables import a_table

SUBNET = SharedSource(Shared.SUBNET, "subnet-1")
EVERYTHING = Concerns(budget=True, cluster="onprem", sources=(DATABASE, SUBNET))
FRESH = Surroundings(RestartBudget(), ClusterLock("onprem"), (SourceRecord(DATABASE), SourceRecord(SUBNET)))
INCIDENT = FleetIncident("i-1", DATABASE, NOW, "PG_CONN_LOST", ("PG",), "cause", "step")


@pytest.fixture
def dynamodb():
    with mock_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        a_table(client)
        yield client


@pytest.fixture
def ledger(dynamodb):
    return Ledger("ledger", dynamodb)


def a_member(number: int, **more: Any) -> Member:
    connector = ConnectorId(Platform.MSK_CONNECT, "msk", f"c{number}")
    return replace(Member("i-1", DATABASE, connector, "PG_CONN_LOST", NOW, NOW + MINUTE), **more)


def test_what_nobody_wrote_is_fresh(ledger):
    assert ledger.around(EVERYTHING) == FRESH


def test_nothing_is_read_that_a_step_does_not_concern(ledger):
    assert ledger.around(Concerns()) == Surroundings()


def test_all_kinds_of_items_come_back_as_they_were_written_with_the_next_version(ledger):
    failing = Failing(ORDERS, "PG_CONN_LOST", "PG", NOW, restarted=True)
    items: tuple[FleetItem, ...] = (
        RestartBudget(0, 7, (NOW,)),
        ClusterLock("onprem", 0, "onprem/orders", NOW + MINUTE),
        SourceRecord(DATABASE, 0, (failing,), INCIDENT),
        a_member(1),
    )
    ledger.save(ConnectorRecord(ORDERS), NOW, beside=items)
    membership = Membership(DATABASE, "i-1", NOW)
    read = ledger.around(replace(EVERYTHING, members_of=membership))
    assert read == Surroundings(
        RestartBudget(1, 7, (NOW,)),
        ClusterLock("onprem", 1, "onprem/orders", NOW + MINUTE),
        (SourceRecord(DATABASE, 1, (failing,), INCIDENT), SourceRecord(SUBNET)),
        (a_member(1),),
    )


@pytest.mark.parametrize("item", [RestartBudget(claims=(NOW,)), ClusterLock("onprem"), SourceRecord(DATABASE)])
def test_of_two_that_read_the_same_one_is_overtaken_and_nothing_of_its_step_is_written(ledger, item):
    ledger.save(ConnectorRecord(ORDERS), NOW, beside=(item,))
    with pytest.raises(Overtaken):
        ledger.save(ConnectorRecord(ONPREM), NOW, beside=(RestartBudget(), item)[isinstance(item, RestartBudget) :])
    assert ledger.load(ONPREM).version == 0


def test_who_loses_the_race_for_the_record_writes_nothing_of_the_fleet(ledger):
    ledger.save(ConnectorRecord(ORDERS), NOW)
    with pytest.raises(LostRace) as lost:
        ledger.save(ConnectorRecord(ORDERS), NOW, beside=(RestartBudget(claims=(NOW,)),))
    assert not isinstance(lost.value, Overtaken)
    assert ledger.around(EVERYTHING) == FRESH


def test_an_incident_that_ends_is_written_with_all_of_it(ledger):
    ended = replace(opened(ConnectorRecord(ORDERS), NOW, NOW), diagnosis=a_diagnosis())
    ledger.save(ConnectorRecord(ORDERS), NOW, ended=ended, beside=(RestartBudget(claims=(NOW,)),))
    assert list(ledger.incidents(ORDERS)) == [ended]
    assert ledger.around(EVERYTHING).budget.claims == (NOW,)


def test_members_of_one_incident_are_not_those_of_another(ledger):
    ledger.save(ConnectorRecord(ORDERS), NOW, beside=(a_member(1), a_member(2), a_member(3, incident_id="i-10")))
    concerns = Concerns(sources=(DATABASE,), members_of=Membership(DATABASE, "i-1", NOW))
    assert [member.connector.name for member in ledger.around(concerns).members] == ["c1", "c2"]


def test_a_member_that_leaves_is_one_that_has_left(ledger):
    record = ledger.save(ConnectorRecord(ORDERS), NOW, beside=(a_member(1),))
    ledger.save(record, NOW, beside=(a_member(1, left_at=NOW),))
    concerns = Concerns(sources=(DATABASE,), members_of=Membership(DATABASE, "i-1", NOW))
    assert ledger.around(concerns).members == (a_member(1, left_at=NOW),)


def test_an_incident_that_is_over_stays_with_its_members_as_long_as_those_of_single_connectors(ledger, dynamodb):
    over = replace(INCIDENT, ended_at=NOW + MINUTE)
    ledger.save(ConnectorRecord(ORDERS), NOW, beside=(SourceRecord(DATABASE), a_member(1), over))
    assert sorted(ledger.every_incident(), key=str) == [over, a_member(1)]
    kept = {item["sk"]["S"][:8]: item["expires_at"]["N"] for item in dynamodb.scan(TableName="ledger")["Items"]}
    in_ninety_days = str(int((NOW + timedelta(days=90)).timestamp()))
    assert (kept["INCIDENT"], kept["MEMBER#i"]) == (in_ninety_days, in_ninety_days)


def test_an_open_incident_is_among_all_and_what_a_newer_version_wrote_of_one_is_named(ledger, dynamodb):
    ledger.save(ConnectorRecord(ORDERS), NOW, beside=(SourceRecord(DATABASE, incident=INCIDENT), RestartBudget()))
    assert list(ledger.every_incident()) == [INCIDENT]
    (item,) = (item for item in dynamodb.scan(TableName="ledger")["Items"] if item["sk"]["S"] == "SOURCE")
    dynamodb.put_item(TableName="ledger", Item=item | {"schema": {"N": "2"}})
    (unread,) = ledger.every_incident()
    assert (unread.where, "schema 2" in unread.why) == ("#source/database:db.shop SOURCE", True)


def test_all_that_connectors_have_in_common_expires(ledger, dynamodb):
    ledger.save(
        ConnectorRecord(ORDERS), NOW, beside=(RestartBudget(), ClusterLock("a"), SourceRecord(SUBNET), a_member(1))
    )
    items = dynamodb.scan(TableName="ledger")["Items"]
    expiring = [item for item in items if item["pk"]["S"].startswith("#")]
    assert len(expiring) == 4
    assert all(int(item["expires_at"]["N"]) > (NOW + timedelta(days=1)).timestamp() for item in expiring)


def test_an_item_of_a_newer_version_is_not_guessed_at(ledger, dynamodb):
    ledger.save(ConnectorRecord(ORDERS), NOW, beside=(RestartBudget(),))
    (item,) = (item for item in dynamodb.scan(TableName="ledger")["Items"] if item["pk"]["S"] == "#fleet")
    dynamodb.put_item(TableName="ledger", Item=item | {"schema": {"N": "2"}, "item": {"S": json.dumps({})}})
    with pytest.raises(MalformedEvent, match="schema 2, this version reads 1"):
        ledger.around(EVERYTHING)


def test_a_ledger_that_is_away_is_unreachable(dynamodb):
    missing = Ledger("no-such-table", dynamodb)
    with pytest.raises(Unreachable):
        missing.around(EVERYTHING)
    with pytest.raises(Unreachable):
        missing.save(ConnectorRecord(ORDERS), NOW, beside=(RestartBudget(),))


class Stingy:
    """A table with breath for one item at a time, or for none."""

    def __init__(self, client: Any, rounds: int) -> None:
        self.client, self.rounds = client, rounds

    def batch_get_item(self, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803  # boto3's
        ((table, wanted),) = RequestItems.items()
        self.rounds -= 1
        if self.rounds >= 0:
            return {"Responses": {}, "UnprocessedKeys": {table: wanted}}
        answer: dict[str, Any] = self.client.batch_get_item(RequestItems=RequestItems)
        return answer


@pytest.mark.parametrize("rounds", [1, 2])
def test_what_the_table_had_no_breath_for_is_asked_for_once_more(dynamodb, rounds):
    ledger = Ledger("ledger", Stingy(dynamodb, rounds))  # type: ignore[arg-type]  # only what is called
    if rounds == 1:
        assert ledger.around(EVERYTHING) == FRESH
    else:
        with pytest.raises(Unreachable, match="4 items"):
            ledger.around(EVERYTHING)


def test_a_fleet_that_loses_its_database_is_one_incident_through_the_table(ledger):
    fleet = Fleet(12)
    fleet.records = ledger
    fleet.dies(0, a_diagnosis("PG_CONN_LOST"))
    fleet.fails(1)
    assert fleet.restarted == ["msk/c0"]
    fleet.flows(3, 0)
    fleet.fails(4, *range(1, 12))
    assert len(fleet.restarted) == 1 + 5
    assert changes_of(fleet) == [("fleet-opened", "page"), ("fleet-proven", "info")]
    for minute in (5, 6, 7, 8):
        fleet.fails(minute, *(n for n in range(1, 12) if f"msk/c{n}" not in fleet.restarted))
    for minute in range(9, 13):
        fleet.flows(minute, *range(12))
    assert changes_of(fleet)[-1] == ("fleet-resolved", "info")
    assert set(fleet.voice.said[-1].members) == {connector.key for connector in fleet.connectors}
