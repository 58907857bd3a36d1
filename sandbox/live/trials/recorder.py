"""Keeps what a real connector says during a trial: its status each second, and its worker's lines."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import requests

from sandbox.live.subject import Subject
from sandbox.live.worker import PERSON, Refused

SECOND = 1.0


@dataclass(frozen=True, slots=True)
class Status:
    """One answer of `GET /connectors/NAME/status`; `connector` is what REST said where it is no state."""

    at: datetime
    connector: str
    tasks: tuple[str, ...] = ()
    trace_head: str | None = None

    @property
    def states(self) -> tuple[str, ...]:
        return (self.connector, *self.tasks)

    def document(self) -> dict[str, Any]:
        """A line of status.jsonl, see tests/samples/README.md."""
        at = self.at.replace(tzinfo=None).isoformat(timespec="milliseconds")
        return {"t": at, "connector": self.connector, "tasks": list(self.tasks), "trace_head": self.trace_head}


class Recorder:
    """Records from the begin to the end of a with block."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._begun = {log: log.stat().st_size for log in subject.platform.logs(subject.name) if log.exists()}
        """Log files that were there before, and how long they were."""
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name=f"record {subject.name}")
        self.statuses: list[Status] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join(timeout=10)

    @property
    def last(self) -> tuple[str, ...]:
        """The latest states, for whoever watches."""
        return self.statuses[-1].states if self.statuses else ()

    def lines(self) -> list[str]:
        """What its workers wrote since the recorder was made, without the access lines of our own looks."""
        return [line for log in self._subject.platform.logs(self._subject.name) for line in self._lines_of(log)]

    def _lines_of(self, log: Path) -> Iterator[str]:
        with log.open("rb") as file:
            file.seek(self._begun.get(log, 0))
            text = file.read().decode(errors="replace")
        yield from (line for line in text.split("\n") if not _is_our_look(line))

    def _run(self) -> None:
        while not self._stopping.wait(SECOND):
            self.statuses.append(self._look())

    def _look(self) -> Status:
        now = datetime.now(UTC)
        try:
            status = self._subject.platform.status(self._subject.name)
        except Refused as err:
            return Status(now, f"HTTP {err.status}")
        except requests.RequestException:
            return Status(now, "no answer")
        traces = [part["trace"] for part in (*status["tasks"], status["connector"]) if part.get("trace")]
        tasks = tuple(str(task["state"]) for task in status["tasks"])
        head = traces[0].splitlines()[0] if traces else None
        return Status(now, str(status["connector"]["state"]), tasks, head)


def _is_our_look(line: str) -> bool:
    return '"GET ' in line and f'"{PERSON}"' in line
