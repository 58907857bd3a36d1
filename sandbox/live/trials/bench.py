"""One stack with everything that its scenarios need; it starts once, and they run on it together or alone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from connectops.model import Mode
from sandbox.live import parts
from sandbox.live.scenario import On, Scenario
from sandbox.live.stacks import Site, site, up
from sandbox.live.trials.deployed import WORKER_PROPERTIES, Deployed
from sandbox.live.trials.trial import Trial
from sandbox.live.worker import Worker

TOGETHER = 4
"""Trials that overlap: nearly all of their time is waiting, and each has a connector of its own."""


class Bench:
    """`trials` grows while it runs; `problem` says why the stack could not serve.

    `together` is how many trials may overlap; each is handed to `ended` while all that it used still runs.
    """

    def __init__(
        self, letter: str, scenarios: Sequence[Scenario], together: int, ended: Callable[[Trial], None]
    ) -> None:
        self.letter = letter
        self.trials: list[Trial] = []
        self.step = "waiting"
        self.problem: Exception | None = None
        self._scenarios = scenarios
        self._together, self._ended = together, ended
        self._lock = threading.Lock()

    def run(self) -> None:
        """Every scenario, once or twice. Never raises: see `problem`."""
        try:
            self._run()
        except Exception as err:  # noqa: BLE001 - the other stacks go on; the run fails in the end
            self.problem = err
        self.step = "ended"

    def _run(self) -> None:
        with ExitStack() as until_the_end:
            self.step = "starting"
            there, worker = self._site(until_the_end)
            repair = until_the_end.enter_context(Deployed(Mode.REPAIR, there, worker))
            off = None
            controls = [one for one in self._scenarios if one.control]
            if controls:
                twins = _another_worker(there) if any(one.runs_on is On.CLUSTER for one in controls) else None
                off = until_the_end.enter_context(Deployed(Mode.OFF, there, twins))
            self.step = "running"
            with ThreadPoolExecutor(self._together, f"stack {self.letter}") as pool:
                apart = [one for one in self._scenarios if not one.alone]
                for done in [pool.submit(self._try, there, one, repair, off) for one in apart]:
                    done.result()
            for one in self._scenarios:
                if one.alone:
                    self._try(there, one, repair, off)
            self.step = "ending"

    def _site(self, until_the_end: ExitStack) -> tuple[Site, Worker | None]:
        """A cluster of our own is there only if a scenario needs it."""
        if any(one.runs_on is On.CLUSTER for one in self._scenarios):
            stack = until_the_end.enter_context(up(self.letter, WORKER_PROPERTIES))
            return stack, stack.worker
        return until_the_end.enter_context(site(self.letter)), None

    def _try(self, there: Site, scenario: Scenario, repair: Deployed, off: Deployed | None) -> None:
        """Once, and if that fails once more: what passes then is flaky."""
        for attempt in (1, 2):
            trial = Trial(scenario, there, repair, off if scenario.control else None, attempt)
            with self._lock:
                self.trials.append(trial)
            trial.run()
            self._ended(trial)
            if trial.passed:
                return


def _another_worker(there: Site) -> Worker:
    """A cluster of its own on the same broker, for the twins."""
    recipe = there.recipe
    plugin = parts.unpacked(parts.DEBEZIUM[recipe.connector, recipe.debezium])
    return Worker(there.laboratory, recipe.connect, there.broker.address, [plugin], WORKER_PROPERTIES, name="twins")
