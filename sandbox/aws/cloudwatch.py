"""Gives moto's CloudWatch the indexed store of metrics.

Patches `put_metric_data`, `get_metric_data`, `get_metric_statistics` and `get_filtered_metrics` of moto's
CloudWatchBackend. Periods may be any whole number of seconds: with a time factor of 20 a minute is three.
"""

from __future__ import annotations

import math
import time
from datetime import UTC, datetime
from typing import Any

from moto.cloudwatch.metric_data_expression_parser import parse_expression
from moto.cloudwatch.models import CloudWatchBackend, MetricDatum, Statistics

from sandbox.aws.metrics import Datapoint, MetricStore, buckets, key_of, store_of, summarised
from sandbox.aws.world import World


def install(world: World) -> None:
    minute = world.clock.real(60.0)

    def put_metric_data(self: CloudWatchBackend, namespace: str, metric_data: list[dict[str, Any]]) -> None:
        for number, datum in enumerate(metric_data, start=1):
            self._validate_parameters_put_metric_data(datum, number)
        store = store_of(self.account_id, self.region_name)
        for datum in metric_data:
            key = key_of(namespace, datum["MetricName"], datum.get("Dimensions") or [])
            store.add(key, Datapoint(_epoch(datum.get("Timestamp")), _values(datum), datum.get("Unit")))

    def get_metric_data(
        self: CloudWatchBackend,
        queries: list[dict[str, Any]],
        start_time: datetime,
        end_time: datetime,
        scan_by: str = "TimestampAscending",
    ) -> list[dict[str, Any]]:
        begin = math.floor(_epoch(start_time) / minute) * minute
        store = store_of(self.account_id, self.region_name)
        results = [
            _answered(store, query, begin, _epoch(end_time), scan_by) for query in queries if "MetricStat" in query
        ]
        for query in queries:
            if "Expression" in query:
                values, times = parse_expression(query["Expression"], results)
                results.append(_result(query, query["Id"], values, times))
        returned = {query["Id"] for query in queries if query.get("ReturnData", True)}
        return [result for result in results if result["id"] in returned]

    def get_metric_statistics(
        self: CloudWatchBackend,
        namespace: str,
        metric_name: str,
        start_time: datetime,
        end_time: datetime,
        period: int,
        stats: list[str],
        dimensions: list[dict[str, str]],
        unit: str | None = None,
    ) -> list[Statistics]:
        key = key_of(namespace, metric_name, dimensions or [])
        begin = math.floor(_epoch(start_time) / minute) * minute
        points = store_of(self.account_id, self.region_name).between(key, begin, _epoch(end_time))
        found = []
        for at, some in sorted(buckets(points, period).items()):
            summary = Statistics(stats, _moment(at), some[0].unit)
            summary.metric_data = [
                MetricDatum(namespace, metric_name, value, dimensions or [], _moment(point.at), point.unit)
                for point in some
                for value in point.values
            ]
            found.append(summary)
        return found

    def get_filtered_metrics(
        self: CloudWatchBackend, metric_name: str, namespace: str, dimensions: list[dict[str, str]]
    ) -> list[MetricDatum]:
        wanted = {(d["Name"], d.get("Value")) for d in dimensions or []}
        return [
            MetricDatum(space, name, 0.0, [{"Name": n, "Value": v} for n, v in pairs], None)
            for space, name, pairs in store_of(self.account_id, self.region_name).series()
            if namespace in (None, "", space)
            and metric_name in (None, "", name)
            and all((n, v) in pairs or (v is None and n in dict(pairs)) for n, v in wanted)
        ]

    CloudWatchBackend.put_metric_data = put_metric_data  # type: ignore[method-assign]
    CloudWatchBackend.get_metric_data = get_metric_data  # type: ignore[method-assign]
    CloudWatchBackend.get_metric_statistics = get_metric_statistics  # type: ignore[method-assign]
    CloudWatchBackend.get_filtered_metrics = get_filtered_metrics  # type: ignore[method-assign, assignment]


def _answered(store: MetricStore, query: dict[str, Any], begin: float, end: float, scan_by: str) -> dict[str, Any]:
    wanted = query["MetricStat"]
    metric = wanted["Metric"]
    key = key_of(metric["Namespace"], metric["MetricName"], metric.get("Dimensions") or [])
    found = sorted(buckets(store.between(key, begin, end), int(wanted["Period"])).items())
    if scan_by == "TimestampDescending":
        found.reverse()
    values = [summarised(points, wanted["Stat"]) for _, points in found]
    return _result(query, f"{metric['MetricName']} {wanted['Stat']}", values, [_moment(at) for at, _ in found])


def _result(query: dict[str, Any], label: str, values: Any, times: Any) -> dict[str, Any]:
    return {
        "id": query["Id"],
        "label": query.get("Label") or label,
        "values": values,
        "timestamps": times,
        "status_code": "Complete",
    }


def _values(datum: dict[str, Any]) -> tuple[float, ...]:
    if datum.get("Values"):
        counts = datum.get("Counts") or [1] * len(datum["Values"])
        return tuple(
            float(value) for value, count in zip(datum["Values"], counts, strict=True) for _ in range(int(float(count)))
        )
    if summary := datum.get("StatisticValues"):
        return _values_with(summary)
    return (float(datum.get("Value", 0)),)


def _values_with(summary: dict[str, Any]) -> tuple[float, ...]:
    """Values with this sum, minimum, maximum and number of samples."""
    low, high, total = float(summary["Minimum"]), float(summary["Maximum"]), float(summary["Sum"])
    count = int(float(summary["SampleCount"]))
    if count < 3:
        return (low, high)[:count]
    return (low, high, *[(total - low - high) / (count - 2)] * (count - 2))


def _epoch(moment: datetime | None) -> float:
    """Moto's times are naive and mean UTC."""
    if moment is None:
        return time.time()
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC).replace(tzinfo=None)
