"""The command as it is typed, against a local Kafka Connect and a local AWS that answers as told."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from tests.connect_server import LIST, ROOT, ConnectServer, connect_server, expanded

MSK_LIST = "GET /v1/connectors?maxResults=100"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["status", *arguments], env={"COLUMNS": "200", "NO_COLOR": "1"})


@pytest.fixture
def connect() -> Iterator[ConnectServer]:
    fleet = {"orders": expanded("orders", "RUNNING"), "broken": expanded("broken", "RUNNING", "FAILED")}
    with connect_server(ROOT | {LIST: (200, fleet)}) as server:
        yield server


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[ConnectServer]:
    """An AWS endpoint in the usual environment, where everything is forbidden until it is allowed."""
    with connect_server() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        for name, value in (("ACCESS_KEY_ID", "a"), ("SECRET_ACCESS_KEY", "b"), ("DEFAULT_REGION", "eu-west-1")):
            monkeypatch.setenv(f"AWS_{name}", value)
        server.answers[MSK_LIST] = (403, {"message": "no"})
        yield server


def test_a_table_for_people(connect: ConnectServer) -> None:
    result = run("--cluster", f"onprem={connect.url}", "--no-msk-connect")
    assert result.exit_code == 0
    broken, orders = (line for line in result.output.splitlines() if "onprem/" in line)
    assert [cell.strip() for cell in orders.strip("│").split("│")] == [
        "onprem/orders",
        "HEALTHY",
        "RUNNING",
        "1 running",
        "",
    ]
    assert "DEGRADED" in broken
    assert "1 running, 1 failed" in broken


def test_json_for_programs(connect: ConnectServer) -> None:
    result = run("--cluster", f"onprem={connect.url}", "--no-msk-connect", "--json")
    answer = json.loads(result.stdout)
    broken, orders = answer["connectors"]
    assert (broken["connector"], broken["health"], broken["tasks"]) == (
        "onprem/broken",
        "DEGRADED",
        {"running": 1, "failed": 1, "other": 0},
    )
    assert broken["class"]
    assert orders == {
        "connector": "onprem/orders",
        "platform": "kafka-connect",
        "health": "HEALTHY",
        "state": "RUNNING",
        "tasks": {"running": 1, "failed": 0, "other": 0},
        "class": None,
        "verdict": None,
        "cause": None,
        "next_step": None,
        "blind_because": None,
        "connect_version": "3.7.2",
        "tag_problems": [],
        "failed_update": None,
    }
    assert answer["not_seen"] == {}


def test_msk_connect_is_looked_at_through_the_usual_environment(aws: ConnectServer) -> None:
    arn = "arn:aws:kafkaconnect:eu-west-1:123456789012:connector/orders/0c0b-2"
    broken = {"connectorName": "orders", "connectorArn": arn, "connectorState": "FAILED"}
    summary = broken | {"currentVersion": "V1", "kafkaConnectVersion": "2.7.1"}
    aws.answers[MSK_LIST] = (200, {"connectors": [summary]})
    answer = json.loads(run("--json").stdout)
    assert [(found["connector"], found["health"]) for found in answer["connectors"]] == [("msk/orders", "FAILED")]


def test_tags_that_are_not_understood_are_shown(aws: ConnectServer) -> None:
    arn = "arn:aws:kafkaconnect:eu-west-1:123456789012:connector/orders/0c0b-2"
    escaped = arn.replace(":", "%3A").replace("/", "%2F")
    failed = {"connectorName": "orders", "connectorArn": arn, "connectorState": "FAILED"}
    aws.answers[MSK_LIST] = (200, {"connectors": [failed]})
    aws.answers[f"GET /v1/connectors/{escaped}"] = (200, failed | {"connectorConfiguration": {}})
    aws.answers[f"GET /v1/tags/{escaped}"] = (200, {"tags": {"connectops:restart": "of"}})
    assert "the tag connectops:restart is 'of', expected on or off" in run().stdout
    [shown] = json.loads(run("--json").stdout)["connectors"]
    assert shown["tag_problems"] == ["the tag connectops:restart is 'of', expected on or off"]


def an_update(aws: ConnectServer, state: str) -> None:
    """A connector that runs, whose latest update is in that state."""
    arn, operation = "arn:aws:kafkaconnect:eu-west-1:123456789012:connector/orders/0c0b-2", "arn:operation-1"
    escaped = arn.replace(":", "%3A").replace("/", "%2F")
    orders = {"connectorName": "orders", "connectorArn": arn, "connectorState": "RUNNING"}
    listed = {
        "connectorOperationArn": operation,
        "connectorOperationType": "UPDATE_CONNECTOR_CONFIGURATION",
        "connectorOperationState": state,
        "creationTime": "2026-11-25T12:00:00Z",
        "endTime": "2026-11-25T12:10:00Z",
    }
    told = listed | {
        "errorInfo": {"code": "InvalidInput", "message": "no such password: hunter2"},
        "originConnectorConfiguration": {"tasks.max": "1", "database.password": "hunter1"},
        "targetConnectorConfiguration": {"tasks.max": "4", "database.password": "hunter2"},
    }
    aws.answers[MSK_LIST] = (200, {"connectors": [orders]})
    aws.answers[f"GET /v1/connectors/{escaped}"] = (200, orders | {"connectorConfiguration": {}})
    aws.answers[f"GET /v1/tags/{escaped}"] = (200, {"tags": {}})
    aws.answers[f"GET /v1/connectors/{escaped}/operations?maxResults=100"] = (200, {"connectorOperations": [listed]})
    aws.answers[f"GET /v1/connectorOperations/{operation.replace(':', '%3A')}"] = (200, told)


@pytest.mark.parametrize(
    ("state", "failure_class"),
    [("ROLLBACK_COMPLETE", "MSK_UPDATE_ROLLED_BACK"), ("UPDATE_FAILED", "MSK_UPDATE_FAILED")],
)
def test_an_update_that_came_to_nothing_is_shown_though_the_connector_runs(
    aws: ConnectServer, state: str, failure_class: str
) -> None:
    an_update(aws, state)
    result = run("--json")
    [shown] = json.loads(result.stdout)["connectors"]
    assert shown["state"] == "RUNNING"
    assert shown["failed_update"]["class"] == failure_class
    assert shown["failed_update"]["began"] == "2026-11-25T12:00:00.000Z"
    assert shown["failed_update"]["changes"] == ["database.password: *** -> ***", "tasks.max: 1 -> 4"]
    assert "hunter" not in result.output
    for_people = " ".join(run().stdout.split())
    assert f"{failure_class}: the update of" in for_people
    assert "hunter" not in for_people


def test_an_update_that_went_well_is_nothing_to_show(aws: ConnectServer) -> None:
    an_update(aws, "UPDATE_COMPLETE")
    [shown] = json.loads(run("--json").stdout)["connectors"]
    assert "GET /v1/connectors/arn%3Aaws%3Akafkaconnect" in " ".join(aws.requests)
    assert any("/operations" in request for request in aws.requests)
    assert shown["failed_update"] is None
    assert "update" not in run().stdout


@pytest.mark.usefixtures("aws")
def test_one_cluster_out_of_sight_is_said_and_hides_no_other(connect: ConnectServer) -> None:
    result = run("--cluster", f"onprem={connect.url}")
    assert result.exit_code == 0
    assert "onprem/orders" in result.stdout
    assert "Could not see msk: MSK Connect: ListConnectors: not allowed" in result.stderr


@pytest.mark.usefixtures("aws")
def test_nothing_seen_is_exit_code_2() -> None:
    with connect_server({LIST: (503, "")}) as away:
        result = run("--cluster", f"onprem={away.url}")
    assert result.exit_code == 2
    assert "Could not see onprem: onprem: GET /connectors: the server failed (HTTP 503)" in result.stderr
    assert "Could not see msk" in result.stderr


def test_without_a_region_msk_connect_is_out_of_sight(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    result = run()
    assert result.exit_code == 2
    assert "Could not see msk: MSK Connect: You must specify a region." in result.stderr


def test_an_empty_fleet_is_seen() -> None:
    with connect_server(ROOT | {LIST: (200, {})}) as empty:
        result = run("--cluster", f"onprem={empty.url}", "--no-msk-connect")
    assert (result.exit_code, result.stdout) == (0, "There are no connectors.\n")


def test_a_cluster_may_have_credentials(connect: ConnectServer, tmp_path: Path) -> None:
    (tmp_path / "onprem.json").write_text('{"token": "abc"}')
    run("--cluster", f"onprem={connect.url}", "--credentials", f"onprem={tmp_path / 'onprem.json'}", "--no-msk-connect")
    assert connect.seen_headers[0]["Authorization"] == "Bearer abc"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--cluster", "onprem"], "http(s)://host[:port]"),
        (["--cluster", "=http://a"], "expected NAME=URL"),
        (["--cluster", "msk=http://a"], "not 'msk'"),
        (["--cluster", "a/b=http://a"], "without '/'"),
        (["--cluster", "a=http://a", "--cluster", "a=http://b"], "a new NAME"),
        (["--cluster", "a=ftp://a"], "http(s)://host[:port]"),
        (["--cluster", "a=http://u:hunter2@a"], "without credentials"),
        (["--credentials", "b=/nonexistent"], "cannot read /nonexistent"),
    ],
)
def test_what_was_typed_wrong_is_named_with_what_was_expected(arguments: list[str], words: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert words in " ".join(result.output.replace("│", " ").split())
    assert "hunter2" not in result.output


def test_credentials_for_nobody_are_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text('{"token": "hunter2"}')
    result = run("--credentials", f"onprem={tmp_path / 'secret.json'}")
    assert result.exit_code == 2
    assert "no --cluster has this name" in result.output


def test_a_file_without_credentials_is_refused_and_not_shown(tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text("hunter2")
    result = run("--cluster", "onprem=http://a", "--credentials", f"onprem={tmp_path / 'secret.json'}")
    assert result.exit_code == 2
    assert "holds no credentials" in " ".join(result.output.replace("│", " ").split())
    assert "hunter2" not in result.output


def test_names_are_sorted_and_shown_as_they_are() -> None:
    fleet = {name: expanded(name, "RUNNING") for name in ("b [red]", "a/1")}
    with connect_server(ROOT | {LIST: (200, fleet)}) as server:
        result = run("--cluster", f"onprem={server.url}", "--no-msk-connect")
    lines = [line for line in result.output.splitlines() if "onprem/" in line]
    assert "onprem/a/1" in lines[0]
    assert "onprem/b [red]" in lines[1]
