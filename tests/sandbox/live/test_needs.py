from __future__ import annotations

import re
from pathlib import Path

import pytest

from sandbox.live import needs
from sandbox.live.__main__ import main


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with nothing installed."""
    monkeypatch.setattr(needs, "_there", lambda _: False)


@pytest.mark.usefixtures("bare")
def test_everything_that_is_missing_is_said_at_once_with_the_command_that_installs_it() -> None:
    with pytest.raises(needs.NotInstalled) as told:
        needs.check(("mariadb",))
    assert str(told.value) == (
        "the live sandbox needs Java 17 or later, mvn, mariadbd, mariadb; on Debian: apt-get install -y "
        "--no-install-recommends openjdk-17-jre-headless maven mariadb-server mariadb-client"
    )


@pytest.mark.usefixtures("bare")
def test_only_what_the_chosen_database_needs_is_asked_for() -> None:
    with pytest.raises(needs.NotInstalled) as told:
        needs.check(("postgres",))
    assert "mariadb" not in str(told.value)
    assert "postgresql" in str(told.value)


@pytest.mark.usefixtures("bare")
def test_the_command_says_it_in_one_message_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["up", "--stack", "a"]) == 1
    said = capsys.readouterr()
    assert said.err.startswith("the live sandbox needs Java 17")
    assert said.err.count("\n") == 1


def test_a_java_that_is_too_old_counts_as_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(needs, "java_version", lambda: 11)
    assert not needs._there("java")


def test_java_17_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(needs, "java_version", lambda: 17)
    assert needs._there("java")


def test_ci_installs_every_package_that_is_needed_and_no_other() -> None:
    script = (Path(__file__).parents[3] / ".ci" / "run").read_text()
    assert set(re.findall(r"^need (\S+) ", script, re.MULTILINE)) == set(needs._PACKAGES.values())
