r"""Worker logs as people have them: files and pastes, wrapped by whatever copied them.

Understood: plain lines; `docker-compose`, `kubectl --timestamps/--prefix`, CRI, journald and quoted copies; CSV;
the JSON of `aws logs filter-log-events`, of Logs Insights and of a subscription event; the lines of `aws logs tail`;
the JSON of a Connect REST status, and its `\n\t` escapes anywhere.
"""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice, pairwise
from typing import Any, BinaryIO

from connectops.errors import MalformedEvent
from connectops.observe.worker_logs_layouts import is_json

BINARY_SHARE = 0.02
HEAD = 65_536
PIECE = 20_000
"""Lines of a stream that are held at once."""
ORDER_LOOKED_AT = 5_000
"""Lines that show whether the newest comes first."""
_LOG_BEGINS = re.compile(rb"\[(?:\d{4}-\d\d-\d\d|Worker-)")
_CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\r\f\x1b")


@dataclass(slots=True)
class LogText:
    """The lines of one log stream; `times` in milliseconds since 1970, as many as lines or none."""

    lines: list[str] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    goes_on: bool = False
    """Whether the next one is a further piece of the same stream."""


def read_text(raw: bytes) -> list[LogText]:
    """The lines of a text, per log stream. Raises MalformedEvent if it is not text."""
    return read_file(io.BytesIO(raw))


def read_file(file: BinaryIO) -> list[LogText]:
    """The lines of a file, per log stream, as `read_pieces` gives them."""
    found: list[LogText] = []
    going_on = False
    for text in read_pieces(file):
        if going_on:
            found[-1].lines += text.lines
        else:
            found.append(replace(text, goes_on=False))
        going_on = text.goes_on
    return found


def read_pieces(file: BinaryIO, size: int = PIECE) -> Iterator[LogText]:
    """The lines of a file, per log stream; a stream of plain lines in pieces, of which none but the last is short.

    What has to be known as a whole comes as a whole: JSON, UTF-16, and a copy whose newest line is the first. Raises
    MalformedEvent if it is not text.
    """
    head = file.read(HEAD)
    wide = head[:2] in (b"\xff\xfe", b"\xfe\xff")
    if not wide and len(head) - len(head.translate(None, _CONTROLS)) > BINARY_SHARE * len(head):
        raise MalformedEvent("not text: it holds binary data")
    if wide or _may_be_json(head):
        text = (head + file.read()).decode("utf-16" if wide else "utf-8", "replace").lstrip("\ufeff")
        streams = _from_json(stripped) if (stripped := text.lstrip(" \t\r\n"))[:1] in ("{", "[") else None
        if streams is not None:
            yield from streams
            return
        lines = [line.removesuffix("\r") for line in text.split("\n")]
        if lines and not lines[-1]:
            lines.pop()
        yield from _pieces(iter(lines), size)
    else:
        yield from _pieces(_lines(head, file), size)


def _pieces(lines: Iterator[str], size: int) -> Iterator[LogText]:
    streams: set[str] = set()
    piece = list(islice(lines, max(size, ORDER_LOOKED_AT)))
    unwrapped = list(_unwrapped(piece, streams))
    if _is_newest_first(unwrapped):
        unwrapped += _unwrapped(list(lines), streams)
        unwrapped.reverse()
    while following := list(islice(lines, size)):
        yield LogText(unwrapped, goes_on=True)
        unwrapped = list(_unwrapped(following, streams))
    yield LogText(unwrapped)


def _may_be_json(head: bytes) -> bool:
    begin = head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")[:40]
    return begin[:1] in (b"{", b"[") and _LOG_BEGINS.match(begin) is None


def _lines(head: bytes, file: BinaryIO) -> Iterator[str]:
    """Each line as text. The one that the head ends in goes on in the rest of the file."""
    *whole, cut = head.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    for line in whole:
        yield line.decode("utf-8", "replace").removesuffix("\r")
    if last := cut + file.readline():
        yield last.removesuffix(b"\n").decode("utf-8", "replace").removesuffix("\r")
    for line in file:
        yield line.removesuffix(b"\n").decode("utf-8", "replace").removesuffix("\r")


# ── JSON ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _from_json(text: str) -> list[LogText] | None:
    documents = _documents(text)
    if documents is None:
        return None
    streams: dict[str, LogText] = {}
    for document in documents:
        for stream, time, message in _events(document):
            log = streams.setdefault(stream, LogText())
            for line in _split(message):
                log.lines.append(line)
                log.times.append(time)
    if not streams:
        return [LogText()] if all(_is_empty_answer(document) for document in documents) else None
    for log in streams.values():
        _sort(log)
        if not any(log.times):
            log.times = []
    return list(streams.values())


def _documents(text: str) -> list[Any] | None:
    """One JSON document, or several behind each other (pages); None if there is anything else."""
    decoder, found, at = json.JSONDecoder(), [], 0
    try:
        while at < len(text):
            document, at = decoder.raw_decode(text, at)
            found.append(document)
            while at < len(text) and text[at] in " \t\r\n,":
                at += 1
    except (ValueError, RecursionError):
        return None
    if all(isinstance(each, dict) and not _wraps_events(each) and "connector" not in each for each in found):
        return None if len(found) > 1 or not _is_status_map(found[0]) else found
    return found


def _wraps_events(document: dict[str, Any]) -> bool:
    return any(key in document for key in ("events", "logEvents", "results", "awslogs"))


def _is_status_map(document: Any) -> bool:
    return isinstance(document, dict) and bool(document) and all(
        isinstance(value, dict) and "status" in value for value in document.values()
    )  # fmt: skip


def _is_empty_answer(document: Any) -> bool:
    return isinstance(document, dict) and _wraps_events(document)


def _events(document: Any) -> Iterator[tuple[str, int, str]]:
    if isinstance(document, list):
        for each in document:
            yield from _events(each)
    elif not isinstance(document, dict):
        return
    elif isinstance(document.get("message"), str) and ("timestamp" in document or "eventId" in document):
        yield str(document.get("logStreamName", "")), _milliseconds(document.get("timestamp")), document["message"]
    elif isinstance(document.get("results"), list):
        yield from _insights(document["results"])
    elif isinstance(document.get("connector"), dict) and "state" in document["connector"]:
        yield from _status(document)
    elif _is_status_map(document):
        for each in document.values():
            yield from _events(each["status"])
    else:
        for key in ("events", "logEvents"):
            yield from _events(document.get(key))


def _insights(rows: list[Any]) -> Iterator[tuple[str, int, str]]:
    for row in rows:
        if isinstance(row, list):
            fields = {cell.get("field"): cell.get("value") for cell in row if isinstance(cell, dict)}
            message = fields.get("@message")
            if isinstance(message, str):
                yield str(fields.get("@logStream", "")), _insights_time(fields.get("@timestamp")), message


def _insights_time(value: Any) -> int:
    """`2026-11-23 01:14:22.000`, in UTC."""
    try:
        return int(datetime.fromisoformat(f"{value}+00:00").timestamp() * 1000)
    except ValueError:
        return 0


def _status(status: dict[str, Any]) -> Iterator[tuple[str, int, str]]:
    """A failed connector or task of `GET /connectors/<name>/status` as the lines that it stands for."""
    name = status.get("name", "")
    connector = status["connector"]
    if connector.get("trace"):
        yield name, 0, f"ERROR [{name}|worker] Connector is FAILED in its status\n{connector['trace']}"
    for task in status.get("tasks") or ():
        if isinstance(task, dict) and task.get("trace"):
            yield name, 0, f"ERROR [{name}|task-{task.get('id', 0)}] Task is FAILED in its status\n{task['trace']}"


def _milliseconds(value: Any) -> int:
    return int(value) if isinstance(value, int | float) else 0


def _split(message: str) -> list[str]:
    lines = [line.removesuffix("\r") for line in message.split("\n")]
    while len(lines) > 1 and not lines[-1]:
        lines.pop()
    return [part for line in lines for part in _unescape(line)]


def _sort(log: LogText) -> None:
    """By time, as delivered within the same time: lines of one second have no order but that."""
    if _is_newest_first(log.lines):
        log.lines, log.times = log.lines[::-1], log.times[::-1]
    if any(later < earlier for earlier, later in pairwise(log.times)):
        order = sorted(range(len(log.times)), key=log.times.__getitem__)
        log.lines, log.times = [log.lines[i] for i in order], [log.times[i] for i in order]


# ── wrapped lines ─────────────────────────────────────────────────────────────────────────────────────────────────────

_ANSI = re.compile(r"\x1b\[[0-9;]{0,20}m")
_PLAIN = ("[2", "[Worker-", "\tat ", "Caused by")
_COMPOSE = re.compile(r"[A-Za-z][\w./-]{0,80}\s{0,40}\| ?(?!\w*\|)")
_KUBECTL_PREFIX = re.compile(r"\[pod/[^\]\s]{1,200}\] ")
_POD_AND_TIME = re.compile(r"\[[\w.-]{1,200}\]\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z?\[[\w.-]{1,100}\]")
_CRI = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+(?:Z|[+-]\d\d:\d\d) (?:stdout|stderr) [FP] ")
_STAMP = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?[ \t]"
    r"(?!\s*(?:TRACE|DEBUG|INFO|WARN|ERROR|FATAL)\s)(?=\[|\{|\t|\s|\d{4}-\d\d-\d\d|\d\d:\d\d:\d\d|Caused|\S+\.\S+|$)"
)
_TAIL = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)) (\S{1,512}) ")
_SYSLOG = re.compile(r"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S{1,255} [\w./@-]{1,100}(?:\[\d+\])?: ?")
_SYSLOG_ISO = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d) \S{1,255} [\w./@-]{1,100}(?:\[\d+\])?: ?"
)
_CSV = re.compile(r"\"?\d{13}\"?,|\"?\d{4}-\d\d-\d\d[ T][\d:.]{8,15}Z?\"?,(?=\"?\[|\"?\d{13})")
_AIRBYTE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (?:source|destination|platform|replication-orchestrator) > ")
_COUNTER = re.compile(r"\d{1,12} (?=\d{4}-\d\d-\d\d[ T])")
_BAR = re.compile(
    r"\s{0,40}[|#] (?=\s*(?:at \S|\.\.\. \d|\d{4}-|\[|Caused by: |[\w.$]+(?:Exception|Error)\b|[A-Z]\w{2,20}: ))"
)
_QUOTE = re.compile(r"(?:> ?){1,3}")
_TRACE_FIELD = re.compile(r".{0,2000}?\"trace\"\s*:\s*\"")


def _unwrapped(lines: list[str], streams: set[str]) -> Iterator[str]:
    """Lines as the worker wrote them. `streams` are the names of `aws logs tail` that were seen before."""
    streams |= _tail_streams(lines)
    for line in lines:
        if line.startswith(_PLAIN):
            yield from _unescape(line) if "\\n" in line or len(line) > 300 else (line,)
        else:
            yield from _unescape(_unwrap(line, streams))


def _tail_streams(lines: list[str]) -> frozenset[str]:
    """`aws logs tail` writes time, stream, message: a stream is what stands before the begin of a record."""
    found: Counter[str] = Counter()
    for line in lines:
        if (
            line[:2] in ("20", "19")
            and (match := _TAIL.match(line))
            and line[match.end() :].startswith(("[Worker-", "[20"))
        ):
            found[match[2]] += 1
    return frozenset(found)


def _unwrap(line: str, streams: AbstractSet[str]) -> str:
    if "\x1b" in line:
        line = _ANSI.sub("", line)
    for _ in range(4):
        before = line
        line = _unwrap_once(line, streams)
        if line == before or line.startswith(_PLAIN):
            break
    return line


def _unwrap_once(line: str, streams: AbstractSet[str]) -> str:
    first = line[:1]
    if first == ">":
        return line[_QUOTE.match(line).end() :]  # type: ignore[union-attr]  # it begins with what the pattern wants
    if first in ("|", " ", "#") and (match := _BAR.match(line)):
        return line[match.end() :]
    if first == '"' and line.startswith('"['):
        return _unquote(line)
    if first.isdigit() or first == '"':
        return _without_stamp(line, streams)
    patterns = (_KUBECTL_PREFIX, _POD_AND_TIME) if first == "[" else (_COMPOSE, _SYSLOG) if first.isalpha() else ()
    match = next((found for pattern in patterns if (found := pattern.match(line))), None)
    return line[match.end() :] if match else line


def _without_stamp(line: str, streams: AbstractSet[str]) -> str:
    if (match := _TAIL.match(line)) and match[2] in streams:
        return line[match.end() :]
    for pattern in (_CRI, _STAMP, _SYSLOG_ISO, _AIRBYTE, _COUNTER):
        if match := pattern.match(line):
            return line[match.end() :]
    match = _CSV.match(line)
    return _unquote(line[match.end() :]) if match else line


def _unquote(text: str) -> str:
    text = text.strip()
    return text.strip('"').replace('""', '"') if text.startswith('"') else text


_FOLD = re.compile(r"\s+(?=at (?:[\w.$/@-]+\.)?[\w$<>]+\.[\w$<>]+\([^)]{0,200}\))|\s+(?=Caused by: )")


def _unescape(line: str) -> tuple[str, ...] | list[str]:
    r"""Lines that a JSON string or a log shipper folded into one: by writing `\n` and `\t`, or by joining a trace."""
    if line.endswith("}") and '{"' in line[:60] and is_json(line[line.find('{"') :]):
        return (line,)
    if len(line) > 300 and line.count(".java:") >= 3 and line.count(" at ") >= 3 and "\\n" not in line:
        return _FOLD.split(line)
    if ") Caused by: " in line:
        return _FOLD.split(line)
    if "\\n" not in line or not (
        "\\n\\tat " in line
        or line.endswith("\\n\\tat")
        or "\\nCaused by: " in line
        or "\\n\tat " in line
        or "\\n at " in line
    ):
        return (line,)
    match = _TRACE_FIELD.match(line[:2100])
    if match:
        line = line[match.end() :]
    text = line.replace("\\r", "").replace("\\n", "\n").replace("\\t", "\t").replace('\\"', '"')
    return [part for part in text.split("\n") if part.strip()]


_HEADER_TIME = re.compile(r"(?:\[Worker-[0-9a-f]+\] )?\[?(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d[.,]\d+)")


_LAST_FRAME = re.compile(r"\s*(?:\.\.\. \d+ (?:more|common)|at (?:java\.base/)?java\.lang\.Thread\.run\()")


def _is_newest_first(lines: list[str]) -> bool:
    """Consoles show the newest line first."""
    times = [match[1] for line in lines[:ORDER_LOOKED_AT] if (match := _HEADER_TIME.match(line))]
    steps = Counter((later > earlier) - (later < earlier) for earlier, later in pairwise(times))
    if steps[1] or steps[-1] >= 2:
        return steps[-1] >= 2 and steps[-1] > 4 * steps[1]
    return _traces_stand_on_their_heads(lines[:ORDER_LOOKED_AT])


def _traces_stand_on_their_heads(lines: list[str]) -> bool:
    """Whether the lines that end a trace come before its other frames."""
    bare = [line[line.find("] ") + 2 :] if line.startswith("[Worker-") else line for line in lines]
    kinds = [2 if _LAST_FRAME.match(line[:80]) else int(line.lstrip()[:3] == "at ") for line in bare]
    ends = Counter((earlier == 2) - (later == 2) for earlier, later in pairwise(kinds) if {earlier, later} == {1, 2})
    return ends[1] > ends[-1]
