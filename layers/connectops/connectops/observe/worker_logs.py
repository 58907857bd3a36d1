"""Worker logs as CloudWatch Logs delivers them: one physical line an event, interleaved, cut, with lines missing.

`stitch` puts records together again. Facts about the layouts: docs/log-layouts.md.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from connectops.model import LogRecord
from connectops.observe.worker_logs_assembly import WORKER_PREFIX, Assembler, Interest
from connectops.observe.worker_logs_batch import LogBatch, LogEvent
from connectops.observe.worker_logs_identity import connectors_in

if TYPE_CHECKING:
    from connectops.observe.worker_logs_text import LogText

Wanted = Mapping[str, tuple[str, ...]]
"""Logger (simple class name) -> words; an INFO line is kept if its logger is here and it holds one of the words."""

END_LINES = 400
"""Lines at the end of a stream among which the last one with a time is looked for."""
HOUR_ZERO = datetime(1970, 1, 1, tzinfo=UTC)


class Surroundings(Protocol):
    """The log around a batch, as far as it may be read. All raise ObservationFailed."""

    def before(self, batch: LogBatch) -> list[LogEvent]: ...

    def after(self, batch: LogBatch, workers: frozenset[str | None]) -> list[LogEvent]: ...

    def names_before(self, batch: LogBatch) -> list[LogEvent]: ...

    def told_before(self, batch: LogBatch, words: Sequence[str]) -> list[LogEvent]: ...


def stitch_batch(
    batch: LogBatch, wanted: Wanted | None = None, noise: Container[str] = (), around: Surroundings | None = None
) -> list[LogRecord]:
    """The records of a batch, in the order of their first lines. See `stitch`.

    With `around`, a trace that the batch begins or ends in is completed from the log; without, the rest of one is a
    `fragment`.
    """
    interest = Interest(wanted, noise)
    assembler = _assembled(batch.events, interest)
    if around is None or not batch.events:
        return assembler.records()
    headless, unfinished = assembler.headless, assembler.unfinished
    if headless and (before := around.before(batch)):
        assembler = _assembled(before, interest)
        assembler.begin_here()
        _read(assembler, batch.events)
    if unfinished:
        assembler.end_here()
        _read(assembler, around.after(batch, unfinished))
    return assembler.records()


def connectors_beside(batch: LogBatch, worker: str | None, around: Surroundings | None = None) -> frozenset[str]:
    """The connectors that a worker's lines name, in the batch and, with `around`, before it.

    Without `worker` those of the whole stream.
    """
    events = [*(around.names_before(batch) if around else ()), *batch.events]
    prefix = f"{WORKER_PREFIX}{worker}] " if worker else ""
    return frozenset(connectors_in(event.message for event in events if event.message.startswith(prefix)))


def statements_before(batch: LogBatch, words: Sequence[str], around: Surroundings) -> list[LogRecord]:
    """Statements of the last minutes before a batch that hold one of the words. Raises ObservationFailed."""
    return _assembled(around.told_before(batch, words), Interest(None)).records()


@dataclass(frozen=True, slots=True)
class Stitched:
    """The statements of several streams; `end` is the time of the last line that has one."""

    records: list[LogRecord]
    lines: int
    end: datetime | None


def stitch_texts(texts: Iterable[LogText], wanted: Wanted | None = None, noise: Container[str] = ()) -> Stitched:
    """The records of streams that come one after another, in order of time. Of what comes in pieces one is held."""
    records: list[LogRecord] = []
    ends: list[datetime] = []
    lines = streams = 0
    assembler = None
    for text in texts:
        assembler = assembler or Assembler(Interest(wanted, noise), HOUR_ZERO)
        assembler.read(text.lines, text.times or None)
        if text.goes_on:
            assembler.forget()
            continue
        records += assembler.records()
        last = stitch(assembler.last_lines[-END_LINES:], times=text.times[-END_LINES:] or None)
        ends += [record.last_at or record.at for record in last if record.at > HOUR_ZERO]
        lines, streams, assembler = lines + assembler.count, streams + 1, None
    if streams > 1:
        records.sort(key=lambda record: record.at)
    return Stitched(records, lines, max(ends, default=None))


def _assembled(events: Sequence[LogEvent], interest: Interest) -> Assembler:
    assembler = Assembler(interest, HOUR_ZERO)
    _read(assembler, events)
    return assembler


def _read(assembler: Assembler, events: Sequence[LogEvent]) -> None:
    messages = [event.message for event in events]
    assembler.read(messages, [event.timestamp for event in events], [event.id for event in events])


def stitch(
    lines: Sequence[str],
    *,
    times: Sequence[int] | None = None,
    ids: Sequence[str] | None = None,
    wanted: Wanted | None = None,
    noise: Container[str] = (),
    default_at: datetime = HOUR_ZERO,
) -> list[LogRecord]:
    """Put physical lines of one log stream together to records, per worker, across interleaved threads.

    `times` (milliseconds since 1970) and `ids` belong to the lines. With `wanted`, lines of level INFO and below are
    dropped unless their logger and one of its words ask for them. Warnings of loggers in `noise` (simple class names)
    are dropped; all other problems and orphans are kept. Statements alike are folded after the first few. `default_at`
    dates lines before the first one that has a time.
    """
    assembler = Assembler(Interest(wanted, noise), default_at)
    assembler.read(lines, times, ids)
    return assembler.records()
