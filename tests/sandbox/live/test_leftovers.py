"""An interrupted run leaves no process and no folder: run with `-m live`; three minutes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytestmark = [pytest.mark.live, pytest.mark.filterwarnings("default")]

ROOT = Path(__file__).parents[3]
MARK = "RUN_THAT_IS_INTERRUPTED"
WORKER = "org.apache.kafka.connect.cli.ConnectDistributed"


@pytest.fixture
def run(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A walk-through whose every temporary file is in `tmp_path`, at the moment when a worker of MSK Connect runs."""
    document = tmp_path.parent / f"{tmp_path.name}.md"
    with subprocess.Popen(
        [sys.executable, "-m", "sandbox.live.walkthrough", "--document", document],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path), MARK: str(tmp_path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            assert comes_true(lambda: bool(started(tmp_path, WORKER)), 180)
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_of_a_run_that_was_interrupted(
    run: subprocess.Popen[str], tmp_path: Path, number: signal.Signals
) -> None:
    run.send_signal(number)
    assert comes_true(lambda: not started(tmp_path), 90), started(tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert run.wait() == (130 if number is signal.SIGINT else -number)


def test_no_worker_is_left_of_a_server_that_was_killed(run: subprocess.Popen[str], tmp_path: Path) -> None:
    (server,) = started(tmp_path, "sandbox.server")
    os.kill(server, signal.SIGKILL)
    assert comes_true(lambda: not started(tmp_path, WORKER), 30)
    assert comes_true(lambda: not started(tmp_path), 120), started(tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert run.wait() == 1


def started(folder: Path, command: str = "") -> list[int]:
    """Processes that the run with this folder began, with this in their command line."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            environment = (process / "environ").read_bytes().split(b"\0")
            line = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if f"{MARK}={folder}".encode() in environment and command in line:
            found.append(int(process.name))
    return found


def comes_true(claim: Callable[[], bool], patience: float) -> bool:
    ends = time.monotonic() + patience
    while time.monotonic() < ends:
        if claim():
            return True
        time.sleep(0.2)
    return claim()
