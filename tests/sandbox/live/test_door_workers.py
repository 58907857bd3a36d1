"""The workers of a connector come, go and are replaced, without a real one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
import requests

from sandbox.live.door import workers
from sandbox.live.door.job import WorkFailed
from sandbox.live.door.workers import ConnectorWorkers, Member, NobodyAnswers, Shape
from sandbox.live.laboratory import Laboratory
from sandbox.live.worker import Refused

SHAPE = Shape("3.7.2", "b:9092", (Path("p"),), {"a": "1"}, 1, None, 512)
REPLACED_AFTER = 12.0


class Process:
    def __init__(self, number: int) -> None:
        self.worker_id, self.running = f"Worker-{number}", True
        self.answer: Callable[[], Any] = lambda: self.worker_id
        self.worker = self

    def call(self, method: str, path: str, body: Any = None, timeout: float = 90) -> Any:
        return self.answer()

    def end(self, *, at_once: bool) -> None:
        self.running = False


class Cluster(ConnectorWorkers):
    """Starts no process; `broken` makes the next start fail."""

    def __init__(self, shape: Shape = SHAPE) -> None:
        nobody = cast("Laboratory", None)
        super().__init__(nobody, "orders", shape, None, REPLACED_AFTER, lambda: None)
        self.begun: list[Process] = []
        self.broken = False
        self.start()

    def _started(self) -> Member:
        if self.broken:
            raise WorkFailed("UnknownError.Unknown", "it did not come up")
        self.begun.append(Process(len(self.begun) + 1))
        return cast("Member", self.begun[-1])

    def ids(self) -> list[str]:
        return [member.worker_id for member in self.members]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Its last entry is the time."""
    times = [0.0]
    monkeypatch.setattr("sandbox.live.door.workers.time.monotonic", lambda: times[-1])
    monkeypatch.setattr("sandbox.live.door.workers.time.sleep", lambda seconds: times.append(times[-1] + seconds))
    return times


def changed(shape: Shape, **changes: Any) -> Shape:
    return replace(shape, **changes)


def test_as_many_workers_begin_as_are_wanted() -> None:
    assert Cluster(changed(SHAPE, count=3)).ids() == ["Worker-1", "Worker-2", "Worker-3"]


def test_a_dead_worker_has_a_successor_in_time_and_not_before(clock: list[float]) -> None:
    cluster = Cluster()
    cluster.begun[0].running = False
    cluster.tend()
    clock.append(REPLACED_AFTER - 0.1)
    cluster.tend()
    assert cluster.ids() == ["Worker-1"]
    clock.append(REPLACED_AFTER)
    cluster.tend()
    assert cluster.ids() == ["Worker-2"]


def test_a_living_worker_is_left_alone(clock: list[float]) -> None:
    cluster = Cluster()
    for now in (0.0, 100.0, 1000.0):
        clock.append(now)
        cluster.tend()
    assert cluster.ids() == ["Worker-1"]


def test_a_successor_that_does_not_come_up_is_tried_again(clock: list[float]) -> None:
    cluster = Cluster()
    cluster.begun[0].running, cluster.broken = False, True
    cluster.tend()
    clock.append(REPLACED_AFTER)
    cluster.tend()
    assert cluster.ids() == []
    cluster.broken = False
    cluster.tend()
    assert cluster.ids() == []
    clock.append(2 * REPLACED_AFTER)
    cluster.tend()
    assert cluster.ids() == ["Worker-2"]


def test_nobody_follows_in_a_cluster_that_was_ended(clock: list[float]) -> None:
    cluster = Cluster()
    cluster.end()
    clock.append(REPLACED_AFTER)
    cluster.tend()
    assert (cluster.ids(), cluster.begun[0].running) == ([], False)


def test_scaling_leaves_the_others_running() -> None:
    cluster = Cluster()
    cluster.become(changed(SHAPE, count=2))
    assert cluster.ids() == ["Worker-1", "Worker-2"]
    cluster.become(changed(SHAPE, count=1))
    assert cluster.ids() == ["Worker-1"]
    assert not cluster.begun[1].running


@pytest.mark.parametrize("change", [{"plugins": (Path("q"),)}, {"properties": {"a": "2"}}])
def test_other_plugins_or_properties_replace_every_worker(change: Mapping[str, Any]) -> None:
    cluster = Cluster(changed(SHAPE, count=2))
    cluster.become(changed(SHAPE, count=2, **change))
    assert cluster.ids() == ["Worker-3", "Worker-4"]


def test_any_of_them_answers() -> None:
    cluster = Cluster(changed(SHAPE, count=3))
    cluster.begun[0].running = False
    cluster.begun[1].answer = raising(requests.ConnectionError())
    assert cluster.call("GET", "/") == "Worker-3"


def test_where_none_answers_nobody_does() -> None:
    cluster = Cluster()
    cluster.begun[0].answer = raising(requests.Timeout())
    with pytest.raises(NobodyAnswers):
        cluster.call("GET", "/")


def test_a_request_is_made_again_until_a_rebalance_is_over(clock: list[float]) -> None:
    cluster = Cluster()
    told = iter([raising(Refused(409, "rebalance")), raising(requests.ConnectionError()), lambda: "done"])

    def answer() -> Any:
        return next(told)()

    cluster.begun[0].answer = answer
    assert cluster.insist("POST", "/restart") == "done"


def test_a_refusal_that_is_no_rebalance_stands(clock: list[float]) -> None:
    cluster = Cluster()
    cluster.begun[0].answer = raising(Refused(404, "Unknown connector"))
    with pytest.raises(Refused, match="Unknown connector"):
        cluster.insist("POST", "/restart")


def test_a_rebalance_without_end_makes_the_operation_fail(clock: list[float]) -> None:
    cluster = Cluster()
    cluster.begun[0].answer = raising(Refused(409, "no known leader URL"))
    with pytest.raises(WorkFailed, match=r"Retry the operation.*no known leader URL"):
        cluster.insist("POST", "/restart")
    assert clock[-1] > workers.PATIENCE


def raising(err: Exception) -> Callable[[], Any]:
    def answer() -> Any:
        raise err

    return answer
