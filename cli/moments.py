"""How a moment is written for people, and what stands where a state would when it is over."""

from __future__ import annotations

from datetime import datetime

ENDED = "ENDED"


def moment(at: datetime | None) -> str:
    """In UTC, to the second; empty for none."""
    return f"{at:%Y-%m-%d %H:%M:%S}" if at else ""
