"""Somebody who writes a row every few seconds, as long as it can be written."""

from __future__ import annotations

import threading
from typing import Self

from sandbox.live.subject import Subject

EVERY = 3.0


class Writer:
    """Writes from the begin of a with block until its end or `stop`, whichever is first."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name=f"write {subject.name}")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stopping.wait(EVERY):
            self._subject.write()
