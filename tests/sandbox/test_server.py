"""The server's life: where it answers, and that nothing of it is left."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.session import SandboxSession, start_sandbox

from .conftest import ECHO, FACTOR, zipped

SLEEPER = "import time\ndef handler(e, c):\n    time.sleep(60)\n"


def processes_of(folder: Path) -> list[int]:
    """Processes that work in this folder or were started with it."""
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdecimal():
            try:
                told = (process / "cmdline").read_bytes().decode() + str((process / "cwd").readlink())
            except OSError:
                continue
            if str(folder) in told:
                found.append(int(process.name))
    return found


def works_in_artifacts(process: int) -> bool:
    return "artifacts" in str(Path(f"/proc/{process}/cwd").readlink())


def eventually(look: Callable[[], bool], seconds: float = 10) -> bool:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if look():
            return True
        time.sleep(0.05)
    return look()


def busy(session: SandboxSession, source: str) -> None:
    session.client("iam").create_role(RoleName="any", AssumeRolePolicyDocument="{}")
    client = session.client("lambda")
    client.create_function(
        FunctionName="f",
        Runtime="python3.13",
        Role="arn:aws:iam::123456789012:role/any",
        Handler="app.handler",
        Code={"ZipFile": zipped(source)},
        Timeout=60,
    )
    client.invoke(FunctionName="f", InvocationType="Event")


def test_nothing_is_left_after_the_block(tmp_path: Path) -> None:
    with start_sandbox(state_dir=tmp_path) as session:
        busy(session, ECHO)
        assert eventually(lambda: len(session.invocations(function="f")) == 1)
        assert processes_of(tmp_path)
    assert eventually(lambda: not processes_of(tmp_path))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nothing_is_left_when_the_server_is_ended(tmp_path: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-m", "sandbox.server", "--state-dir", str(tmp_path)]
    root = Path(__file__).parent.parent.parent
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        session = SandboxSession(server.stdout.readline().strip())
        busy(session, SLEEPER)
        assert eventually(lambda: any(works_in_artifacts(pid) for pid in processes_of(tmp_path)))
        server.send_signal(number)
        server.wait(20)
    assert eventually(lambda: not processes_of(tmp_path))
    assert eventually(lambda: list(tmp_path.iterdir()) == [])


def test_the_server_ends_with_whoever_started_it(tmp_path: Path) -> None:
    script = (
        "import os, pathlib, sys\nfrom sandbox.session import start_sandbox\n"
        "with start_sandbox(state_dir=pathlib.Path(sys.argv[1])):\n    os.kill(os.getpid(), 9)\n"
    )
    root = Path(__file__).parent.parent.parent
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], cwd=root, check=False)
    assert eventually(lambda: not processes_of(tmp_path))


def test_a_factor_of_nothing_is_refused() -> None:
    command = [sys.executable, "-m", "sandbox.server", "--time-factor", "0"]
    root = Path(__file__).parent.parent.parent
    refused = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert "must be above 0" in refused.stderr


def test_health_tells_endpoint_and_factor(sandbox: SandboxSession) -> None:
    assert sandbox.health() == {"endpoint": sandbox.endpoint, "factor": FACTOR}


def test_nothing_is_left_when_it_ends_while_many_events_wait(tmp_path: Path) -> None:
    with start_sandbox(state_dir=tmp_path) as session:
        busy(session, SLEEPER)
        for _ in range(20):
            session.client("lambda").invoke(FunctionName="f", InvocationType="Event")
    assert not processes_of(tmp_path)
    assert list(tmp_path.iterdir()) == []
