"""The REST stand-in answers as a real worker does: run with `-m live`; half a minute."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from sandbox.connect_rest import ConnectRest
from sandbox.live import parts
from sandbox.live.broker import Broker
from sandbox.live.laboratory import Laboratory
from sandbox.live.worker import Worker
from sandbox.playback.playback import Playback
from sandbox.playback.recording import load

pytestmark = [pytest.mark.live, pytest.mark.filterwarnings("default")]

RECORDED = Path(__file__).parents[2] / "samples" / "recorded"
STEADY = 3.0
"""Seconds after which a task that is FAILED stays so by itself."""
SAID = ("state", "type", "message", "error_code")
"""Fields whose values have to be the same; of all others the type."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A real cluster and the stand-in, each with a connector `orders` whose only task has failed."""

    version: str
    real: str
    stand_in: ConnectRest
    elsewhere: str
    """The REST URL of a real worker that does not run the connector."""

    def answers(self, method: str, path: str) -> tuple[Any, Any]:
        return told(self.real, method, path), told(self.stand_in.url, method, path)


def told(url: str, method: str, path: str) -> tuple[int, Any]:
    answer = requests.request(method, url + path, timeout=60)
    try:
        return answer.status_code, shape(answer.json())
    except ValueError:
        return answer.status_code, None


def shape(value: Any, field: str = "") -> Any:
    """What a program can rely on."""
    if isinstance(value, dict):
        return {"config": "a map"} if field == "config" else {key: shape(one, key) for key, one in value.items()}
    if isinstance(value, list):
        return [shape(one, field) for one in value]
    if field == "version":  # null for a moment after a restart
        return field
    return value if field in SAID else type(value).__name__


@pytest.fixture(scope="module", params=["2.7.1", "3.7.2", "4.1.0"])
def pair(request: pytest.FixtureRequest) -> Iterator[Pair]:
    with Laboratory() as laboratory, ConnectRest(request.param) as stand_in:
        broker = Broker(laboratory)
        workers = [a_worker(laboratory, request.param, broker, number) for number in (1, 2)]
        (laboratory.folder / "lines").write_text("a line is no struct\n")
        workers[0].create("orders", configuration(laboratory))
        workers[0].await_states("orders", "RUNNING", "FAILED", patience=90)
        stand_in.add(failed())
        runs_it = workers[0].call("GET", "/connectors/orders/status")["connector"]["worker_id"]
        elsewhere = next(worker.url for worker in workers if not worker.url.endswith(runs_it))
        yield Pair(request.param, workers[0].url, stand_in, elsewhere)


def failed() -> Playback:
    return Playback(load(RECORDED / "a-unparseable-ddl"), time.time() - 10_000, 20, "orders")


def a_worker(laboratory: Laboratory, version: str, broker: Broker, number: int) -> Worker:
    """The second joins the first; the file connectors are on its class path, which is no plugin path for Kafka 4."""
    group = {"group.id": "pair", **{f"{kind}.storage.topic": f"pair-{kind}" for kind in ("config", "offset", "status")}}
    jars = laboratory.folder / "file-connectors"
    if not jars.exists():
        jars.mkdir()
        for jar in parts.fetch(parts.CONNECT[version]).glob("connect-file-*.jar"):
            (jars / jar.name).symlink_to(jar)
    return Worker(laboratory, version, broker.address, [jars], group, name=f"worker-{number}", java=("-Xmx256m",))


def configuration(laboratory: Laboratory) -> dict[str, str]:
    insert = "org.apache.kafka.connect.transforms.InsertField$Value"
    return {
        "connector.class": "org.apache.kafka.connect.file.FileStreamSourceConnector",
        "tasks.max": "1",
        "file": str(laboratory.folder / "lines"),
        "topic": "lines",
        "transforms": "stamp",
        "transforms.stamp.type": insert,
        "transforms.stamp.static.field": "by",
        "transforms.stamp.static.value": "us",
    }


READS = ["/", "/connectors", "/connectors/orders", "/connectors/orders/status"]
EXPANDED = ["?expand=status", "?expand=info", "?expand=status&expand=info"]
ABSENT = [
    ("GET", "/connectors/absent"),
    ("GET", "/connectors/absent/status"),
    ("POST", "/connectors/absent/restart"),
    ("POST", "/connectors/absent/restart?includeTasks=true&onlyFailed=true"),
    ("POST", "/connectors/absent/tasks/0/restart"),
    ("POST", "/connectors/orders/tasks/9/restart"),
    ("PUT", "/connectors/absent/pause"),
    ("PUT", "/connectors/absent/resume"),
    ("PUT", "/connectors/absent/stop"),
]


@pytest.mark.parametrize("path", READS + [f"/connectors{query}" for query in EXPANDED])
def test_what_is_there_is_told_alike(pair: Pair, path: str) -> None:
    real, stand_in = pair.answers("GET", path)
    assert stand_in == real


@pytest.mark.parametrize(("method", "path"), ABSENT)
def test_what_is_not_there_is_refused_alike(pair: Pair, method: str, path: str) -> None:
    real, stand_in = pair.answers(method, path)
    assert stand_in == real


@pytest.mark.parametrize(
    "path",
    ["/restart", "/restart?includeTasks=true&onlyFailed=true", "/restart?includeTasks=true", "/tasks/0/restart"],
)
def test_a_restart_is_taken_alike(pair: Pair, path: str) -> None:
    failed_again(pair)
    real, stand_in = pair.answers("POST", f"/connectors/orders{path}")
    assert stand_in == real


@pytest.mark.parametrize("verb", ["pause", "stop", "resume"])
def test_a_hold_is_taken_alike(pair: Pair, verb: str) -> None:
    real, stand_in = pair.answers("PUT", f"/connectors/orders/{verb}")
    assert stand_in == real


def test_a_conflict_is_told_alike(pair: Pair) -> None:
    """A worker that is not to hand on what another runs says what it says in a rebalance."""
    real = told(pair.elsewhere, "POST", "/connectors/orders/restart?forward=false")
    pair.stand_in.rebalancing = True
    try:
        assert told(pair.stand_in.url, "POST", "/connectors/orders/restart") == real
    finally:
        pair.stand_in.rebalancing = False
    assert real[0] == 409


def failed_again(pair: Pair) -> None:
    """The real task dies again at its first record, after every restart; what was asked before has had its effect."""
    pair.stand_in.add(failed())
    ends, since = time.monotonic() + 90, None
    while time.monotonic() < ends:
        status, seen = told(pair.real, "GET", "/connectors/orders/status")
        dead = status == 200 and [task["state"] for task in seen["tasks"]] == ["FAILED"]
        since = (since or time.monotonic()) if dead else None
        if since is not None and time.monotonic() - since > STEADY:
            return
        time.sleep(0.3)
    raise AssertionError("the task did not fail again")
