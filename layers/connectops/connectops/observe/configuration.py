"""What matters in a connector's configuration. Nothing else of it is kept: it holds passwords."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

LONGEST_NUMBER = 10
"""Digits of the largest int of Java, which is what the property holds."""


def heartbeat(configuration: Mapping[str, str]) -> timedelta | None:
    """Debezium's `heartbeat.interval.ms`, None where it is unset or switched off (0)."""
    value = str(configuration.get("heartbeat.interval.ms") or "").strip()
    is_number = value.isdecimal() and len(value) <= LONGEST_NUMBER
    return timedelta(milliseconds=int(value)) if is_number and int(value) > 0 else None
