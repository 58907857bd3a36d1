"""What people may read of an update: why it failed and what it was to change, without secrets.

A configuration holds passwords under names that nobody can list. Shown is what changed, and of that no value whose name
or text looks like a secret.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from connectops.decide.redaction import GONE, redact
from connectops.model import ChangedSetting, Update

ERROR_KEPT = 1_000
VALUE_KEPT = 120
CHANGES_KEPT = 20

_SECRET_NAMES = re.compile(
    r"pass|pwd|secret|token|credential|jaas|private|auth(?!or)|cookie|certificate|user\.info|signature|"
    r"(?:^|[._-])(?:keys?|pin|salt|sas|dsn)$|(?:api|access|account|encryption|master|signing|shared)[._-]?key",
    re.IGNORECASE,
)
_WORD_ENDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def with_story(update: Update, error: str, origin: Mapping[str, str], target: Mapping[str, str]) -> Update:
    """The update with its error and its changes; `origin` and `target` are all settings, before and after."""
    names = [name for name in sorted({*origin, *target}) if origin.get(name) != target.get(name)]
    changes = tuple(
        ChangedSetting(redact(name, VALUE_KEPT), _shown(name, origin.get(name)), _shown(name, target.get(name)))
        for name in names[:CHANGES_KEPT]
    )
    return replace(
        update, error=_error(error, origin, target), changes=changes, more_changes=max(len(names) - CHANGES_KEPT, 0)
    )


def in_words(update: Update) -> tuple[str, ...]:
    """`tasks.max: 1 -> 4`, one a change; what was not there before, or is not after, is `(unset)`."""
    lines = [f"{each.name}: {_or_unset(each.before)} -> {_or_unset(each.after)}" for each in update.changes]
    return (*lines, f"and {update.more_changes} more") if update.more_changes else tuple(lines)


def _or_unset(value: str | None) -> str:
    return "(unset)" if value is None else value or '""'


def _shown(name: str, value: str | None) -> str | None:
    if not value:
        return value
    if is_secret(name):
        return GONE
    shown = " ".join(redact(value, VALUE_KEPT).split())
    return GONE if GONE in redact(f"{name}={value}", VALUE_KEPT) and GONE not in shown else shown


def is_secret(name: str) -> bool:
    """Whether a setting of this name may hold a secret; too often rather than too seldom."""
    return bool(_SECRET_NAMES.search(name) or _SECRET_NAMES.search(_WORD_ENDS.sub(".", name)))


def _error(error: str, origin: Mapping[str, str], target: Mapping[str, str]) -> str:
    """A message may quote the value that was refused."""
    for settings in (origin, target):
        for name, value in settings.items():
            if value and is_secret(name):
                error = error.replace(value, GONE)
    return redact(error, ERROR_KEPT)
