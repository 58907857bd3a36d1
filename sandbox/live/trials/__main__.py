"""`python -m sandbox.live.trials`: break real connectors, and see what the deployed ConnectOps does about it.

Exit code 0 only if every scenario went as it must, if need be at the second try.
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from sandbox import deployment
from sandbox.live import needs, scenarios
from sandbox.live.scenario import Scenario
from sandbox.live.stacks import RECIPES
from sandbox.live.trials import keeping, table
from sandbox.live.trials.bench import TOGETHER, Bench
from sandbox.live.trials.progress import Progress, rows_of
from sandbox.live.trials.summary import draw, results_of
from sandbox.live.trials.trial import Trial

STACKS_AT_ONCE = 2
WIDTH_OF_LINES = 200
INTERRUPTED = 130
TABLE = deployment.ROOT / "docs" / "scenarios.md"
EVIDENCE = deployment.HOME / "scenarios"


def main(arguments: list[str] | None = None) -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    given = _parsed(arguments)
    console = Console(width=None if sys.stdout.isatty() else WIDTH_OF_LINES)
    try:
        chosen = scenarios.chosen(given.only, given.stack, often=given.often)
        needs.check(tuple({RECIPES[one.stack].database.name for one in chosen}))
        with console.status("sam build"):
            deployment.build(lambda _: None)
        return _run(chosen, console, given.record)
    except (scenarios.UnknownScenario, needs.NotInstalled, deployment.DeploymentFailed) as problem:
        sys.exit(f"live: {problem}")
    except KeyboardInterrupt:
        return INTERRUPTED


def _parsed(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.live.trials", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--often", action="store_true", help="only those that CI runs each time")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="scenarios or causes")
    parser.add_argument("--stack", nargs="+", default=[], choices=RECIPES, help="only those of these stacks")
    parser.add_argument("--record", type=Path, metavar="DIR", help="keep a sample of each; one at a time")
    return parser.parse_args(arguments)


def _run(chosen: list[Scenario], console: Console, samples: Path | None) -> int:
    together = 1 if samples else TOGETHER
    keeper = Keeper(samples)
    benches = [
        Bench(letter, [one for one in chosen if one.stack == letter], together, keeper.keep)
        for letter in sorted({one.stack for one in chosen})
    ]
    turns = threading.Semaphore(STACKS_AT_ONCE)
    threads = [threading.Thread(target=_in_turn, args=(bench, turns), daemon=True) for bench in benches]
    for thread in threads:
        thread.start()
    with Progress(console) as progress:
        while any(thread.is_alive() for thread in threads):
            progress.show(rows_of(benches))
            time.sleep(1)
        progress.show(rows_of(benches))
    results = results_of(benches, chosen)
    console.print(draw(results))
    return 0 if all(result.ok for result in results) else 1


def _in_turn(bench: Bench, turns: threading.Semaphore) -> None:
    with turns:
        bench.run()


class Keeper:
    """Writes down each trial as it ends, so that a run that is interrupted leaves what it had."""

    def __init__(self, samples: Path | None) -> None:
        self._samples, self._lock, self._every = samples, threading.Lock(), scenarios.every()

    def keep(self, trial: Trial) -> None:
        with self._lock:
            if not trial.passed:
                keeping.keep_evidence(trial, EVIDENCE / trial.subject.name)
                return
            table.write(TABLE, [table.row_of(trial, datetime.now(UTC))], self._every)
            if self._samples:
                keeping.keep_sample(trial, self._samples / trial.scenario.id)


if __name__ == "__main__":
    sys.exit(main())
