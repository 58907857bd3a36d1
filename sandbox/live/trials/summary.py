"""The end of a run: each scenario passed, was flaky or failed, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich import box
from rich.table import Table
from rich.text import Text

from sandbox.live.scenario import Scenario
from sandbox.live.trials.bench import Bench


@dataclass(frozen=True, slots=True)
class Result:
    """`verdict` is passed, flaky (the second try passed), failed or not run; `why` holds the complaints."""

    scenario: str
    cause: str
    verdict: str
    why: str = ""

    @property
    def ok(self) -> bool:
        return self.verdict in ("passed", "flaky")


def results_of(benches: Iterable[Bench], scenarios: Sequence[Scenario]) -> list[Result]:
    """One for each scenario that was asked for, whatever became of its stack."""
    found: list[Result] = []
    by_stack = {bench.letter: bench for bench in benches}
    for scenario in scenarios:
        bench = by_stack[scenario.stack]
        tries = [trial for trial in bench.trials if trial.scenario is scenario]
        complaints = "; ".join(complaint for trial in tries for complaint in trial.complaints)
        if not tries:
            verdict, complaints = "not run", f"stack {bench.letter}: {str(bench.problem).partition('\n')[0]}"
        elif tries[-1].passed:
            verdict = "flaky" if len(tries) > 1 else "passed"
        else:
            verdict = "failed"
        found.append(Result(scenario.id, scenario.cause, verdict, complaints))
    return found


def draw(results: Sequence[Result]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, title="Summary", title_justify="left", expand=True)
    for heading, ratio in (("scenario", 4), ("what was broken", 5), ("", 1), ("why", 8)):
        table.add_column(heading, ratio=ratio, overflow="fold")
    colours = {"passed": "green", "flaky": "yellow"}
    for result in results:
        verdict = Text(result.verdict, style=colours.get(result.verdict, "bold red"))
        table.add_row(result.scenario, result.cause, verdict, result.why)
    return table
