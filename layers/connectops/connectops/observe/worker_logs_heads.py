"""Heads of lines that are none of the usual ones: time of day alone, other orders of level and time, logfmt.

Sources: the defaults of logback (`%d{HH:mm:ss.SSS} [%thread] %-5level %logger{36} - %msg%n`), log4j 2
(DefaultConfiguration and StatusLogger), Dropwizard, Spark (`%d{yy/MM/dd HH:mm:ss} %p %c{1}: %m%n`) and logrus.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

LEVEL = r"(TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL|SEVERE|CRITICAL)"
_DAY = (
    r"(?:(\d{4})[-/.](\d\d)[-/.](\d\d)[ T]|\d\d[-/.]\d\d[-/.](?:\d{4}|\d\d)[ T,]{1,2}"
    r"|(?:\d\d? [A-Z][a-z]{2}|[A-Z][a-z]{2} \d\d?),? \d{4},? )"
)
_HEAD = re.compile(
    rf"(?:\[?{LEVEL}\]?:?\s+)?\[?{_DAY}?(\d\d):(\d\d):(\d\d)(?:[.,](\d{{1,9}}))?"
    rf"(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?\]?[\s|]*(?:-\s+)?"
    rf"(?:(?:\[([^\]]{{1,200}})\]|([\w./-]{{1,80}}))[\s|]+(?=\[?{LEVEL}\b))?(?:\[?{LEVEL}\]?(?=[\s|\[:]):?[\s|]*)?"
)
_PAIR = re.compile(r"(\w{1,30})=(?:\"((?:[^\"\\]|\\.){0,8000})\"|(\S{0,500}+))(?:\s|$)")
_TIME_KEYS = ("time", "timestamp", "ts", "date")


@dataclass(frozen=True, slots=True)
class Head:
    """What stands before a message. Without a date `at` is a time of 1970-01-01."""

    at: datetime
    has_date: bool
    level: str
    thread: str
    rest: str


def read_head(line: str) -> Head | None:
    """Level and time, in whatever order and with or without a date, at the beginning of a line."""
    found = _HEAD.match(line)
    level = found and (found[1] or found[12])
    if found is None or not level:
        return None
    year, month, day, hour, minute, second, fraction = found.group(2, 3, 4, 5, 6, 7, 8)
    try:
        date = datetime(int(year or 1970), int(month or 1), int(day or 1), tzinfo=UTC)
        at = date.replace(hour=int(hour), minute=int(minute), second=int(second))
    except ValueError:
        return None
    at += timedelta(microseconds=int((fraction or "0").ljust(6, "0")[:6]))
    return Head(at, year is not None, level, found[9] or found[10] or "", line[found.end() :])


def read_logfmt(line: str) -> dict[str, str] | None:
    """The fields of a line of `key=value`, if it has a message and a level."""
    fields = {key.lower(): quoted.replace('\\"', '"') or bare for key, quoted, bare in _PAIR.findall(line[:16_000])}
    if "level" not in fields or not ({"msg", "message"} & fields.keys()):
        return None
    return fields


def time_in(fields: dict[str, str]) -> str:
    """The time of a line of `key=value`, as it is written."""
    return next((fields[key] for key in _TIME_KEYS if key in fields), "")
