"""What matters in a connector's configuration. Nothing else of it is kept: it holds passwords."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta


def heartbeat(configuration: Mapping[str, str]) -> timedelta | None:
    """Debezium's `heartbeat.interval.ms`, None where it is unset or switched off (0)."""
    value = str(configuration.get("heartbeat.interval.ms") or "").strip()
    return timedelta(milliseconds=int(value)) if value.isdecimal() and int(value) > 0 else None
