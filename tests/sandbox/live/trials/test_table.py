"""docs/scenarios.md: each run replaces its own rows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.live import scenarios
from sandbox.live.trials.table import HEAD, Row, write

SOME = scenarios.every()[:3]
ROW = Row(
    "", "it breaks", "d, Kafka Connect", "PG_CONN_LOST", "restarted and proven", "12 s", "30 s", "0", "2026-11-25"
)


def row(number: int, **changes: str) -> Row:
    return replace(ROW, scenario=SOME[number].id, **changes)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "scenarios.md"


def rows_in(file: Path) -> list[str]:
    return [line for line in file.read_text().splitlines() if line.startswith("| `")]


def test_a_first_run_makes_the_page(file: Path) -> None:
    write(file, [row(0)], SOME)
    assert file.read_text().startswith(HEAD)
    assert rows_in(file) == [row(0).markdown]


def test_a_later_run_replaces_its_own_row_and_leaves_the_others(file: Path) -> None:
    write(file, [row(0), row(1)], SOME)
    write(file, [row(1, run="2026-11-26")], SOME)
    assert rows_in(file) == [row(0).markdown, row(1, run="2026-11-26").markdown]


def test_rows_are_in_the_order_of_their_names_whichever_came_first(file: Path) -> None:
    write(file, [row(2)], SOME)
    write(file, [row(0), row(1)], SOME)
    assert rows_in(file) == [
        row(number).markdown for number in sorted(range(3), key=lambda n: (SOME[n].name, SOME[n].stack))
    ]


def test_the_row_of_a_scenario_that_is_gone_goes(file: Path) -> None:
    write(file, [row(0), row(1)], SOME)
    write(file, [], SOME[1:])
    assert rows_in(file) == [row(1).markdown]


def test_a_bar_in_a_text_does_not_make_a_column(file: Path) -> None:
    assert row(0, cause="this | that").markdown.count("|") == row(0).markdown.count("|")
