"""Shows a run while it goes on: a live table on a terminal, one line for each change anywhere else."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from rich import box
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from sandbox.live.trials.bench import Bench
from sandbox.live.trials.trial import Trial

_HEADINGS = ("scenario", "step", "connector", "cause", "decision", "restarts", "seconds")
_COLOURS = {"passed": "green", "failed": "bold red", "waiting": "dim"}


@dataclass(frozen=True, slots=True)
class Row:
    """What is shown of one trial; all of it is text that people read."""

    scenario: str
    step: str
    connector: str
    cause: str
    decision: str
    restarts: str
    seconds: str

    @property
    def line(self) -> str:
        """The row without a terminal."""
        said = (self.scenario, self.step, self.connector, self.cause, self.decision)
        return " | ".join(part for part in said if part)


def row_of(trial: Trial, now: float) -> Row:
    sight, began = trial.sight, trial.began_at
    record = sight.record if sight else None
    ended = sight.seen.ended[0] if sight and sight.seen.ended else None
    incident = record.incident or ended if record else None
    decision = incident.decision if incident else None
    cause = incident.failure_class if incident else ""
    if record and not incident and record.suspicions:
        cause = f"{record.suspicions[0].silence}?"
    return Row(
        trial.subject.name,
        trial.step,
        ", ".join(trial.recorder.last),
        cause,
        f"{decision.action}: {decision.reason}" if decision else "; ".join(trial.complaints),
        str(sight.seen.restarts or "") if sight else "",
        f"{trial.seconds or (now - began if began else 0):.0f}",
    )


def rows_of(benches: Sequence[Bench]) -> list[Row]:
    now = time.time()
    found: list[Row] = []
    for bench in benches:
        if bench.step != "running":
            found.append(
                Row(f"(stack {bench.letter})", bench.step, "", "", str(bench.problem or "").partition("\n")[0], "", "")
            )
        found += [row_of(trial, now) for trial in list(bench.trials)]
    return found


def draw(rows: Sequence[Row]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, expand=True)
    for heading in _HEADINGS:
        table.add_column(heading, ratio=1 if heading == "decision" else None, no_wrap=True, overflow="ellipsis")
    for row in rows:
        step = Text(row.step, style=_COLOURS.get(row.step, "yellow"))
        table.add_row(row.scenario, step, row.connector, row.cause, row.decision, row.restarts, row.seconds)
    return table


class Progress:
    """`show` as often as you like, between the begin and the end of a with block."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = Live(console=console, auto_refresh=False) if console.is_terminal else None
        self._shown: dict[str, str] = {}
        self._began = time.time()

    def __enter__(self) -> Self:
        if self._live:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live:
            self._live.stop()

    def show(self, rows: Sequence[Row]) -> None:
        elapsed = time.time() - self._began
        if self._live:
            self._live.update(Group(draw(rows), Text(f"{elapsed:4.0f} s", style="dim")), refresh=True)
            return
        for row in rows:
            if self._shown.get(row.scenario) != row.line:
                self._shown[row.scenario] = row.line
                self._console.print(f"{elapsed:4.0f} s  {row.line}", markup=False, highlight=False, soft_wrap=True)
