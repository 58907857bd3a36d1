"""What has to happen to a connector, derived from the labels of its recording and from what its owner wants of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from connectops.model import Verdict
from sandbox.demo.labels import Label


class Intent(StrEnum):
    """What the owner of a connector said about it."""

    NONE = ""
    NO_RESTARTS = "tagged connectops:restart=off"
    PAUSED = "paused by a person"


class Course(StrEnum):
    """How an incident may go, from its first line to its end."""

    RESTARTED = "restarted and proven"
    QUARANTINED = "restarted in vain, paged"
    REFUSED = "not restarted, paged"
    HELD_BACK = "not restarted, told"
    LEFT_ALONE = "left alone"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Expectation:
    """Any of the courses, under any of the names. Where the course is QUIET there is nothing to name."""

    courses: frozenset[Course]
    classes: frozenset[str]

    @property
    def text(self) -> str:
        return " or ".join(sorted(self.courses))

    @property
    def needs_a_restart(self) -> bool:
        return self.courses == {Course.RESTARTED}


def expect(label: Label, intent: Intent) -> Expectation:
    """A person's intent outranks what a restart could cure. Ignoring what did not heal by itself is never right."""
    if intent is Intent.PAUSED:
        return Expectation(frozenset({Course.LEFT_ALONE, Course.QUIET}), frozenset())
    verdicts = {label.verdict, *label.acceptable}
    if label.verdict is not Verdict.IGNORE and not label.self_healed:
        verdicts.discard(Verdict.IGNORE)
    courses = {_course_of(verdict, label, intent) for verdict in verdicts}
    return Expectation(frozenset(courses), label.classes)


def _course_of(verdict: Verdict, label: Label, intent: Intent) -> Course:
    if verdict is Verdict.IGNORE:
        return Course.QUIET
    if verdict is Verdict.DO_NOT_RESTART:
        return Course.REFUSED
    if intent is Intent.NO_RESTARTS:
        return Course.HELD_BACK
    return Course.QUARANTINED if label.restart_after_mending == "FAILED" else Course.RESTARTED
