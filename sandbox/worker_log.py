"""A log stream that a worker's lines go to, shaped as MSK Connect delivers them or as a self-managed cluster does."""

from __future__ import annotations

import math
import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import batched
from typing import Any

BATCH = 1_000
"""Events of one PutLogEvents call; CloudWatch takes ten times as many."""


@dataclass(frozen=True, slots=True)
class WorkerLine:
    """One physical line; `at` is its moment (seconds since the epoch)."""

    at: float
    text: str


def new_worker_id() -> str:
    """As MSK Connect names its workers: `Worker-` and 17 hexadecimal digits, the first of them 0."""
    return f"Worker-0{secrets.token_hex(8)}"


class WorkerLog:
    """One log stream; each line becomes one event. Makes group and stream where they are missing.

    With a `worker_id` it is MSK Connect's: the id stands in front of each line, and event times are cut to whole
    seconds. `factor` is the speed of the time in which the lines were written: with 20, a second lasts 50 ms here, and
    events fall on multiples of that.
    """

    def __init__(self, logs: Any, group: str, stream: str, worker_id: str | None = None, factor: float = 1.0) -> None:
        self.group, self.stream, self.worker_id = group, stream, worker_id
        self._logs = logs
        self._grain_ms = 1000 / factor if worker_id else 1.0
        self._prefix = f"[{worker_id}] " if worker_id else ""
        _make_stream(logs, group, stream)

    def write(self, lines: Iterable[WorkerLine]) -> None:
        for some in batched(lines, BATCH, strict=False):
            events = [self._event(line) for line in some]
            self._logs.put_log_events(logGroupName=self.group, logStreamName=self.stream, logEvents=events)

    def _event(self, line: WorkerLine) -> dict[str, Any]:
        """CloudWatch takes no empty messages."""
        at_ms = math.floor(math.floor(line.at * 1000 / self._grain_ms) * self._grain_ms)
        return {"timestamp": at_ms, "message": self._prefix + line.text or " "}


def _make_stream(logs: Any, group: str, stream: str) -> None:
    with suppress(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_group(logGroupName=group)
    with suppress(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
