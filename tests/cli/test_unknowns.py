"""`connectops unknowns`: from files, from standard input, from a deployment's table."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from typer.testing import CliRunner

from cli.main import app
from connectops.decide.incident import opened
from connectops.ledger import Ledger
from connectops.model import ConnectorRecord
from tests.builders import MINUTE, NOW, ONPREM, ORDERS, a_diagnosis

LINES = """\
[2026-11-23 01:10:00,000] ERROR [orders|task-0] Producer failure (io.debezium.pipeline.ErrorHandler:35)
com.example.StrangeException: reactor 1 went away
[2026-11-23 01:20:00,000] ERROR [users|task-0] Producer failure (io.debezium.pipeline.ErrorHandler:35)
com.example.StrangeException: reactor 2 went away
"""
STACK = {
    "Resources": {
        "Ledger": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [{"AttributeName": each, "AttributeType": "S"} for each in ("pk", "sk")],
                "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            },
        }
    },
    "Outputs": {"LedgerTable": {"Value": {"Ref": "Ledger"}}},
}


def run(*arguments: str, stdin: str | None = None) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["unknowns", *arguments], input=stdin)
    return result.exit_code, result.stdout, result.stderr


def unknowns(*arguments: str, stdin: str | None = None) -> list[dict[str, Any]]:
    code, out, err = run("--json", *arguments, stdin=stdin)
    assert code == 0, err
    found: list[dict[str, Any]] = json.loads(out)["unknowns"]
    return found


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        yield


def test_files_are_one_list(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text(LINES)
    (tmp_path / "b.log").write_text(LINES)
    (found,) = unknowns(str(tmp_path / "a.log"), str(tmp_path / "b.log"))
    assert list(found) == ["fingerprint", "count", "exception", "cause", "first_seen", "last_seen", "connectors"]
    assert (found["count"], found["exception"]) == (4, "com.example.StrangeException")
    assert found["connectors"] == ["orders", "users"]
    assert (found["first_seen"], found["last_seen"]) == ("2026-11-23T01:10:00.000Z", "2026-11-23T01:20:00.000Z")


def test_a_dash_is_standard_input() -> None:
    assert unknowns("-", stdin=LINES)[0]["count"] == 2


def test_people_get_a_table() -> None:
    code, out, _ = run("-", stdin=LINES)
    assert code == 0
    assert "orders, users" in " ".join(out.split()).replace("│ ", "")
    assert run("-", stdin="")[1] == "No unknown error found.\n"


def test_a_deployment_tells_of_open_and_ended_incidents(aws: None) -> None:
    cloudformation = boto3.client("cloudformation")
    cloudformation.create_stack(StackName="watch", TemplateBody=json.dumps(STACK))
    outputs = cloudformation.describe_stacks(StackName="watch")["Stacks"][0]["Outputs"]
    ledger = Ledger(outputs[0]["OutputValue"], boto3.client("dynamodb"))
    strange = a_diagnosis("UNKNOWN", cause="com.example.StrangeException: gone", fingerprint="f", count=2)
    for connector, known in ((ORDERS, strange), (ONPREM, a_diagnosis())):
        incident = replace(opened(ConnectorRecord(connector), NOW, NOW), diagnosis=known)
        record = ledger.save(ConnectorRecord(connector, incident=incident), NOW)
        again = replace(opened(record, NOW + MINUTE, NOW + MINUTE), diagnosis=known)
        ledger.save(replace(record, incident=again), NOW, ended=incident)
    (found,) = unknowns("--stack", "watch")
    assert (found["fingerprint"], found["count"], found["connectors"]) == ("f", 4, [ORDERS.key])


def test_what_cannot_be_read_is_said(aws: None, tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(bytes(range(256)) * 8)
    for arguments in ([str(tmp_path / "none")], [str(tmp_path / "binary")], ["--stack", "none"]):
        code, out, err = run(*arguments)
        assert (code, out) == (2, "")
        assert err.startswith("connectops unknowns: cannot read ")


def test_a_stack_of_somebody_else_is_refused(aws: None) -> None:
    other = {**STACK, "Outputs": {}}
    boto3.client("cloudformation").create_stack(StackName="other", TemplateBody=json.dumps(other))
    assert "not a deployment of ConnectOps" in run("--stack", "other")[2]
