"""Whatever is installed is named with its version, in one place each, and every place means the same Python."""

from __future__ import annotations

import re
import tomllib

import pytest

from tests.template.stack import ROOT, template

RUNTIME = "layers/connectops/requirements.txt"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
EXTRAS = PROJECT["project"]["optional-dependencies"]


def pins(path: str) -> dict[str, str]:
    """Version of each package in a requirements file."""
    lines = [line for line in (ROOT / path).read_text().splitlines() if line and not line.startswith("#")]
    return dict(pin(line) for line in lines)


def pin(requirement: str) -> tuple[str, str]:
    found = re.fullmatch(r"([\w.-]+)(?:\[[\w,]+\])?==([\w.]+)", requirement)
    assert found, f"{requirement!r} is not pinned"
    return found[1].lower().replace("_", "-").replace(".", "-"), found[2]


@pytest.mark.parametrize(
    "path", [RUNTIME, "sandbox/requirements.txt", "constraints/dev.txt", "constraints/sam.in", "constraints/sam.txt"]
)
def test_every_requirement_is_pinned(path):
    assert pins(path)


def test_every_tool_is_pinned_in_the_project_and_the_same_in_the_constraints():
    named = [
        requirement for extra in EXTRAS.values() for requirement in extra if not requirement.startswith("connectops[")
    ]
    assert dict(map(pin, named)).items() <= pins("constraints/dev.txt").items()
    assert all("==" in requirement for requirement in PROJECT["build-system"]["requires"])


def test_development_runs_on_what_the_functions_run_with():
    assert pins(RUNTIME).items() <= pins("constraints/dev.txt").items()


def test_the_sam_cli_lives_apart_because_it_pins_another_boto3():
    assert pins("constraints/sam.in").items() <= pins("constraints/sam.txt").items()
    assert pins("constraints/sam.txt")["boto3"] != pins(RUNTIME)["boto3"]


def test_boto3_knows_how_to_restart_a_connector():
    assert tuple(map(int, pins(RUNTIME)["botocore"].split("."))) >= (1, 43, 121)


def test_every_place_means_the_same_python():
    assert (ROOT / ".python-version").read_text().strip() == "3.13"
    assert PROJECT["project"]["requires-python"] == ">=3.13,<3.14"
    assert template()["Globals"]["Function"]["Runtime"] == "python3.13"
    assert "PYTHON := python3.13" in (ROOT / "layers/connectops/Makefile").read_text()
