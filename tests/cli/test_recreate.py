"""`connectops recreate`, as it is typed, against a stack and a MSK Connect that answer as told."""

from __future__ import annotations

import base64
import json
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from typer.testing import CliRunner, Result

from cli import recreate_subject
from cli.deployed import Deployed, Past
from cli.main import app
from cli.naming import Known
from connectops import model
from connectops.decide.last_description import remembered
from connectops.descriptions import Kept
from connectops.errors import Unreachable
from connectops.model import ConnectorId
from tests.builders import ARN, NOW, ORDERS
from tests.decide.test_recreate import SETTINGS, TOPIC, WORKER, described


@dataclass
class Session:
    """The session of a deployment whose MSK Connect is told what to answer."""

    kafkaconnect: Any

    def client(self, name: str, **_: Any) -> Any:
        return getattr(self, name)


@dataclass
class Descriptions:
    """What is remembered, by connector."""

    kept: dict[ConnectorId, Kept] = field(default_factory=dict)

    def kept_of(self, connector: ConnectorId) -> Kept | None:
        return self.kept.get(connector)


class Facts:
    def recall(self, connectors: list[ConnectorId]) -> dict[ConnectorId, model.Facts]:
        return {each: model.Facts(each, tags=(("owner", "shop"),)) for each in connectors}


@dataclass
class Stack:
    session: Session
    past: Past


@pytest.fixture
def descriptions() -> Descriptions:
    return Descriptions()


@pytest.fixture
def msk(monkeypatch: pytest.MonkeyPatch, descriptions: Descriptions) -> Iterator[Stubber]:
    client = boto3.client("kafkaconnect", region_name="eu-west-1")
    monkeypatch.setattr(Deployed, "of", lambda _: Stack(Session(client), Past(Facts(), descriptions)))  # type: ignore[arg-type]  # as far as they are asked
    known = Known(("msk", "onprem"), {"orders": ARN}, True, frozenset())
    monkeypatch.setattr(recreate_subject, "what_there_is", lambda _: known)
    with Stubber(client) as stub:
        yield stub


def answers(
    stub: Stubber, properties: str | None = f"offset.storage.topic={TOPIC}", revision: int = 2, **changes: Any
) -> None:
    answer = described(**changes)
    answer.pop("ResponseMetadata")
    stub.add_response("describe_connector", answer, {"connectorArn": ARN})
    stub.add_response("list_tags_for_resource", {"tags": {"connectops:owner": "a"}}, {"resourceArn": ARN})
    if "workerConfiguration" in answer and properties is not None:
        content = base64.b64encode(properties.encode()).decode()
        latest = {"revision": revision, "propertiesFileContent": content}
        arn = WORKER["workerConfigurationArn"]
        stub.add_response("describe_worker_configuration", {"latestRevision": latest}, {"workerConfigurationArn": arn})
    elif "workerConfiguration" in answer:
        stub.add_client_error("describe_worker_configuration", "ForbiddenException", "no")


def types(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["recreate", *arguments])


def test_the_plan_is_printed_without_secrets(msk: Stubber) -> None:
    answers(msk)
    result = types("orders")
    assert result.exit_code == 0
    assert result.stdout.startswith("msk/orders is FAILED.")
    assert "hunter2" not in result.output
    assert f"aws kafkaconnect delete-connector --connector-arn {ARN}" in result.stdout
    assert "It goes on where it was" in result.stdout
    assert '"connectops:owner": "a"' in result.stdout


def test_the_input_of_create_connector_is_written_for_its_owner_alone(msk: Stubber, tmp_path: Path) -> None:
    answers(msk)
    file = tmp_path / "orders.json"
    result = types("orders", "--write", str(file))
    assert (result.exit_code, "hunter2" in result.output) == (0, False)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    request = json.loads(file.read_text())
    assert request["connectorConfiguration"] == SETTINGS
    assert request["workerConfiguration"] == WORKER


def test_nothing_is_written_where_a_secret_is_missing(msk: Stubber, tmp_path: Path) -> None:
    answers(msk, connectorConfiguration=SETTINGS | {"database.password": "****"})
    file = tmp_path / "orders.json"
    result = types("orders", "--write", str(file))
    assert (result.exit_code, file.exists()) == (1, False)
    assert "database.password: its value is hidden" in result.stderr


def test_a_file_that_is_there_is_not_overwritten(msk: Stubber, tmp_path: Path) -> None:
    answers(msk)
    file = tmp_path / "orders.json"
    file.write_text("mine")
    result = types("orders", "--write", str(file))
    assert (result.exit_code, file.read_text()) == (1, "mine")
    assert "nothing was written" in result.stderr


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"properties": None}, "could not be read: An error occurred (ForbiddenException)"),
        ({"revision": 3}, "could not be read: it uses revision 2, and MSK Connect shows only the latest, 3"),
    ],
)
def test_a_worker_configuration_that_cannot_be_read_is_said_and_nothing_is_promised(
    msk: Stubber, answer: dict[str, Any], said: str
) -> None:
    answers(msk, **answer)
    result = types("orders")
    assert said in result.stdout
    assert "Whether it keeps its offsets is not known" in result.stdout


def test_without_a_worker_configuration_the_offsets_would_be_lost(msk: Stubber) -> None:
    answers(msk, workerConfiguration=None)
    assert "ITS OFFSETS WOULD BE LOST" in types("orders").stdout


def test_a_connector_that_cannot_be_described_is_exit_code_2(msk: Stubber) -> None:
    msk.add_client_error("describe_connector", "ForbiddenException", "no", http_status_code=403)
    result = types("orders")
    assert (result.exit_code, "DescribeConnector" in result.stderr) == (2, True)


@pytest.mark.usefixtures("msk")
@pytest.mark.parametrize(
    ("name", "said"),
    [("onprem/orders", "is not on MSK Connect"), ("users", "no connector 'users' is known")],
)
def test_what_is_not_on_msk_connect_is_told(name: str, said: str) -> None:
    result = types(name)
    assert (result.exit_code, said in result.stderr) == (2, True)


# ── what is remembered ────────────────────────────────────────────────────────────────────────────────────────────────


def remember(descriptions: Descriptions, name: str = "orders", **changes: Any) -> ConnectorId:
    connector = replace(ORDERS, name=name)
    answer = described(connectorName=name, workerConfiguration=None, connectorState="RUNNING", **changes)
    descriptions.kept[connector] = Kept(remembered(answer), NOW)
    return connector


REFERENCES = {key: value for key, value in SETTINGS.items() if key != "database.password"}


@pytest.mark.usefixtures("msk")
@pytest.mark.parametrize("name", ["users", "msk/users"])
def test_of_a_connector_that_is_gone_the_plan_is_made_from_what_is_remembered(
    descriptions: Descriptions, name: str
) -> None:
    remember(descriptions, "users")
    result = types(name)
    assert result.exit_code == 0
    assert result.stdout.startswith(
        "msk/users could not be described now: MSK Connect has none of that name\n"
        "This is what it was at 2026-11-23 12:00 UTC, when it was RUNNING; no secret is remembered."
    )
    assert "! Missing, --write refuses: database.password: its value is hidden" in result.stdout
    assert '"connectops:owner": "shop"' in result.stdout
    assert "Of its tags only those of ConnectOps are remembered" in result.stdout
    assert "delete-connector" not in result.stdout


@pytest.mark.usefixtures("msk")
def test_what_is_remembered_is_not_written_without_its_secrets(descriptions: Descriptions, tmp_path: Path) -> None:
    remember(descriptions, "users")
    file = tmp_path / "users.json"
    result = types("users", "--write", str(file))
    assert (result.exit_code, file.exists()) == (1, False)
    assert "database.password: its value is hidden" in result.stderr


@pytest.mark.usefixtures("msk")
def test_what_had_no_secret_of_its_own_is_written(descriptions: Descriptions, tmp_path: Path) -> None:
    remember(descriptions, "users", connectorConfiguration=REFERENCES)
    file = tmp_path / "users.json"
    result = types("users", "--write", str(file))
    assert result.exit_code == 0
    assert json.loads(file.read_text())["connectorConfiguration"] == REFERENCES


def test_a_description_that_fails_is_replaced_by_what_is_remembered_and_nothing_says_that_it_is_gone(
    msk: Stubber, descriptions: Descriptions
) -> None:
    remember(descriptions)
    msk.add_client_error("describe_connector", "ForbiddenException", "no", http_status_code=403)
    result = types("orders")
    assert (
        "could not be described now: MSK Connect: DescribeConnector, ListTagsForResource: not allowed" in result.stdout
    )
    assert f"aws kafkaconnect delete-connector --connector-arn {ARN}" in result.stdout


def test_one_that_goes_just_then_is_gone(msk: Stubber, descriptions: Descriptions) -> None:
    remember(descriptions)
    msk.add_client_error("describe_connector", "NotFoundException", "gone", http_status_code=404)
    assert "delete-connector" not in types("orders").stdout


def test_the_live_description_is_preferred_and_json_says_which_one_it_is(
    msk: Stubber, descriptions: Descriptions
) -> None:
    remember(descriptions)
    answers(msk)
    live = types("orders", "--json")
    assert "hunter2" not in live.output
    assert json.loads(live.stdout)["from"] == "live"
    remember(descriptions, "users")
    past = json.loads(types("users", "--json").stdout)
    assert (past["from"], past["remembered_at"], past["connector"]) == ("remembered", NOW.isoformat(), "msk/users")
    assert past["missing"] == ["database.password: its value is hidden"]
    assert past["request"]["connectorConfiguration"]["database.hostname"] == "db"


def test_a_stack_that_is_none_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_: str) -> Any:
        raise Unreachable("stack other: no")

    monkeypatch.setattr(Deployed, "of", away)
    assert types("orders", "--stack", "other").exit_code == 2
