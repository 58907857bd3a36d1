"""The tables of states, phases and observations: complete, with reasons, and those in docs/transitions.md."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from cli.observations import Taken, of_last_looks
from cli.restart_answers import of_answers, of_operations
from cli.situations import Situation, due, phases, restarting, states
from cli.transitions import ANYWHERE, page
from connectops.decide.state import State, state_of
from connectops.model import Health, Life, Mode, OrderKind, Phase, RepairPolicy, Silence

DOCUMENTED = Path(__file__).parents[2] / "docs" / "transitions.md"
WHEREVER = {f"{kind}: {name}": take for kind, rows in ANYWHERE.items() for name, take in rows().items()}
OF_A_RESTART = {**of_answers(), **of_operations()}


def test_the_documented_tables_are_what_the_code_decides() -> None:
    assert DOCUMENTED.read_text() == page(), "print it again: connectops transitions > docs/transitions.md"


def test_the_command_prints_them() -> None:
    assert CliRunner().invoke(app, ["transitions"]).stdout == page()


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("name", WHEREVER)
def test_every_observation_is_decided_in_every_state_and_phase_with_a_reason(name: str, mode: Mode) -> None:
    for at in (*states().values(), *phases().values()):
        is_decided(WHEREVER[name], at, mode, ordered="order" in name)


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("name", of_last_looks())
def test_every_last_look_is_decided_with_a_reason(name: str, mode: Mode) -> None:
    for at in due().values():
        is_decided(of_last_looks()[name], at, mode)


@pytest.mark.parametrize("name", OF_A_RESTART)
def test_whatever_comes_of_a_restart_is_decided_with_a_reason(name: str) -> None:
    for at in restarting().values():
        is_decided(OF_A_RESTART[name], at, Mode.REPAIR)


@pytest.mark.parametrize("name", of_operations())
def test_an_operation_of_what_is_not_being_restarted_changes_nothing(name: str) -> None:
    for at in states().values():
        step, _ = of_operations()[name](at, RepairPolicy())
        assert step.decision.reason
        assert at.state is State.RESTARTING or step.record == at.record


def is_decided(take: Taken, at: Situation, mode: Mode, *, ordered: bool = False) -> None:
    step, seen = take(at, RepairPolicy(mode=mode))
    assert step.decision.reason
    assert ordered or mode is Mode.REPAIR or not step.decision.action.restarts
    assert state_of(step.record, seen) in State


def test_every_state_and_phase_is_in_the_tables_and_is_what_it_is_called() -> None:
    assert {name: at.state for name, at in states().items()} == {str(state): state for state in State}
    assert {str(phase) for phase in Phase} <= set(phases())


@pytest.mark.parametrize("kinds", [Silence, Life, OrderKind])
def test_every_kind_of_line_and_order_is_in_the_tables(kinds: type[Silence | Life | OrderKind]) -> None:
    named = " | ".join(WHEREVER).replace(" ", "_").lower()
    assert [each for each in kinds if str(each).lower() not in named] == []


@pytest.mark.parametrize("health", Health)
def test_every_situation_has_a_name_whatever_is_seen(health: Health) -> None:
    assert {state_of(at.record, health) for at in phases().values()} <= set(State)


def test_what_is_being_done_names_the_state_except_where_somebody_took_it_out() -> None:
    records = {name: at.record for name, at in phases().items()}
    assert state_of(records["PROVING"], Health.HEALTHY) is State.PROVING
    assert state_of(records["PROVING"], Health.UNKNOWN) is State.PROVING
    assert state_of(records["PROVING"], Health.PAUSED) is State.PAUSED
    assert state_of(records["no incident"], Health.UNKNOWN) is State.UNKNOWN
    assert state_of(records["QUARANTINED"], Health.FAILED) is State.QUARANTINED
    assert state_of(records["WAITING"], Health.HEALTHY) is State.FAILED
