"""The scenarios as they are declared."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from connectops.decide.catalogue import BY_ID
from sandbox.live import scenarios
from sandbox.live.scenario import Course, Rows, Scenario
from sandbox.live.stacks import RECIPES

ALL = scenarios.every()
each = pytest.mark.parametrize("scenario", ALL, ids=lambda scenario: scenario.id)


def test_no_two_scenarios_have_the_same_name() -> None:
    assert [name for name, times in Counter(one.id for one in ALL).items() if times > 1] == []


@each
def test_a_scenario_runs_on_a_stack_that_there_is(scenario: Scenario) -> None:
    assert scenario.stack in RECIPES


@each
def test_its_name_makes_names_of_databases_slots_and_topics(scenario: Scenario) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9-]{2,40}", scenario.id)


@each
def test_its_classes_are_in_the_catalogue(scenario: Scenario) -> None:
    assert set(scenario.truth.classes) <= {*BY_ID, "UNKNOWN"}


@each
def test_only_what_a_restart_cures_has_a_twin(scenario: Scenario) -> None:
    assert not scenario.control or scenario.truth.courses == (Course.RESTARTED,)


@each
def test_a_twin_shows_by_its_rows_that_it_stays_broken(scenario: Scenario) -> None:
    assert not scenario.control or scenario.writes


@each
def test_what_a_person_mends_is_not_cured_by_a_restart(scenario: Scenario) -> None:
    by_hand = scenario.mend is not None and scenario.outage is None
    assert not (by_hand and Course.RESTARTED in scenario.truth.courses)


@each
def test_rows_that_must_arrive_are_written(scenario: Scenario) -> None:
    assert scenario.writes or scenario.truth.rows in (Rows.ARRIVE, Rows.NONE_WRITTEN)


def test_those_that_are_asked_for_are_chosen_by_id_or_by_cause() -> None:
    some = ALL[0]
    assert [one.id for one in scenarios.chosen([some.id], [], often=False)] == [some.id]
    assert {one.name for one in scenarios.chosen([some.name], [], often=False)} == {some.name}


def test_a_name_that_there_is_not_is_told_with_those_that_there_are() -> None:
    with pytest.raises(scenarios.UnknownScenario, match=f"there is no nonsense; there are .*{ALL[0].id}"):
        scenarios.chosen(["nonsense"], [], often=False)


def test_ci_runs_at_least_eight_over_at_least_two_stacks() -> None:
    often = scenarios.chosen([], [], often=True)
    assert len(often) >= 8
    assert len({one.stack for one in often}) >= 2
