"""A repair policy in a YAML file: the fields of `model.RepairPolicy`; durations are seconds, or as in 90s, 10m, 4h."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from connectops.errors import SettingsError
from connectops.model import Mode, RepairPolicy

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|h|)")
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}


def read_policy(path: Path) -> RepairPolicy:
    """The policy in a file; what it does not name keeps its default. Raises SettingsError naming line and key."""
    try:
        root = yaml.compose(path.read_text(), Loader=yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as err:
        raise SettingsError((f"{path.name} is not YAML: {err}",)) from err
    if root is None:
        return RepairPolicy()
    if not isinstance(root, yaml.MappingNode):
        raise SettingsError((f"{path.name}: expected keys and values, such as `mode: advise`",))
    return _policy(path.name, root)


def _policy(name: str, root: yaml.MappingNode) -> RepairPolicy:
    known = {field.name: getattr(RepairPolicy(), field.name) for field in fields(RepairPolicy)}
    found: dict[str, Any] = {}
    problems = []
    for key, value in root.value:
        where = f"{name}, line {key.start_mark.line + 1}: {key.value}"
        if key.value not in known:
            problems.append(f"{where} is not known, expected one of {', '.join(known)}")
        elif key.value in found:
            problems.append(f"{where} stands there twice")
        else:
            read, expected = _value(value.value, known[key.value])
            found[key.value] = read
            problems += [] if read is not None else [f"{where} is {str(value.value)[:80]!r}, expected {expected}"]
    if problems:
        raise SettingsError(tuple(problems))
    return replace(RepairPolicy(), **found)


def _value(text: object, default: object) -> tuple[Mode | int | timedelta | None, str]:
    """A value of the default's kind, None if it is not one, and what was expected."""
    if isinstance(default, Mode):
        return (Mode(str(text)) if text in list(Mode) else None), " or ".join(Mode)
    if isinstance(default, timedelta):
        match = _DURATION.fullmatch(str(text))
        seconds = float(match[1]) * _UNITS[match[2]] if match else 0
        return (timedelta(seconds=seconds) if 0 < seconds < 10**9 else None), "a duration above 0, such as 90s or 10m"
    return (int(str(text)) if str(text).isdecimal() else None), "a whole number, 0 or more"
