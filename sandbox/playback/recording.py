"""A recorded incident, as its folder holds it: worker.log.gz, status.jsonl.gz, scenario.json."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sandbox.playback import header_times

_CONTEXT = re.compile(r"\[[^\]]*\] \w+\s+\[([^\]|]+)\|(?:task-\d+|worker)[^\]]*\]")
_TASK_DIED = "Task threw an uncaught and unrecoverable exception"
_FAILED_MARK = re.compile(r"(?:state after fault|(?:after )?restart[\w ]*): FAILED")
_NO_CONNECT_STATE = re.compile(r"http|rest|no answer", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Line:
    """One physical line. `at` never runs backwards; `stamp` is the time in its header, None for a continuation."""

    at: datetime
    stamp: datetime | None
    text: str


@dataclass(frozen=True, slots=True)
class Status:
    """What REST said of the connector. `connector` is a state of Connect, None if nothing could be seen."""

    at: datetime
    connector: str | None
    tasks: tuple[str, ...]
    trace_head: str | None = None
    missing: bool = False
    """REST said 404: the connector was not there."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What the recorder did or saw, in its own words."""

    at: datetime
    what: str


@dataclass(frozen=True, slots=True)
class Recording:
    """`scenario` is the whole of scenario.json; `connector` the recorded name, or the id where there was none."""

    id: str
    connector: str
    scenario: dict[str, Any]
    lines: tuple[Line, ...]
    statuses: tuple[Status, ...]
    marks: tuple[Mark, ...]

    @property
    def configuration(self) -> dict[str, str]:
        return {key: str(value) for key, value in (self.scenario.get("config") or {}).items()}

    @property
    def is_sink(self) -> bool:
        connector_class = self.configuration.get("connector.class", "")
        return "Sink" in connector_class or (not connector_class and self.id.startswith("sink-"))

    @property
    def connect_version(self) -> str:
        return str((self.scenario.get("stack") or {}).get("connect", "3.7.2"))

    def trace_of(self, status: Status) -> str | None:
        """The trace that REST shows with a failed task: from the worker's lines, where the same failure is in them."""
        if status.trace_head is None:
            return None
        found = None
        for index, line in enumerate(self.lines):
            if line.at > status.at:
                break
            if line.stamp is not None and _TASK_DIED in line.text:
                found = index
        if found is None:
            return status.trace_head
        trace = []
        for line in self.lines[found + 1 :]:
            if line.stamp is not None:
                break
            trace.append(line.text)
        head = status.trace_head.split("\n")[0]
        return "\n".join(trace) if trace and trace[0].startswith(head[:60]) else status.trace_head


def load(folder: Path) -> Recording:
    """Raises FileNotFoundError, or ValueError naming the file that is not as expected."""
    scenario = json.loads((folder / "scenario.json").read_text())
    connector = scenario.get("connector") or scenario["id"]
    with gzip.open(folder / "worker.log.gz", "rt", encoding="utf-8", errors="replace") as log:
        lines = _lines([line.rstrip("\n") for line in log], scenario.get("connector"))
    with gzip.open(folder / "status.jsonl.gz", "rt") as log:
        seen = [_status(json.loads(line)) for line in log]
    marks = tuple(Mark(_moment(mark["t"]), str(mark["what"])) for mark in scenario.get("marks", ()))
    statuses = tuple(sorted([*seen, *_failures(marks, seen)], key=lambda status: status.at))
    if not lines:
        raise ValueError(f"{folder / 'worker.log.gz'} has no line with a time")
    return Recording(scenario["id"], connector, scenario, lines, statuses, marks)


def _lines(texts: list[str], connector: str | None) -> tuple[Line, ...]:
    """Without what other connectors of the shared worker said: on MSK Connect a worker has one connector.

    What stands before the first header has no time and is left out.
    """
    found: list[Line] = []
    at: datetime | None = None
    others = False
    for text in texts:
        stamp = header_times.read(text)
        if stamp is not None:
            at = stamp if at is None else max(at, stamp)
            context = _CONTEXT.match(text)
            others = connector is not None and context is not None and context[1] != connector
        if at is not None and not others:
            found.append(Line(at, stamp, text))
    return tuple(found)


def _status(told: dict[str, Any]) -> Status:
    state = told.get("connector")
    unseen = state is None or _NO_CONNECT_STATE.match(str(state)) is not None
    missing = "404" in str(state)
    tasks = tuple(str(task) for task in told.get("tasks") or ())
    return Status(_moment(told["t"]), None if unseen else str(state), tasks, told.get("trace_head"), missing)


def _failures(marks: tuple[Mark, ...], seen: list[Status]) -> list[Status]:
    """What the marks saw between two looks of the status recorder, which looked once a second."""
    of_connector = any(status.connector == "FAILED" for status in seen)
    heads = [status for status in seen if status.trace_head]
    found = []
    for mark in marks:
        if _FAILED_MARK.match(mark.what):
            nearest = min(heads, key=lambda status: abs(status.at - mark.at), default=None)
            state, tasks = ("FAILED", ()) if of_connector else ("RUNNING", ("FAILED",))
            just_before = mark.at - timedelta(milliseconds=1)  # the next mark may be of the same moment
            found.append(Status(just_before, state, tasks, nearest.trace_head if nearest else None))
    return found


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
