"""What tags say to ConnectOps: `connectops:restart`, `max-restarts`, `hold-until`, `severity` and `owner`.

A tag that is not understood is told to people. If it may have been meant to keep ConnectOps off (its key is unknown, or
it is one of the first three), nothing is restarted until it is mended: a misspelt `restart=off` must not restart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from connectops.decide.moments import A_MOMENT, moment
from connectops.model import Severity

KEYS = ("restart", "max-restarts", "hold-until", "severity", "owner")
_RESTRAINING = ("restart", "max-restarts", "hold-until")


@dataclass(frozen=True, slots=True)
class Tags:
    """`problems` says what is not understood and what was expected."""

    forbidden: str | None = None
    max_restarts: int | None = None
    hold_until: datetime | None = None
    severity: Severity | None = None
    owner: str | None = None
    problems: tuple[str, ...] = ()


def read_tags(tags: Iterable[tuple[str, str]]) -> Tags:
    """Read tags without their prefix `connectops:`. Never raises."""
    said = Tags()
    for key, value in tags:
        said = _read(said, key, value.strip())
    return said


def _read(said: Tags, key: str, value: str) -> Tags:
    match key:
        case "restart" if value.lower() == "off":
            return replace(said, forbidden="its tag connectops:restart=off says hands off")
        case "restart" if value.lower() == "on":
            return said
        case "max-restarts" if value.isdecimal() and value.isascii():
            return replace(said, max_restarts=int(value))
        case "hold-until" if (until := moment(value)) is not None:
            return replace(said, hold_until=until)
        case "severity" if value.lower() in list(Severity):
            return replace(said, severity=Severity(value.lower()))
        case "owner" if value:
            return replace(said, owner=value)
    return _not_understood(said, key, value)


def _not_understood(said: Tags, key: str, value: str) -> Tags:
    expected = {
        "restart": "on or off",
        "max-restarts": "a whole number, 0 or more",
        "hold-until": A_MOMENT,
        "severity": " or ".join(Severity),
        "owner": "a name",
    }
    if key in expected:
        problem = f"the tag connectops:{key} is {value[:80]!r}, expected {expected[key]}"
    else:
        problem = f"the tag connectops:{key[:80]} is not known, expected one of {', '.join(KEYS)}"
    keeps_off = key in _RESTRAINING or key not in KEYS
    forbidden = said.forbidden or (f"{problem}: until it is mended, nothing is restarted" if keeps_off else None)
    return replace(said, forbidden=forbidden, problems=(*said.problems, problem))
