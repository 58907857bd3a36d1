"""The times in the headers of worker lines: reading them, and writing others in their place."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_DEFAULT = re.compile(r"(\[?)(\d{4}-\d\d-\d\d)([ T])(\d\d:\d\d:\d\d)([,.])(\d{3})")
_JUL = re.compile(r"([A-Z][a-z]{2}) (\d{1,2}), (\d{4}) (\d{1,2}:\d\d:\d\d) ([AP]M) ")


def read(line: str) -> datetime | None:
    """The time of a header line; None for a continuation.

    Layouts: Kafka's default and its relatives (`2026-11-23 01:14:17,047`, milliseconds) and java.util.logging's first
    line of two (`Nov 23, 2026 1:14:17 AM`, whole seconds). Workers log in UTC.
    """
    if found := _DEFAULT.match(line):
        text = f"{found[2]} {found[4]}.{found[6]}"
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S.%f").replace(tzinfo=UTC)
    if found := _JUL.match(line):
        text = f"{found[1]} {found[2]} {found[3]} {found[4]} {found[5]}"
        return datetime.strptime(text, "%b %d %Y %I:%M:%S %p").replace(tzinfo=UTC)
    return None


def written(line: str, moment: datetime) -> str:
    """The header line with another time, in its own layout. java.util.logging has no fractions: they are cut."""
    if found := _DEFAULT.match(line):
        millis = moment.microsecond // 1000
        stamp = f"{found[1]}{moment:%Y-%m-%d}{found[3]}{moment:%H:%M:%S}{found[5]}{millis:03d}"
        return stamp + line[found.end() :]
    if found := _JUL.match(line):
        hour = moment.hour % 12 or 12
        return f"{moment:%b} {moment.day}, {moment.year} {hour}:{moment:%M:%S %p} {line[found.end() :]}"
    return line
