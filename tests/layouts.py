"""Recordings in other clothes: the layouts that workers log in, and what copies wrap around every line.

Sources: the pattern layouts of apache/kafka (config/connect-log4j*.properties, connect-log4j2.yaml), confluentinc/kafka-images,
strimzi/strimzi-kafka-operator (default-logging/KafkaConnectCluster.properties), debezium/container-images
(connect-base/*/log4j.properties); ECS, logstash and log4j2's own JSON; and the tools' own output for the wrappings.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache

_HEADER = re.compile(r"\[(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d),(\d{3})\] (TRACE|DEBUG|INFO|WARN|ERROR|FATAL) (.*)")
_CONTEXT = re.compile(r"\[([^\]]+?)\|(task-(\d+)|worker)((?:\|[\w-]+)*)\] ")
_LOGGER = re.compile(r"^(.*) \(([A-Za-z_][\w.$-]*)(?::(\d+))?\)$", re.DOTALL)
_TRACE = re.compile(r"\tat |\t\.\.\. |Caused by: |\tSuppressed: |[\w$]+(?:\.[\w$]+)+(?:Exception|Error|Throwable)\b")


@dataclass
class Statement:
    """One log statement of Kafka's default layout, taken apart. `message` may have several lines."""

    day: str
    clock: str
    millis: str
    level: str
    context: str
    connector: str
    task: str
    message: str
    logger: str
    line: str
    trace: list[str] = field(default_factory=list)

    @property
    def thread(self) -> str:
        return f"task-thread-{self.connector}-{self.task}" if self.task else "pool-7-thread-1"

    @property
    def short_logger(self) -> str:
        return self.logger.rpartition(".")[2]

    @property
    def iso(self) -> str:
        return f"{self.day}T{self.clock}.{self.millis}Z"

    @property
    def seconds(self) -> int:
        return int(datetime.fromisoformat(f"{self.day}T{self.clock}+00:00").timestamp())

    def below(self) -> str:
        return "".join(f"\n{line}" for line in self.trace)


def statements(text: str) -> Iterator[Statement | str]:
    """The statements of a log in Kafka's layout, and the lines between them that belong to none."""
    block: list[str] = []
    for line in text.splitlines():
        if _HEADER.match(line) and block:
            yield from _statement(block)
            block = []
        block.append(line)
    yield from _statement(block) if block else ()


def _statement(block: list[str]) -> Iterator[Statement | str]:
    found = _HEADER.match(block[0])
    if found is None:
        yield from block
        return
    first = next((n for n, line in enumerate(block) if n and _TRACE.match(line)), len(block))
    message = "\n".join((found[5], *block[1:first]))
    context = _CONTEXT.match(message)
    message = message[context.end() :] if context else message
    ended = _LOGGER.match(message)
    yield Statement(
        found[1], found[2], found[3], found[4],
        context=context[0] if context else "", connector=context[1] if context else "",
        task=(context[3] or "") if context else "", message=ended[1] if ended else message,
        logger=ended[2] if ended else "", line=(ended[3] or "1") if ended else "1", trace=block[first:],
    )  # fmt: skip


def _time(s: Statement) -> str:
    return f"{s.day} {s.clock},{s.millis}"


def _end(s: Statement, *, line: bool = True) -> str:
    return f" ({s.logger}{f':{s.line}' if line else ''})" if s.logger else ""


def _json(fields: dict[str, object]) -> str:
    return json.dumps({name: value for name, value in fields.items() if value not in ("", {})})


def _jul(s: Statement) -> str:
    at = datetime.fromisoformat(f"{s.day}T{s.clock}")
    level = {"WARN": "WARNING", "ERROR": "SEVERE", "FATAL": "SEVERE", "DEBUG": "FINE", "TRACE": "FINER"}
    clock = f"{at:%b} {at.day}, {at.year} {at.hour % 12 or 12}:{at:%M:%S} {at:%p}"
    return f"{clock} {s.logger or 'root'} run\n{level.get(s.level, s.level)}: {s.message}{s.below()}"


LAYOUTS: dict[str, Callable[[Statement], str]] = {
    "Kafka up to 2.8": lambda s: f"[{_time(s)}] {s.level} {s.message}{_end(s)}{s.below()}",
    "Confluent image": lambda s: f"[{_time(s)}] {s.level} {s.context}{s.message}{_end(s, line=False)}{s.below()}",
    "Confluent for Kubernetes": lambda s: (
        f"[{_time(s)}] {s.level} {s.context}{s.message}{_end(s)} - app=connect, clusterId=confluent, server=0{s.below()}"
    ),
    "Strimzi, log4j 1": lambda s: (
        f"{_time(s)} {s.level} {s.context}{s.message}{_end(s, line=False)} [{s.thread}]{s.below()}"
    ),
    "Strimzi, log4j 2": lambda s: (
        f"{s.day} {s.clock} {s.level:<5} [{s.thread}] {s.short_logger or 'Root'}:{s.line} - {s.message}{s.below()}"
    ),
    "Debezium's image": lambda s: (
        f"{_time(s)} {s.level:<5}  {f'MySQL|{s.connector}|task' if s.task else '||'}  {s.message}"
        f"   [{s.logger or 'root'}]{s.below()}"
    ),
    "Quarkus": lambda s: f"{s.day} {s.clock},{s.millis} {s.level:<5} [{s.logger or 'root'}] ({s.thread}) {s.message}{s.below()}",
    "logback": lambda s: f"{s.day} {s.clock}.{s.millis} [{s.thread}] {s.level:<5} {s.logger or 'root'} - {s.message}{s.below()}",
    "logback, time of day": lambda s: f"{s.clock}.{s.millis} [{s.thread}] {s.level:<5} {s.logger or 'root'} - {s.message}{s.below()}",
    "log4j 1, level first": lambda s: f"{s.level:<5} {_time(s)} [{s.thread}] {s.logger or 'root'} - {s.message}{s.below()}",
    "log4j 1, logger and line first": lambda s: f"{s.day} {s.clock} {s.level:<5} {s.short_logger or 'root'}:{s.line} - {s.context}{s.message}{s.below()}",
    "Dropwizard": lambda s: f"{s.level:<5} [{_time(s)}] {s.logger or 'root'}: {s.context}{s.message}{s.below()}",
    "Spring Boot 3": lambda s: f"{s.iso} {s.level:>5} 1 --- [connect] [{s.thread}] {s.logger or 'root'} : {s.message}{s.below()}",
    "ISO with Z": lambda s: f"[{s.day}T{s.clock},{s.millis}Z] {s.level} {s.context}{s.message}{_end(s)}{s.below()}",
    "java.util.logging": _jul,
    "JSON, ECS": lambda s: _json({
        "@timestamp": s.iso, "log.level": s.level, "message": s.message, "process.thread.name": s.thread,
        "log.logger": s.logger, "error.stack_trace": "\n".join(s.trace), "connector.context": s.context,
    }),
    "JSON, logstash": lambda s: _json({
        "@timestamp": s.iso, "source_host": "worker-1", "message": s.message, "thread_name": s.thread, "@version": 1,
        "level": s.level, "logger_name": s.logger, "mdc": {"connector.context": s.context} if s.context else {},
        "exception": {"stacktrace": "\n".join(s.trace)} if s.trace else {},
    }),
    "JSON, log4j 2": lambda s: _json({
        "instant": {"epochSecond": s.seconds, "nanoOfSecond": int(s.millis) * 1_000_000}, "thread": s.thread,
        "level": s.level, "loggerName": s.logger, "message": s.message, "endOfBatch": False,
        "contextMap": {"connector.context": s.context} if s.context else {},
        "thrown": {"extendedStackTrace": "\n".join(s.trace)} if s.trace else {},
    }),
}  # fmt: skip


@cache
def _taken_apart(text: str) -> tuple[Statement | str, ...]:
    return tuple(statements(text))


def in_layout(text: str, layout: str) -> str:
    """A log in Kafka's layout as another layout would have written it."""
    write = LAYOUTS[layout]
    return "\n".join(each if isinstance(each, str) else write(each) for each in _taken_apart(text)) + "\n"


# ── what copies wrap around each line ─────────────────────────────────────────────────────────────────────────────────


def timed(text: str) -> Iterator[tuple[datetime, str]]:
    """Each line with the time of the last header before it, cut to seconds."""
    at = datetime(2026, 11, 23, tzinfo=UTC)
    for line in text.splitlines():
        if found := _HEADER.match(line):
            at = datetime.fromisoformat(f"{found[1]}T{found[2]}+00:00")
        yield at, line


def _each(write: Callable[[datetime, str], str]) -> Callable[[str], str]:
    return lambda text: "\n".join(write(at, line) for at, line in timed(text)) + "\n"


def _csv(header: list[str], row: Callable[[datetime, str], list[object]]) -> Callable[[str], str]:
    def write(text: str) -> str:
        out = io.StringIO()
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow(header)
        rows.writerows(row(at, line) for at, line in timed(text))
        return out.getvalue()

    return write


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


WORKER = "[Worker-0bb8afa0b01391c41] "
STREAM = "debezium-shop/0bb8afa0b01391c41"
WRAPPINGS: dict[str, Callable[[str], str]] = {
    "MSK Connect": _each(lambda _, line: WORKER + line),
    "docker-compose": _each(lambda _, line: f"connect-1  | {line}"),
    "docker-compose v1": _each(lambda _, line: f"connect_1          | {line}"),
    "docker-compose --no-color -t": _each(lambda at, line: f"connect-1  | {at:%Y-%m-%dT%H:%M:%S}.123456789Z {line}"),
    "docker's json-file": _each(
        lambda at, line: json.dumps({"log": f"{line}\n", "stream": "stdout", "time": f"{at:%Y-%m-%dT%H:%M:%S}.5Z"})
    ),
    "fluent-bit on Kubernetes": _each(
        lambda at, line: json.dumps({
            "time": f"{at:%Y-%m-%dT%H:%M:%S}.5Z", "stream": "stdout", "_p": "F", "log": line,
            "kubernetes": {"pod_name": "connect-0", "container_name": "connect"},
        })
    ),
    "kubectl --timestamps": _each(lambda at, line: f"{at:%Y-%m-%dT%H:%M:%S}.123456789Z {line}"),
    "kubectl --prefix": _each(lambda _, line: f"[pod/connect-0/connect] {line}"),
    "kubectl --prefix --timestamps": _each(
        lambda at, line: f"[pod/connect-0/connect] {at:%Y-%m-%dT%H:%M:%S}.123456789Z {line}"
    ),
    "CRI": _each(lambda at, line: f"{at:%Y-%m-%dT%H:%M:%S}.123456789Z stdout F {line}"),
    "journalctl": _each(lambda at, line: f"{at:%b %d %H:%M:%S} host connect-distributed[4711]: {line}"),
    "journalctl -o short-iso": _each(lambda at, line: f"{at:%Y-%m-%dT%H:%M:%S}+0000 host connect[4711]: {line}"),
    "aws logs tail": _each(lambda at, line: f"{at:%Y-%m-%dT%H:%M:%S}.000000+00:00 {STREAM} {WORKER}{line}"),
    "aws logs tail --format short": _each(lambda at, line: f"{at:%Y-%m-%dT%H:%M:%S} {WORKER}{line}"),
    "CloudWatch console, CSV": _csv(["timestamp", "message"], lambda at, line: [_ms(at), WORKER + line]),
    "Logs Insights, CSV": _csv(
        ["@timestamp", "@message"], lambda at, line: [f"{at:%Y-%m-%d %H:%M:%S}.000", WORKER + line]
    ),
    "filter-log-events": lambda text: json.dumps({
        "events": [
            {"logStreamName": STREAM, "timestamp": _ms(at), "message": WORKER + line, "eventId": f"{n:056d}"}
            for n, (at, line) in enumerate(timed(text))
        ]
    }),
    "get-query-results": lambda text: json.dumps({
        "results": [
            [
                {"field": "@timestamp", "value": f"{at:%Y-%m-%d %H:%M:%S}.000"},
                {"field": "@message", "value": WORKER + line},
                {"field": "@ptr", "value": "x"},
            ]
            for at, line in reversed(list(timed(text)))
        ],
        "status": "Complete",
    }),
    "quoted in a mail": _each(lambda _, line: f"> {line}"),
    "Windows line ends": lambda text: text.replace("\n", "\r\n"),
    "colours": _each(lambda _, line: f"\x1b[31m{line}\x1b[0m"),
}  # fmt: skip
