"""Settings of a connector as they may leave: all names, and of the values those that are no secret."""

from __future__ import annotations

import re
from collections.abc import Mapping

from connectops.decide.redaction import GONE, redact
from connectops.decide.update_story import is_secret

VALUE_SHOWN = 4_000
CUT = "…"

_REFERENCE = re.compile(r"\$\{[\w.-]+:[^}]*\}")


def without_secrets(settings: Mapping[str, str]) -> dict[str, str]:
    """Settings as they may leave: what may be a secret is `***`, what is very long is cut, which `…` shows."""
    return {name: _shown(name, settings[name]) for name in sorted(settings)}


def _shown(name: str, value: str) -> str:
    if _REFERENCE.fullmatch(value.strip()):
        return value
    hides = is_secret(name) or GONE in redact(f"{name}={value}", VALUE_SHOWN)
    return GONE if hides else redact(value, VALUE_SHOWN)
