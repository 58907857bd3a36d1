"""The template sets exactly the variables that settings.py reads, to the numbers of the product."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from connectops.model import Mode, RepairPolicy
from connectops.settings import NotifySettings, PollSettings, ReadApiCallsSettings, ReadSettings, RespondSettings
from tests.template.stack import FUNCTIONS, defaults, environment, properties

SETTINGS: dict[str, Any] = {
    "PollConnectors": PollSettings,
    "ReadWorkerLogs": ReadSettings,
    "ReadApiCalls": ReadApiCallsSettings,
    "RespondToFindings": RespondSettings,
    "NotifySlack": NotifySettings,
}
NOT_OURS = {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE", "POWERTOOLS_LOG_LEVEL", "AWS_RETRY_MODE"}


class Watched(Mapping[str, str]):
    """An environment that remembers what it was asked for."""

    def __init__(self, variables: dict[str, str]) -> None:
        self._variables = variables
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.read.add(name)
        return self._variables[name]

    def __iter__(self) -> Iterator[str]:
        raise AssertionError("settings ask for variables by name")

    def __len__(self) -> int:
        return len(self._variables)


def deployed(function: str) -> dict[str, str]:
    return environment(function, defaults() | {"SlackWebhookSecret": "slack"})


@pytest.mark.parametrize("function", SETTINGS)
def test_a_function_is_given_exactly_the_variables_that_it_reads(function):
    variables = Watched(deployed(function))
    SETTINGS[function].from_env(variables)
    assert variables.read | NOT_OURS == set(deployed(function))


def test_a_function_without_settings_is_given_none():
    without = FUNCTIONS.keys() - SETTINGS.keys()
    assert without == {"ReachDatabase"}
    assert not any("Environment" in properties(function) for function in without)


def test_a_database_is_asked_only_where_something_stands_in_its_network():
    given = {"SlackWebhookSecret": "slack", "DatabaseSubnetIds": "subnet-1"}
    asks = environment("RespondToFindings", defaults() | given)
    assert RespondSettings.from_env(asks).reach_function == "ReachDatabase"
    assert RespondSettings.from_env(deployed("RespondToFindings")).reach_function == ""


def test_the_defaults_of_the_parameters_are_the_numbers_of_the_product():
    assert RespondSettings.from_env(deployed("RespondToFindings")).policy == RepairPolicy()


@pytest.mark.parametrize("mode", Mode)
def test_every_mode_can_be_chosen(mode):
    settings = RespondSettings.from_env(deployed("RespondToFindings") | {"CONNECTOPS_MODE": mode})
    assert settings.policy.mode is mode


def test_a_queue_and_a_table_are_given_by_what_the_clients_ask_for():
    respond = properties("RespondToFindings")["Environment"]["Variables"]
    assert respond["CONNECTOPS_TABLE_NAME"] == {"Ref": "Ledger"}
    assert respond["CONNECTOPS_FINDINGS_DLQ_URL"] == {"Ref": "FindingsDeadLetters"}
    assert respond["CONNECTOPS_ALERTS_TOPIC_ARN"] == {"Ref": "AlertsTopic"}
