"""How often CloudWatch is asked about whom. Behind it stands a CloudWatch in memory, which counts what it is asked for."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, cast

import pytest

from connectops.decide.health import assess
from connectops.model import ConnectorState, Health, Look, Tasks
from connectops.observe.msk_connect import Listing
from connectops.observe.msk_metrics import Economy, MskMetrics
from connectops.observe.task_metrics import TaskMetrics
from tests.builders import NOW, ORDERS, SECOND, a_look
from tests.msk_stub import MINUTE, throttled

QUIET = 15 * MINUTE
LINES_ARRIVE = "/msk/workers"
ECONOMY = Economy(QUIET, frozenset({LINES_ARRIVE}))
RUNNING, FAILED, WRITTEN = "RunningTaskCount", "ErroredTaskCount", "SourceRecordWriteRate"


@dataclass
class CloudWatch:
    """Answers with one point a minute, up to now; `asked` are the series of each call."""

    values: dict[str, dict[str, float]] = field(default_factory=dict)
    asked: list[list[tuple[str, str]]] = field(default_factory=list)
    away: bool = False
    late: timedelta = timedelta(0)

    def get_paginator(self, name: str) -> "CloudWatch":
        assert name == "get_metric_data"
        return self

    def paginate(self, **asked: Any) -> list[dict[str, Any]]:
        metrics = [query["MetricStat"]["Metric"] for query in asked["MetricDataQueries"]]
        self.asked.append([(each["Dimensions"][0]["Value"], each["MetricName"]) for each in metrics])
        if self.away:
            raise throttled("GetMetricData")
        latest = asked["EndTime"].replace(second=0, microsecond=0) - self.late
        begins = [latest - n * MINUTE for n in range(15)]
        results = [
            {"Id": query["Id"], "Timestamps": begins, "Values": [value] * len(begins)}
            if (value := self.values.get(name, {}).get(metric)) is not None
            else {"Id": query["Id"], "Timestamps": [], "Values": []}
            for query, (name, metric) in zip(asked["MetricDataQueries"], self.asked[-1], strict=True)
        ]
        return [{"MetricDataResults": results}]


class Watch:
    """A process that looks at connectors again and again."""

    def __init__(self, economy: Economy = ECONOMY) -> None:
        self.cloudwatch = CloudWatch()
        metrics = TaskMetrics(cast("Any", self.cloudwatch), MINUTE, 10 * MINUTE)
        self.metrics = MskMetrics(metrics, economy, lambda look: assess(look) is Health.HEALTHY)
        self.version = "V1"

    def sees(self, name: str, running: float = 1, failed: float = 0, written: float | None = 5) -> None:
        self.cloudwatch.values[name] = {RUNNING: running, FAILED: failed} | (
            {} if written is None else {WRITTEN: written}
        )

    def look(self, looks: Iterable[Look], at: datetime, *, is_open: bool = False) -> tuple[list[Look], int]:
        """The looks, and how many series they cost."""
        looks = tuple(replace(look, at=at, tasks=None, flow=None) for look in looks)
        before = len(self.cloudwatch.asked)
        listing = Listing(looks, {look.arn or "": self.version for look in looks})
        opened = frozenset(look.connector for look in looks) if is_open else frozenset()
        seen = self.metrics.add(listing, looks, opened, at)
        return list(seen), sum(map(len, self.cloudwatch.asked[before:]))


def named(name: str, **more: Any) -> Look:
    connector = replace(ORDERS, name=name)
    return a_look(connector=connector, arn=f"arn:{name}", **({"log_group": LINES_ARRIVE} | more))


def prices(watch: Watch, looks: Iterable[Look], minutes: int, **more: bool) -> list[int]:
    """What each of so many looks, a minute apart, costs in series."""
    looks = list(looks)
    return [watch.look(looks, NOW + n * MINUTE, **more)[1] for n in range(minutes)]


def test_a_connector_that_is_well_is_read_once_in_a_quarter_of_an_hour() -> None:
    watch = Watch()
    watch.sees("orders")
    paid = prices(watch, [named("orders")], 46)
    assert paid[0] == 2
    assert (sum(paid[1:16]), sum(paid[16:31]), sum(paid[31:46])) == (1, 1, 1)


def test_between_readings_it_looks_as_it_last_did() -> None:
    watch = Watch()
    watch.sees("orders", running=3)
    for minutes in range(20):
        (look,), paid = watch.look([named("orders")], NOW + minutes * MINUTE)
        assert look.tasks
        assert (look.tasks.running, look.tasks.failed, assess(look)) == (3, 0, Health.HEALTHY)
        assert not paid or look.tasks.seen_at == NOW + minutes * MINUTE


@pytest.mark.parametrize(
    ("heartbeat", "tasks", "paid"),
    [(10 * SECOND, 1, 1), (MINUTE, 1, 1), (MINUTE + SECOND, 1, 2), (10 * SECOND, 2, 2), (None, 1, 1)],
)
def test_one_task_whose_heartbeat_is_in_every_period_is_not_counted_beside_what_it_writes(
    heartbeat: timedelta | None, tasks: int, paid: int
) -> None:
    watch = Watch()
    watch.sees("orders", tasks)
    prices_paid = prices(watch, [named("orders", heartbeat=heartbeat)], 31)
    assert prices_paid[0] == (4 if heartbeat else 2)
    assert (sum(prices_paid[1:16]), sum(prices_paid[16:31])) == (paid, paid)


def test_a_task_that_died_is_seen_by_its_missing_heartbeat_within_a_quarter_of_an_hour() -> None:
    watch = Watch()
    watch.sees("orders")
    source = named("orders", heartbeat=10 * SECOND)
    watch.look([source], NOW)
    for written in (0, None):
        watch.sees("orders", running=0, failed=1, written=written)
        healths = [assess(watch.look([source], NOW + n * MINUTE)[0][0]) for n in range(1, 18)]
        first = healths.index(Health.FAILED)
        assert first < QUIET / MINUTE
        assert set(healths[first:]) == {Health.FAILED}


@pytest.mark.parametrize(("minutes", "series"), [(5, 1), (7, 1 + 4)])
def test_records_that_are_too_old_prove_no_task(minutes: int, series: int) -> None:
    watch = Watch()
    watch.sees("orders")
    source = named("orders", heartbeat=10 * SECOND)
    watch.look([source], NOW)
    watch.cloudwatch.late = minutes * MINUTE
    paid = [watch.look([source], NOW + n * MINUTE)[1] for n in range(1, 16)]
    assert sum(paid) == series


@pytest.mark.parametrize(
    ("economy", "log_group", "is_open"),
    [
        (ECONOMY, LINES_ARRIVE, True),
        (ECONOMY, None, False),
        (ECONOMY, "/somebody/elses", False),
        (Economy(), LINES_ARRIVE, False),
    ],
)
def test_what_is_open_or_writes_no_lines_to_us_is_read_at_every_look(
    economy: Economy, log_group: str | None, *, is_open: bool
) -> None:
    watch = Watch(economy)
    watch.sees("orders")
    paid = prices(watch, [named("orders", log_group=log_group)], 20, is_open=is_open)
    assert set(paid) == {4 if is_open else 2}


@pytest.mark.parametrize(("running", "failed"), [(0, 1), (1, 1), (0, 0)])
def test_what_is_not_well_is_read_at_every_look_until_it_is(running: int, failed: int) -> None:
    watch = Watch()
    watch.sees("orders", running, failed)
    assert set(prices(watch, [named("orders")], 20)) == {2}
    watch.sees("orders", 1, 0)
    assert sum(prices(watch, [named("orders")], 15)) <= 3


def test_a_task_that_died_without_a_line_is_seen_within_a_quarter_of_an_hour() -> None:
    watch = Watch()
    watch.sees("orders", running=2)
    watch.look([named("orders")], NOW)
    watch.sees("orders", running=1, failed=1)
    healths = [assess(watch.look([named("orders")], NOW + n * MINUTE)[0][0]) for n in range(1, 18)]
    first = healths.index(Health.DEGRADED)
    assert first < QUIET / MINUTE
    assert set(healths[first:]) == {Health.DEGRADED}


def test_records_that_stopped_are_seen_within_a_quarter_of_an_hour_after_the_window() -> None:
    watch = Watch()
    watch.sees("orders")
    source = named("orders", heartbeat=10 * SECOND)
    watch.look([source], NOW)
    watch.sees("orders", written=0)
    healths = [assess(watch.look([source], NOW + n * MINUTE)[0][0]) for n in range(1, 18)]
    first = healths.index(Health.STALLED)
    assert first < QUIET / MINUTE
    assert set(healths[first:]) == {Health.STALLED}


def test_a_missing_datapoint_is_not_hidden_by_what_was_seen_before() -> None:
    watch = Watch()
    watch.sees("orders")
    watch.look([named("orders")], NOW)
    watch.cloudwatch.values.clear()
    seen = [watch.look([named("orders")], NOW + n * MINUTE)[0][0] for n in range(1, 18)]
    assert seen[-1].blind_because == "CloudWatch has no recent datapoint of its tasks"
    assert [look.tasks for look in seen][-2:] == [None, None]


def test_a_throttled_reading_is_told_and_tried_again_at_the_next_look() -> None:
    watch = Watch()
    watch.sees("orders")
    watch.look([named("orders")], NOW)
    watch.cloudwatch.away = True
    seen = [watch.look([named("orders")], NOW + n * MINUTE)[0][0] for n in range(1, 17)]
    assert seen[-1].blind_because == "CloudWatch: GetMetricData: Throttling"
    watch.cloudwatch.away = False
    (look,), _ = watch.look([named("orders")], NOW + 17 * MINUTE)
    assert (look.blind_because, assess(look)) == (None, Health.HEALTHY)


def test_another_number_of_tasks_is_counted_in_full_before_anything_is_said() -> None:
    watch = Watch()
    watch.sees("orders", running=1)
    watch.look([named("orders")], NOW)
    watch.sees("orders", running=2)
    looks = [watch.look([named("orders")], NOW + n * MINUTE) for n in range(1, 18)]
    assert {assess(look) for (look,), _ in looks} == {Health.HEALTHY}
    assert looks[-1][0][0].tasks == Tasks(2, 0, 0, looks[-1][0][0].tasks.seen_at)  # type: ignore[union-attr]
    assert sum(paid for _, paid in looks) == 3


def test_a_connector_that_was_changed_shows_anew_that_it_is_well() -> None:
    watch = Watch()
    watch.sees("orders")
    watch.look([named("orders")], NOW)
    watch.version = "V2"
    assert watch.look([named("orders")], NOW + SECOND)[1] == 2


def test_a_connector_that_was_paused_meanwhile_shows_anew_that_it_is_well() -> None:
    watch = Watch()
    watch.sees("orders")
    watch.look([named("orders")], NOW)
    (paused,), paid = watch.look([named("orders", state=ConnectorState.PAUSED)], NOW + SECOND)
    assert (paused.tasks, paid) == (None, 0)
    assert watch.look([named("orders")], NOW + 2 * SECOND)[1] == 2


def test_a_fleet_is_read_a_part_at_each_look() -> None:
    watch = Watch()
    fleet = [named(f"c{number}") for number in range(150)]
    for look in fleet:
        watch.sees(look.connector.name)
    paid = prices(watch, fleet, 31)
    assert paid[0] == 300
    assert (sum(paid[1:16]), sum(paid[16:31])) == (150, 150)
    assert max(paid[1:]) <= 25
