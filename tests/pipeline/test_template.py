"""The pipeline's template holds what the service, the broker and ConnectOps expect of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from botocore.session import get_session
from botocore.validate import ParamValidator

from cli import preflight
from cli.preflight_properties import Effect
from cli.preflight_subject import Subject, read
from cli.preflight_template import connectors

TEMPLATE = Path(__file__).parent.parent.parent / "pipeline" / "template.yaml"


@pytest.fixture
def text() -> str:
    return TEMPLATE.read_text()


def rules(path: Path) -> dict[str, Effect]:
    """What preflight finds in a template, without its notes about versions."""
    looked_at = [preflight._known(subject) for subject in read(path)]
    return {one.rule: one.effect for one in preflight.examine(looked_at)[0] if one.effect is not Effect.NOTE}


def changed(tmp_path: Path, text: str, *changes: tuple[str, str]) -> Path:
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "template.yaml"
    path.write_text(text)
    return path


def test_preflight_finds_nothing_that_fails_or_hurts() -> None:
    assert rules(TEMPLATE) == {}


def test_with_its_defaults_it_is_the_seeds_set_up() -> None:
    (subject,) = read(TEMPLATE)
    assert (subject.debezium, subject.connect, subject.authentication) == ("1.6.1", "2.7.1", "IAM")
    assert (subject.autoscaled, subject.workers_at_most, subject.logs) == (True, 1, True)


def test_the_connector_is_what_the_service_takes(text: str) -> None:
    ((_, told, _),) = connectors(TEMPLATE, text)
    told["plugins"] = [{"customPlugin": {"customPluginArn": "arn", "revision": 1}}]
    del told["workerProperties"]
    vpc = told["kafkaCluster"]["apacheKafkaCluster"]["vpc"]
    vpc["subnets"] = vpc["securityGroups"] = ["one", "two"]  # lists that only a deployment knows
    configuration = told["connectorConfiguration"]
    told["connectorConfiguration"] = {
        name: str(value) for name, value in configuration.items()
    }  # as CloudFormation does
    shape = get_session().get_service_model("kafkaconnect").operation_model("CreateConnector").input_shape
    assert shape
    assert ParamValidator().validate(told, shape).generate_report() == ""


def test_no_secret_is_a_parameter(text: str) -> None:
    assert not re.search(r"^  \w*Password", text, re.MULTILINE)
    (subject,) = read(TEMPLATE)
    assert subject.configuration["database.password"].startswith("${secretsmanager:")


def test_the_role_names_topics_and_groups_and_nothing_wider(text: str) -> None:
    (subject,) = read(TEMPLATE)
    assert subject.role
    assert subject.role.trusts == {"kafkaconnect.amazonaws.com"}
    assert subject.role.on_everything == set()
    assert not any("*" in action for action in subject.role.actions)


def history(subject: Subject) -> dict[str, str]:
    return {name: value for name, value in subject.configuration.items() if name.startswith("database.history.")}


def test_both_clients_of_the_history_speak_as_the_cluster_wants() -> None:
    (subject,) = read(TEMPLATE)
    clients: dict[str, dict[str, str]] = {"producer": {}, "consumer": {}}
    for name, value in history(subject).items():
        _, _, client, *rest = name.split(".", 3)
        if client in clients:
            clients[client][rest[0]] = value
    assert clients["producer"] == clients["consumer"]
    assert len(clients["producer"]) == 4


FAULTS: dict[str, tuple[list[tuple[str, str]], str, Effect]] = {
    "a worker configuration without the provider": (
        [("config.providers=secretsmanager\n", "config.providers=none\n")],
        "no-provider",
        Effect.FAILS,
    ),
    "no right to ask for the dynamic configuration": (
        [("                  - kafka-cluster:DescribeClusterDynamicConfiguration\n", "")],
        "role-action",
        Effect.FAILS,
    ),
    "a role for somebody else": (
        [("Service: kafkaconnect.amazonaws.com", "Service: kafka.amazonaws.com")],
        "role-trust",
        Effect.FAILS,
    ),
    "a role for every cluster": ([("Resource: !Ref ClusterArn", 'Resource: "*"')], "role-wide", Effect.HURTS),
    "no logs": ([("{Enabled: true, LogGroup", "{Enabled: false, LogGroup")], "no-logs", Effect.HURTS),
    "workers that have nothing to do": (
        [("  MaxWorkers:\n    Type: Number\n    Default: 1", "  MaxWorkers:\n    Type: Number\n    Default: 4")],
        "idle-workers",
        Effect.HURTS,
    ),
    "one subnet": ([("Subnets: !Ref SubnetIds", "Subnets: [subnet-1]")], "one-subnet", Effect.HURTS),
    "Debezium 3 on Java 11": (
        [("mysql-1-6-1-Final", "mysql-3-2-0-Final"), ("database.history", "schema.history.internal")],
        "java",
        Effect.FAILS,
    ),
    "a misspelt property": ([("heartbeat.interval.ms:", "heartbeat.intervall.ms:")], "unknown", Effect.HURTS),
}


@pytest.mark.parametrize("title", FAULTS)
def test_preflight_finds_a_fault_that_was_planted_in_it(tmp_path: Path, text: str, title: str) -> None:
    changes, rule, effect = FAULTS[title]
    assert rules(changed(tmp_path, text, *changes)).get(rule) is effect


def test_provisioned_capacity_is_seen_as_such(tmp_path: Path, text: str) -> None:
    (subject,) = read(changed(tmp_path, text, ("    Default: autoscaled\n", "    Default: provisioned\n")))
    assert (subject.autoscaled, subject.workers_at_most) == (False, 1)


def test_worker_properties_of_ones_own_take_the_place_of_ours(tmp_path: Path, text: str) -> None:
    own: Any = (
        '  WorkerProperties:\n    Type: String\n    Default: ""',
        "  WorkerProperties:\n    Type: String\n    Default: YT0x",
    )
    (subject,) = read(changed(tmp_path, text, own))
    assert subject.worker == {"a": "1"}
