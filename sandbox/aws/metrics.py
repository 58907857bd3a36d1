"""CloudWatch metrics, indexed by series. moto keeps one list and searches it for each period of each query."""

from __future__ import annotations

import bisect
import math
import statistics
import threading
import time
from collections import defaultdict
from dataclasses import dataclass

KEPT = 20_000
"""Datapoints of one series; the oldest half goes when it is full."""

type SeriesKey = tuple[str, str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class Datapoint:
    """One value, or many that were put as one; `at` is in seconds since the epoch."""

    at: float
    values: tuple[float, ...]
    unit: str | None = None


class MetricStore:
    """The series of one account and region, each in the order of time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._series: defaultdict[SeriesKey, list[Datapoint]] = defaultdict(list)

    def add(self, key: SeriesKey, point: Datapoint) -> None:
        with self._lock:
            points = self._series[key]
            bisect.insort(points, point, key=lambda p: p.at)
            if len(points) > KEPT:
                del points[: KEPT // 2]

    def between(self, key: SeriesKey, begin: float, end: float) -> list[Datapoint]:
        """Points with begin <= at < end."""
        with self._lock:
            points = self._series.get(key, [])
            first = bisect.bisect_left(points, begin, key=lambda p: p.at)
            return points[first : bisect.bisect_left(points, end, lo=first, key=lambda p: p.at)]

    def series(self) -> list[SeriesKey]:
        with self._lock:
            return list(self._series)


_stores: defaultdict[tuple[str, str], MetricStore] = defaultdict(MetricStore)


def store_of(account: str, region: str) -> MetricStore:
    return _stores[account, region]


def key_of(namespace: str, name: str, dimensions: list[dict[str, str]]) -> SeriesKey:
    return namespace, name, tuple(sorted((d["Name"], d["Value"]) for d in dimensions))


def put(account: str, region: str, namespace: str, name: str, value: float, **dimensions: str) -> None:
    """One value, now."""
    key = namespace, name, tuple(sorted(dimensions.items()))
    store_of(account, region).add(key, Datapoint(time.time(), (value,)))


def summarised(points: list[Datapoint], statistic: str) -> float:
    """Source: "Statistics definitions" in the CloudWatch user guide; percentiles by linear interpolation."""
    values = [value for point in points for value in point.values]
    match statistic:
        case "Sum":
            return math.fsum(values)
        case "Average":
            return statistics.fmean(values)
        case "Minimum":
            return min(values)
        case "Maximum":
            return max(values)
        case "SampleCount":
            return float(len(values))
    if statistic.startswith("p") and len(values) > 1:
        rank = float(statistic[1:]) / 100 * (len(values) - 1)
        ordered, below = sorted(values), math.floor(rank)
        above = min(below + 1, len(values) - 1)
        return ordered[below] + (ordered[above] - ordered[below]) * (rank - below)
    if statistic.startswith("p"):
        return values[0]
    raise NotImplementedError(f"the sandbox knows no statistic {statistic!r}")


def buckets(points: list[Datapoint], period: float) -> dict[float, list[Datapoint]]:
    """Points by the begin of their period; periods are aligned to the epoch, as on AWS."""
    found: dict[float, list[Datapoint]] = {}
    for point in points:
        found.setdefault(math.floor(point.at / period) * period, []).append(point)
    return found
