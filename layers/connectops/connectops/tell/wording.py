"""What every message says, whatever it is sent through: the facts, and what happened, why, what was done, what next."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from connectops.model import MSK_CLUSTER, Notice

CAUSE = "Cause"
NAMES_SHOWN = 20

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400

# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
_NOT_ALLOWED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def facts(notice: Notice) -> list[tuple[str, str]]:
    """Short facts as (label, value); unknown ones are left out."""
    connector = notice.connector
    who = [("Connector", connector.name), ("Runs on", _where(notice))]
    if notice.shared:
        who = [("Share", notice.shared), ("Connectors", _names(notice.members))]
    found = [
        *who,
        ("Since", f"{stamp(notice.since)} ({span(notice.at - notice.since)})"),
        ("Health", _plain(notice.health) if notice.health else ""),
        ("Failure class", notice.failure_class),
        ("Verdict", _plain(notice.verdict) if notice.verdict else ""),
        ("Restarts tried", "" if notice.shared else str(notice.attempts)),
        ("Owner", notice.owner or ""),
    ]
    return [(label, value) for label, value in found if value.strip()]


def _where(notice: Notice) -> str:
    cluster = notice.connector.cluster
    return "MSK Connect" if cluster == MSK_CLUSTER else f"Kafka Connect cluster {cluster}"


def _names(members: tuple[str, ...]) -> str:
    more = f" and {len(members) - NAMES_SHOWN} more" if len(members) > NAMES_SHOWN else ""
    return ", ".join(members[:NAMES_SHOWN]) + more


def paragraphs(notice: Notice) -> list[tuple[str, str]]:
    """Long texts as (heading, text), in the order in which they are read; empty ones are left out."""
    texts = [
        ("What happened", notice.what_happened),
        (CAUSE, notice.cause),
        ("What ConnectOps did", notice.what_we_did),
        ("What to do next", notice.next_step),
    ]
    return [(heading, text) for heading, text in texts if text.strip()]


def stamp(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def span(duration: timedelta) -> str:
    """`45 s`, `14 min`, `2 h 5 min`, `3 d 4 h`: as exact as people need it."""
    seconds = max(0, round(duration.total_seconds()))
    days, hours, minutes = seconds // _DAY, seconds // _HOUR, seconds // _MINUTE
    if days > 1:
        return f"{days} d {hours % 24} h"
    if hours:
        return f"{hours} h {minutes % 60} min"
    return f"{minutes} min" if minutes else f"{seconds} s"


def cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def allowed(text: str) -> str:
    """Text with only such characters as SNS and SQS take in messages and attributes."""
    return _NOT_ALLOWED.sub("\ufffd", text)


def _plain(name: str) -> str:
    return name.lower().replace("_", " ")
