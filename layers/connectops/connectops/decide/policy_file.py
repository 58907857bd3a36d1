"""The text of a policy file, read into rules: what is said of all connectors, then of those whose key matches a glob.

One form for the deployment, `connectops policy check` and `connectops replay --policy`; docs/policy.md shows it.
Nothing is guessed: a key or value that is not understood refuses the whole file; all problems are told by line and key.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import Any

from connectops.decide.moments import A_DURATION, duration
from connectops.decide.policy_windows import read_window
from connectops.decide.policy_yaml import Place, entries, items, read_mapping
from connectops.decide.windows import LONGEST, never_ends
from connectops.errors import SettingsError
from connectops.model import ConnectorPolicy, Mode, RepairPolicy, Severity, Window

LONGEST_TEXT = 256 * 1024
MAX_RESTARTS = "max-restarts"
"""As the tag is called; a file may say restarts-per-incident, too."""

_DEFAULTS = {field.name: getattr(RepairPolicy(), field.name) for field in fields(RepairPolicy)}
_NUMBERS = {name: value for name, value in _DEFAULTS.items() if isinstance(value, Mode | int | timedelta)}
del _NUMBERS["most"]
_AT_LEAST_ONE = ("looks_needed", "idle_proof_looks")
_WISHES = ("restart", "severity", "owner", "windows")


def read_rules(text: str, name: str, now: datetime) -> tuple[ConnectorPolicy, ...]:
    """The rules of a policy file called `name`, in the order of their rank. Raises SettingsError with every problem."""
    if len(text) > LONGEST_TEXT:
        raise SettingsError((f"{name} has {len(text)} characters, expected {LONGEST_TEXT} at most",))
    root = read_mapping(text, name, "mode: advise")
    if root is None:
        return ()
    problems: list[str] = []
    rules = tuple(_rules(root, problems, now))
    if problems:
        raise SettingsError(tuple(problems))
    return rules


def _rules(root: Place, problems: list[str], now: datetime) -> Iterator[ConnectorPolicy]:
    known = entries(root, problems)
    connectors = known.pop("connectors", None)
    of_all = _rule(known, problems, now, ())
    yield of_all
    for entry in items(connectors, problems, "a list of entries with `match`") if connectors else ():
        found = entries(entry, problems)
        match = found.pop("match", None)
        globs = tuple(_globs(match, problems)) if match else ()
        if match is None:
            problems.append(entry.problem("has no match, expected a glob such as msk/orders-*"))
        yield _rule(found, problems, now, of_all.windows, globs)


def _globs(match: Place, problems: list[str]) -> Iterator[str]:
    """A key always holds a slash: a glob that cannot match one is a slip of the pen."""
    for each in items(match, problems, "a glob or a list of globs") if match.is_list else (match,):
        glob = each.text
        if glob and ("/" in glob or glob.startswith("*")):
            yield glob
        else:
            problems.append(each.expected("a glob on cluster/name, such as msk/orders-*"))


def _rule(
    known: dict[str, Place],
    problems: list[str],
    now: datetime,
    windows_of_all: tuple[Window, ...],
    match: tuple[str, ...] = ("*",),
) -> ConnectorPolicy:
    numbers: dict[str, Any] = {}
    wishes: dict[str, Any] = {}
    for key, value in known.items():
        field = "restarts_per_incident" if key == MAX_RESTARTS else key.replace("-", "_")
        if field in numbers:
            problems.append(value.problem("stands there twice"))
        elif field in _NUMBERS:
            numbers[field] = _number(field, value, problems)
        elif key in _WISHES:
            wishes[key] = _wish(key, value, problems, now)
        else:
            problems.append(value.problem(_unknown(key, is_entry=match != ("*",))))
    windows = tuple(wishes.pop("windows", ()))
    if windows and never_ends((*windows_of_all, *windows), now):
        month = f"more than {LONGEST.days} days without a break"
        problems.append(known["windows"].problem(f"never ends: it holds for {month}; `restart: off` says that"))
    return ConnectorPolicy(match, tuple(numbers.items()), windows=windows, **wishes)


def _number(field: str, place: Place, problems: list[str]) -> Mode | int | timedelta | None:
    """A value of the kind of the product's default."""
    default, text = _NUMBERS[field], place.text or ""
    if isinstance(default, Mode):
        read: Mode | int | timedelta | None = Mode(text) if text in list(Mode) else None
        expected = " or ".join(Mode)
    elif isinstance(default, timedelta):
        read, expected = duration(text), A_DURATION
    else:
        least = int(field in _AT_LEAST_ONE)
        number = int(text) if text.isdecimal() and text.isascii() and len(text) < 10 else -1
        read, expected = (number if number >= least else None), f"a whole number, {least} or more"
    if read is None:
        problems.append(place.expected(expected))
    return read


def _wish(key: str, place: Place, problems: list[str], now: datetime) -> object:
    match key, (place.text or "").strip():
        case "restart", "on" | "off" as said:
            return said == "on"
        case "severity", said if said in list(Severity):
            return Severity(said)
        case "owner", said if said:
            return said
        case "windows", _:
            found = (read_window(each, problems, now) for each in items(place, problems, "a list of windows"))
            return [window for window in found if window]
    expected = {"restart": "on or off", "severity": " or ".join(Severity), "owner": "a name"}
    problems.append(place.expected(expected[key]))
    return None


def _unknown(key: str, *, is_entry: bool) -> str:
    names = (*_WISHES, MAX_RESTARTS, *(name.replace("_", "-") for name in _NUMBERS))
    known = (*names, "match" if is_entry else "connectors")
    near = get_close_matches(key.replace("_", "-"), known, 1)
    return f"is not known, expected {near[0]}?" if near else f"is not known, expected one of {', '.join(known)}"
