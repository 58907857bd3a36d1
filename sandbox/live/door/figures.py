"""What CloudWatch shows of connectors on real workers: one datapoint a period, from their status and their JMX.

Source: "Monitoring MSK Connect" in the Amazon MSK developer guide for names and the dimension.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import requests

from sandbox.aws import metrics
from sandbox.aws.metrics import Datapoint
from sandbox.live.door import jmx
from sandbox.live.door.workers import ConnectorWorkers, NobodyAnswers
from sandbox.live.worker import Refused

log = logging.getLogger("sandbox")

NAMESPACE = "AWS/KafkaConnect"
RATES = {
    "source_task_metrics_source_record_poll": "SourceRecordPollRate",
    "source_task_metrics_source_record_write": "SourceRecordWriteRate",
    "sink_task_metrics_sink_record_read": "SinkRecordReadRate",
    "sink_task_metrics_sink_record_send": "SinkRecordSendRate",
}
"""Totals of tasks, which become records a second."""
LARGEST = {
    "connect_worker_rebalance_metrics_completed_rebalances": "RebalanceCompletedTotal",
    "connect_worker_rebalance_metrics_rebalance_avg_time_ms": "RebalanceTimeAvg",
    "connect_worker_rebalance_metrics_rebalance_max_time_ms": "RebalanceTimeMax",
    "connect_worker_rebalance_metrics_time_since_last_rebalance_ms": "RebalanceTimeSinceLast",
    "connect_worker_metrics_task_startup_attempts": "TaskStartupAttemptsTotal",
    "connect_worker_metrics_task_startup_success_percentage": "TaskStartupSuccessPercentage",
}
"""Figures of workers, of which the largest stands for all."""


class Counter:
    """How much totals have grown since they were last told. A task that began anew counts from zero."""

    def __init__(self) -> None:
        self._last: dict[tuple[object, ...], float] = {}

    def grown(self, totals: dict[tuple[object, ...], float]) -> dict[tuple[object, ...], float]:
        grown = {}
        for key, total in totals.items():
            last = self._last.get(key, 0.0)
            grown[key] = total - last if total >= last else total
        self._last = totals
        return grown


class Publisher:
    """Publishes for all `connectors()` at the end of each period (real seconds), until `stopping`."""

    def __init__(self, connectors: Callable[[], Iterable[ConnectorWorkers]], account: str, region: str) -> None:
        self._connectors = connectors
        self._store = metrics.store_of(account, region)
        self._counters: dict[int, Counter] = {}

    def run(self, period: float, stopping: threading.Event) -> None:
        """Datapoints are put at the begin of their period, as CloudWatch shows them."""
        while not stopping.wait(period - time.time() % period):
            begin = (time.time() // period - 1) * period
            with ThreadPoolExecutor(max_workers=8) as pool:
                for connector in self._connectors():
                    pool.submit(self._publish, connector, begin, period)

    def _publish(self, connector: ConnectorWorkers, begin: float, period: float) -> None:
        try:
            self._measure(connector, begin, period)
        except Exception:  # the boundary of a thread: nobody above could see it
            log.exception("%s could not be measured", connector.name)

    def _measure(self, connector: ConnectorWorkers, begin: float, period: float) -> None:
        counter = self._counters.setdefault(id(connector), Counter())
        for name, value in (counts(connector) | figures(connector, counter, period)).items():
            key = NAMESPACE, name, (("ConnectorName", connector.name),)
            self._store.add(key, Datapoint(begin, (value,)))


def counts(connector: ConnectorWorkers) -> dict[str, float]:
    """None of the tasks while no worker tells their states: what is not seen has no datapoint."""
    alive = sum(member.running for member in connector.members)
    if not alive:
        return {}
    try:
        status = connector.call("GET", f"/connectors/{quote(connector.name, safe='')}/status", timeout=jmx.PATIENCE)
    except (Refused, NobodyAnswers):
        return {"WorkerCount": alive}
    states = [task["state"] for task in status["tasks"]]
    return {
        "WorkerCount": alive,
        "RunningTaskCount": states.count("RUNNING"),
        "ErroredTaskCount": states.count("FAILED"),
    }


def figures(connector: ConnectorWorkers, counter: Counter, period: float) -> dict[str, float]:
    """Rates over the period (real seconds) of the tasks that there are, and the figures of workers."""
    totals: dict[tuple[object, ...], float] = {}
    found: dict[str, float] = {}
    for member in (one for one in connector.members if one.running):
        try:
            shown = jmx.ask(member.figures_port)
        except requests.RequestException:
            continue
        for (figure, task), value in shown.items():
            if figure in RATES and task is not None:
                totals[RATES[figure], member.worker_id, task] = value
            elif figure in LARGEST:
                found[LARGEST[figure]] = max(value, found.get(LARGEST[figure], value))
    for (name, *_), grown in counter.grown(totals).items():
        found[str(name)] = found.get(str(name), 0.0) + grown / period
    return found
