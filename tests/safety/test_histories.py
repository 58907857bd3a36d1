"""The simulator in small; `make soak` runs it in large."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.safety.history import History
from tests.safety.rules import BrokenRule
from tests.safety.soak import judge

CHUNKS = [range(begin, begin + 100) for begin in range(0, 600, 100)]


@pytest.mark.parametrize("seeds", CHUNKS, ids=lambda seeds: f"{seeds.start}-{seeds.stop - 1}")
def test_no_random_history_breaks_a_rule(seeds: range) -> None:
    seen, broken = judge(seeds)
    assert broken == []
    assert seen["restarts"] > 50
    assert seen["notices"] > 200


def test_a_history_is_its_seed() -> None:
    one, other = (History(7, tells=True).run() for _ in range(2))
    assert [(told.at, told.what) for told in one.told] == [(told.at, told.what) for told in other.told]


def test_a_broken_rule_is_told_with_its_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    def never_quiet(self: History) -> None:
        raise BrokenRule("made up")

    monkeypatch.setattr(History, "_judge", never_quiet)
    _, broken = judge(range(3, 4))
    assert broken == [(3, "made up")]


def test_every_policy_that_is_broken_on_purpose_is_caught() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tests.safety.mutants", "--histories", "25"], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert " 0 live" in run.stdout
