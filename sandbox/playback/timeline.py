"""Divides a recording at the recorder's own doings: what happened by itself, and what followed each restart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.playback.recording import Recording

_RESTART = re.compile(r"(restart|restart while faulty|restart after fix)$")
_STOPPED = re.compile(r".* (?:Stopping (?:task|connector) |Ignoring stop request for |Received and enqueuing restart)")
_MENDED = re.compile(r"fault removed|config changed")
_FAULT = re.compile(r"fault injected(?!: none)")
_FLOWS = re.compile(
    r"healthy: |.*\band delivers$|.*\bdelivers without restart: True|delivers before any restart: True"
    r"|self-healed: True|.*still delivers=True|.*reconnects by itself"
)
_STANDS = re.compile(
    r".*delivers nothing|.*delivers without restart: False|self-healed: False|without restart: delivers=False|.*FAILED"
)
_MOVED = re.compile(r"(?:Finished exporting|flushing) ([1-9]\d*) |(?<!\d)([1-9]\d*) records sent during previous")
_NOTHING = timedelta(milliseconds=100)
"""A shorter aftermath was not recorded."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the recording. In `flows` each time says whether records move from then on."""

    begin: datetime
    end: datetime
    flows: tuple[tuple[datetime, bool], ...]
    restarted: bool
    """It follows a restart."""

    @property
    def delivers(self) -> bool:
        """Whether records move at its end."""
        return bool(self.flows) and self.flows[-1][1]


def segments(recording: Recording) -> tuple[Segment, ...]:
    """The opening, then the aftermath of each restart that the recorder tried.

    The verdict says whose doing a mended fault was. RESTART_NOW, RESTART_WITH_BACKOFF: the outside world's (a database
    that came back); it plays on. DO_NOT_RESTART: a person's; nobody mends it here, so the opening and each aftermath
    end there, and restarts after it are not played. IGNORE: nothing was to be done; all of it is the opening.
    """
    begin, end = _span(recording)
    restarts = _restarts(recording)
    match recording.scenario.get("verdict"):
        case "IGNORE":
            restarts = []
        case "DO_NOT_RESTART":
            end = min(end, _mended_at(recording) or end)
            restarts = [at for at in restarts if at < end]
    starts = [begin, *restarts]
    found = [
        Segment(start, until, _flows(recording, start, until), restarted=start != begin)
        for start, until in zip(starts, [*restarts, end], strict=True)
    ]
    return tuple(part for part in found if not part.restarted or part.end - part.begin > _NOTHING)


def _restarts(recording: Recording) -> list[datetime]:
    """When the worker began with each restart: some recorders wrote their mark only after REST had answered."""
    found = []
    before = recording.lines[0].at
    for mark in recording.marks:
        if _RESTART.match(mark.what):
            asked = (line.at for line in recording.lines if before < line.at <= mark.at and _STOPPED.match(line.text))
            found.append(next(asked, mark.at))
        before = mark.at
    return found


def _mended_at(recording: Recording) -> datetime | None:
    marks = iter(recording.marks)
    faulty = any(_FAULT.match(mark.what) for mark in marks)
    return next((mark.at for mark in marks if _MENDED.match(mark.what)), None) if faulty else None


def _span(recording: Recording) -> tuple[datetime, datetime]:
    moments = [recording.lines[0].at, recording.lines[-1].at]
    moments += [mark.at for mark in recording.marks] + [status.at for status in recording.statuses]
    return min(moments), max(moments) + timedelta(milliseconds=1)


def _flows(recording: Recording, begin: datetime, end: datetime) -> tuple[tuple[datetime, bool], ...]:
    """What the marks say, and before the fault the lines that count records too.

    After the fault a line with a count may speak of what went before it.
    """
    inside = [mark for mark in recording.marks if begin <= mark.at <= end]
    fault = next((mark.at for mark in recording.marks if _FAULT.match(mark.what)), end)
    changes = [(line.at, True) for line in recording.lines if begin <= line.at < min(end, fault) and _moves(line.text)]
    for mark in inside:
        if _STANDS.match(mark.what) or _FAULT.match(mark.what):
            changes.append((mark.at, False))
        elif _FLOWS.match(mark.what):
            changes.append((mark.at, True))
    return tuple(sorted(changes))


def _moves(text: str) -> bool:
    return _MOVED.search(text) is not None
