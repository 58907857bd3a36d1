"""One scenario from its first row to its judgement."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack

from kafka.errors import KafkaError

from sandbox.demo.observation import Sight
from sandbox.live.platforms import states_of
from sandbox.live.scenario import Course, Rows, Scenario
from sandbox.live.stacks import Site
from sandbox.live.subject import Subject
from sandbox.live.trials.deployed import MINUTE, Deployed
from sandbox.live.trials.judging import Facts, Twin, course_of, judge
from sandbox.live.trials.recorder import Recorder
from sandbox.live.trials.writer import Writer

ROUND = 1.0
SETTLE = {Course.QUIET: 3 * MINUTE, Course.HEALED: 3 * MINUTE, Course.REFUSED: 3.5 * MINUTE}
"""How long a course must stand before nothing more is expected of it: the first backoff and two looks, at least."""
DECIDED_WITHIN = 420.0
MENDED_WITHIN = 300.0
DELIVERED_WITHIN, LOST_AFTER = 60.0, 10.0
HEALS_BY_ITSELF_WITHIN = 130.0
"""The longest that Debezium needs to heal itself: two rounds of its keep-alive, 118 s as measured."""


class Trial:
    """`run` takes minutes; the properties say meanwhile how far it is."""

    def __init__(
        self, scenario: Scenario, there: Site, deployed: Deployed, off: Deployed | None, attempt: int = 1
    ) -> None:
        name = scenario.id if attempt == 1 else f"{scenario.id}-{attempt}"
        self.scenario, self.deployed, self.attempt = scenario, deployed, attempt
        self.subject = _subject(scenario, there, deployed, name)
        self.twin = _subject(scenario, there, off, f"{name}-off") if off else None
        self.recorder = Recorder(self.subject)
        self.step = "waiting"
        self.began_at = self.broken_at = self.mended_at = 0.0
        self._writers: dict[str, Writer] = {}
        self.sight: Sight | None = None
        self.facts: Facts | None = None
        self.complaints: tuple[str, ...] = ()
        self.seconds = 0.0

    @property
    def passed(self) -> bool:
        return self.facts is not None and not self.complaints

    def run(self) -> None:
        """Never raises for what the scenario does wrong: that is a complaint."""
        self.began_at = time.time()
        try:
            with ExitStack() as until_the_end:
                until_the_end.callback(self._clear)
                until_the_end.enter_context(self.recorder)
                self._set_up(until_the_end)
                self._break()
                decided = self._await_decision()
                self._mend_by_hand(told=course_of(decided.seen) not in (Course.QUIET, Course.HEALED))
                self.facts = self._facts(decided)
            self.complaints = judge(self.scenario.truth, self.facts)
        except Exception as err:  # noqa: BLE001 - whatever a broken stack answers, the other trials go on
            self.complaints = (f"{self.step}: {type(err).__name__}: {err}",)
        self.seconds = time.time() - self.began_at
        self.step = "passed" if self.passed else "failed"

    def _set_up(self, until_the_end: ExitStack) -> None:
        self.step = "setting up"
        for subject in self._subjects():
            subject.set_up()
            if self.scenario.prepare:
                self.scenario.prepare(subject)
            if not self.scenario.born_broken:
                subject.create()
        if not self.scenario.born_broken:
            for subject in self._subjects():
                subject.await_delivery()
                subject.mark("healthy: the first row was delivered")
        if self.scenario.writes:
            for subject in self._subjects():
                self._writers[subject.name] = until_the_end.enter_context(Writer(subject))

    def _break(self) -> None:
        self.step = "breaking"
        self.broken_at = time.time()
        for subject in self._subjects():
            subject.mark("fault injected")
            self.scenario.break_it(subject)
            if self.scenario.alone:
                break
        if self.scenario.born_broken:
            for subject in self._subjects():
                subject.create()
        if self.scenario.outage is not None:
            self.step = f"broken for {self.scenario.outage:.0f} s"
            self._watch_until(time.time() + self.scenario.outage)
            self._mend("by the world")

    def _mend(self, who: str) -> None:
        for subject in self._subjects():
            if self.scenario.mend:
                self.scenario.mend(subject)
                subject.mark(f"fault removed: {who}")
            if self.scenario.alone:
                break
        self.mended_at = time.time()

    def _await_decision(self) -> Sight:
        """Until what happened is what should, for long enough; or until something happens that must not."""
        self.step = "deciding"
        since: dict[Course | None, float] = {}

        def stands() -> bool:
            seen = self._look().seen
            if self.scenario.truth.forbids_restarts and seen.restarts:
                return True
            course = course_of(seen)
            if course not in self.scenario.truth.courses or time.time() < self.broken_at + self.scenario.watch:
                since.clear()
                return False
            return time.time() - since.setdefault(course, time.time()) >= SETTLE.get(course, 0)

        self._wait(stands, DECIDED_WITHIN)
        return self._look()

    def _mend_by_hand(self, *, told: bool) -> None:
        if self.scenario.outage is None and self.scenario.mend and (told or not self.scenario.mended_if_told):
            self.step = "mending"
            self._mend("by a person")
        self.step = "recovering"
        self._wait(lambda: self._all_is_over() and self._runs(), MENDED_WITHIN)
        if writer := self._writers.get(self.subject.name):
            writer.stop()
        lossy = self.scenario.truth.rows is not Rows.ARRIVE
        self._wait(lambda: not self._missing(self.subject), LOST_AFTER if lossy else DELIVERED_WITHIN)

    def _all_is_over(self) -> bool:
        record = self._look().record
        return record.incident is None and record.failed_update is None

    def _runs(self) -> bool:
        return states_of(self.subject.platform, self.subject.name) == self.scenario.truth.final

    def _facts(self, decided: Sight) -> Facts:
        self.step = "judging"
        twin = self._watch_the_twin()
        return Facts(
            decided=decided.seen,
            final=self._look().seen,
            restarts=self.subject.platform.restarts(self.subject.name),
            states=states_of(self.subject.platform, self.subject.name),
            written=len(self.subject.written),
            lost=frozenset(self._missing(self.subject)),
            twin=twin,
        )

    def _watch_the_twin(self) -> Twin | None:
        """Past the time in which Debezium would have healed it."""
        if self.twin is None:
            return None
        self.step = "watching the twin"
        begun = max(self.mended_at, self.broken_at)
        self._watch_until(begun + HEALS_BY_ITSELF_WITHIN)
        rows = [row for row, at in list(self.twin.written.items()) if at > begun]
        recovered = not rows or bool(set(rows) - self._missing(self.twin))
        return Twin(recovered, len(self.twin.platform.restarts(self.twin.name)), time.time() - begun)

    def _look(self) -> Sight:
        self.sight = self.deployed.sight(self.subject.platform.identify(self.subject.name))
        return self.sight

    def _missing(self, subject: Subject) -> set[str]:
        try:
            return subject.missing()
        except (KafkaError, OSError):
            return set(subject.written)

    def _watch_until(self, moment: float) -> None:
        while time.time() < moment:
            self._look()
            time.sleep(ROUND)

    def _wait(self, until: Callable[[], bool], patience: float) -> bool:
        ends = time.monotonic() + patience
        while not until():
            if time.monotonic() >= ends:
                return False
            time.sleep(ROUND)
        return True

    def _subjects(self) -> list[Subject]:
        return [self.subject, *([self.twin] if self.twin else [])]

    def _clear(self) -> None:
        for subject in self._subjects():
            subject.clear()


def _subject(scenario: Scenario, there: Site, deployed: Deployed, name: str) -> Subject:
    return scenario.kind(there, deployed.platform(scenario.runs_on), name, scenario.settings, scenario.worker)
