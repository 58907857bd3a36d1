"""The simulator in small; `make soak` runs it in large."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.safety.fleet_history import FleetHistory
from tests.safety.history import History
from tests.safety.rules import BrokenRule
from tests.safety.soak import Seeds, judge

CHUNKS = [range(begin, begin + 100) for begin in range(0, 600, 100)]
FLEETS = [range(begin, begin + 10) for begin in range(0, 20, 10)]


@pytest.mark.parametrize("seeds", CHUNKS, ids=lambda seeds: f"{seeds.start}-{seeds.stop - 1}")
def test_no_random_history_breaks_a_rule(seeds: range) -> None:
    seen, broken = judge(Seeds(seeds))
    assert broken == []
    assert seen["restarts"] > 50
    assert seen["notices"] > 200


@pytest.mark.parametrize("seeds", FLEETS, ids=lambda seeds: f"{seeds.start}-{seeds.stop - 1}")
def test_no_random_history_of_a_fleet_breaks_a_rule(seeds: range) -> None:
    seen, broken = judge(Seeds(seeds, FleetHistory))
    assert broken == []
    assert seen["restarts"] > 20
    assert seen["notices"] > 50


def test_a_history_of_a_fleet_is_its_seed() -> None:
    one, other = (FleetHistory(7, tells=True).run() for _ in range(2))
    assert one.told
    assert one.told == other.told


def test_a_history_is_its_seed() -> None:
    one, other = (History(7, tells=True).run() for _ in range(2))
    assert [(told.at, told.what) for told in one.told] == [(told.at, told.what) for told in other.told]


def test_a_broken_rule_is_told_with_its_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    def never_quiet(self: History, said: set[str]) -> None:
        raise BrokenRule("made up")

    monkeypatch.setattr(History, "judge", never_quiet)
    _, broken = judge(Seeds(range(3, 4)))
    assert broken == [(3, "made up")]


def test_every_policy_that_is_broken_on_purpose_is_caught() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tests.safety.mutants", "--histories", "25"], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert " 0 live" in run.stdout
