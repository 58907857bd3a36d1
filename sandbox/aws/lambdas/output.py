"""Collects what a function prints and logs, one entry per CloudWatch Logs event.

The runtime client writes unbuffered, so everything a handler printed is in the pipes when its answer arrives: after an
answer, `drain` has it all.
"""

from __future__ import annotations

import fcntl
import os
import select
import sys
import termios
import threading

from sandbox.aws.threads import background

_FRAME_HEAD = 16
"""Bytes before a frame's text: type, length, time. Source: awslambdaric, `FramedTelemetryLogSink`."""


class Output:
    """`printed` is the pipe of stdout and stderr (an event a line), `framed` the one of logging (an event a record)."""

    def __init__(self, printed: int, framed: int) -> None:
        self._printed, self._framed = printed, framed
        self._rest = {printed: b"", framed: b""}
        self._lines: list[str] = []
        self._lock = threading.Lock()
        background(self._collect)

    def drain(self) -> list[str]:
        """The lines since the last call; a line that was not ended counts as one."""
        with self._lock:
            for pipe in self._rest:
                while _waiting(pipe):
                    self._read(pipe)
            if self._rest.get(self._printed):
                self._lines.append(self._rest[self._printed].decode("utf-8", "replace"))
                self._rest[self._printed] = b""
            lines, self._lines = self._lines, []
            return lines

    def _collect(self) -> None:
        while self._rest:
            ready, _, _ = select.select(list(self._rest), [], [])
            with self._lock:
                for pipe in ready:
                    if _waiting(pipe):
                        self._read(pipe)
                    elif not self._read(pipe):
                        del self._rest[pipe]
                        os.close(pipe)

    def _read(self, pipe: int) -> bool:
        data = os.read(pipe, 1 << 16)
        text = self._rest[pipe] + data
        if pipe == self._printed:
            *done, text = text.split(b"\n")
            self._lines += [line.decode("utf-8", "replace") for line in done]
        else:
            while len(text) >= _FRAME_HEAD and len(text) >= (end := _FRAME_HEAD + int.from_bytes(text[4:8], "big")):
                self._lines.append(text[_FRAME_HEAD:end].decode("utf-8", "replace").rstrip("\n"))
                text = text[end:]
        self._rest[pipe] = text
        return bool(data)


def _waiting(pipe: int) -> int:
    return int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, b"\0" * 4), sys.byteorder)
