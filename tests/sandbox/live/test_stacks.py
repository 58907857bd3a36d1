"""Real stacks: run with `-m live`; each takes about 15 s."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.live import topics
from sandbox.live.databases import Postgres
from sandbox.live.stacks import RECIPES, Stack, up

pytestmark = [pytest.mark.live, pytest.mark.filterwarnings("default")]


def a_shop(stack: Stack) -> str:
    """The topic of a new table with one row."""
    stack.database.sql("CREATE DATABASE shop")
    stack.database.sql("CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(20))", "shop")
    stack.database.sql("INSERT INTO t VALUES (1, 'first-row')", "shop")
    return f"shop1.{'public' if isinstance(stack.database, Postgres) else 'shop'}.t"


@pytest.mark.parametrize("letter", RECIPES)
def test_a_stack_streams_rows_before_and_after_its_database_was_restarted(letter: str) -> None:
    with up(letter) as stack:
        topic = a_shop(stack)
        stack.worker.create("shop", stack.configuration("shop1", "shop"))
        stack.worker.await_states("shop", "RUNNING", "RUNNING")
        topics.await_value(stack.broker.address, topic, "first-row")
        stack.database.stop()
        stack.database.start()
        stack.database.sql("INSERT INTO t VALUES (2, 'second-row')", "shop")
        stack.worker.call("POST", "/connectors/shop/tasks/0/restart")
        topics.await_value(stack.broker.address, topic, "second-row", patience=60)
    assert not stack.laboratory.folder.exists()


def test_a_worker_that_was_ended_comes_back_with_its_connectors() -> None:
    with up("a") as stack:
        topic = a_shop(stack)
        stack.worker.create("shop", stack.configuration("shop1", "shop"))
        topics.await_value(stack.broker.address, topic, "first-row")
        stack.worker.process.kill()
        stack.worker.start()
        stack.database.sql("INSERT INTO t VALUES (2, 'second-row')", "shop")
        topics.await_value(stack.broker.address, topic, "second-row", patience=60)


def test_a_stack_that_is_interrupted_leaves_nothing() -> None:
    command = subprocess.Popen(
        [sys.executable, "-m", "sandbox.live", "up", "--stack", "d"], stdout=subprocess.PIPE, text=True
    )
    assert command.stdout
    told = [command.stdout.readline() for _ in range(6)]
    folder = Path(told[4].split()[1])
    assert folder.exists()
    assert started_in(folder)
    command.send_signal(signal.SIGINT)
    command.communicate(timeout=60)
    assert command.returncode == 0
    assert not folder.exists()
    assert not started_in(folder)


def started_in(folder: Path) -> list[int]:
    """Processes that name the folder in their command line."""
    lines = {int(path.parent.name): path for path in Path("/proc").glob("[0-9]*/cmdline")}
    return [pid for pid, path in lines.items() if str(folder).encode() in _read(path) and pid != os.getpid()]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
