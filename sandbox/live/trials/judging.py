"""Compares what happened in a trial with what is true: each complaint is a sentence, and none means that it passed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from connectops.model import Change, DataImpact, Health, Incident, Phase, Severity
from sandbox.demo.seen import Seen
from sandbox.live.scenario import Course, Rows, Truth

_NEED_A_PERSON = frozenset({Course.REFUSED, Course.FOUND_OUT, Course.QUARANTINED, Course.TRYING, Course.REPORTED})
_MAY_BE_REPEATED = frozenset({Change.RESTARTED, Change.CAUSE_CHANGED, Change.REMINDER})


@dataclass(frozen=True, slots=True)
class Twin:
    """What became of the same fault where ConnectOps was switched off."""

    recovered: bool
    restarts: int
    seconds: float
    """How long it was watched after the fault was mended."""


@dataclass(frozen=True, slots=True)
class Facts:
    """`decided` is what was seen when nothing more was to come by itself, `final` when everything was mended.

    `restarts` are those that reached the platform and were not a person's; `lost` are rows that were committed and are
    not in the topic in the end.
    """

    decided: Seen
    final: Seen
    restarts: tuple[datetime, ...]
    states: tuple[str, ...]
    written: int
    lost: frozenset[str]
    twin: Twin | None = None

    @property
    def incident(self) -> Incident | None:
        """The one that it was about: the open one, else the last."""
        return self.final.incident or (self.final.ended[0] if self.final.ended else None)


def course_of(seen: Seen) -> Course | None:
    """The course so far; None while it is not clear."""
    if seen.course is not None:
        return Course(str(seen.course))
    paged = any(notice.severity is Severity.PAGE for notice in seen.notices)
    if seen.incident is not None:
        refused = any(notice.change in (Change.REFUSED, Change.CAUSE_CHANGED) for notice in seen.notices)
        if seen.incident.health is Health.RETRYING and seen.incident.phase is Phase.WAITING and not seen.restarts:
            return Course.TRYING if paged else None
        late = seen.incident.phase is Phase.REFUSED and seen.restarts and refused
        return Course.FOUND_OUT if late else None
    if any(notice.change is Change.UPDATE_FAILED for notice in seen.notices):
        return None if seen.restarts or seen.suspected else Course.REPORTED
    ended = not seen.suspected and bool(seen.notices) and seen.notices[-1].change is Change.RESOLVED
    return Course.HEALED if ended and not seen.restarts and not paged else None


def judge(truth: Truth, facts: Facts) -> tuple[str, ...]:
    """Everything that is wrong."""
    return (
        *_of_the_restarts(truth, facts),
        *_of_the_decision(truth, facts),
        *_of_what_was_told(truth, facts),
        *_of_the_end(truth, facts),
        *_of_the_twin(facts.twin),
    )


def _of_the_restarts(truth: Truth, facts: Facts) -> Iterator[str]:
    fewest, most = truth.restarts
    count = len(facts.restarts)
    if truth.forbids_restarts and count:
        yield f"it was restarted {count} times, and a restart is useless or harmful here"
    elif not fewest <= count <= most:
        yield f"{count} restarts reached the platform, expected {fewest} to {most}"


def _of_the_decision(truth: Truth, facts: Facts) -> Iterator[str]:
    course = course_of(facts.decided)
    if course not in truth.courses:
        yield f"expected {' or '.join(sorted(truth.courses))}, saw {course or facts.decided.text}"
    incident = facts.incident
    if incident is None or course is Course.QUIET:
        return
    if truth.classes and incident.failure_class not in truth.classes:
        yield f"the cause is {' or '.join(sorted(truth.classes))}, it was named {incident.failure_class}"
    if incident.diagnosis and incident.diagnosis.verdict not in truth.verdicts:
        yield f"the verdict is {' or '.join(sorted(truth.verdicts))}, it was {incident.diagnosis.verdict}"


def _of_what_was_told(truth: Truth, facts: Facts) -> Iterator[str]:
    notices = facts.final.notices
    pages = [notice for notice in notices if notice.severity is Severity.PAGE]
    if pages and not truth.may_page and not {*truth.courses} & _NEED_A_PERSON:
        yield f"somebody was paged: {pages[0].title}"
    told = Counter((notice.incident_id, notice.change) for notice in notices if notice.change not in _MAY_BE_REPEATED)
    yield from (f"{change} was told {times} times" for (_, change), times in told.items() if times > 1)
    if notices and facts.final.incident is None and notices[-1].change not in (Change.RESOLVED, Change.CLOSED):
        yield f"the end was not told; the last notice is {notices[-1].change}"


def _of_the_end(truth: Truth, facts: Facts) -> Iterator[str]:
    if facts.states != truth.final:
        yield f"in the end it is {', '.join(facts.states)}, expected {', '.join(truth.final)}"
    if facts.final.incident is not None:
        yield f"its incident is still open ({facts.final.incident.phase})"
    lost = ", ".join(sorted(facts.lost)) or "none"
    match truth.rows:
        case Rows.ARRIVE if facts.lost:
            yield f"of {facts.written} rows these never arrived: {lost}"
        case Rows.LOST if facts.lost and not _loss_was_told(facts):
            yield f"rows are lost and nobody was told: {lost}"
        case Rows.LOST | Rows.LOST_UNSEEN if not facts.lost:
            yield "no row is lost, although this cause loses some"


def _loss_was_told(facts: Facts) -> bool:
    told = {notice.incident_id for notice in facts.final.notices if notice.severity is not Severity.INFO}
    incidents = [incident for incident in (facts.final.incident, *facts.final.ended) if incident]
    return any(
        incident.id in told and incident.diagnosis is not None and incident.diagnosis.data is DataImpact.LOST
        for incident in incidents
    )


def _of_the_twin(twin: Twin | None) -> Iterator[str]:
    if twin is None:
        return
    if twin.recovered:
        yield f"its twin in mode off healed by itself within {twin.seconds:.0f} s: the restart proves nothing"
    if twin.restarts:
        yield f"its twin in mode off was restarted {twin.restarts} times"
