"""What makes two failures the same: their text without what differs from one time to the next."""

from __future__ import annotations

import hashlib
import re

FOLDED_KEPT = 300
"""Characters that are compared: what is cut off or not must not depend on how long a number was."""
_HOST = r"[A-Za-z0-9](?:[\w-]{0,62}\.){0,8}[\w-]{0,62}"
_FOLDS = (
    (re.compile(r"'[^'\n]{0,1000}'|\"[^\"\n]{0,1000}\"|`[^`\n]{0,1000}`"), "Q"),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.IGNORECASE), "U"),
    (
        re.compile(
            r"\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?)?\b"
            r"|\b\d\d:\d\d:\d\d(?:[.,]\d{1,9})?\b"
        ),
        "T",
    ),
    (re.compile(rf"(?:\b{_HOST})?/?\b\d{{1,3}}(?:\.\d{{1,3}}){{3}}\b(?:[:/]\d{{1,5}})?"), "A"),
    (
        re.compile(r"(?i)\[?(?<![\w:.])(?:[0-9a-f]{1,4}:){2,7}(?:(?::?[0-9a-f]{1,4}){1,6}|:)\]?(?::\d{2,5})?"),
        "A",
    ),
    (re.compile(rf"\b{_HOST}:\d{{2,5}}\b"), "A"),
    (re.compile(r"@[0-9a-f]{4,16}\b"), "@H"),
    (re.compile(r"(?:(?<!\w)-)?\b\d+(?:\.\d+)?[eE][+-]?\d+\b"), "N"),
    (re.compile(r"\b(?:0x[0-9a-f]+|(?=\d{0,64}[a-f])(?=[a-f]{0,64}\d)[0-9a-f]{6,})\b", re.IGNORECASE), "N"),
    (re.compile(r"(?:(?<!\w)-)?\d+(?:[.,]\d+)*(?:[eE][+-]?\d+)?"), "N"),
)  # fmt: skip


def fingerprint(failure_class: str, text: str) -> str:
    """The same for the same failure with other numbers, ids, addresses, times and quoted values: 16 hex digits."""
    return hashlib.sha256(f"{failure_class}\n{folded(text)}".encode()).hexdigest()[:16]


def folded(text: str) -> str:
    for pattern, replacement in _FOLDS:
        text = pattern.sub(replacement, text)
    return text[:FOLDED_KEPT]
