"""The lines around a batch, from its log group: for a trace that the end of a subscription event cut in two.

Asked for only where a batch begins or ends inside a trace; a few seconds, a few pages and one short wait at most.
Source: FilterLogEvents in the CloudWatch Logs API reference.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from connectops.clients.aws_reads import READ_RETRIES, not_seen
from connectops.observe.worker_logs_assembly import WORKER_PREFIX
from connectops.observe.worker_logs_batch import LogBatch, LogEvent
from connectops.observe.worker_logs_layouts import read_header

if TYPE_CHECKING:
    from boto3 import Session
    from mypy_boto3_logs import CloudWatchLogsClient

BEFORE_MS = 2_000
AFTER_MS = 5_000
PAGES = 3
"""A page holds up to 1 MB or 10,000 events: what is further away in a flood stays unknown."""
LINES_KEPT = 2_000
NAMES_MS = 600_000
"""Offset commits name each source connector once a minute; ten of them are not lost together."""
TOLD_MS = 300_000
"""What was said of a failure's cause is believed for as long (SAME_INCIDENT of the diagnosis)."""
NAMES_PATTERN = '"|task-"'


class LogSurroundings:
    """Reads around batches; `wait` is how long the rest of a trace may take to arrive."""

    def __init__(self, session: Session, wait: timedelta, sleep: Callable[[float], None] = time.sleep) -> None:
        self._session = session
        self._wait = wait.total_seconds()
        self._sleep = sleep

    @cached_property
    def _client(self) -> CloudWatchLogsClient:
        return self._session.client("logs", config=READ_RETRIES)

    def before(self, batch: LogBatch) -> list[LogEvent]:
        """The lines shortly before a batch. Raises ObservationFailed."""
        first = batch.events[0]
        found: list[LogEvent] = []
        for event in self._events(batch, first.timestamp - BEFORE_MS, first.timestamp):
            if event.id == first.id:
                return found[-LINES_KEPT:]
            found.append(event)
        return []

    def after(self, batch: LogBatch, workers: frozenset[str | None]) -> list[LogEvent]:
        """The lines shortly after a batch; waits once if the trace of one of the workers may still be on its way.

        Raises ObservationFailed.
        """
        found = self._after(batch)
        if not all(any(_begins_anew(event.message, worker) for event in found) for worker in workers):
            self._sleep(self._wait)
            found = self._after(batch)
        return found

    def names_before(self, batch: LogBatch) -> list[LogEvent]:
        """Lines of the last minutes that name connectors. Raises ObservationFailed."""
        first = batch.events[0].timestamp
        return list(self._events(batch, first - NAMES_MS, first, filterPattern=NAMES_PATTERN))[-LINES_KEPT:]

    def told_before(self, batch: LogBatch, words: Sequence[str]) -> list[LogEvent]:
        """Lines of the last minutes that hold one of the words. Raises ObservationFailed."""
        first, known = batch.events[0].timestamp, {event.id for event in batch.events}
        pattern = " ".join(f'?"{word}"' for word in words)
        found = self._events(batch, first - TOLD_MS, first, filterPattern=pattern)
        return [event for event in found if event.id not in known][-LINES_KEPT:]

    def _after(self, batch: LogBatch) -> list[LogEvent]:
        last = batch.events[-1]
        found: list[LogEvent] | None = None
        for event in self._events(batch, last.timestamp, last.timestamp + AFTER_MS):
            if found is not None:
                found.append(event)
            elif event.id == last.id:
                found = []
        return (found or [])[:LINES_KEPT]

    def _events(self, batch: LogBatch, begin: int, end: int, **token: str) -> Iterator[LogEvent]:
        """Events of the batch's stream from `begin` to `end` (milliseconds, both included), in the order of the log."""
        for _ in range(PAGES):
            try:
                page = self._client.filter_log_events(
                    logGroupName=batch.group,
                    logStreamNames=[batch.stream],
                    startTime=begin,
                    endTime=end,
                    **token,  # type: ignore[arg-type]  # filterPattern, nextToken
                )
            except (BotoCoreError, ClientError) as err:
                raise not_seen(f"lines around a batch of {batch.group}", err) from err
            for event in page["events"]:
                yield LogEvent(event["eventId"], event["timestamp"], event["message"])
            if "nextToken" not in page:
                return
            token["nextToken"] = page["nextToken"]


def _begins_anew(line: str, worker: str | None) -> bool:
    prefix = f"{WORKER_PREFIX}{worker}] " if worker is not None else ""
    return line.startswith(prefix) and read_header(line[len(prefix) :]) is not None
