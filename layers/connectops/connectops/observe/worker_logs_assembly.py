"""From physical lines to records: one pass, a slice and a comparison for most lines.

The hot loop knows the two layouts that nearly all lines have (Kafka's default, alone or behind MSK Connect's
`[Worker-<id>] `): level at a fixed offset, continuation by its first character. Everything else takes the slow way.
A continuation goes to the last header of its worker; one that can only be part of a trace goes to the trace that is
open, so that a line of another thread in between costs nothing.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice

from connectops.model import LogRecord
from connectops.observe.worker_logs_identity import connector_of, connectors_in, topic_prefix_of
from connectops.observe.worker_logs_layouts import (
    PROBLEM_LEVELS,
    Header,
    continues,
    is_cause,
    is_frame,
    of_container,
    read_header,
)
from connectops.observe.worker_logs_thinning import thinned

DATELESS = datetime(1970, 1, 1, tzinfo=UTC)
ALIKE_KEPT = 20
"""Statements alike (same beginning and end) kept apart in one run; the rest is counted."""
CAUSES_KEPT = 60
FRAMES_KEPT = 160
MESSAGE_LINES_KEPT = 40
LINE_KEPT = 8_000
TRACE_OPEN_LINES = 20_000
END_LOOKED_AT = 500
"""Lines at the end among which the last one of a worker is looked for."""
WORKER_PREFIX = "[Worker-"
UNPROBLEMATIC = frozenset(("] IN", "] DE", "] TR"))
FRAME_LEADS = frozenset(("at ", "..."))
TRACE_LEADS = frozenset(("Sup", "Cau", "\tat", "\t..", "\tCa", "\tSu"))


NAMES_LOOKED_AT = 100
CLIENTS = frozenset(("NetworkClient", "Metadata", "Sender", "Fetcher", "ConsumerCoordinator", "AbstractCoordinator"))
"""Loggers of Kafka's clients in layouts that write their simple names only."""


class Interest:
    """Which lines of level INFO and below are worth keeping. Decisions are remembered by the line's end."""

    def __init__(self, wanted: Mapping[str, tuple[str, ...]] | None, noise: Container[str] = ()) -> None:
        self._wanted = wanted
        self._noise = noise
        words = wanted.values() if wanted is not None else ()
        self._all = tuple(dict.fromkeys(word for each in words for word in each))
        self.by_end: dict[str, tuple[str, ...]] = {}

    def words(self, end: str) -> tuple[str, ...]:
        """The words that a line with this end (`org...Class:123)`) must hold one of; () if it is never wanted."""
        known = self.by_end.get(end)
        if known is None:
            known = self._decide(end)
            if len(self.by_end) < 5_000:
                self.by_end[end] = known
        return known

    def is_noise(self, end: str) -> bool:
        """Whether warnings with this end (`org...Class:123)`) are never worth keeping."""
        return end[:-1].partition(":")[0].rpartition(".")[2] in self._noise

    def _decide(self, end: str) -> tuple[str, ...]:
        if self._wanted is None:
            return ("",)
        if not end.endswith(")") or " " in end:
            return self._all
        name = end[:-1].partition(":")[0].rpartition(".")[2]
        return self._wanted.get(name, ())


class _Draft:
    """A record that is still growing."""

    __slots__ = (
        "alike", "at", "causes", "first", "frames", "header", "headless", "last_at", "marked", "more", "repeats",
        "size", "worker",
    )  # fmt: skip

    def __init__(self, header: Header, at: datetime, first: int, worker: str | None) -> None:
        self.header = header
        self.at = at
        self.first = first
        self.worker = worker
        self.more: list[str] = []
        self.causes: list[str] = []
        self.frames: list[str] = []
        self.repeats = 1
        self.size = 1
        self.last_at: datetime | None = None
        self.alike: _Alike | None = None
        self.headless = False
        self.marked = 0

    @property
    def lines(self) -> int:
        return self.size + len(self.frames)


class _Alike:
    """Statements with the same beginning and end: the first few are kept, the rest is counted with the last of them.

    `kept_then` is how many records had been kept when that was: what comes after another record is counted anew, since
    whether warnings went on after a sign of life is what they are read for.
    """

    __slots__ = ("causes", "drafts", "folded", "kept_then", "last")

    def __init__(self) -> None:
        self.drafts: list[_Draft] = []
        self.causes: set[str] = set()
        self.folded = 0
        self.kept_then = 0
        self.last = -1


class _Worker:
    """What is open of one worker. `skipped` is the index of a header that was not kept, `head` the last one kept."""

    __slots__ = (
        "at",
        "awaiting",
        "before",
        "folded",
        "frames",
        "frames_before",
        "has_begun",
        "head",
        "loose",
        "name",
        "open",
        "open_at",
        "skipped",
    )

    def __init__(self, name: str | None, at: datetime) -> None:
        self.name = name
        self.at = at
        self.has_begun = False
        self.head: _Draft | None = None
        self.open: _Draft | None = None
        self.frames: list[str] | None = None
        self.open_at = 0
        self.awaiting: _Draft | None = None
        self.before: _Draft | None = None
        self.frames_before = 0
        self.folded: _Alike | None = None
        self.skipped = -1
        self.loose: list[str] = []
        """Frames before any statement: a throwable further down shows whose they are."""

    def open_trace(self, draft: _Draft, index: int) -> None:
        """From here on frames belong to this record. They are kept as they came: most are never looked at."""
        self.open, self.open_at, self.frames = draft, index, draft.frames
        self.frames_before = len(draft.frames)

    @property
    def in_message(self) -> bool:
        """Whether the last line of the open trace named a throwable: its message may have more lines."""
        return self.frames is not None and len(self.frames) == self.frames_before


class Assembler:
    """Takes in the lines of one stream, at once or piece by piece, and gives the records that they amount to."""

    def __init__(self, interest: Interest, default_at: datetime) -> None:
        self._lines: Sequence[str] = ()
        self._times: Sequence[int] | None = None
        self._ids: Sequence[str] | None = None
        self._forgotten = 0
        self._named: dict[str, list[str]] = {}
        self._window = 0
        self._window_end: int | None = None
        self._interest = interest
        self._default_at = default_at
        self._workers: dict[str, _Worker] = {}
        self._drafts: list[_Draft] = []
        self._kept = 0
        self._alike: dict[tuple[str, str], _Alike] = {}
        self._full: dict[tuple[str, str], _Alike] = {}
        self._connectors: dict[str, str | None] = {}

    def read(self, lines: Sequence[str], times: Sequence[int] | None = None, ids: Sequence[str] | None = None) -> None:
        """The next lines of the stream; `times` and `ids` belong to them, in each piece or in none."""
        begin = self.count
        if not self._lines:
            self._lines, self._times, self._ids = lines, times, ids
        else:
            self._lines = [*self._lines, *lines]
            self._times = [*self._times, *times] if self._times is not None and times is not None else None
            self._ids = [*self._ids, *ids] if self._ids is not None and ids is not None else None
        self._run(lines, begin)

    @property
    def count(self) -> int:
        """How many lines were read."""
        return self._forgotten + len(self._lines)

    @property
    def last_lines(self) -> Sequence[str]:
        """The last lines that were read, END_LOOKED_AT at least if there were so many."""
        return self._lines[-END_LOOKED_AT:]

    def forget(self) -> None:
        """Let go of lines, but the last ones, and of what tells nothing new: of a stream too long to be held.

        It must be read without `times` and `ids`.
        """
        self._count_folded()
        gone = self._lines[:-END_LOOKED_AT]
        for worker in self._workers.values():
            if worker.name is not None:
                self._names_of(worker.name, gone)
        self._forgotten += len(gone)
        self._lines = self.last_lines
        self._drafts = thinned(self._drafts)
        kept = {id(draft) for draft in self._drafts}
        for key, alike in list(self._alike.items()):
            if key in self._full:
                del alike.drafts[:-1]
            elif id(alike.drafts[-1]) not in kept:
                del self._alike[key], alike.drafts[:]  # a record and those alike hold each other

    def begin_here(self) -> None:
        """What was read so far is only there to complete what comes: records that end in it are not asked for."""
        self._count_folded()
        self._window = len(self._lines)
        self._alike.clear()
        self._full.clear()
        for draft in self._drafts:
            draft.marked = draft.lines

    def end_here(self) -> None:
        """What comes is only there to complete what was read: records that begin in it are not asked for."""
        self._count_folded()
        self._window_end = len(self._lines)

    @property
    def headless(self) -> frozenset[str | None]:
        """Workers whose first lines are the rest of a trace that began before."""
        return frozenset(each.worker for each in self._drafts if each.headless and (each.causes or each.frames))

    @property
    def unfinished(self) -> frozenset[str | None]:
        """Workers whose last lines are an error whose trace may go on."""
        return frozenset(
            each.name for prefix, each in self._workers.items() if _is_failing(each.head) or self._ends_in_trace(prefix)
        )

    def _ends_in_trace(self, prefix: str) -> bool:
        if self._workers[prefix].frames is None:
            return False
        for line in self._lines[: -END_LOOKED_AT - 1 : -1]:
            if line.startswith(prefix) and (prefix or not line.startswith(WORKER_PREFIX)):
                bare = of_container(line) or line[len(prefix) :]
                return is_frame(bare) or is_cause(bare)
        return False

    def _run(self, lines: Sequence[str], start: int) -> None:  # noqa: C901, PLR0912, PLR0915 - a call for each line would double the time
        """The hot loop. Local names, one character before a slice, because each line costs what is done to it."""
        words, known_words, full_of = self._interest.words, self._interest.by_end.get, self._full.get
        noise, worker = self._interest.is_noise, self._worker("")
        prefix, off, zone = "", 0, 24
        flood: _Alike | None = None
        begin = close = ""
        for index, line in enumerate(lines, start):
            if not line.startswith(prefix) or (not off and line.startswith(WORKER_PREFIX)):
                prefix = line[: line.find("] ") + 2] if line.startswith(WORKER_PREFIX) and "] " in line[:60] else ""
                off, zone, worker = len(prefix), len(prefix) + 24, self._worker(prefix)
            try:
                first = line[off]
            except IndexError:
                first = ""
            if first == "\t":
                flood = None
                if worker.frames is not None:
                    lead = line[off + 1 : off + 4]
                    if lead in FRAME_LEADS:
                        worker.frames.append(line)
                    elif worker.head is not None or lead in TRACE_LEADS:
                        self._continue(worker, index, line[off:])
                    else:  # a configuration is dumped below a statement that is not kept: the trace is over
                        worker.open = worker.frames = None
                elif worker.head is not None:
                    self._continue(worker, index, line[off:])
                elif not worker.has_begun and worker.skipped < 0 and len(worker.loose) < FRAMES_KEPT:
                    worker.loose.append(line)
            elif first == "[":
                level = line[zone : zone + 4]
                if level in UNPROBLEMATIC:
                    flood = None
                    end = line[line.rfind("(") + 1 :]
                    wanted = known_words(end)
                    for word in words(end) if wanted is None else wanted:
                        if word in line:
                            self._begin(worker, index, line[off:])
                            break
                    else:
                        worker.head, worker.skipped = None, index
                elif flood is not None and line.startswith(begin, zone) and line.endswith(close):
                    flood.folded += 1
                    flood.last = index
                elif (alike := full_of((line[zone : zone + 96], line[-60:]))) is not None:
                    if alike.kept_then != self._kept:
                        self._count_anew(alike, worker, index)
                    alike.folded += 1
                    alike.last = worker.skipped = index
                    worker.head = worker.open = worker.awaiting = worker.frames = None
                    worker.folded = flood = alike
                    begin, close = line[zone : zone + 96], line[-60:]
                elif level == "] WA" and noise(line[line.rfind("(") + 1 :]):
                    worker.head, worker.skipped = None, index
                else:
                    flood = None
                    self._slow(worker, index, line[off:] if off else line)
            elif worker.head is not None or (first and line[off : off + 4] != " (or"):
                if flood is not None:
                    worker.skipped, flood = flood.last, None
                self._slow(worker, index, line[off:] if off else line)
        if flood is not None and worker.folded is flood:
            worker.skipped = flood.last

    def records(self) -> list[LogRecord]:
        """The records, in the order of their first lines."""
        if self._window_end is None:
            self._count_folded()
        return [
            self._finished(draft)
            for draft in self._drafts
            if (draft.header.level or _says_something(draft)) and self._is_asked_for(draft)
        ]

    def _is_asked_for(self, draft: _Draft) -> bool:
        if self._window_end is not None and draft.first >= self._window_end:
            return False
        return draft.first >= self._window or draft.lines > draft.marked

    def _count_folded(self) -> None:
        for alike in self._full.values():
            self._count(alike)

    def _count(self, alike: _Alike) -> None:
        if alike.folded:
            kept, header = alike.drafts[-1], read_header(self._bare(alike.last))
            kept.repeats += alike.folded
            kept.size += alike.folded
            kept.last_at = header.at if header and header.has_date else None
            alike.folded = 0

    def _count_anew(self, alike: _Alike, worker: _Worker, index: int) -> None:
        self._count(alike)
        alike.kept_then = self._kept
        header = read_header(self._bare(index))
        if header is not None:
            draft = _Draft(header, self._at(worker, header, index), index, worker.name)
            draft.repeats = draft.size = 0
            draft.alike = alike
            alike.drafts.append(draft)
            self._drafts.append(draft)

    def _worker(self, prefix: str) -> _Worker:
        name = prefix[len(WORKER_PREFIX) : -2] if prefix else None
        return self._workers.setdefault(prefix, _Worker(name, self._default_at))

    def _slow(self, worker: _Worker, index: int, line: str) -> None:
        if line[:1] == "{":
            line = of_container(line) or line
        header = read_header(line) or (read_header(line.lstrip()) if line[:1] in (" ", "\t") else None)
        if header is None:
            self._continue(worker, index, line)
        elif header.level in PROBLEM_LEVELS or header.level == "" or self._wanted(header, line):
            self._open_record(worker, index, header, line)
        else:
            if header.at:
                worker.at = self._at(worker, header, index)
            worker.head, worker.skipped = None, index

    def _wanted(self, header: Header, line: str) -> bool:
        end = f"{header.logger})" if header.logger else ""
        return any(word in line for word in self._interest.words(end))

    def _begin(self, worker: _Worker, index: int, line: str) -> None:
        header = read_header(line)
        if header is None:
            self._continue(worker, index, line)
        else:
            self._open_record(worker, index, header, line)

    def _open_record(self, worker: _Worker, index: int, header: Header, line: str) -> None:
        at = worker.at = self._at(worker, header, index)
        if header.at is None and header.level and self._takes_jul_message(worker, header):
            return
        key = (line[24:120], line[-60:])
        alike = self._alike.setdefault(key, _Alike())
        draft = self._draft(worker, index, header, at)
        draft.alike = alike
        alike.drafts.append(draft)
        if len(alike.drafts) >= ALIKE_KEPT:
            self._full[key] = alike
            alike.kept_then = self._kept
        for extra in header.trace:
            self._continue(worker, index, extra)

    def _takes_jul_message(self, worker: _Worker, header: Header) -> bool:
        """java.util.logging writes two lines: time and logger, then level and message."""
        head = worker.head
        if head is None or head.header.level or head.more or head.causes:
            return False
        head.header.level, head.header.message, head.header.complete = header.level, header.message, True
        head.header.connector, head.header.task = header.connector, header.task
        head.size += 1
        return True

    def _draft(self, worker: _Worker, index: int, header: Header, at: datetime) -> _Draft:
        draft = _Draft(header, at, index, worker.name)
        self._drafts.append(draft)
        self._kept += 1
        worker.has_begun = True
        worker.head, worker.skipped, worker.folded = draft, -1, None
        if header.level in PROBLEM_LEVELS:
            worker.before, worker.awaiting = worker.awaiting, draft
        return draft

    def _continue(self, worker: _Worker, index: int, line: str) -> None:
        """A line that begins nothing: part of a trace, of a message, or of something whose header was lost."""
        line = line[:LINE_KEPT]
        if line.startswith("Caused by: "):
            self._add_cause(worker, index, line)
        elif is_frame(line):
            self._add_to_trace(worker, index, line)
        elif is_cause(line):
            self._add_cause(worker, index, line)
        else:
            self._add_text(worker, index, line)

    def _add_to_trace(self, worker: _Worker, index: int, line: str) -> None:
        draft = worker.open or worker.head or self._orphan(worker, index)
        if draft is not worker.open:
            worker.open_trace(draft, index)
        draft.frames.append(line)

    def _add_cause(self, worker: _Worker, index: int, line: str) -> None:
        cause = line.strip()
        if worker.folded is not None and worker.head is None and cause in worker.folded.causes:
            return
        inner = continues(line)
        draft = worker.open if inner and self._is_open(worker, index) else self._owner_of_trace(worker, index)
        if draft is None:
            return
        if len(draft.causes) < CAUSES_KEPT:
            draft.causes.append(cause)
        else:  # the deepest cause is what counts: keep the last ones
            draft.causes[CAUSES_KEPT // 2 :] = [*draft.causes[CAUSES_KEPT // 2 + 1 :], cause]
        if draft.alike is not None:
            draft.alike.causes.add(cause)
        draft.size += 1
        worker.open_trace(draft, index)
        if worker.awaiting is draft:
            worker.awaiting = None

    def _is_open(self, worker: _Worker, index: int) -> bool:
        return worker.open is not None and index - worker.open_at <= TRACE_OPEN_LINES

    def _owner_of_trace(self, worker: _Worker, index: int) -> _Draft:
        """A throwable belongs to the last header; if that was complete and harmless, to the problem just before it."""
        head, awaiting = worker.head, worker.awaiting
        if head is not None and head.header.level in PROBLEM_LEVELS:
            earlier = worker.before
            if earlier is not None and not earlier.causes and head.first - earlier.first <= 2 and _has_no_traces(head):
                return earlier
            return head
        if awaiting is not None and not (awaiting.causes or _has_no_traces(awaiting)) and index - awaiting.first <= 8:
            return awaiting
        if worker.in_message and worker.open is not None and index - worker.open_at <= 4:
            return worker.open
        if head is not None:
            return head
        if worker.skipped >= 0 and index - worker.skipped <= 3:
            waits = next((each for each in self._drafts[:-3:-1] if each.worker == worker.name), None)
            if waits is not None and _waits_for_trace(waits) and index - waits.first <= 3:
                return waits
            alike = worker.folded
            header = read_header(self._bare(worker.skipped))
            if header is not None and not (
                header.logger.endswith("NetworkClient") or self._interest.is_noise(f"{header.logger})")
            ):
                at = self._at(worker, header, worker.skipped)
                draft = self._draft(worker, worker.skipped, header, at)
                draft.alike = alike
                return draft
        return self._orphan(worker, index)

    def _bare(self, index: int) -> str:
        line = self._lines[index - self._forgotten]
        return line[line.find("] ") + 2 :] if line.startswith(WORKER_PREFIX) else line

    def _add_text(self, worker: _Worker, index: int, line: str) -> None:
        draft = worker.head
        if (
            worker.open is not None
            and index - worker.open_at <= 8
            and (draft is None or draft is worker.open or draft.header.complete)
        ):
            draft = worker.open
            if not draft.frames and len(draft.causes) < CAUSES_KEPT and line.strip():
                draft.causes[-1:] = [f"{draft.causes[-1]}\n{line}"[:LINE_KEPT]] if draft.causes else [line]
                draft.size += 1
                worker.open_at = index
                return
        if draft is None:
            waiting = worker.awaiting
            if waiting is not None and not waiting.header.complete and index - waiting.first <= 8:
                draft = waiting
            elif worker.skipped < 0 and line.strip() and len(line) > 3:
                draft = self._orphan(worker, index)
            else:
                return
        if len(draft.more) < MESSAGE_LINES_KEPT:
            draft.more.append(line)
        draft.size += 1

    def _orphan(self, worker: _Worker, index: int) -> _Draft:
        at = self._time_of(index) or worker.at
        is_first = not worker.has_begun and worker.skipped < 0
        draft = self._draft(worker, index, Header(None, "", ""), at)
        draft.headless = is_first
        if is_first:
            draft.frames += worker.loose
        return draft

    def _at(self, worker: _Worker, header: Header, index: int) -> datetime:
        """When a statement was made. A time of day is one of the day that its worker has come to."""
        if header.at is not None and header.has_date:
            if worker.at.year == DATELESS.year and worker.at > DATELESS:
                self._date(worker, header.at)
            return header.at
        at = self._time_of(index)
        if at is not None or header.at is None:
            return at or worker.at
        told = datetime.combine(worker.at.date(), header.at.timetz())
        return told + timedelta(days=1) if worker.at - told > timedelta(hours=12) else told

    def _date(self, worker: _Worker, at: datetime) -> None:
        """The first date of a worker that had told only times of day: it is theirs, too."""
        shift = at.replace(hour=0, minute=0, second=0, microsecond=0) - DATELESS
        for draft in self._drafts:
            if draft.worker == worker.name and draft.at.year == DATELESS.year:
                draft.at += shift

    def _time_of(self, index: int) -> datetime | None:
        if self._times is None:
            return None
        try:
            return datetime.fromtimestamp(self._times[index] / 1000, UTC)
        except (OverflowError, ValueError, OSError):
            return None

    def _finished(self, draft: _Draft) -> LogRecord:
        header = draft.header
        connector, task = header.connector, header.task
        if connector is None or task is None:
            named, number = connector_of(header.message, header.thread, *draft.causes[:3])
            if connector is None or connector == named:
                connector, task = named or connector, number
            if connector is None and draft.worker is not None:
                connector = self._connector_of_worker(draft.worker)
            if connector is None:
                connector = topic_prefix_of(header.message, header.thread, *draft.causes[:3])
        cut = len(WORKER_PREFIX) + len(draft.worker) + 2 if draft.worker is not None else 0
        frames = tuple(
            [
                line[cut:].lstrip() if line.startswith(WORKER_PREFIX) else line.lstrip()
                for line in draft.frames[:FRAMES_KEPT]
            ]
        )
        message = "\n".join((header.message[:LINE_KEPT], *draft.more)) if draft.more else header.message[:LINE_KEPT]
        return LogRecord(
            at=draft.at, level=header.level, message=message, logger=header.logger, connector=connector, task=task,
            worker=draft.worker, thread=header.thread, causes=tuple(draft.causes), frames=frames,
            event_id=self._ids[draft.first] if self._ids is not None else "", repeats=draft.repeats,
            last_at=draft.last_at or draft.at, size=draft.lines, fragment=draft.headless,
        )  # fmt: skip

    def _connector_of_worker(self, name: str) -> str | None:
        """A worker of MSK Connect runs one connector: any of its lines may say which."""
        if name not in self._connectors:
            named = set(self._names_of(name, self._lines))
            self._connectors[name] = named.pop() if len(named) == 1 else None
        return self._connectors[name]

    def _names_of(self, name: str, lines: Sequence[str]) -> list[str]:
        """The connectors named by the first of a worker's lines that name any, up to and with these."""
        known, prefix = self._named.setdefault(name, []), f"{WORKER_PREFIX}{name}] "
        if wanted := NAMES_LOOKED_AT - len(known):
            mine = (line for line in lines if "|task-" in line and line.startswith(prefix))
            known += islice(connectors_in(mine), wanted)
        return known


def _is_failing(draft: _Draft | None) -> bool:
    return draft is not None and draft.header.level in ("ERROR", "FATAL")


def _waits_for_trace(draft: _Draft) -> bool:
    """Whether a statement that lost its head, as in a paste, has shown no trace yet."""
    return draft.header.level == "" and bool(draft.more) and not draft.causes


def _has_no_traces(draft: _Draft) -> bool:
    """Whether a statement is of a kind that never has a trace: warnings of Kafka's clients but for one."""
    logger = draft.header.logger
    if draft.header.level != "WARN" or logger.endswith("AdminMetadataManager"):
        return False
    return logger.startswith("org.apache.kafka.clients.") or logger in CLIENTS


def _says_something(draft: _Draft) -> bool:
    return bool(draft.header.message or draft.more or draft.causes or draft.frames)
