"""The simulator in small; `make soak` runs it in large."""

from __future__ import annotations

import subprocess
import sys
from io import StringIO

import pytest
from rich.console import Console

from tests.safety.fleet_history import FleetHistory
from tests.safety.history import History
from tests.safety.rules import BrokenRule
from tests.safety.soak import Seeds, judge, soak

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


@pytest.mark.parametrize("terminal", [True, False])
def test_a_long_run_tells_how_far_it_is(monkeypatch: pytest.MonkeyPatch, *, terminal: bool) -> None:
    monkeypatch.setattr("tests.safety.soak.FLEETS_A_CHUNK", 1)
    written = StringIO()
    assert soak(0, 2, 0, 1, Console(file=written, force_terminal=terminal, width=300)) == 0
    lines = written.getvalue().splitlines()
    assert "2 fleets, " in lines[-1]
    assert "; 0 broken rules; " in lines[-1]
    assert ("\x1b" in written.getvalue()) is terminal
    assert terminal or [line[:4] for line in lines[:-1]] == [" 50%", "100%"]


def test_every_policy_that_is_broken_on_purpose_is_caught() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tests.safety.mutants", "--histories", "25"], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert " 0 live" in run.stdout
