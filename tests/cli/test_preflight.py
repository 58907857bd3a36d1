"""The command as it is typed: silent on what is good, and finding each planted fault."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from tests.cli.preflight_cases import FAULTS, GOOD, MARIADB, MODERN, POSTGRES, SEED, WORKER, planted


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["preflight", *map(str, arguments)])


class Desk:
    """A folder to put configurations into."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.worker = self.file("worker.properties", WORKER)

    def file(self, name: str, content: str) -> Path:
        path = self.folder / name
        path.write_text(content)
        return path

    def look(self, configuration: dict[str, Any], debezium: str, *more: str) -> tuple[int, dict[str, Any]]:
        path = self.file("connector.json", json.dumps(configuration))
        result = run(path, "--debezium", debezium, "--worker", self.worker, "--json", *more)
        assert result.stderr == ""
        return result.exit_code, json.loads(result.stdout)["connectors"][0]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.mark.parametrize("title", GOOD)
def test_a_good_configuration_is_not_complained_of(desk: Desk, title: str) -> None:
    configuration, debezium, connect = GOOD[title]
    code, told = desk.look(configuration, debezium, "--connect", connect)
    assert told["findings"] == []
    assert code == 0


@pytest.mark.parametrize(
    ("good", "debezium", "change", "rule", "effect"), [one[1:] for one in FAULTS], ids=[one[0] for one in FAULTS]
)
def test_a_planted_fault_is_found(
    desk: Desk, good: dict[str, str], debezium: str, change: dict[str, str | None], rule: str, effect: str
) -> None:
    code, told = desk.look(planted(good, change), debezium)
    found = {(one["rule"], one["effect"]) for one in told["findings"]}
    assert (rule, effect) in found
    assert code == (1 if any(effect == "fails" for _, effect in found) else 0)
    assert all(one["reason"] and one["fix"] for one in told["findings"])


def test_no_fault_brings_findings_that_have_nothing_to_do_with_it(desk: Desk) -> None:
    for title, good, debezium, change, rule, _ in FAULTS:
        _, told = desk.look(planted(good, change), debezium)
        others = {one["rule"] for one in told["findings"]} - {rule}
        # A name of the other version is missing under its own; an override of a list brings its old name's own faults.
        assert others <= {"missing", "renamed", "both-lists", "no-server-id"}, title


def test_a_misspelt_name_is_answered_with_the_right_one(desk: Desk) -> None:
    _, told = desk.look(MODERN | {"hearbeat.interval.ms": "1"}, "2.7.4")
    assert [one["fix"] for one in told["findings"]] == ["Did you mean heartbeat.interval.ms?"]


def test_what_goes_to_the_driver_and_to_plugged_parts_is_not_unknown(desk: Desk) -> None:
    passed = {
        "database.connectionTimeZone": "UTC",
        "converters": "boolean",
        "boolean.type": "io.debezium.connector.mysql.converters.TinyIntOneToBooleanConverter",
        "boolean.selector": ".*",
        "value.converter.schemas.enable": "false",
        "producer.override.linger.ms": "5",
        "internal.snapshot.scan.all.columns.force": "true",
        "binary.handling.mode": "base64",
    }
    _, told = desk.look(MODERN | passed, "2.7.4")
    assert told["findings"] == []


def test_debezium_3_does_not_start_on_the_java_of_kafka_connect_2_7(desk: Desk) -> None:
    code, told = desk.look(POSTGRES, "3.2.0", "--connect", "2.7.1")
    assert [one["rule"] for one in told["findings"]] == ["java"]
    assert code == 1


def test_what_no_configuration_can_mend_is_a_note(desk: Desk) -> None:
    assert [one["rule"] for one in desk.look(SEED, "1.6.1")[1]["notes"]] == ["full-restarts"]
    assert [one["rule"] for one in desk.look(MARIADB, "3.2.0")[1]["notes"]] == ["retries-nothing", "password-in-log"]
    assert desk.look(MODERN, "2.7.4")[1]["notes"] == []


def test_connectors_that_share_what_is_one_connectors_own_are_told_apart(desk: Desk) -> None:
    first = desk.file("first.json", json.dumps(MODERN))
    second = desk.file("second.json", json.dumps(MODERN | {"topic.prefix": "other"}))
    result = run(first, second, "--debezium", "2.7.4", "--worker", desk.worker, "--json")
    one, two = (told["findings"] for told in json.loads(result.stdout)["connectors"])
    assert one == []
    assert [found["rule"] for found in two] == ["server-id-clash", "history-clash"]
    assert "first.json" in two[0]["reason"]


def test_without_a_version_the_names_tell_it_and_that_is_said(desk: Desk) -> None:
    old, new = desk.file("old.json", json.dumps(SEED)), desk.file("new.json", json.dumps(MODERN))
    result = run(old, "--worker", desk.worker)
    assert "Debezium mysql 1.6.1 (assumed; say --debezium otherwise)" in result.stdout
    assert "nothing that fails or hurts" in result.stdout
    assert "Debezium mysql 3.2.0 (assumed" in run(new, "--worker", desk.worker).stdout


def test_properties_and_the_body_of_a_request_are_read_as_well(desk: Desk) -> None:
    lines = "".join(f"{name}={value}\n" for name, value in SEED.items())
    desk.file("connector.properties", f"# ours\n\nname=shop\n{lines}")
    desk.file("request.json", json.dumps({"name": "shop", "config": SEED}))
    for name in ("connector.properties", "request.json"):
        result = run(desk.folder / name, "--worker", desk.worker, "--json")
        assert json.loads(result.stdout)["connectors"][0]["findings"] == []


def test_a_value_that_is_no_text_is_found(desk: Desk) -> None:
    code, told = desk.look(SEED | {"table.include.list": ["a.b"], "database.port": 3306}, "1.6.1")
    assert [(one["rule"], one["reason"]) for one in told["findings"]] == [("not-text", "table.include.list is a list")]
    assert code == 1


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.json", "", "a.json: it is empty; expected a connector's configuration"),
        ("a.json", "{not json", "a.json: not JSON: "),
        ("a.json", '{"a": "1", "a": "2"}', "a.json: not JSON: a is there twice"),
        ("a.json", "[]", "a.json: expected a JSON object with a connector's configuration"),
        ("a.json", '{"name": "x"}', "a.json: no connector.class in it"),
        ("a.json", '{"connector.class": "com.acme.Sink"}', "a.json: nothing is known of connector class com.acme.Sink"),
        ("a.properties", "what is this\n", "a.properties: line 1 is no `name=value`"),
        ("a.yaml", "a: [", "a.yaml: not YAML: "),
        ("a.yaml", "a: b", "a.yaml: expected a CloudFormation template with Resources"),
        ("a.yaml", "Resources: {B: {Type: 'AWS::S3::Bucket'}}", "no resource of type AWS::KafkaConnect::Connector"),
    ],
)
def test_bad_input_is_said_in_a_sentence(desk: Desk, name: str, content: str, said: str) -> None:
    result = run(desk.file(name, content))
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""


def test_a_file_that_is_not_there_is_said_in_a_sentence(desk: Desk) -> None:
    result = run(desk.folder / "gone.json")
    assert result.exit_code == 2
    assert "gone.json: cannot be read" in result.stderr


@pytest.mark.parametrize("version", ["4.0.0", "new"])
def test_a_version_of_which_nothing_is_known_is_said(desk: Desk, version: str) -> None:
    result = run(desk.file("a.json", json.dumps(MODERN)), "--debezium", version)
    assert result.exit_code == 2
    assert version in result.stderr
