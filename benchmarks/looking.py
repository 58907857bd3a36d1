"""What a look at a quiet fleet costs: API calls, series and bytes a tick, and its time where each call takes 50 ms.

A round is as many ticks as it takes until each connector's metrics were read once. The process is one that has run for
a while: what MSK Connect does not list was read before, and is read again in turn.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from logging import StreamHandler
from pathlib import Path
from statistics import mean
from typing import TextIO, cast

import boto3
from aws_lambda_powertools import Logger

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "layers" / "connectops")]

from benchmarks.cloud import LOG_GROUP, Cloud, Counted, furnish  # noqa: E402  # the layer is not installed everywhere
from connectops.facts import FactsTable  # noqa: E402
from connectops.model import Facts  # noqa: E402
from connectops.observe.msk_connect import MskConnect  # noqa: E402
from functions.poll_connectors import handler  # noqa: E402
from tests.template.stack import defaults, environment  # noqa: E402

FLEETS = (1, 10, 100, 1_000)
START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ROUND = 15
"""Ticks in QuietMetricsSeconds."""
LATENCY = 0.05
CALLS_GOAL, SLOPE_GOAL, SECONDS_GOAL = 25, 0.02, 3.0


@dataclass(frozen=True)
class Tick:
    """One look: what went over the wire, what it said to its log, and seconds besides the waiting for AWS."""

    counted: Counted
    said: str
    own_seconds: float

    @property
    def calls(self) -> int:
        return self.counted.calls.total()

    @property
    def seconds(self) -> float:
        """With LATENCY for each call: they are made one after another."""
        return self.own_seconds + LATENCY * self.calls


@contextmanager
def deployed(cloud: Cloud, **chosen: str) -> Iterator[None]:
    """The stack with its parameters' defaults, some chosen otherwise, and a log group whose lines arrive."""
    with _environment_kept(), cloud.running():
        parameters = defaults() | {"WorkerLogGroup1": LOG_GROUP} | chosen
        for function in ("ReadWorkerLogs", "RespondToFindings", "PollConnectors"):
            os.environ.update(environment(function, parameters))
        os.environ.update(furnish())
        handler._composition.cache_clear()
        handler.metrics.clear_metrics()
        yield
        handler._composition.cache_clear()


@contextmanager
def _environment_kept() -> Iterator[None]:
    before = dict(os.environ)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def settle(cloud: Cloud, at: datetime = START) -> datetime:
    """Look as a new process of a stack that has run for a while, and tell when the next look is due."""
    session = boto3.Session()
    msk, table = MskConnect(session.client("kafkaconnect")), FactsTable("ledger", session.client("dynamodb"))
    listing = msk.list(at)
    first = msk.look(listing.looks[0].arn or "", at)
    version = listing.versions[first.arn or ""]
    known = Facts(first.connector, version, first.state, first.heartbeat, first.shares, first.tags, kept=version)
    for look in listing.looks:
        table.remember(replace(known, connector=look.connector), at)
    for _ in range(2):
        tick(cloud, at)
        at += MINUTE
    return at


def tick(cloud: Cloud, at: datetime) -> Tick:
    """One look of the deployed function at that time."""
    cloud.count()
    look = handler.metrics.log_metrics(lambda _, __: handler.poll(at, at, *handler._composition()))
    begun = cloud.own_clock()
    with silenced(handler.logger) as said:
        look({}, None)
    return Tick(cloud.count(), said.getvalue(), cloud.own_clock() - begun)


@contextmanager
def silenced(logger: Logger) -> Iterator[io.StringIO]:
    """What a function writes to its log, kept."""
    said, door = io.StringIO(), cast("StreamHandler[TextIO]", logger.registered_handler)
    before = door.setStream(said)
    try:
        with redirect_stdout(said):
            yield said
    finally:
        door.setStream(before or sys.stdout)


def quiet_round(cloud: Cloud) -> list[Tick]:
    at = settle(cloud)
    return [tick(cloud, at + number * MINUTE) for number in range(ROUND)]


def fleet_of(size: int, *, heartbeats: bool = True, logs_delivered: bool = True) -> Cloud:
    names = [f"connector-{number:04d}" for number in range(size)]
    return Cloud(names, heartbeats=heartbeats, logs_delivered=logs_delivered)


def main() -> None:
    """Print a row a fleet, the slope between the two largest, and whether the goals are met."""
    print(
        f"a look at a quiet fleet, over a round of {ROUND}; seconds of the slowest, a call {LATENCY * 1000:.0f} ms long"
    )
    print(f"{'connectors':>10}{'calls: mean':>12}{'worst':>7}{'series: mean':>14}{'DynamoDB units':>16}{'seconds':>9}")
    means, seconds = {}, 0.0
    for size in FLEETS:
        cloud = fleet_of(size)
        with deployed(cloud):
            ticks = quiet_round(cloud)
        seconds = max(each.seconds for each in ticks)
        means[size] = mean(each.calls for each in ticks)
        worst = max(each.calls for each in ticks)
        series = mean(each.counted.series for each in ticks)
        units = mean(each.counted.read_units + each.counted.write_units for each in ticks)
        print(f"{size:>10}{means[size]:>12.1f}{worst:>7}{series:>14.1f}{units:>16.1f}{seconds:>9.2f}")
    slope = (means[1_000] - means[100]) / 900
    print(f"each more connector: {slope:.3f} calls a look")
    met = worst <= CALLS_GOAL and slope <= SLOPE_GOAL and seconds <= SECONDS_GOAL
    goals = f"calls <= {CALLS_GOAL} and time <= {SECONDS_GOAL} s for 1,000, slope <= {SLOPE_GOAL}"
    print(f"goal: {goals}: {'met' if met else 'missed'}")


if __name__ == "__main__":
    main()
