"""The sandbox is faster by one factor, and nothing changes places by that."""

from __future__ import annotations

import re
from itertools import combinations
from operator import eq, gt, lt

import pytest

from sandbox.server import DEFAULT_FACTOR as FACTOR
from tests.template.stack import defaults, sandbox_overrides

DURATIONS = {name: float(value) for name, value in defaults().items() if name.endswith("Seconds")}
SCALED = {name: float(value) for name, value in sandbox_overrides().items() if name.endswith("Seconds")}


def interval(parameters: dict[str, str]) -> float:
    """Seconds between two looks."""
    count, unit = re.fullmatch(r"rate\((\d+) (minute|hour)s?\)", parameters["PollInterval"]).groups()  # type: ignore[union-attr]
    return int(count) * {"minute": 60, "hour": 3600}[unit]


def test_the_sandbox_is_twenty_times_faster():
    assert FACTOR == 20


def test_the_sandbox_sets_every_duration():
    assert SCALED.keys() == DURATIONS.keys()


@pytest.mark.parametrize("name", DURATIONS)
def test_a_duration_of_the_sandbox_is_the_default_divided_by_the_factor(name):
    assert SCALED[name] == DURATIONS[name] / FACTOR


def test_the_poll_interval_is_left_to_the_sandbox_which_scales_every_schedule():
    assert interval(defaults() | sandbox_overrides()) == interval(defaults()) == 60


def test_no_order_between_two_durations_changes():
    here, there = DURATIONS | {"PollInterval": interval(defaults())}, SCALED | {"PollInterval": 60 / FACTOR}
    changed = [
        (one, other)
        for one, other in combinations(here, 2)
        for compare in (lt, eq, gt)
        if compare(here[one], here[other]) != compare(there[one], there[other])
    ]
    assert changed == []


def test_the_sandbox_changes_nothing_else_of_how_it_decides():
    others = sandbox_overrides().keys() - SCALED.keys()
    assert others == {
        "Architecture",
        "WorkerLogGroup1",
        "WorkerLogGroup2",
        "KafkaConnectClusters",
        "SlackWebhookSecret",
    }
