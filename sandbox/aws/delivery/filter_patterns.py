"""CloudWatch Logs filter patterns, as far as subscriptions of worker logs need them.

Terms: all of `A "B C"`, any of `?A ?B`, none of `-A`. JSON: `{ $.a.b = "x" }` with = != < > <= >=, joined by && or ||.
Source: "Filter pattern syntax" in the CloudWatch Logs user guide.
"""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable

type Matcher = Callable[[str], bool]

_TERM = re.compile(r'([?-]?)(?:"([^"]*)"|(\S+))')
_COMPARISON = re.compile(r"\(*\s*\$\.([\w.]+)\s*(!=|>=|<=|=|>|<)\s*(.+?)\s*\)*$")
_ORDER = {">": operator.gt, "<": operator.lt, ">=": operator.ge, "<=": operator.le}


def compiled(pattern: str | None) -> Matcher:
    """Raises NotImplementedError for a pattern that is not understood: silence would look like "no match"."""
    pattern = (pattern or "").strip()
    if not pattern:
        return lambda message: True
    if pattern.startswith("{") and pattern.endswith("}"):
        return _json(pattern[1:-1].strip())
    if pattern.startswith(("[", "%")):
        raise NotImplementedError(f"the sandbox does not know filter patterns like {pattern!r}")
    terms = [(sign, quoted or bare) for sign, quoted, bare in _TERM.findall(pattern)]
    some, none, every = ([term for sign, term in terms if sign == wanted] for wanted in ("?", "-", ""))
    return lambda message: (
        all(term in message for term in every)
        and not any(term in message for term in none)
        and (not some or bool(every) or any(term in message for term in some))
    )


def _json(text: str) -> Matcher:
    for sign, joined in (("||", any), ("&&", all)):
        if sign in text:
            parts = [_json(part.strip()) for part in text.split(sign)]
            return lambda message: joined(part(message) for part in parts)
    found = _COMPARISON.match(text)
    if not found:
        raise NotImplementedError(f"the sandbox does not know the filter pattern {{ {text} }}")
    path, sign, wanted = found.groups()
    return lambda message: _compares(_value_at(path, message), sign, wanted)


def _value_at(path: str, message: str) -> object:
    try:
        value = json.loads(message)
        for part in path.split("."):
            value = value[part]
    except (ValueError, KeyError, TypeError):
        return None
    return value


def _compares(value: object, sign: str, wanted: str) -> bool:
    if value is None:
        return False
    number = re.fullmatch(r"-?\d+(\.\d+)?", wanted)
    if number and isinstance(value, int | float):
        if sign in _ORDER:
            return bool(_ORDER[sign](value, float(wanted)))
        return (value == float(wanted)) is (sign == "=")
    same = re.fullmatch(re.escape(wanted.strip('"')).replace(r"\*", ".*"), str(value)) is not None
    return same is (sign == "=") if sign in ("=", "!=") else False
