"""The table of phases and observations: complete, with reasons, and the one in docs/repair.md."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from cli.transitions import observations, situations, table
from connectops.decide.response import consider
from connectops.decide.state import State, state_of
from connectops.model import Diagnosis, Finding, Health, Look, Mode, Phase, RepairPolicy, SignOfLife, Suspicion
from tests.builders import NOW

REPAIR = Path(__file__).parents[2] / "docs" / "repair.md"


def test_the_documented_table_is_what_the_code_decides() -> None:
    documented = REPAIR.read_text().partition("<!-- transitions -->\n")[2].partition("<!-- /transitions -->")[0]
    assert documented == table(), "print it again: connectops transitions"


def test_the_command_prints_it() -> None:
    assert CliRunner().invoke(app, ["transitions"]).stdout == table()


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("name", observations())
def test_every_observation_is_decided_in_every_phase_with_a_reason(name: str, mode: Mode) -> None:
    content = observations()[name]
    for record in situations().values():
        finding = Finding(
            record.connector,
            NOW,
            "",
            look=content if isinstance(content, Look) else None,
            diagnosis=content if isinstance(content, Diagnosis) else None,
            suspicion=content if isinstance(content, Suspicion) else None,
            sign=content if isinstance(content, SignOfLife) else None,
        )
        step = consider(record, finding, RepairPolicy(mode=mode), NOW)
        assert step.decision.reason
        assert mode is Mode.REPAIR or not step.decision.action.restarts


def test_every_phase_is_in_the_table() -> None:
    assert {str(phase) for phase in Phase} <= set(situations())


@pytest.mark.parametrize("health", Health)
def test_every_situation_has_a_name_whatever_is_seen(health: Health) -> None:
    assert {state_of(record, health) for record in situations().values()} <= set(State)


def test_what_is_being_done_names_the_state_except_where_somebody_took_it_out() -> None:
    proving = situations()["PROVING"]
    assert state_of(proving, Health.HEALTHY) is State.PROVING
    assert state_of(proving, Health.UNKNOWN) is State.PROVING
    assert state_of(proving, Health.PAUSED) is State.PAUSED
    assert state_of(situations()["no incident"], Health.UNKNOWN) is State.UNKNOWN
    assert state_of(situations()["QUARANTINED"], Health.FAILED) is State.QUARANTINED
    assert state_of(situations()["WAITING"], Health.HEALTHY) is State.FAILED
