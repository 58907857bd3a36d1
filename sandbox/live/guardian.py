"""Ends every process of a laboratory and removes its folder as soon as its owner is gone, however it went.

Run as a script: `guardian.py FOLDER`. Each started process writes its own id as a line to our standard input before
it becomes what it shall be, so none is missed; end of file means that the owner and all who could still write are gone.
A process is held by a file descriptor of its own (pidfd), so a number used again is never hit; it leads a group.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import sys

PATIENCE_MS = 10_000


def guard(folder: str) -> None:
    held: dict[int, int] = {}
    for line in sys.stdin:
        held = {pid: fd for pid, fd in held.items() if not _ended(fd)}
        with contextlib.suppress(ProcessLookupError):
            held[int(line)] = os.pidfd_open(int(line))
    for pid, fd in held.items():
        if not _ended(fd):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
    for fd in held.values():
        _ended(fd, PATIENCE_MS)
    shutil.rmtree(folder, ignore_errors=True)


def _ended(fd: int, patience_ms: int = 0) -> bool:
    waiting = select.poll()
    waiting.register(fd, select.POLLIN)
    return bool(waiting.poll(patience_ms))


if __name__ == "__main__":
    guard(sys.argv[1])
