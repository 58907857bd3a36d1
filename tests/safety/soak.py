"""Many random histories: `python -m tests.safety.soak --histories 100000`, or one that failed, told: `… soak SEED`."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from time import monotonic

from tests.safety.history import History
from tests.safety.rules import BrokenRule

CHUNK = 250


def judge(seeds: range) -> tuple[Counter[str], list[tuple[int, str]]]:
    """Run the histories of some seeds: what happened in them, and which broke a rule."""
    seen: Counter[str] = Counter()
    broken = []
    for seed in seeds:
        history = History(seed)
        try:
            history.run()
        except BrokenRule as err:
            broken.append((seed, str(err)))
        seen.update(
            histories=1,
            restarts=len(history.truth.carried_out),
            incidents=len(history.deployment.ended),
            notices=len(history.deployment.said),
            dead_letters=history.deployment.dead_letters,
        )
    return seen, broken


def soak(histories: int, begin: int, processes: int) -> int:
    started, total, failures = monotonic(), Counter[str](), 0
    chunks = [range(at, min(at + CHUNK, begin + histories)) for at in range(begin, begin + histories, CHUNK)]
    with ProcessPoolExecutor(processes) as pool:
        for seen, broken in pool.map(judge, chunks):
            total += seen
            failures += len(broken)
            for seed, rule in broken:
                sys.stdout.write(f"seed {seed}: {rule[:300]}\n")
    facts = ", ".join(f"{number:,} {what.replace('_', ' ')}" for what, number in total.items())
    sys.stdout.write(f"{facts}; {failures} broken rules; {monotonic() - started:.0f} s\n")
    return min(failures, 1)


def tell(seed: int) -> int:
    history, rule = History(seed, tells=True), None
    try:
        history.run()
    except BrokenRule as err:
        rule = str(err)
    for told in history.told:
        sys.stdout.write(f"{told.at:%d %H:%M:%S} {told.what}\n")
    sys.stdout.write(f"seed {seed}: {rule or 'no rule was broken'}\n")
    return 1 if rule else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seed", nargs="?", type=int, help="tell this one history")
    parser.add_argument("--histories", type=int, default=100_000)
    parser.add_argument("--begin", type=int, default=0, help="first seed")
    parser.add_argument("--processes", type=int, default=2)
    wanted = parser.parse_args()
    run = partial(soak, wanted.histories, wanted.begin, wanted.processes)
    return run() if wanted.seed is None else tell(wanted.seed)


if __name__ == "__main__":
    sys.exit(main())
