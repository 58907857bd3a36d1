"""Tasks and record rates of MSK Connect connectors, from CloudWatch: its API shows neither.

Source: "Monitoring Amazon MSK Connect" in the MSK developer guide (namespace AWS/KafkaConnect, dimension
ConnectorName), GetMetricData in the CloudWatch API reference. A missing datapoint is not seen: neither zero nor fine.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import batched
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from connectops.clients.aws_reads import not_seen
from connectops.model import Flow, Tasks

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_cloudwatch.type_defs import MetricDataQueryTypeDef

NAMESPACE = "AWS/KafkaConnect"
SERIES_A_CALL = 500  # GetMetricData
PERIODS_LATE = 5
"""Datapoints arrive minutes late: so many periods more are asked for, to see silence over the whole window."""

RUNNING, FAILED = ("RunningTaskCount", "Minimum"), ("ErroredTaskCount", "Maximum")
"""Both count the worse of a period in which a task changes sides, so that their sum stays the number of tasks."""
WRITTEN, SENT = ("SourceRecordWriteRate", "Maximum"), ("SinkRecordSendRate", "Maximum")
TASK_SERIES = (RUNNING, FAILED)
FLOW_SERIES = (WRITTEN, SENT)

type Points = dict[datetime, float]
"""Values of one series by the begin of their period."""
type Series = tuple[str, str, str]
"""Connector name, metric name, statistic."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of one connector; `blind_because` says why a part could not be asked for.

    `running` is how many tasks ran in the latest period, whether or not the failed ones were counted, too.
    """

    tasks: Tasks | None = None
    flow: Flow | None = None
    blind_because: str | None = None
    running: tuple[int, datetime] | None = None


class TaskMetrics:
    """GetMetricData is paid for by the series, however many points of it: 2 a connector, and 2 more for its flow."""

    def __init__(self, client: CloudWatchClient, period: timedelta, window: timedelta) -> None:
        self._client = client
        self._period = timedelta(seconds=max(1, round(period.total_seconds())))
        self._window = max(window, self._period)

    def measure(self, names: Collection[str], flowing: Collection[str], now: datetime) -> Mapping[str, Measured]:
        """The latest point of each connector's tasks within the window, and the flow of those in `flowing`."""
        flow = dict.fromkeys(flowing, FLOW_SERIES)
        return self._measure({name: TASK_SERIES + flow.get(name, ()) for name in names}, now)

    def glance(self, names: Collection[str], flowing: Collection[str], now: datetime) -> Mapping[str, Measured]:
        """For half the price or less, of those known as well: how many tasks of `names` run, what `flowing` write."""
        counted, written = dict.fromkeys(names, (RUNNING,)), dict.fromkeys(flowing, (WRITTEN,))
        wanted = {name: (*counted.get(name, ()), *written.get(name, ())) for name in counted | written}
        return self._measure(wanted, now)

    def shows_each(self, interval: timedelta) -> bool:
        """Whether something that happens once in `interval` is seen in every period."""
        return interval <= self._period

    def moves(self, flow: Flow, now: datetime) -> bool:
        """Whether records moved in the latest period, and that is as recent as CloudWatch can be."""
        moved = flow.records_at
        if moved is None or moved + self._period < flow.measured_to:
            return False
        return moved >= now - (PERIODS_LATE + 1) * self._period

    def _measure(self, wanted: Mapping[str, Collection[tuple[str, str]]], now: datetime) -> Mapping[str, Measured]:
        series = [(name, *each) for name, metrics in wanted.items() for each in metrics]
        points: dict[Series, Points] = {}
        errors: dict[str, str] = {}
        for batch in batched(series, SERIES_A_CALL, strict=False):
            try:
                points |= self._ask(batch, now)
            except (BotoCoreError, ClientError) as err:
                errors |= dict.fromkeys((name for name, *_ in batch), str(not_seen("CloudWatch: GetMetricData", err)))
        return {
            name: Measured(
                self._tasks([points.get((name, *series), {}) for series in TASK_SERIES], now),
                self._flow([points.get((name, *series), {}) for series in FLOW_SERIES]),
                errors.get(name),
                self._latest(points.get((name, *RUNNING), {}), now),
            )
            for name in wanted
        }

    def _ask(self, batch: Sequence[Series], now: datetime) -> dict[Series, Points]:
        begin = now - self._window - PERIODS_LATE * self._period
        seconds = self._period.total_seconds()
        aligned = datetime.fromtimestamp(begin.timestamp() // seconds * seconds, UTC)
        pages = self._client.get_paginator("get_metric_data").paginate(
            MetricDataQueries=[_query(index, *series, int(seconds)) for index, series in enumerate(batch)],
            StartTime=aligned,
            EndTime=now,
            ScanBy="TimestampDescending",
        )
        points: dict[Series, Points] = {series: {} for series in batch}
        for page in pages:
            for result in page["MetricDataResults"]:
                series = batch[int(result["Id"].removeprefix("m"))]
                begins = (at.astimezone(UTC) for at in result["Timestamps"])  # botocore gives local times
                points[series].update(zip(begins, result["Values"], strict=True))
        return points

    def _tasks(self, series: Sequence[Points], now: datetime) -> Tasks | None:
        """Both counts of the latest period that has both."""
        running, failed = series
        latest = self._latest({at: running[at] for at in running.keys() & failed.keys()}, now)
        if latest is None:
            return None
        return Tasks(running=latest[0], failed=round(failed[latest[1]]), other=0, seen_at=latest[1])

    def _latest(self, points: Points, now: datetime) -> tuple[int, datetime] | None:
        latest = max((at for at in points if at >= now - self._window - self._period), default=None)
        return None if latest is None else (round(points[latest]), latest)

    def _flow(self, series: Iterable[Points]) -> Flow | None:
        """When records moved last; or that none moved, if every period of the whole window says so."""
        rates: Points = {}
        for points in series:
            for at, rate in points.items():
                rates[at] = max(rate, rates.get(at, 0))
        if not rates:
            return None
        begin = end = max(rates)
        while begin - self._period in rates:
            begin -= self._period
        end += self._period
        moved = max((at for at, rate in rates.items() if rate > 0), default=None)
        if moved is None and end - begin < self._window:
            return None
        return Flow(min(begin, moved or begin), end, moved)


def _query(index: int, name: str, metric: str, statistic: str, seconds: int) -> MetricDataQueryTypeDef:
    return {
        "Id": f"m{index}",
        "MetricStat": {
            "Metric": {
                "Namespace": NAMESPACE,
                "MetricName": metric,
                "Dimensions": [{"Name": "ConnectorName", "Value": name}],
            },
            "Period": seconds,
            "Stat": statistic,
        },
    }
