"""Errors that the catalogue does not describe, by count: how it grows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from connectops.decide.diagnosis import interpret, told
from connectops.decide.diagnosis_lines import Kind
from connectops.decide.diagnosis_unknown import root_of
from connectops.model import UNKNOWN_CLASS, Incident, LogRecord

_EXCEPTION = re.compile(r"(?:[a-zA-Z_$][\w$]*\.)*[A-Z$][\w$]*(?=:|\s|$)")


@dataclass(frozen=True, slots=True)
class UnknownError:
    """One error, however often and by whomever it was said; `cause` is redacted, and the latest wording."""

    fingerprint: str
    exception: str
    """Class name of the throwable; empty if the cause line names none."""
    cause: str
    count: int
    first_seen: datetime
    last_seen: datetime
    connectors: frozenset[str]


def in_records(records: Iterable[LogRecord]) -> list[UnknownError]:
    """The unknown errors among log statements, also those beside a known failure; the most frequent first."""
    found = []
    for record in records:
        event, root = interpret(record), root_of(record)
        if event.kind in (Kind.FAILURE, Kind.RETRY) and event.match is None and root:
            cause, identity = told(UNKNOWN_CLASS, root)
            who = frozenset((record.connector,) if record.connector else ())
            last = record.last_at or record.at
            found.append(UnknownError(identity, _class_in(cause), cause, record.repeats, record.at, last, who))
    return _by_count(found)


def in_incidents(incidents: Iterable[Incident]) -> list[UnknownError]:
    """The unknown errors that incidents are about, open or ended; the most frequent first."""
    found = []
    for incident in incidents:
        known = incident.diagnosis
        if known is not None and known.failure_class == UNKNOWN_CLASS:
            first, last = known.first_seen or incident.opened_at, known.last_seen or incident.evidence_at
            who, name = frozenset((incident.connector.key,)), _class_in(known.cause)
            found.append(UnknownError(known.fingerprint, name, known.cause, known.count, first, last, who))
    return _by_count(found)


def _class_in(cause: str) -> str:
    found = _EXCEPTION.match(cause)
    return found[0] if found else ""


def _by_count(errors: Iterable[UnknownError]) -> list[UnknownError]:
    joined: dict[str, UnknownError] = {}
    for error in errors:
        known = joined.get(error.fingerprint)
        joined[error.fingerprint] = _joined(known, error) if known else error
    return sorted(joined.values(), key=lambda error: (-error.count, error.fingerprint))


def _joined(one: UnknownError, other: UnknownError) -> UnknownError:
    latest = max(one, other, key=lambda error: error.last_seen)
    return UnknownError(
        one.fingerprint,
        latest.exception,
        latest.cause,
        one.count + other.count,
        min(one.first_seen, other.first_seen),
        latest.last_seen,
        one.connectors | other.connectors,
    )
