"""A worker's log file becomes CloudWatch log events, in MSK Connect's shape or as a cluster of one's own has them."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from sandbox.live.log_shipping import CHUNK, LONGEST, LogShipper
from sandbox.session import SandboxSession
from sandbox.worker_log import WorkerLog, new_worker_id

TRACE = (
    "[2026-11-25 04:00:01,250] ERROR [orders|task-0] Task threw an exception (org.apache.kafka.connect.runtime.WorkerTask:179)\n"
    "java.lang.IllegalStateException: gone\n"
    "\tat io.debezium.Some.where(Some.java:12)\n"
    "\n"
)


class Logs:
    """What CloudWatch Logs would have been sent; `away` makes it answer nothing."""

    exceptions = SimpleNamespace(ResourceAlreadyExistsException=FileExistsError)

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.batches = 0
        self.away = False

    def create_log_group(self, **_: str) -> None: ...

    def create_log_stream(self, **_: str) -> None: ...

    def put_log_events(self, **call: Any) -> None:
        if self.away:
            raise EndpointConnectionError(endpoint_url="http://logs")
        self.batches += 1
        self.events += call["logEvents"]

    @property
    def messages(self) -> list[str]:
        return [event["message"] for event in self.events]


@pytest.fixture
def logs() -> Logs:
    return Logs()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "worker.log"


def a_shipper(logs: Logs, file: Path, worker_id: str | None = None, limit: int | None = None) -> LogShipper:
    return LogShipper(file, WorkerLog(logs, "/group", "stream", worker_id), limit)


def ship_all(shipper: LogShipper) -> None:
    while shipper.ship():
        pass


def at_ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def test_each_physical_line_is_an_event_with_the_workers_id_and_whole_seconds(logs: Logs, file: Path) -> None:
    file.write_text(TRACE)
    ship_all(a_shipper(logs, file, "Worker-0bb8afa0b01391c41"))
    assert logs.messages == [f"[Worker-0bb8afa0b01391c41] {line}" for line in TRACE.splitlines()]
    assert {event["timestamp"] for event in logs.events} == {at_ms("2026-11-25 04:00:01")}


def test_a_cluster_of_ones_own_ships_lines_as_they_are_with_their_milliseconds(logs: Logs, file: Path) -> None:
    file.write_text(TRACE)
    ship_all(a_shipper(logs, file))
    assert logs.messages == [*TRACE.splitlines()[:3], " "]
    assert {event["timestamp"] for event in logs.events} == {at_ms("2026-11-25 04:00:01.250")}


def test_a_worker_id_looks_like_one_of_msk_connect() -> None:
    assert re.fullmatch(r"Worker-0[0-9a-f]{16}", new_worker_id())


def test_times_never_go_back_in_a_stream(logs: Logs, file: Path) -> None:
    file.write_text(
        "[2026-11-25 04:00:05,000] INFO a (b:1)\nNov 25, 2026 4:00:04 AM com.example.Keepalive run\nINFO: c\n"
    )
    ship_all(a_shipper(logs, file))
    assert {event["timestamp"] for event in logs.events} == {at_ms("2026-11-25 04:00:05")}


def test_a_line_without_any_time_happens_now(logs: Logs, file: Path) -> None:
    file.write_text("Picked up JAVA_TOOL_OPTIONS\n")
    begin = time.time()
    ship_all(a_shipper(logs, file))
    assert begin * 1000 - 1 <= logs.events[0]["timestamp"] <= time.time() * 1000


def test_half_a_line_waits_for_its_other_half(logs: Logs, file: Path) -> None:
    file.write_text("one\ntw")
    shipper = a_shipper(logs, file)
    ship_all(shipper)
    assert logs.messages == ["one"]
    with file.open("a") as more:
        more.write("o\n")
    ship_all(shipper)
    assert logs.messages == ["one", "two"]


def test_a_file_that_is_not_there_yet_is_waited_for(logs: Logs, file: Path) -> None:
    shipper = a_shipper(logs, file)
    assert not shipper.ship()
    file.write_text("one\n")
    assert shipper.ship()


def test_a_flood_comes_whole_and_in_order(logs: Logs, file: Path) -> None:
    lines = [f"line {number} {'x' * 60}" for number in range(40_000)]
    file.write_text("\n".join(lines) + "\n")
    assert file.stat().st_size > 2 * CHUNK
    ship_all(a_shipper(logs, file))
    assert logs.messages == lines


def test_a_line_longer_than_an_event_is_cut(logs: Logs, file: Path) -> None:
    file.write_text("y" * (LONGEST + 10) + "\nnext\n")
    ship_all(a_shipper(logs, file))
    assert logs.messages == ["y" * LONGEST, "next"]


def test_a_line_longer_than_what_is_read_at_once_holds_nothing_up(logs: Logs, file: Path) -> None:
    file.write_text("y" * (2 * CHUNK + 10) + "\nnext\n")
    ship_all(a_shipper(logs, file))
    assert logs.messages[-1] == "next"


def test_what_could_not_be_put_is_put_later(logs: Logs, file: Path) -> None:
    file.write_text("one\n")
    shipper = a_shipper(logs, file)
    logs.away = True
    with pytest.raises(EndpointConnectionError):
        shipper.ship()
    logs.away = False
    ship_all(shipper)
    assert logs.messages == ["one"]


def test_beyond_the_limit_of_a_second_the_rest_of_it_is_dropped(logs: Logs, file: Path) -> None:
    first = [f"[2026-11-25 04:00:01,{number:03d}] INFO a{number} (b:1)" for number in range(5)]
    file.write_text("\n".join([*first, "[2026-11-25 04:00:02,000] INFO next (b:1)"]) + "\n")
    shipper = a_shipper(logs, file, limit=3)
    ship_all(shipper)
    assert logs.messages == [*first[:3], "[2026-11-25 04:00:02,000] INFO next (b:1)"]
    assert (shipper.shipped, shipper.dropped) == (4, 2)


def test_at_the_limit_nothing_is_dropped(logs: Logs, file: Path) -> None:
    file.write_text("".join(f"[2026-11-25 04:00:01,{number:03d}] INFO a (b:1)\n" for number in range(3)))
    shipper = a_shipper(logs, file, limit=3)
    ship_all(shipper)
    assert shipper.dropped == 0


def test_lines_reach_the_sandbox_while_the_worker_writes_them(sandbox: SandboxSession, name: str, file: Path) -> None:
    client = sandbox.client("logs")
    with LogShipper(file, WorkerLog(client, f"/{name}", "worker-1")), file.open("w", buffering=1) as output:
        output.write("first\n")
        sandbox.wait_for(lambda: client.filter_log_events(logGroupName=f"/{name}")["events"])
        output.write("last\n")
    messages = [event["message"] for event in client.filter_log_events(logGroupName=f"/{name}")["events"]]
    assert messages == ["first", "last"]
