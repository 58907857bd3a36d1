"""Nothing of a laboratory outlives its owner, however the owner goes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.live.laboratory import Laboratory, NotReady, listening

OWNER = """
import signal, sys
from sandbox.live.laboratory import Laboratory
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs in the background inherits that it is ignored
with Laboratory() as laboratory:
    quiet = laboratory.start("quiet", ["sleep", "600"], laboratory.folder / "quiet.log")
    parent = laboratory.start("parent", ["sh", "-c", "sleep 600 & wait"], laboratory.folder / "parent.log")
    print(laboratory.folder, quiet.pid, parent.pid, flush=True)
    if "crash" in sys.argv:
        raise RuntimeError("crash")
    signal.pause()
"""


def an_owner(*arguments: str) -> tuple[subprocess.Popen[str], Path, list[int]]:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert owner.stdout
    folder, *pids = owner.stdout.readline().split()
    return owner, Path(folder), [int(pid) for pid in pids]


def comes_true(claim: Callable[[], bool], patience: float = 20) -> bool:
    deadline = time.monotonic() + patience
    while not claim():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def gone(leader: int) -> bool:
    """Whether nobody is left of a session."""
    return leader not in {session(path) for path in Path("/proc").glob("[0-9]*/stat")}


def session(stat: Path) -> int | None:
    """The session of a process; None when it has ended (or is only waiting to be collected)."""
    try:
        state, _, _, number, *_ = stat.read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return int(number) if state != "Z" else None


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_owner_that_is_ended_leaves_no_process_and_no_folder(how: signal.Signals) -> None:
    owner, folder, pids = an_owner()
    assert folder.exists()
    owner.send_signal(how)
    owner.communicate()
    assert comes_true(lambda: all(gone(pid) for pid in pids) and not folder.exists())


def test_an_owner_that_fails_leaves_no_process_and_no_folder() -> None:
    owner, folder, pids = an_owner("crash")
    owner.communicate()
    assert comes_true(lambda: all(gone(pid) for pid in pids) and not folder.exists())


def test_leaving_a_laboratory_ends_what_it_started_and_removes_its_folder() -> None:
    with Laboratory() as laboratory:
        process = laboratory.start("one", ["sleep", "600"], laboratory.folder / "one.log")
        assert process.running
    assert not process.running
    assert not laboratory.folder.exists()


def test_a_process_that_ends_too_early_is_reported_with_its_last_words() -> None:
    with Laboratory() as laboratory:
        process = laboratory.start("one", ["sh", "-c", "echo no disk left; exit 3"], laboratory.folder / "one.log")
        with pytest.raises(NotReady, match=r"(?s)one ended with code 3.*no disk left"):
            process.await_until(lambda: False)


def test_a_process_that_does_not_come_up_in_time_is_reported() -> None:
    with Laboratory() as laboratory:
        process = laboratory.start("one", ["sleep", "600"], laboratory.folder / "one.log")
        with pytest.raises(NotReady, match="one was not ready after 0 s"):
            process.await_until(lambda: False, patience=0)


def test_a_process_that_ignores_the_polite_signal_is_killed() -> None:
    with Laboratory() as laboratory:
        log = laboratory.folder / "deaf.log"
        process = laboratory.start("deaf", ["sh", "-c", "trap '' TERM; echo up; while :; do sleep 1; done"], log)
        process.await_until(lambda: "up" in log.read_text())
        process.stop(patience=0.2)
        assert not process.running
        assert comes_true(lambda: gone(process.pid))


def test_ports_are_free_and_never_given_twice() -> None:
    with Laboratory() as laboratory:
        ports = [laboratory.free_port() for _ in range(50)]
    assert len(set(ports)) == 50
    assert not any(listening(port) for port in ports)


def test_a_process_runs_in_a_session_of_its_own_so_that_ctrl_c_reaches_only_the_owner() -> None:
    with Laboratory() as laboratory:
        process = laboratory.start("one", ["sleep", "600"], laboratory.folder / "one.log")
        assert os.getsid(process.pid) == process.pid
