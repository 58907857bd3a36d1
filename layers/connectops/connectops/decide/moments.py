"""Times and durations as people write them in tags, files and commands."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

A_MOMENT = "a time with its offset from UTC, such as 2026-12-01T06:00Z"
A_DURATION = "a duration above 0, such as 90s or 10m"

_DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(s|m|h|d|)")
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_LONGEST_SECONDS = 10**9


def moment(text: str) -> datetime | None:
    """ISO 8601 with an offset, in UTC; None if it is anything else: a time without offset has 26 meanings."""
    try:
        at = datetime.fromisoformat(text.strip())
        return at.astimezone(UTC) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None


def duration(text: str) -> timedelta | None:
    """Seconds, or a number with s, m, h or d; None if it is anything else, or not above 0."""
    match = _DURATION.fullmatch(text.strip())
    seconds = float(match[1]) * _UNITS[match[2]] if match else 0
    return timedelta(seconds=seconds) if 0 < seconds < _LONGEST_SECONDS else None
