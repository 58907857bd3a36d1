"""docs/scenarios.md: one row for each scenario, written by the runs; a run replaces its own rows and no others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from connectops.model import Change, Incident, Severity
from sandbox.live.scenario import Course, Scenario
from sandbox.live.trials.judging import course_of
from sandbox.live.trials.trial import Trial

HEAD = """# Real failures, and what ConnectOps did about them

Each row is a real connector on a real Kafka Connect worker that was broken for real, and handled by the Lambda
functions as SAM builds them; they saw it only through CloudWatch Logs, metrics and APIs. `make live` and
`make live-all` write this table, each run its own rows; `make live-all ONLY=NAME` runs one. Seconds are real ones and
begin with the fault: an outage that somebody else has to end is in them. ConnectOps' own time runs five times as fast
([why, and what that changes](decisions/0011-time-in-live-scenarios.md)).

Stacks: a = Kafka Connect 2.7.1, Debezium MySQL 1.6.1, MariaDB; b = 3.7.2, MySQL 2.7.4, MySQL 5.6; c = 4.1.0,
MariaDB 3.2.0, MariaDB; d = 3.7.2, PostgreSQL 2.7.4; e = 4.1.0, PostgreSQL 3.2.0.

"""
NOTHING = "-"
COLUMNS = (
    "scenario",
    "cause",
    "runs on",
    "class",
    "decision",
    "time to restart",
    "time to proof",
    "rows lost",
    "run",
)
_ROW = re.compile(r"^\| `([\w-]+)` \|.*\|$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; all of it is text."""

    scenario: str
    cause: str
    runs_on: str
    failure_class: str
    decision: str
    to_restart: str
    to_proof: str
    lost: str
    run: str

    @property
    def markdown(self) -> str:
        told = (self.cause, self.runs_on, self.failure_class, self.decision, self.to_restart, self.to_proof, self.lost)
        return f"| `{self.scenario}` | {' | '.join(cell.replace('|', '/') for cell in (*told, self.run))} |"


def row_of(trial: Trial, now: datetime) -> Row:
    """The row of a trial that passed."""
    scenario, facts = trial.scenario, trial.facts
    if facts is None:
        raise ValueError(f"{trial.subject.name} has no facts")
    course = course_of(facts.decided)
    incident = None if course is Course.QUIET else facts.incident
    restart = facts.restarts[-1].timestamp() - trial.broken_at if facts.restarts else None
    again = f" (try {trial.attempt})" if trial.attempt > 1 else ""
    return Row(
        scenario=scenario.id,
        cause="; ".join(part for part in (scenario.cause, scenario.remark) if part),
        runs_on=f"{scenario.stack}, {trial.subject.platform.title}",
        failure_class=incident.failure_class if incident else NOTHING,
        decision=_decision(trial, course, incident),
        to_restart=_seconds(restart),
        to_proof=_seconds(_proven_after(trial, incident) if facts.restarts else None),
        lost=f"{len(facts.lost)} of {facts.written}" if facts.lost else "0",
        run=f"{now.astimezone(UTC):%Y-%m-%d}{again}",
    )


def _decision(trial: Trial, course: Course | None, incident: Incident | None) -> str:
    facts = trial.facts
    said = str(course)
    if facts and len(facts.restarts) > 1:
        said += f", restart {len(facts.restarts)}"
    if facts and course in (Course.REFUSED, Course.HELD_BACK):
        told = [n for n in facts.decided.notices if n.change in (Change.REFUSED, Change.CAUSE_CHANGED)]
        loud = [n for n in told if n.severity is Severity.PAGE] or told
        said += f" after {loud[0].at.timestamp() - trial.broken_at:.0f} s" if loud else ""
    if facts and facts.twin:
        said += f"; with repair off still broken {facts.twin.seconds:.0f} s later"
    return said


def _proven_after(trial: Trial, incident: Incident | None) -> float | None:
    ended = [attempt.ended_at for attempt in incident.attempts if attempt.ended_at] if incident else []
    return ended[-1].timestamp() - trial.broken_at if ended else None


def _seconds(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.0f} s"


def write(file: Path, rows: Iterable[Row], scenarios: Sequence[Scenario]) -> None:
    """Put these rows in; rows of scenarios that are not there any more go, the others stay as they are."""
    there = {found[1]: found[0] for found in _ROW.finditer(file.read_text())} if file.exists() else {}
    there |= {row.scenario: row.markdown for row in rows}
    order = [scenario.id for scenario in sorted(scenarios, key=lambda one: (one.name, one.stack))]
    lines = [f"| {' | '.join(COLUMNS)} |", f"|{'---|' * len(COLUMNS)}"]
    file.write_text(HEAD + "\n".join([*lines, *(there[name] for name in order if name in there)]) + "\n")
