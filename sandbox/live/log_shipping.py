"""Follows the log file of a running worker and puts its lines into CloudWatch Logs, as they are written."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from botocore.exceptions import BotoCoreError, ClientError

from sandbox.playback import header_times
from sandbox.worker_log import WorkerLine, WorkerLog

log = logging.getLogger("sandbox")

ROUND = 0.25
"""Seconds between two looks into the file."""
CHUNK = 700_000
"""Bytes read at once: with what each event adds, they fit into one PutLogEvents call of 1 MiB."""
LONGEST = 256_000
"""Bytes of one event; CloudWatch takes 256 KB with 26 bytes around it. What is longer is cut."""


class LogShipper:
    """Ships in a thread from `start` to `stop` (or in a with block), to the last whole line.

    `lines_a_second` is MSK Connect's rate limit, a switch: what a worker writes beyond it within a second is dropped
    in one piece, as there; `dropped` counts. What could not be put is put again: nothing else is lost.
    Source: "Logging for MSK Connect" in the Amazon MSK developer guide; it does not tell the limit.
    """

    def __init__(self, file: Path, worker_log: WorkerLog, lines_a_second: int | None = None, offset: int = 0) -> None:
        self.file, self.worker_log, self.lines_a_second = file, worker_log, lines_a_second
        self.shipped = self.dropped = 0
        self._offset, self._second, self._in_second, self._at = offset, 0, 0, 0.0
        self._unshipped: list[WorkerLine] = []
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True, name=f"ship {file.name}")

    def start(self) -> Self:
        self._thread.start()
        return self

    def stop(self) -> None:
        """Ship what is there and end."""
        self._stopping.set()
        self._thread.join(timeout=30)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def ship(self) -> bool:
        """Ship the whole lines of the next chunk; false if there was none. Raises botocore's errors."""
        if not self._unshipped:
            chunk = self._next_chunk()
            if not chunk:
                return False
            self._unshipped = list(self._kept(chunk, time.time()))
            self._offset += len(chunk)
        self.worker_log.write(self._unshipped)
        self.shipped += len(self._unshipped)
        self._unshipped = []
        return True

    def _follow(self) -> None:
        while True:
            last = self._stopping.is_set()
            try:
                while self.ship():
                    pass
            except (BotoCoreError, ClientError) as err:
                log.warning("lines of %s could not be shipped: %s", self.file, err)
            if last:
                return
            self._stopping.wait(ROUND)

    def _next_chunk(self) -> bytes:
        """Up to the last line end; a line that is longer than a chunk is taken in pieces."""
        if not self.file.exists():
            return b""
        with self.file.open("rb") as file:
            file.seek(self._offset)
            chunk = file.read(CHUNK)
        whole = chunk.rfind(b"\n") + 1
        return chunk[:whole] if whole or len(chunk) < CHUNK else chunk

    def _kept(self, chunk: bytes, now: float) -> Iterator[WorkerLine]:
        """A header tells the time of its line and of those that continue it; times never go back in a stream."""
        for raw in chunk.removesuffix(b"\n").split(b"\n"):
            text = raw[:LONGEST].decode(errors="replace").removesuffix("\r")
            told = header_times.read(text)
            self._at = max(self._at, min(told.timestamp(), now) if told else self._at or now)
            if self._within_limit():
                yield WorkerLine(self._at, text)
            else:
                self.dropped += 1

    def _within_limit(self) -> bool:
        second = int(self._at)
        self._in_second = self._in_second + 1 if second == self._second else 1
        self._second = second
        return self.lines_a_second is None or self._in_second <= self.lines_a_second
