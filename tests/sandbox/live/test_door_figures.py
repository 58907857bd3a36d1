"""Metrics say what moved, from the totals that a worker's JMX shows."""

from __future__ import annotations

from sandbox.live.door import jmx
from sandbox.live.door.figures import Counter

SHOWN = """# HELP kafka_connect_source_task_metrics_source_record_write The number of records. kafka.connect:name=null,type=source-task-metrics,attribute=source-record-write-total
# TYPE kafka_connect_source_task_metrics_source_record_write untyped
kafka_connect_source_task_metrics_source_record_write{connector="shop",task="0"} 7.0
kafka_connect_source_task_metrics_source_record_write{connector="shop",task="1"} 1.2E3
kafka_connect_connect_worker_rebalance_metrics_completed_rebalances 3.0
kafka_connect_connect_worker_rebalance_metrics_rebalance_avg_time_ms NaN
jvm_threads_current 41.0
"""


def test_figures_are_read_by_name_and_task_and_others_left_out() -> None:
    told = jmx.read(SHOWN)
    assert told["source_task_metrics_source_record_write", 0] == 7
    assert told["source_task_metrics_source_record_write", 1] == 1200
    assert told["connect_worker_rebalance_metrics_completed_rebalances", None] == 3
    assert len(told) == 3


def test_what_a_total_has_grown_by_has_moved() -> None:
    counter = Counter()
    assert counter.grown({("w", 0): 7.0}) == {("w", 0): 7.0}
    assert counter.grown({("w", 0): 9.0}) == {("w", 0): 2.0}
    assert counter.grown({("w", 0): 9.0}) == {("w", 0): 0.0}


def test_a_task_that_began_anew_counts_from_zero() -> None:
    counter = Counter()
    counter.grown({("w", 0): 7.0})
    assert counter.grown({("w", 0): 3.0}) == {("w", 0): 3.0}


def test_a_task_that_was_away_counts_from_zero() -> None:
    counter = Counter()
    counter.grown({("w", 0): 7.0})
    assert counter.grown({}) == {}
    assert counter.grown({("w", 0): 9.0}) == {("w", 0): 9.0}
