"""What is remembered of a connector's description, so that one that is gone can be made again: no secrets, not much.

What is not kept can be told from what is: a hidden value is `***`, a cut one ends with `…`, and what has no place at
all is counted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from connectops.decide.recreate import KEPT, LEFT_OUT
from connectops.decide.redaction import redact
from connectops.decide.settings_shown import without_secrets

SIZE_KEPT = 32_000
"""Bytes of JSON. An item of DynamoDB may have 400 kB; each kB costs a write unit, and a usual description has three."""
NAME_KEPT = 300
TEXT_KEPT = 500


def remembered(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Of an answer of DescribeConnector: what CreateConnector takes, and whose it was."""
    kept = {key: answer[key] for key in ("connectorArn", "connectorState", *KEPT) if answer.get(key)}
    if "connectorDescription" in kept:
        kept["connectorDescription"] = redact(kept["connectorDescription"], TEXT_KEPT)
    settings = without_secrets(answer.get("connectorConfiguration", {}))
    room = SIZE_KEPT - _size({**kept, "connectorConfiguration": {}})
    kept["connectorConfiguration"] = chosen = _that_fit(settings, room)
    left_out = len(settings) - len(chosen)
    return {**kept, LEFT_OUT: left_out} if left_out else kept


def _that_fit(settings: Mapping[str, str], room: int) -> dict[str, str]:
    """The shortest first, so that one long list of tables costs itself and not all others."""
    chosen: dict[str, str] = {}
    for name in sorted(settings, key=lambda each: (len(settings[each]), each)):
        room -= _size({name: settings[name]})
        if room < 0:
            break
        if redact(name, NAME_KEPT) == name:
            chosen[name] = settings[name]
    return dict(sorted(chosen.items()))


def _size(value: Mapping[str, Any]) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
