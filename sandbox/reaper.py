"""Cleans up behind the server, even if it is killed: ends its process groups and deletes its folders.

It reads lines from its standard input ("+123" and "-123" for process groups that begin and end) and acts when that
ends. Run by the server as `python -m sandbox.reaper FOLDER...`.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Literal


class Reaper:
    """The server's end: a process that outlives it, and begins when nothing of it is left that could make a file.

    It holds the server's standard output open: who reads that to its end has waited for it.
    """

    def __init__(self, folders: list[Path]) -> None:
        command = [sys.executable, "-m", "sandbox.reaper", *map(str, folders)]
        root = Path(__file__).parent.parent
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, text=True, cwd=root, start_new_session=True)
        self._lock = threading.Lock()

    def tell(self, group: int, sign: Literal["+", "-"]) -> None:
        """A process group begins (+) or has ended (-)."""
        with self._lock:
            if self._process.stdin and not self._process.stdin.closed:
                self._process.stdin.write(f"{sign}{group}\n")
                self._process.stdin.flush()


def reap(folders: list[str]) -> None:
    groups: set[int] = set()
    for line in sys.stdin:
        group = int(line[1:])
        groups.add(group) if line.startswith("+") else groups.discard(group)
    for group in groups:
        try:
            os.killpg(group, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            continue
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    reap(sys.argv[1:])
