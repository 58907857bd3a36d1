"""Shows what a run does while it does it, and remembers it as a page of documentation."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from rich.console import Console
from rich.status import Status


class NotSeen(Exception):
    """A step did not show what it must; the message says what was expected."""


@dataclass(slots=True)
class _Step:
    title: str
    lines: list[str] = field(default_factory=list)
    seconds: float = 0.0


class Transcript:
    """Steps with their lines and their times."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._steps: list[_Step] = []
        self._status: Status | None = None
        self._begun = datetime.now(UTC)

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        step = _Step(title)
        self._steps.append(step)
        heading = f"{len(self._steps)}. {title}"
        self._console.print(heading, style="bold", highlight=False)
        begun = time.monotonic()
        with self._console.status(heading) as self._status:
            yield
        step.seconds = time.monotonic() - begun
        self._console.print(f"   {step.seconds:.1f} s", style="dim", highlight=False)

    def shell(self, command: str) -> None:
        self.say(f"$ {command}")

    def say(self, text: str) -> None:
        """Lines that belong to the page."""
        for line in text.splitlines():
            self._steps[-1].lines.append(line.rstrip())
            self._console.print(f"   {line}", markup=False, highlight=False, soft_wrap=True)

    def progress(self, line: str) -> None:
        """What is shown only as long as it is the latest."""
        if self._status and line.strip():
            self._status.update(f"{len(self._steps)}. {self._steps[-1].title}: {line.strip()[:100]}")

    def document(self, introduction: str) -> str:
        """The page in Markdown."""
        total = sum(step.seconds for step in self._steps)
        rows = "".join(f"| {n} | {step.title} | {step.seconds:.1f} |\n" for n, step in enumerate(self._steps, start=1))
        parts = [
            f"# A walk through the pipeline\n\n{introduction.rstrip()}\n",
            f"Run on {self._begun:%Y-%m-%d %H:%M} UTC; {total:.0f} s in all.\n",
            f"| | step | seconds |\n|---|---|---|\n{rows}",
        ]
        for number, step in enumerate(self._steps, start=1):
            if step.lines:
                parts.append(f"## {number}. {step.title}\n\n```\n" + "\n".join(step.lines) + "\n```\n")
        return "\n".join(parts)
