"""Lines that name the cause of what another line shows: what to look for when the other line came alone."""

from __future__ import annotations

from collections.abc import Iterable

from connectops.decide.catalogue import CATALOGUE
from connectops.decide.catalogue.entry import Role
from connectops.decide.diagnosis import interpret
from connectops.model import LogRecord


def _words() -> tuple[str, ...]:
    texts = (each.text for entry in CATALOGUE for each in entry.signatures if each.role is Role.HINT and each.text)
    return tuple(dict.fromkeys(max(text.split("*"), key=len).strip() for text in texts))


HINT_WORDS = _words()
"""A line that is a hint holds one of these."""


def hints_in(records: Iterable[LogRecord]) -> list[LogRecord]:
    """Those records that say nothing alone and name the cause of another."""
    return [record for record in records if _is_hint(record)]


def _is_hint(record: LogRecord) -> bool:
    event = interpret(record)
    return event.match is not None and event.match.role is Role.HINT and not event.killed
