"""Many random histories, of single connectors and of fleets: `python -m tests.safety.soak --histories 9000 --fleets 99`.

One that failed, told: `python -m tests.safety.soak SEED`, or `… soak --fleet SEED`.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from time import monotonic

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from tests.safety.fleet_history import FleetHistory
from tests.safety.history import History
from tests.safety.rules import BrokenRule

CHUNK = 250
FLEETS_A_CHUNK = 10
LINES = 20
"""So many lines tell how far it is where nobody sees a bar: one for each twentieth."""


@dataclass(frozen=True, slots=True)
class Seeds:
    """Histories to run: of single connectors, or of fleets."""

    of: range
    kind: type[History | FleetHistory] = History

    @property
    def option(self) -> str:
        return "--fleet " if self.kind is FleetHistory else ""


def judge(seeds: Seeds) -> tuple[Counter[str], list[tuple[int, str]]]:
    """Run some histories: what happened in them, and which broke a rule."""
    seen: Counter[str] = Counter()
    broken = []
    for seed in seeds.of:
        run = seeds.kind(seed)
        try:
            run.run()
        except BrokenRule as err:
            broken.append((seed, str(err)))
        members = run.histories if isinstance(run, FleetHistory) else [run]
        seen.update(fleets=len(members) > 1)
        for history in members:
            seen.update(
                histories=1,
                restarts=len(history.truth.carried_out),
                incidents=len(history.deployment.ended),
                notices=len(history.deployment.said),
                dead_letters=history.deployment.dead_letters,
            )
    return seen, broken


@dataclass(slots=True)
class Tally:
    """What came of all histories so far."""

    started: float = field(default_factory=monotonic)
    seen: Counter[str] = field(default_factory=Counter)
    failures: int = 0

    def add(self, seeds: Seeds, seen: Counter[str], broken: list[tuple[int, str]]) -> list[str]:
        """Count one chunk; a line for each history of it that broke a rule."""
        self.seen += seen
        self.failures += len(broken)
        return [f"seed {seeds.option}{seed}: {rule[:300]}" for seed, rule in broken]

    def __str__(self) -> str:
        facts = [f"{number:,} {what.replace('_', ' ')}" for what, number in self.seen.items()]
        return f"{', '.join(facts)}; {self.failures} broken rules; {monotonic() - self.started:.0f} s"


def soak(histories: int, fleets: int, begin: int, processes: int, console: Console) -> int:
    """Run all of them; says how far it is by a bar in a terminal, else by a line now and then."""
    tally = Tally()
    chunks = [*_chunks(histories, begin, CHUNK, History), *_chunks(fleets, begin, FLEETS_A_CHUNK, FleetHistory)]
    bar = _bar(console)
    with bar, ProcessPoolExecutor(processes) as pool:
        task = bar.add_task("", total=len(chunks))
        for done, (seeds, found) in enumerate(zip(chunks, pool.map(judge, chunks), strict=True), 1):
            for line in tally.add(seeds, *found):
                console.print(line, markup=False, highlight=False, soft_wrap=True)
            _tell_how_far(console, bar, task, done / len(chunks), (done - 1) / len(chunks), tally)
    console.print(str(tally), markup=False, highlight=False, soft_wrap=True)
    return min(tally.failures, 1)


def _bar(console: Console) -> Progress:
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
    return Progress(*columns, console=console, disable=not console.is_terminal)


def _tell_how_far(console: Console, bar: Progress, task: TaskID, share: float, before: float, tally: Tally) -> None:
    bar.update(task, advance=1, description=str(tally))
    if not console.is_terminal and int(share * LINES) > int(before * LINES):
        console.print(f"{share:4.0%} {tally}", markup=False, highlight=False, soft_wrap=True)


def _chunks(count: int, begin: int, size: int, kind: type[History | FleetHistory]) -> list[Seeds]:
    end = begin + count
    return [Seeds(range(at, min(at + size, end)), kind) for at in range(begin, end, size)]


def tell(seeds: Seeds) -> int:
    (seed,) = seeds.of
    run, rule = seeds.kind(seed, tells=True), None
    try:
        run.run()
    except BrokenRule as err:
        rule = str(err)
    for told in run.told:
        sys.stdout.write(f"{told.at:%d %H:%M:%S} {told.what}\n")
    sys.stdout.write(f"seed {seeds.option}{seed}: {rule or 'no rule was broken'}\n")
    return 1 if rule else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seed", nargs="?", type=int, help="tell this one history")
    parser.add_argument("--fleet", action="store_true", help="it is the history of a fleet")
    parser.add_argument("--histories", type=int, default=100_000)
    parser.add_argument("--fleets", type=int, default=5_000)
    parser.add_argument("--begin", type=int, default=0, help="first seed")
    parser.add_argument("--processes", type=int, default=2)
    wanted = parser.parse_args()
    if wanted.seed is None:
        return soak(wanted.histories, wanted.fleets, wanted.begin, wanted.processes, Console())
    only = range(wanted.seed, wanted.seed + 1)
    return tell(Seeds(only, FleetHistory if wanted.fleet else History))


if __name__ == "__main__":
    sys.exit(main())
