"""Heads of lines in other orders and with less in them than Kafka's own layouts have."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connectops.observe.worker_logs import stitch
from connectops.observe.worker_logs_layouts import read_header

DAY = datetime(2026, 11, 23, tzinfo=UTC)
MIDNIGHT = datetime(1970, 1, 1, tzinfo=UTC)
HEADS = {
    "14:09:52.017 [main] ERROR o.a.k.c.r.WorkerTask - died": ("ERROR", "o.a.k.c.r.WorkerTask", "main"),
    "07:09:52,017 WARN  [main] o.a.k.c.r.WorkerTask - died": ("WARN", "o.a.k.c.r.WorkerTask", "main"),
    "14:09:52 ERROR WorkerTask - died": ("ERROR", "WorkerTask", ""),
    "[14:09:52] ERROR died (org.foo.Bar:1)": ("ERROR", "org.foo.Bar", ""),
    "ERROR 2026-11-23 14:09:52,017 [main] org.foo.Bar - died": ("ERROR", "org.foo.Bar", "main"),
    "ERROR [2026-11-23 14:09:52,017] org.foo.Bar: died": ("ERROR", "org.foo.Bar", ""),
    "[ERROR] 2026-11-23 14:09:52,017 [main] org.foo.Bar - died": ("ERROR", "org.foo.Bar", "main"),
    "2026-11-23 14:09:52 ERROR WorkerTask:123 - died": ("ERROR", "WorkerTask", ""),
    "2026-11-23 14:09:52 ERROR org.foo.Bar - died": ("ERROR", "org.foo.Bar", ""),
    "2026-11-23 14:09:52,017 main ERROR died": ("ERROR", "", "main"),
    "2026/11/23 14:09:52 ERROR died (org.foo.Bar)": ("ERROR", "org.foo.Bar", ""),
    "26/11/23 14:09:52 ERROR WorkerTask: died": ("ERROR", "WorkerTask", ""),
    "23 Nov 2026 14:09:52,017 ERROR died (org.foo.Bar)": ("ERROR", "org.foo.Bar", ""),
    "2026-11-23T14:09:52.017Z ERROR 1 --- [app] [main] o.f.Bar : died": ("ERROR", "o.f.Bar", "main"),
    "2026-11-23 14:09:52.017 ERROR [app,a,b] 1 --- [main] o.f.Bar : died": ("ERROR", "o.f.Bar", "main"),
    'time="2026-11-23T14:09:52Z" level=error msg="died" logger=org.foo.Bar': ("ERROR", "org.foo.Bar", ""),
}


@pytest.mark.parametrize("line", HEADS)
def test_a_head_is_read_whatever_its_order(line: str) -> None:
    header = read_header(line)
    assert header is not None
    assert (header.level, header.logger, header.thread) == HEADS[line]
    assert header.message.rstrip() == "died"
    assert header.at is not None
    assert (header.at.hour, header.at.minute, header.at.second) in ((14, 9, 52), (7, 9, 52))
    assert (header.at.date() == DAY.date()) is header.has_date


@pytest.mark.parametrize(
    "line",
    [
        "14:09:52 the backup began",
        "12 errors were found in 14:09:52",
        "99:09:52.017 [main] ERROR o.f.Bar - died",
        "0.0.0.0:8083 INFO",
        "time was up and level=3",
        "Errors since 14:09:52 INFO",
    ],
)
def test_what_only_resembles_a_head_begins_nothing(line: str) -> None:
    assert read_header(line) is None


TRACE = [
    "14:09:52.017 [task-thread-orders-0] ERROR o.a.k.c.r.WorkerTask - Task threw an uncaught and unrecoverable exception",
    "java.lang.IllegalStateException: outer",
    "\tat org.foo.Bar.run(Bar.java:1)",
    "Caused by: java.io.IOException: inner",
    "\t... 3 common frames omitted",
    "14:09:53.000 [main] INFO o.a.k.c.r.Worker - go on",
]


def test_its_trace_belongs_to_a_statement_with_a_time_of_day() -> None:
    record, _ = stitch(TRACE)
    assert record.causes == ("java.lang.IllegalStateException: outer", "Caused by: java.io.IOException: inner")
    assert (record.connector, record.task) == ("orders", 0)


def test_the_time_of_delivery_dates_a_time_of_day() -> None:
    delivered = int(DAY.timestamp()) * 1000
    record, *_ = stitch(TRACE, times=[delivered] * len(TRACE))
    assert record.at == DAY


def test_times_of_day_go_on_over_midnight() -> None:
    late, early = (f"{clock} [main] ERROR o.f.Bar - died" for clock in ("23:59:59.000", "00:00:01.000"))
    first, second = stitch([late, early])
    assert (second.at - first.at).total_seconds() == 2


def test_a_date_that_another_layout_tells_dates_what_came_before() -> None:
    clock = "14:09:52.000 [main] ERROR o.f.Bar - died"
    first, _, last = stitch([clock, "[2026-11-23 14:10:00,000] ERROR died (o.f.Bar:1)", clock])
    assert first.at.date() == last.at.date() == DAY.date()
