"""What a scenario says: how a real connector is broken, and what is true of it, whatever ConnectOps makes of it.

The truth is measured (tests/samples/recorded, docs/scenarios.md), never what the code happens to do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Flag, StrEnum, auto
from typing import Any

from connectops.model import Verdict
from sandbox.live.subject import Subject

_NOT_A_PERSON_S = (Verdict.IGNORE, Verdict.RESTART_WITH_BACKOFF, Verdict.RESTART_NOW)
RUNNING = ("RUNNING", "RUNNING")
"""The state of a connector and of its one task."""


class Course(StrEnum):
    """How an incident may go until nothing more happens by itself; the first six are the demo's."""

    RESTARTED = "restarted and proven"
    QUARANTINED = "restarted in vain, paged"
    REFUSED = "not restarted, paged"
    HELD_BACK = "not restarted, told"
    LEFT_ALONE = "left alone"
    QUIET = "quiet"
    HEALED = "not restarted, healed by itself"
    FOUND_OUT = "restarted once, then refused"
    TRYING = "not restarted while its client tries, paged"
    REPORTED = "works on, update reported"


class Rows(StrEnum):
    """What becomes of the rows that were written from the fault on, when all is mended."""

    ARRIVE = "all arrive"
    LOST = "some are lost, and that was told"
    LOST_UNSEEN = "some are lost, and nothing can show it"
    NONE_WRITTEN = "none were written"


class On(Flag):
    """Platforms that a scenario can run on."""

    CLUSTER = auto()
    MSK = auto()
    EITHER = CLUSTER | MSK


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What must come of it. Where nothing fails, `classes` and `verdicts` are what it may be taken for.

    The first of each is the best. Without `classes` no name is asked for: nobody has one for it yet.
    """

    courses: tuple[Course, ...]
    verdicts: tuple[Verdict, ...]
    classes: tuple[str, ...] = ()
    restarts: tuple[int, int] = (0, 0)
    """The fewest and the most restarts by ConnectOps that may reach the platform."""
    rows: Rows = Rows.ARRIVE
    may_page: bool = False
    """It may take longer than nothing may flow: then a page is no mistake, whatever comes after it."""
    final: tuple[str, ...] = RUNNING
    """States of the connector and its tasks in the end, after everybody did what was theirs to do."""

    @property
    def forbids_restarts(self) -> bool:
        return self.restarts[1] == 0


def cured(*classes: str, **more: Any) -> Truth:
    """A restart is right and cures it, at once or after some time."""
    plain = {"restarts": (1, 7), "verdicts": (Verdict.RESTART_WITH_BACKOFF, Verdict.RESTART_NOW)}
    return Truth(courses=(Course.RESTARTED,), classes=classes, **(plain | more))


def refused(*classes: str, **more: Any) -> Truth:
    """A restart is useless or harmful: none is made, and a person is told."""
    courses = (Course.REFUSED, Course.HELD_BACK)
    return Truth(courses=courses, verdicts=(Verdict.DO_NOT_RESTART,), classes=classes, **more)


def found_out(*classes: str, **more: Any) -> Truth:
    """A restart is useless, and nothing shows that until one was tried: then the cause is named, and no second one."""
    courses = (Course.FOUND_OUT, Course.REFUSED, Course.HELD_BACK)
    verdicts = (Verdict.DO_NOT_RESTART,)
    return Truth(courses=courses, verdicts=verdicts, classes=classes, restarts=(0, 1), **more)


def healed(*classes: str, **more: Any) -> Truth:
    """It mends itself without a restart. Nobody is paged; to tell of it is no mistake."""
    courses = (Course.HEALED, Course.QUIET)
    return Truth(courses=courses, verdicts=_NOT_A_PERSON_S, classes=classes, **more)


def reported(*classes: str, **more: Any) -> Truth:
    """It works on, and a person is told of an update that came to nothing, and of a failure that it made meanwhile."""
    return Truth(courses=(Course.REPORTED,), verdicts=(Verdict.DO_NOT_RESTART,), classes=classes, **more)


def quiet(**more: Any) -> Truth:
    """Nothing fails, or nothing of it can be seen: nothing is said or done."""
    return Truth(courses=(Course.QUIET,), verdicts=(Verdict.IGNORE,), **more)


type Deed = Callable[[Subject], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """`break_it` makes the fault of one connector, `mend` undoes it.

    With `outage`, the world mends it that many seconds after the fault, whatever ConnectOps does. Without, a person
    does so after ConnectOps has left it to one.
    """

    name: str
    cause: str
    stack: str
    truth: Truth
    break_it: Deed
    mend: Deed | None = None
    mended_if_told: bool = False
    """The person mends it only if ConnectOps told of it: it may also go by, or stay broken for ever."""
    outage: float | None = None
    prepare: Deed | None = None
    """What has to be there before the connector is made."""
    kind: type[Subject] = Subject
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Over the good configuration of the stack; a value of None takes a property away."""
    watch: float = 0.0
    """Seconds after the fault before which nothing is concluded: some faults show late."""
    worker: Mapping[str, str] = field(default_factory=dict)
    """Properties of its worker, where it has one of its own."""
    born_broken: bool = False
    """The fault comes before the connector: there is no healthy time."""
    writes: bool = True
    """Rows are written while it is broken."""
    alone: bool = False
    """It breaks what the connectors of a stack share: nothing else may run meanwhile."""
    control: bool = False
    """A twin is broken at the same time and watched in mode `off`: it must stay broken."""
    on: On = On.EITHER
    often: bool = False
    """One of those that CI runs each time."""
    remark: str = ""
    """What docs/scenarios.md says of it besides, such as what cannot be seen."""

    @property
    def runs_on(self) -> On:
        """MSK Connect where that is possible: there ConnectOps sees least."""
        return On.MSK if On.MSK in self.on else On.CLUSTER

    @property
    def id(self) -> str:
        return f"{self.name}-{self.stack}"

    def but(self, **changes: Any) -> Scenario:
        """The same cause on another stack, or with something else that differs."""
        return replace(self, **changes)
