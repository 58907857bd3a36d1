"""`connectops policy check`: what people and programs are told of a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from tests.template.stack import ROOT

GOOD = """
connectors:
  - match: msk/orders-*
    max-restarts: 3
    owner: team-orders
    windows: [{cron: "0 2 * * SUN", zone: Europe/Berlin, duration: 3h}]
"""


def check(tmp_path: Path, text: str, *options: str) -> Result:
    file = tmp_path / "policy.yaml"
    file.write_text(text)
    return CliRunner().invoke(app, ["policy", "check", str(file), *options])


def test_a_file_that_is_right_is_said_to_be(tmp_path: Path) -> None:
    result = check(tmp_path, GOOD)
    assert result.exit_code == 0
    assert "policy.yaml is right: 1 entries under connectors" in result.stdout


def test_it_shows_what_holds_for_a_connector_at_a_time(tmp_path: Path) -> None:
    options = ("--connector", "msk/orders-1", "--connector", "msk/other", "--at", "2026-11-22T01:30Z", "--json")
    shown = json.loads(check(tmp_path, GOOD, *options).stdout)["connectors"]
    assert shown["msk/orders-1"] == {
        "mode": "repair",
        "restart": "on",
        "max-restarts": 3,
        "first-backoff": "60s",
        "severity": "as the cause",
        "owner": "team-orders",
        "held until": "2026-11-22T04:00:00+00:00",
    }
    assert (shown["msk/other"]["max-restarts"], shown["msk/other"]["held until"]) == (7, "not held")
    assert "owner: team-orders" in check(tmp_path, GOOD, *options[:-1]).stdout


def test_every_mistake_is_told_on_standard_error_by_line(tmp_path: Path) -> None:
    result = check(tmp_path, "mdoe: off\nrestart: no\n")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines() == [
        "policy.yaml, line 1: mdoe is not known, expected mode?",
        "policy.yaml, line 2: restart is 'no', expected on or off",
    ]


def test_programs_get_the_mistakes_as_a_list(tmp_path: Path) -> None:
    result = check(tmp_path, "mdoe: off", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["problems"] == ["policy.yaml, line 1: mdoe is not known, expected mode?"]


def test_a_file_that_is_not_there_is_another_matter(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["policy", "check", str(tmp_path / "none.yaml")])
    assert result.exit_code == 2
    assert "No such file" in result.stderr


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_bytes(b"\xff\xfe\x00")
    result = CliRunner().invoke(app, ["policy", "check", str(tmp_path / "policy.yaml")])
    assert (result.exit_code, "is not text in UTF-8" in result.stderr) == (1, True)


@pytest.mark.parametrize(
    ("options", "complaint"),
    [(("--connector", "orders"), "expected cluster/name"), (("--at", "noon"), "expected a time with its offset")],
)
def test_a_wrong_question_is_told(tmp_path: Path, options: tuple[str, str], complaint: str) -> None:
    result = check(tmp_path, GOOD, *options)
    assert result.exit_code == 2
    assert complaint in " ".join(result.stderr.replace("│", " ").split())


def test_the_example_of_the_documentation_is_right(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "policy.md").read_text()
    [example] = [block.removeprefix("yaml\n") for block in text.split("```") if block.startswith("yaml\n")]
    result = check(tmp_path, example)
    assert result.exit_code == 0, result.stderr
