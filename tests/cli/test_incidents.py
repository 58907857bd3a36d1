"""`connectops incidents` and `incident`, as they are typed, on the table of a stack in a simulated AWS."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest
from moto import mock_aws
from typer.testing import CliRunner, Result

from cli.main import app
from connectops.decide.incident import opened
from connectops.ledger import Ledger
from connectops.model import (
    ConnectorId,
    ConnectorRecord,
    FleetIncident,
    Incident,
    Member,
    OrderKind,
    SourceRecord,
)
from tests.builders import MINUTE, NOW, ONPREM, ORDERS, a_diagnosis, a_failed_look, a_look, a_refusal, an_order
from tests.fakes import World
from tests.fleets import LOST, Fleet
from tests.tables import TABLE

STACK = {
    "Resources": {"Ledger": {"Type": "AWS::DynamoDB::Table", "Properties": TABLE}},
    "Outputs": {"LedgerTable": {"Value": {"Ref": "Ledger"}}},
}


def types(*arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments], env={"COLUMNS": "250", "NO_COLOR": "1"})


def listed(*arguments: str) -> dict[str, Any]:
    result = types("incidents", "--json", *arguments)
    assert result.exit_code == 0, result.stderr
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


@pytest.fixture
def ledger(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        cloudformation = boto3.client("cloudformation")
        cloudformation.create_stack(StackName="connectops", TemplateBody=json.dumps(STACK))
        (stack,) = cloudformation.describe_stacks(StackName="connectops")["Stacks"]
        yield Ledger(stack["Outputs"][0]["OutputValue"], boto3.client("dynamodb"))


def lived() -> Incident:
    """An incident that was repaired, with a person's order on the way."""
    world = World()
    world.sight.sees = a_failed_look()
    world.take(a_diagnosis())
    world.take(an_order(OrderKind.ACK))
    world.take(a_failed_look(NOW + MINUTE), MINUTE)
    world.take(a_look(NOW + 3 * MINUTE, records_at=NOW + 2 * MINUTE), 3 * MINUTE)
    (ended,) = world.records.ended
    return ended


def refused(connector: ConnectorId = ONPREM) -> ConnectorRecord:
    world = World()
    world.take(a_refusal(evidence=("ERROR [x] gone",)))
    record = world.record()
    assert record.incident is not None
    incident = opened(ConnectorRecord(connector), NOW - 60 * MINUTE, NOW)
    incident = replace(record.incident, connector=connector, id=incident.id, opened_at=incident.opened_at)
    return ConnectorRecord(connector, incident=incident)


def test_open_incidents_come_first_and_then_the_newest(ledger: Ledger) -> None:
    ended = lived()
    older = replace(ended, id="20200101-old", opened_at=NOW - 600 * MINUTE)
    written = ledger.save(ConnectorRecord(ORDERS), NOW, ended=older)
    ledger.save(written, NOW, ended=ended)
    ledger.save(refused(), NOW)
    found = listed()["incidents"]
    assert [(each["connector"], each["state"]) for each in found] == [
        ("onprem/orders", "REFUSED"),
        ("msk/orders", "ENDED"),
        ("msk/orders", "ENDED"),
    ]
    assert found[2]["id"] == "20200101-old"


def test_the_list_says_what_programs_want_to_know(ledger: Ledger) -> None:
    ledger.save(refused(), NOW)
    (found,) = listed()["incidents"]
    assert found == {
        "id": refused().incident.id,  # type: ignore[union-attr]  # made with one
        "connector": "onprem/orders",
        "platform": "kafka-connect",
        "class": "MYSQL_BINLOG_POSITION_LOST",
        "state": "REFUSED",
        "health": None,
        "verdict": "DO_NOT_RESTART",
        "since": "2026-11-23T11:00:00.000Z",
        "ended": None,
        "attempts": 0,
        "notices": 1,
        "last_notice": "2026-11-23T12:00:00.000Z",
        "told": "page",
        "decision": "REFUSE",
        "reason": "a restart does not cure this cause, or does harm",
    }


@pytest.mark.parametrize(
    ("name", "connectors"),
    [
        ("orders", ["msk/orders", "onprem/orders"]),
        ("onprem/orders", ["onprem/orders"]),
        ("msk/orders", ["msk/orders"]),
        ("order", []),
        ("a/[b] ü", ["onprem/a/[b] ü"]),
    ],
)
def test_a_name_chooses_whether_or_not_the_connector_is_still_there(
    ledger: Ledger, name: str, connectors: list[str]
) -> None:
    for connector in (ORDERS, ONPREM, replace(ONPREM, name="a/[b] ü")):
        ledger.save(refused(connector), NOW)
    assert sorted(each["connector"] for each in listed(name)["incidents"]) == connectors


def test_people_get_a_table(ledger: Ledger) -> None:
    ledger.save(refused(replace(ONPREM, name="[b] ü")), NOW)
    (line,) = [line for line in types("incidents").stdout.splitlines() if "onprem/" in line]
    cells = [cell.strip() for cell in line.strip("│").split("│")]
    assert cells[1:] == [
        "onprem/[b] ü",
        "MYSQL_BINLOG_POSITION_LOST",
        "REFUSED",
        "DO_NOT_RESTART",
        "2026-11-23 11:00:00",
        "0",
        "2026-11-23 12:00:00 page",
    ]


@pytest.mark.usefixtures("ledger")
def test_a_quiet_past_is_said() -> None:
    assert types("incidents").stdout == "No incident is remembered.\n"
    assert types("incidents", "orders").stdout == "No incident of orders is remembered.\n"


def newer(ledger: Ledger) -> None:
    boto3.client("dynamodb").put_item(
        TableName=ledger._table,
        Item={
            "pk": {"S": "msk/users"},
            "sk": {"S": "INCIDENT#20270101T000000-tomorrow"},
            "schema": {"N": "2"},
            "incident": {"S": "{}"},
        },
    )


def test_what_a_newer_version_wrote_is_named_and_hides_nothing(ledger: Ledger) -> None:
    ledger.save(refused(), NOW)
    newer(ledger)
    answer = listed()
    assert len(answer["incidents"]) == 1
    assert answer["not_read"] == [
        "msk/users INCIDENT#20270101T000000-tomorrow: it has schema 2, this version reads 1: use the newer version"
    ]
    assert "not read: msk/users" in types("incidents").stderr
    assert types("unknowns").exit_code == 0
    assert "not read: msk/users" in types("unknowns").stderr
    asked = types("incident", "20270101T000000-tomorrow")
    assert (asked.exit_code, "it has schema 2" in asked.stderr) == (2, True)


def test_one_incident_is_shown_with_its_whole_life(ledger: Ledger) -> None:
    ended = lived()
    ledger.save(ConnectorRecord(ORDERS), NOW, ended=ended)
    shown = " ".join(types("incident", ended.id).stdout.split())
    for said in (
        "msk/orders PG_CONN_LOST ENDED",
        "read PG_CONN_LOST",
        "alice ordered ack: DONE",
        "told people: opened",
        "RESTART_TASKS",
        "PROVEN",
        "told people: resolved",
        "ended 2026-11-23 12:03:00",
    ):
        assert said in shown


def test_json_has_all_that_the_ledger_has(ledger: Ledger) -> None:
    ended = lived()
    ledger.save(ConnectorRecord(ORDERS), NOW, ended=ended)
    answer = json.loads(types("incident", ended.id[:10], "--json").stdout)
    assert answer["summary"] == listed()["incidents"][0]
    assert [entry["what"] for entry in answer["incident"]["timeline"]] == [entry.what for entry in ended.timeline]
    assert answer["incident"]["attempts"][0]["end"] == "PROVEN"


def test_lines_are_shown_as_they_were_kept(ledger: Ledger) -> None:
    record = refused()
    ledger.save(record, NOW)
    assert record.incident
    assert "ERROR [x] gone" in types("incident", record.incident.id).stdout


def test_a_lost_position_is_shown_with_the_ways_out_of_its_platform(ledger: Ledger) -> None:
    for connector in (ORDERS, ONPREM):
        record = refused(connector)
        assert record.incident
        ledger.save(record, NOW)
        answer = json.loads(types("incident", record.incident.id, "--json").stdout)
        by_rest = any("/connectors/NAME/offsets" in each["how"] for each in answer["choices"])
        assert by_rest is (connector is ONPREM)
        shown = " ".join(types("incident", record.incident.id).stdout.split())
        assert "Its position is lost" in shown
        assert ("Kafka Connect 3.6" in shown) is by_rest


def test_another_failure_has_nothing_to_choose(ledger: Ledger) -> None:
    ended = lived()
    ledger.save(ConnectorRecord(ORDERS), NOW, ended=ended)
    assert json.loads(types("incident", ended.id, "--json").stdout)["choices"] == []
    assert "position" not in types("incident", ended.id).stdout


def test_an_id_that_begins_another_means_itself(ledger: Ledger) -> None:
    record = refused()
    assert record.incident
    update = replace(record.incident, id=f"{record.incident.id}-update")
    ledger.save(replace(record, failed_update=update), NOW)
    answer = json.loads(types("incident", record.incident.id, "--json").stdout)
    assert answer["incident"]["id"] == record.incident.id


def test_an_id_of_several_or_of_none_is_told(ledger: Ledger) -> None:
    for connector in (ORDERS, ONPREM):
        ledger.save(refused(connector), NOW)
    several = types("incident", "2026")
    assert (several.exit_code, "2 incidents begin with '2026'" in several.stderr) == (2, True)
    assert "(msk/orders)" in several.stderr
    for none in ("1999", ""):
        result = types("incident", none)
        assert (result.exit_code, f"no incident {none!r} is remembered" in result.stderr) == (2, True)


# ── what several of them share ────────────────────────────────────────────────────────────────────────────────────────


def outage(ledger: Ledger, *, is_over: bool = False) -> FleetIncident:
    """Three connectors lose one database, as the ledger has it while the first one is restarted, or afterwards."""
    fleet = Fleet(3)
    fleet.dies(0, LOST)
    for minute in range(1, 3):
        fleet.fails(minute)
    shared = fleet.incident()
    for minute in range(3, 8) if is_over else ():
        fleet.flows(minute, 0, 1, 2)
    items = [
        replace(item, version=0) if isinstance(item, SourceRecord) else item for item in fleet.records.shared.values()
    ]
    beside = tuple(item for item in items if isinstance(item, SourceRecord | Member | FleetIncident))
    ledger.save(ConnectorRecord(ONPREM), NOW, beside=beside)
    return shared


def test_what_several_share_is_listed_with_those_who_take_part(ledger: Ledger) -> None:
    known = outage(ledger)
    [shared] = listed()["shared"]
    assert shared == {
        "id": known.id,
        "shared": "database:db.shop",
        "connectors": ["msk/c2", "msk/c0", "msk/c1"],
        "class": "PG_CONN_LOST",
        "state": "PROBING",
        "probe": "msk/c0",
        "failed_probes": 0,
        "since": "2026-11-23T12:00:00.000Z",
        "proven": None,
        "ended": None,
        "notices": 1,
        "last_notice": "2026-11-23T12:00:00.000Z",
    }
    shown = types("incidents").stdout
    assert "the database host db.shop" in shown
    assert "No incident is remembered" in shown


@pytest.mark.parametrize(("name", "count"), [("c1", 1), ("msk/c1", 1), ("onprem/c1", 0), ("c", 0)])
def test_a_name_chooses_what_it_takes_part_in(ledger: Ledger, name: str, count: int) -> None:
    outage(ledger)
    assert len(listed(name)["shared"]) == count


def test_one_shared_incident_is_shown_with_its_connectors_and_what_holds_them(ledger: Ledger) -> None:
    known = outage(ledger)
    shown = " ".join(types("incident", known.id).stdout.split())
    for said in (
        "the database host db.shop PG_CONN_LOST PROBING",
        "msk/c0 is restarted; the others wait for its proof",
        "1 notices, the last at 2026-11-23 12:00:00",
        "│ msk/c2 │ PG_CONN_LOST │ 2026-11-23 12:",
    ):
        assert said in shown
    answer = json.loads(types("incident", known.id[:16], "--json").stdout)
    assert answer["summary"] == listed()["shared"][0]
    assert [each["connector"]["name"] for each in answer["members"]] == ["c2", "c0", "c1"]


def test_one_that_is_over_stays_with_when_each_left_it(ledger: Ledger) -> None:
    known = outage(ledger, is_over=True)
    [shared] = listed()["shared"]
    assert (shared["id"], shared["state"], shared["probe"]) == (known.id, "ENDED", "msk/c0")
    assert shared["ended"] > shared["proven"] > shared["since"]
    answer = json.loads(types("incident", known.id, "--json").stdout)
    assert all(each["left_at"] for each in answer["members"])
    shown = types("incident", known.id).stdout
    assert "ended 2026-11-23 12:" in shown
    assert "next" not in shown


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize("command", [("incidents",), ("incident", "x")])
def test_a_stack_that_is_none_is_told(command: tuple[str, ...]) -> None:
    result = types(*command, "--stack", "other")
    assert result.exit_code == 2
    assert f"connectops {command[0]}: stack other: " in result.stderr
