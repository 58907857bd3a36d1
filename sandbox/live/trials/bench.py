"""One stack with everything that its scenarios need; it starts once, and they run on it together or alone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from connectops.model import Mode
from sandbox.live import parts
from sandbox.live.scenario import Scenario
from sandbox.live.stacks import Stack, up
from sandbox.live.trials.deployed import Deployed
from sandbox.live.trials.trial import Place, Trial
from sandbox.live.worker import Worker

TOGETHER = 4
"""Trials that overlap: nearly all of their time is waiting, and each has a connector of its own."""
REBALANCE_DELAY = {"scheduled.rebalance.max.delay.ms": "60000"}
"""Five minutes, divided by the factor of ConnectOps' time."""


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
            stack = until_the_end.enter_context(up(self.letter, REBALANCE_DELAY))
            repair = self._place(until_the_end, Mode.REPAIR, stack.worker)
            off = None
            if any(scenario.control for scenario in self._scenarios):
                off = self._place(until_the_end, Mode.OFF, _another_worker(stack))
            self.step = "running"
            with ThreadPoolExecutor(self._together, f"stack {self.letter}") as pool:
                apart = [one for one in self._scenarios if not one.alone]
                for done in [pool.submit(self._try, stack, one, repair, off) for one in apart]:
                    done.result()
            for one in self._scenarios:
                if one.alone:
                    self._try(stack, one, repair, off)
            self.step = "ending"

    def _place(self, until_the_end: ExitStack, mode: Mode, worker: Worker) -> Place:
        deployed = until_the_end.enter_context(Deployed(mode, worker))
        return Place(deployed, deployed.cluster)

    def _try(self, stack: Stack, scenario: Scenario, repair: Place, off: Place | None) -> None:
        """Once, and if that fails once more: what passes then is flaky."""
        for attempt in (1, 2):
            trial = Trial(scenario, stack, repair, off if scenario.control else None, attempt)
            with self._lock:
                self.trials.append(trial)
            trial.run()
            self._ended(trial)
            if trial.passed:
                return


def _another_worker(stack: Stack) -> Worker:
    """A cluster of its own on the same broker, for the twins."""
    plugin = parts.unpacked(parts.DEBEZIUM[stack.recipe.connector, stack.recipe.debezium])
    return Worker(stack.laboratory, stack.recipe.connect, stack.broker.address, [plugin], REBALANCE_DELAY, name="twins")
