"""What is remembered of a description: enough to make the connector again, no secret, and never much."""

from __future__ import annotations

import json

import pytest

from connectops.decide.last_description import SIZE_KEPT, remembered
from connectops.decide.recreate import Subject, plan_recreation
from connectops.decide.redaction import GONE
from tests.builders import ARN
from tests.decide.test_recreate import SETTINGS, described


def missing(**changes: object) -> tuple[str, ...]:
    return plan_recreation(Subject(remembered(described(**changes)), {}), "f").missing


def test_all_that_creates_a_connector_is_kept_and_its_secrets_are_not() -> None:
    kept, whole = remembered(described()), described()
    assert kept["connectorArn"] == ARN
    for key in ("plugins", "workerConfiguration", "capacity", "kafkaCluster", "serviceExecutionRoleArn"):
        assert kept[key] == whole[key]
    assert kept["connectorConfiguration"] == SETTINGS | {"database.password": GONE}
    assert "hunter2" not in json.dumps(kept)
    assert not {"creationTime", "currentVersion", "ResponseMetadata"} & set(kept)


def test_what_is_not_kept_is_missing_from_the_plan() -> None:
    assert missing() == ("database.password: its value is hidden",)
    assert missing(connectorConfiguration={"a": "b"}) == ()


def test_a_secret_in_a_description_or_in_the_name_of_a_setting_is_not_kept() -> None:
    kept = remembered(
        described(connectorDescription="password=hunter2", connectorConfiguration={"password=hunter2": "x", "a": "b"})
    )
    assert "hunter2" not in json.dumps(kept)
    assert kept["connectorConfiguration"] == {"a": "b"}


@pytest.mark.parametrize(
    "settings",
    [
        {f"setting.{number}": "x" * 3_900 for number in range(50)},
        {f"setting.{number}": "ü" for number in range(50_000)},
        {"table.include.list": "shop.orders," * 100_000},
    ],
)
def test_a_huge_configuration_is_kept_in_part_and_what_is_not_is_said(settings: dict[str, str]) -> None:
    kept = remembered(described(connectorConfiguration=settings))
    assert len(json.dumps(kept, ensure_ascii=False).encode()) < SIZE_KEPT + 200
    assert missing(connectorConfiguration=settings)


def test_one_long_setting_costs_itself_and_no_other() -> None:
    lacks = missing(connectorConfiguration={"a": "b", "table.include.list": "shop.orders," * 10_000, "z": "y"})
    assert lacks == ("table.include.list: its value is cut",)


def test_a_usual_description_takes_less_than_an_item_that_is_read_at_once() -> None:
    assert len(json.dumps(remembered(described()))) < 4_096
