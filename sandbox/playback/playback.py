"""One recording being played: what is due now, and what the connector looks like now. No clock, no network."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from sandbox.playback import header_times
from sandbox.playback.recording import Line, Recording, Status
from sandbox.playback.timeline import Segment, segments
from sandbox.worker_log import WorkerLine


class Playback:
    """Begins at `begin` (seconds since the epoch) and runs `factor` times as fast as it was recorded.

    Each call of `restart` plays the aftermath of the recorder's next restart, the last of them again when there are
    no more; a recording without one stays as it is. `name` replaces the recorded name of the connector.
    """

    def __init__(self, recording: Recording, begin: float, factor: float, name: str | None = None) -> None:
        self.recording = recording
        self.name = name or recording.connector
        self._factor = factor
        self._segments = segments(recording)
        self._rename = re.compile(rf"(?<![\w.-]){re.escape(recording.connector)}(?![\w-])")
        self._held: Status | None = None
        self._held_flow = False
        self.restarts = 0
        self._left: list[Line] = []
        self._statuses: list[Status] = []
        self._enter(0, begin)

    @property
    def over(self) -> bool:
        """Whether all lines of the present segment are out: from here on it stays as it is, until a restart."""
        return not self._left

    def duration(self) -> float:
        """Real seconds that the present segment takes."""
        return (self._segment.end - self._segment.begin).total_seconds() / self._factor

    def due(self, now: float) -> list[WorkerLine]:
        """The lines since the last call, their header times shifted and scaled to now."""
        until = self._recorded(now)
        count = next((index for index, line in enumerate(self._left) if line.at > until), len(self._left))
        lines, self._left = self._left[:count], self._left[count:]
        return [self._play(line) for line in lines]

    def status(self, now: float) -> Status | None:
        """What REST would say now; None before anything was seen."""
        until = self._recorded(now)
        for status in self._statuses:
            if status.at > until:
                break
            self._held = status
        return self._held

    def flowing(self, since: float, now: float) -> bool:
        """Whether records moved at any time from `since` to `now`."""
        begin, until = self._recorded(since), self._recorded(now)
        moved = self._held_flow
        state = self._held_flow
        for at, flows in self._segment.flows:
            if at > until:
                break
            moved = flows if at <= begin else moved or flows
            state = flows
        status = self.status(now)
        running = status is not None and "RUNNING" in status.tasks
        return (moved or state) and running

    def restart(self, now: float) -> bool:
        """Somebody restarted the connector. False if the recording knows no aftermath."""
        self.restarts += 1
        last = len(self._segments) - 1
        if last == 0:
            return False
        self.status(now)
        self._enter(min(self.restarts, last), now)
        self._held_flow = False
        return True

    def _enter(self, index: int, begin: float) -> None:
        self._segment: Segment = self._segments[index]
        self._begun = begin
        segment = self._segment
        self._left = [line for line in self.recording.lines if segment.begin <= line.at < segment.end]
        self._statuses = [status for status in self.recording.statuses if segment.begin <= status.at < segment.end]

    def _recorded(self, now: float) -> datetime:
        """The recorded time that is played at `now`; beyond the segment it stands still."""
        at = self._segment.begin + timedelta(seconds=(now - self._begun) * self._factor)
        return min(at, self._segment.end)

    def _played(self, at: datetime) -> float:
        return self._begun + (at - self._segment.begin).total_seconds() / self._factor

    def _play(self, line: Line) -> WorkerLine:
        text = line.text
        if line.stamp is not None:
            text = header_times.written(text, datetime.fromtimestamp(self._played(line.stamp), UTC))
        if self.name != self.recording.connector:
            text = self._rename.sub(lambda _: self.name, text)
        return WorkerLine(self._played(line.at), text)
