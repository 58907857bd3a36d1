"""The page about cost says what is counted today; `make cost` writes it."""

from __future__ import annotations

import pytest

from benchmarks import cost
from benchmarks.looking import ROOT

PAGE = (ROOT / "docs" / "cost.md").read_text()


def column(name: str) -> dict[str, float]:
    """US dollars by line of the bill, of one fleet, as the page says."""
    [header] = [line for line in PAGE.splitlines() if line.startswith("| connectors |")]
    number = [cell.strip() for cell in header.split(" | ")].index(name)
    table = PAGE[PAGE.index(header) :].split("\n\n")[0].splitlines()[2:]
    cells = [[cell.strip("| *") for cell in line.split(" | ")] for line in table]
    return {row[0]: float(row[number]) for row in cells}


@pytest.mark.parametrize("name", [name for name, case in cost.CASES.items() if case.connectors == 50])
def test_the_page_is_what_is_counted_today(name):
    counted = cost.bill(cost.CASES[name])
    said = column(name)
    assert {line: said[line] for line in counted} == pytest.approx(counted, abs=0.011), "run `make cost`"
    assert said["all"] == pytest.approx(sum(counted.values()), abs=0.011)


def test_a_health_series_is_paid_for_by_the_connector_and_only_where_it_is_wanted():
    with_series, without = (cost.bill(cost.Case(2, series)) for series in ("true", "false"))
    assert with_series["health series"] == pytest.approx(0.60)
    assert without["health series"] == 0


def test_each_price_names_its_source():
    assert all(each["source"].startswith("https://aws.amazon.com/") for each in cost.PRICES["prices"].values())
    assert set(cost.PRICES["always_free"]) <= set(cost.PRICES["prices"])
