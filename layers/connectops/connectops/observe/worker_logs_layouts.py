"""What one line of a worker's log says: header or continuation, in every layout that Kafka Connect is run with.

Kafka's own layouts (config/connect-log4j.properties, connect-log4j2.yaml), Confluent's, Strimzi's, the Debezium
image's, Quarkus, logback, slf4j-simple, java.util.logging, JSON layouts and the JVM's bare lines. No pattern here
backtracks over a line: each is anchored and looks at a bounded head, or searches from the end.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from connectops.observe.worker_logs_heads import LEVEL as _LEVEL
from connectops.observe.worker_logs_heads import read_head, read_logfmt, time_in

_TIME = r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:[,.:](\d{1,9}))? ?(Z|UTC|[+-]\d\d:?\d\d)?"
_KAFKA = re.compile(rf"\[?{_TIME}\] ?\[?{_LEVEL}\]?\s+")
_DATED = re.compile(
    rf"\[?{_TIME}\]?\s+(?:-\s+|(?:info|warn|error|debug)\s+)?(?:\[([^\]]{{1,200}})\]\s+)?\[?{_LEVEL}\]?(?=[\s\[:]):?\s*"
)
_STRIMZI_LOG4J2 = re.compile(r"\[([^\]]{1,200})\] ([\w.$]+)(?::\d+)?:? - ")
_QUARKUS = re.compile(r"\[([\w.$]{1,200})\] \(([^)]{1,200})\) ")
_CALLER = re.compile(r"\[([^\]]{1,200})\] \(([\w.$]{1,200})(?::\d+)?\) - ")
_SPRING = re.compile(
    r"(?:\[[^\]]{0,200}\] )?(?:\d+ )?--- (?:\[[^\]]{0,200}\] )?\[([^\]]{1,200})\] "
    r"(?:\[[^\]]{0,200}\] )?([\w.$\[\]/]+)\s*: "
)
_SIMPLE = re.compile(rf"\[([^\]]{{1,200}})\] {_LEVEL} ([\w.$]+) - ")
_LOGBACK = re.compile(r"([\w.$]{3,200})(?::\d+)? - ")
_LOGGER_FIRST = re.compile(r"([A-Za-z_][\w$]*(?:\.[\w$]+)*(?=:\d)|(?:[a-z_]\w*\.)+[A-Z][\w$]*)(?::\d+)? - ")
_SHORT_LOGGER = re.compile(r"([A-Za-z_][\w$]*(?:\.[\w$]+)*)(?::\d+)?(?: - |: )(?=\S)")
_DEBEZIUM_IMAGE = re.compile(r"([\w-]*)\|([^|\s]*)\|(\S*)  ?")
_BARE = re.compile(r"\[?(DEBUG|INFO|WARN|ERROR|FATAL)\]?(?:\s+|: (?=\[))")
_JUL_TIME = re.compile(r"([A-Z][a-z]{2}) (\d\d?), (\d{4}),? (\d\d?:\d\d:\d\d)[ \u202f]([AP]M) (\S+)")
_JUL = re.compile(r"(SEVERE|WARNING|INFO|CONFIG|FINE|FINER|FINEST): ")
_JVM = re.compile(
    r"Exception in thread \"|Exception: \S+ thrown from the UncaughtExceptionHandler"
    r"|Terminating due to java\.lang\.OutOfMemoryError|Killed$"
    r"|# (?:There is insufficient memory|A fatal error has been detected)"
    r"|(?:\[[\w.:+-]{1,40}\])?\[(?:warning|error) *\]\[os,thread *\] "
)
_LOGGER = re.compile(r"[A-Za-z_][\w.$-]*(?::(?:\d+|\?))?")
_CLASS = re.compile(r"[a-z_][\w]*(?:\.[\w$]+)+")
_THREAD = re.compile(r"\[([^\]]{1,200})\]\s*")
_CONTEXT = re.compile(r"\[([^\n]{1,250}?)\|(?:task-(\d+)|worker)(?:\|[\w-]+)*\] ?")

_CAUSE = re.compile(
    r"\s*(?:\[?CIRCULAR REFERENCE: ?)?"
    r"(?:[a-zA-Z_$][\w$]*\.)*[A-Z$][\w$]*(?:Exception|Exceptions|Error|Throwable|Failure|Fault|Exceeded|Failed)"
    r"(?:\$\w+)?(?=:|\s*\]?$)"
)
_PLAIN_CAUSE = re.compile(r"\s*(?:Caused by|Suppressed|Wrapped by): ")
_FRAME = re.compile(
    r"\s*(?:at \S|\.\.\. \d+ (?:more|common frames omitted)|[\w.$/]+\([\w$]+\.(?:java|scala|kt):\d+\)$|\[CIRCULAR)"
)

LEVELS = {"WARNING": "WARN", "SEVERE": "ERROR", "CRITICAL": "FATAL", "CONFIG": "DEBUG", "FINE": "DEBUG"}
PROBLEM_LEVELS = frozenset(("WARN", "ERROR", "FATAL"))


@dataclass(slots=True)
class Header:
    """The first line of a log statement. `complete` says that the line ends as the layout ends."""

    at: datetime | None
    level: str
    message: str
    logger: str = ""
    thread: str = ""
    connector: str | None = None
    task: int | None = None
    complete: bool = False
    has_date: bool = True
    """Else `at` is a time of day, as one of 1970-01-01."""
    trace: tuple[str, ...] = ()
    """Lines of a trace that came inside the same physical line (JSON layouts)."""


def read_header(line: str) -> Header | None:
    """What a line says if it begins a log statement, else None."""
    first = line[:1]
    if first == "{":
        return _read_json(line)
    if first in ("[", "2", "1") or line[:2] == '"[':
        return _read_dated(line)
    if first.isupper():
        return _read_undated(line)
    if first.isdecimal():
        return _read_unusual(line)
    return _read_logfmt(line) if line.startswith(("time", "ts=", "level=", "date=")) else None


def is_frame(line: str) -> bool:
    """Whether a continuation line is a stack frame (copies may have lost the tab, some products the `at`)."""
    return line.startswith("\tat ") or _FRAME.match(line[:400]) is not None


def is_cause(line: str) -> bool:
    """Whether a continuation line names a throwable."""
    head = line[:400]
    return _PLAIN_CAUSE.match(head) is not None or _CAUSE.match(head) is not None


def continues(line: str) -> bool:
    """Whether a line can only be part of a trace."""
    return is_frame(line) or _PLAIN_CAUSE.match(line[:60]) is not None


def _read_dated(line: str) -> Header | None:
    found = _KAFKA.match(line)
    if found:
        at = read_time(found[1], found[2], found[3], found[4])
        return _with_logger(Header(at, LEVELS.get(found[5], found[5]), line[found.end() :]))
    found = _DATED.match(line)
    if found:
        at = read_time(found[1], found[2], found[3], found[4])
        header = Header(at, LEVELS.get(found[6], found[6]), line[found.end() :], thread=found[5] or "")
        return _read_rest(header)
    found = _SIMPLE.match(line)
    if found:
        return _with_context(
            Header(None, LEVELS.get(found[2], found[2]), line[found.end() :], found[3], found[1], complete=True)
        )
    return _read_unusual(line) or _read_bare(line) or _read_jvm(line)


def _read_bare(line: str) -> Header | None:
    found = _BARE.match(line)
    return _with_logger(Header(None, found[1], line[found.end() :])) if found else None


def _read_unusual(line: str) -> Header | None:
    head = read_head(line)
    if head is None:
        return None
    header = Header(head.at, LEVELS.get(head.level, head.level), head.rest, thread=head.thread, has_date=head.has_date)
    thread = _THREAD.match(head.rest) if not head.thread and _CONTEXT.match(head.rest[:300]) is None else None
    if thread and _SHORT_LOGGER.match(head.rest, thread.end()):
        header.thread, header.message = thread[1], head.rest[thread.end() :]
    header = _read_rest(header)
    if not header.logger and (found := _SHORT_LOGGER.match(header.message)):
        header.message, header.logger, header.complete = header.message[found.end() :], found[1], True
    return _with_context(header)


def _read_logfmt(line: str) -> Header | None:
    fields = read_logfmt(line)
    if fields is None:
        return None
    level = fields["level"].upper()
    message, logger = fields.get("msg") or fields.get("message", ""), fields.get("logger", "")
    header = Header(
        _json_time(time_in(fields)), LEVELS.get(level, level), message, logger, fields.get("thread", ""), complete=True
    )
    return _with_context(header)


def _read_undated(line: str) -> Header | None:
    found = _BARE.match(line)
    if found:
        return (
            _read_unusual(line) if line[found.end() : found.end() + 2].strip("[0123") == "" else None
        ) or _read_bare(line)
    found = _JUL.match(line)
    if found:
        return _with_context(Header(None, LEVELS.get(found[1], found[1]), line[found.end() :], complete=True))
    found = _JUL_TIME.match(line)
    if found:
        return Header(_read_jul_time(found), "", "", logger=found[6])
    return _read_jvm(line) or _read_unusual(line)


def _read_jvm(line: str) -> Header | None:
    return Header(None, "FATAL", line, complete=True) if _JVM.match(line) else None


def _read_rest(header: Header) -> Header:
    """The layouts that write the logger before the message."""
    rest = header.message
    for pattern, thread, logger in ((_STRIMZI_LOG4J2, 1, 2), (_CALLER, 1, 2), (_QUARKUS, 2, 1), (_SPRING, 1, 2)):
        found = pattern.match(rest)
        if found:
            header.message, header.thread, header.logger = rest[found.end() :], found[thread], found[logger]
            header.complete = True
            return _with_context(header)
    found = _DEBEZIUM_IMAGE.match(rest)
    if found:
        header.message = rest[found.end() :].lstrip()
        header = _with_logger(header)
        if found[2] and header.connector is None:
            header.connector = found[2]
        return header
    if header.thread:
        found = _LOGBACK.match(rest)
        if found:
            header.message, header.logger, header.complete = rest[found.end() :], found[1], True
            return _with_context(header)
    header = _with_logger(header)
    if not header.logger and (found := _LOGGER_FIRST.match(header.message)):
        header.message, header.logger, header.complete = header.message[found.end() :], found[1], True
        return _with_context(header)
    return header


def _with_logger(header: Header) -> Header:
    """Cut ` (logger:line)`, `   [logger]` and what some layouts put behind them off the end of the message."""
    text = header.message.rstrip()
    if text.endswith("]"):
        start = text.rfind("[")
        inner, before = text[start + 1 : -1], text[:start].rstrip()
        if before.endswith(")") and (found := _split_logger(before)):
            header.message, header.logger = found
            header.thread, header.complete = inner, True
        elif _CLASS.fullmatch(inner):
            header.message, header.logger, header.complete = before, inner, True
    else:
        cut = text.rfind(") - ")  # Confluent for Kubernetes: `... (logger:1) - app=connect, server=0`
        if found := _split_logger(text[: cut + 1] if cut > 0 and "=" in text[cut:] else text):
            header.message, header.logger = found
            header.complete = True
    return _with_context(header)


def _split_logger(text: str) -> tuple[str, str] | None:
    if not text.endswith(")"):
        return None
    start = text.rfind("(")
    inner = text[start + 1 : -1]
    if not _LOGGER.fullmatch(inner) or not ("." in inner or ":" in inner):
        return None
    return text[:start].rstrip(), inner.partition(":")[0]


def _with_context(header: Header) -> Header:
    if header.message.startswith("["):
        found = _CONTEXT.match(header.message[:300])
        if found:
            header.connector = found[1]
            header.task = int(found[2]) if found[2] else None
            header.message = header.message[found.end() :]
    return header


def read_time(day: str, clock: str, fraction: str | None = None, zone: str | None = None) -> datetime | None:
    """A layout's time in UTC. Without a zone it is the worker's local time: UTC on MSK Connect, assumed elsewhere."""
    micros = (fraction or "0").ljust(6, "0")[:6]
    offset = "+00:00" if zone in (None, "Z", "UTC") else zone
    try:
        return datetime.fromisoformat(f"{day}T{clock}.{micros}{offset}").astimezone(UTC)
    except ValueError:
        return None


def _read_jul_time(found: re.Match[str]) -> datetime | None:
    try:
        return datetime.strptime(f"{' '.join(found.groups()[:5])} +0000", "%b %d %Y %I:%M:%S %p %z")
    except ValueError:
        return None


_KEYS = {
    "message": ("message", "msg", "@message", "log", "fields.message", "short_message"),
    "level": ("level", "log.level", "severity", "loglevel", "levelname", "log_level"),
    "time": ("timestamp", "@timestamp", "time", "ts", "date", "instant", "timeMillis"),
    "logger": ("logger_name", "loggerName", "log.logger", "logger", "class", "source", "target"),
    "thread": ("thread_name", "thread", "threadName", "process.thread.name"),
    "trace": ("exception.stacktrace", "error.stack_trace", "thrown.extendedStackTrace", "stack_trace", "stackTrace",
              "throwable", "stacktrace", "exception", "thrown", "exc_info", "error"),
    "context": ("mdc.connector.context", "contextMap.connector.context", "context.connector.context",
                "connector.context", "mdc.dbz.connectorName"),
}  # fmt: skip


def _read_json(line: str) -> Header | None:
    """A line of a JSON layout (JsonTemplateLayout, JSONEventLayoutV1, logstash, ECS): keys differ, words do not."""
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(fields, dict):
        return None
    message = _field(fields, "message")
    if not isinstance(message, str):
        return None
    level = str(_field(fields, "level") or "").upper()
    inner = read_header(message) if message[:1] in ("[", "2") else None
    header = inner or Header(None, LEVELS.get(level, level), message)
    header.at = header.at or _json_time(_field(fields, "time"))
    header.logger = header.logger or str(_field(fields, "logger") or "")
    header.thread = header.thread or str(_field(fields, "thread") or "")
    header.trace = _json_trace(_field(fields, "trace"))
    context = _field(fields, "context")
    if header.connector is None and isinstance(context, str) and context:
        found = _CONTEXT.match(context[:300])
        header.connector = found[1] if found else context.strip()
        header.task = int(found[2]) if found and found[2] else None
    first, *more = header.message.split("\n")
    header.message, header.trace, header.complete = first, (*more, *header.trace), True
    return _with_context(header)


def is_json(line: str) -> bool:
    """Whether a line is a whole statement of a JSON layout, or one that a container runtime wrapped."""
    return of_container(line) is not None or _read_json(line) is not None


def of_container(line: str) -> str | None:
    """The physical line in the JSON that a container runtime or its log shipper wraps around each, else None.

    Docker's json-file driver, and fluent-bit as EKS ships it to CloudWatch: `{"log": "...", "stream": "stdout", ...}`.
    """
    if '"log"' not in line or ('"stream"' not in line and '"kubernetes"' not in line):
        return None
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return None
    inner = fields.get("log") if isinstance(fields, dict) else None
    return inner.rstrip("\r\n") if isinstance(inner, str) else None


def _field(fields: dict[str, Any], meaning: str) -> Any:
    for key in _KEYS[meaning]:
        if key in fields and fields[key] not in (None, ""):
            return fields[key]
        outer, dot, inner = key.partition(".")
        nested = fields.get(outer) if dot else None
        if isinstance(nested, dict) and nested.get(inner) not in (None, ""):
            return nested[inner]
    return None


def _json_trace(value: Any) -> tuple[str, ...]:
    if isinstance(value, dict):
        value = next((v for k in ("stacktrace", "stack_trace", "extendedStackTrace", "exception_message", "message")
                      if isinstance(v := value.get(k), str)), "")  # fmt: skip
    if isinstance(value, list):
        value = "\n".join(str(line) for line in value)
    return tuple(value.split("\n")) if isinstance(value, str) and value else ()


def _json_time(value: Any) -> datetime | None:
    if isinstance(value, dict):
        value = value.get("epochSecond")
    if isinstance(value, int | float) and value > 0:
        try:
            return datetime.fromtimestamp(value / 1000 if value > 10**11 else value, UTC)
        except (OverflowError, ValueError, OSError):
            return None
    if isinstance(value, str) and len(value) >= 19:
        found = re.match(_TIME, value)
        return read_time(found[1], found[2], found[3], found[4]) if found else None
    return None
