"""Files of more than two hundred lines, held to the reasons in docs/decisions/0009."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PRODUCT = ROOT / "layers" / "connectops" / "connectops"
RECORD = ROOT / "docs" / "decisions" / "0009-files-longer-than-two-hundred-lines.md"
WRITTEN_BY_HAND = ("functions", "layers/connectops/connectops", "cli", "pipeline", "sandbox", "benchmarks", "scripts")
COMPASS = 200


def rows() -> list[list[str]]:
    """The files that each row of the record names, which may have a wildcard."""
    lines = [line for line in RECORD.read_text().splitlines() if line.startswith("| `")]
    return [re.findall(r"`([^`]+[.]py)`", line.split("|")[1]) for line in lines]


def named(pattern: str) -> set[Path]:
    """A name is one from the root, or one within the layer."""
    return {*ROOT.glob(pattern), *PRODUCT.glob(pattern)}


def is_long(file: Path) -> bool:
    return len(file.read_text().splitlines()) > COMPASS


def long_files() -> set[Path]:
    found = (file for folder in WRITTEN_BY_HAND for file in (ROOT / folder).rglob("*.py"))
    return {file for file in found if is_long(file)}


def test_each_file_of_more_than_two_hundred_lines_has_its_reason_in_the_record() -> None:
    explained = {file for row in rows() for pattern in row for file in named(pattern)}
    unexplained = sorted(str(file.relative_to(ROOT)) for file in long_files() - explained)
    assert unexplained == []


@pytest.mark.parametrize("pattern", [pattern for row in rows() for pattern in row])
def test_the_record_names_files_that_are_there(pattern: str) -> None:
    assert named(pattern)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_a_reason_is_given_only_where_a_file_is_long(row: list[str]) -> None:
    assert any(is_long(file) for pattern in row for file in named(pattern))


def test_a_file_is_long_from_its_two_hundred_and_first_line_on(tmp_path: Path) -> None:
    file = tmp_path / "file.py"
    file.write_text("line\n" * COMPASS)
    assert not is_long(file)
    file.write_text("line\n" * (COMPASS + 1))
    assert is_long(file)
