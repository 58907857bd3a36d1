"""A temporary folder and the processes in it: they end with their owner, also on Ctrl-C, a crash and SIGKILL."""

from __future__ import annotations

import contextlib
import errno
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Self

GUARDIAN = Path(__file__).with_name("guardian.py")
PORTS = range(20_000, 32_000)
"""Below Linux' range for outgoing connections, which would take a free port between our look and its use."""

_TELL_GUARDIAN = 'echo $$ >&0; exec "$@" </dev/null'


class NotReady(Exception):
    """Something that was started did not come up; the message ends with the last lines of its log."""


class Process:
    """A child process in a session of its own, with standard output and error in one log file."""

    def __init__(self, name: str, child: subprocess.Popen[bytes], log: Path) -> None:
        self.name, self.log = name, log
        self._child = child

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def running(self) -> bool:
        return self._child.poll() is None

    def stop(self, how: signal.Signals = signal.SIGTERM, patience: float = 30) -> None:
        """End it orderly; after `patience` seconds it is killed."""
        if self.running:
            self._child.send_signal(how)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(patience)
            self._end_group()

    def kill(self) -> None:
        """End it and what it has started at once."""
        if self.running:
            self._end_group()

    def _end_group(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._child.pid, signal.SIGKILL)
        self._child.wait()

    def await_until(self, ready: Callable[[], bool], patience: float = 300) -> None:
        """Raises NotReady when the process ends or `patience` seconds pass before `ready`."""
        deadline = time.monotonic() + patience
        while not ready():
            if not self.running:
                raise NotReady(f"{self.name} ended with code {self._child.returncode}:\n{self._last_lines()}")
            if time.monotonic() > deadline:
                raise NotReady(f"{self.name} was not ready after {patience:.0f} s:\n{self._last_lines()}")
            time.sleep(0.2)

    def _last_lines(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-25:])


class Laboratory:
    """`with Laboratory() as laboratory:`; leaving it ends every process that it started and removes its folder.

    Any thread may start processes in it.
    """

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="connectops-live-"))
        self.folder.chmod(0o755)  # databases run as users of their own
        self._processes: list[Process] = []
        self._given: set[int] = set()
        self._lock = threading.Lock()
        self._guardian = subprocess.Popen(
            [sys.executable, "-I", GUARDIAN, self.folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self, *, at_once: bool = False) -> None:
        """Last started, first stopped, so that nobody misses what it needs; `at_once` kills."""
        for process in reversed(self._processes):
            process.kill() if at_once else process.stop(patience=10)
        self._guardian.communicate()

    def start(
        self,
        name: str,
        command: list[str | Path],
        log: Path,
        *,
        user: str | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> Process:
        """Start `command` with its output appended to `log`, as `user` if given (which takes root)."""
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            child = subprocess.Popen(
                ["/bin/sh", "-c", _TELL_GUARDIAN, "sh", *command],
                stdin=self._guardian.stdin,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(environment or {})},
                cwd="/",
                user=user,
                start_new_session=True,
            )
        process = Process(name, child, log)
        with self._lock:
            self._processes = [*(one for one in self._processes if one.running), process]
        return process

    def free_port(self) -> int:
        """A TCP port of 127.0.0.1 that nobody listens on; never the same twice."""
        with self._lock:
            for port in random.sample(PORTS, len(PORTS)):
                if port not in self._given and not _taken(port):
                    self._given.add(port)
                    return port
        raise OSError(errno.EADDRINUSE, "no free port between 20000 and 31999")


def listening(port: int) -> bool:
    """Whether somebody accepts connections on this port of 127.0.0.1."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
        return False
