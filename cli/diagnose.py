"""`connectops diagnose`: what worker logs say, from files or standard input."""

from __future__ import annotations

import gzip
import io
import json
import sys
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

from rich.console import Console
from rich.markup import escape

from connectops.decide.catalogue import BY_ID
from connectops.decide.diagnosis import Reading, diagnose
from connectops.decide.diagnosis_lines import NOISE_LOGGERS, PREFILTER
from connectops.errors import MalformedEvent
from connectops.model import Diagnosis
from connectops.observe.worker_logs import HOUR_ZERO, stitch_texts
from connectops.observe.worker_logs_text import LogText, read_pieces

UNREADABLE = 2
STDIN = "-"
UNREADABLE_INPUT = (OSError, MalformedEvent, EOFError, zlib.error)


def run(files: list[str], *, as_json: bool, everything: bool, why: bool) -> int:
    """Read, diagnose, print; the exit code."""
    try:
        reading = read(texts_of(files), everything=everything)
    except UNREADABLE_INPUT as err:
        sys.stderr.write(f"connectops diagnose: cannot read {named(err)}\n")
        return UNREADABLE
    if as_json:
        sys.stdout.write(json.dumps(report(reading, everything=everything, why=why), indent=2) + "\n")
    else:
        from cli.diagnose_view import show

        show(reading, everything=everything, why=why)
    return 0


def texts_of(files: Sequence[str]) -> Iterator[LogText]:
    """The log streams in files, or in standard input, piece by piece. Raises one of UNREADABLE_INPUT."""
    with Console(stderr=True).status("reading") as shown:
        for name in files or [STDIN]:
            shown.update(f"reading {escape(name)}")
            with _opened(name) as file:
                yield from read_pieces(file)


def read(texts: Iterable[LogText], *, everything: bool = False) -> Reading:
    """The reading of several streams. `everything` counts what never fails, too."""
    stitched = stitch_texts(texts, PREFILTER, frozenset[str]() if everything else NOISE_LOGGERS)
    return diagnose(stitched.records, lines=stitched.lines, to_the_end=True, now=stitched.end)


def report(reading: Reading, *, everything: bool, why: bool) -> dict[str, Any]:
    """The document of `--json`."""
    incidents = [_incident(each, why=why) for each in reading.diagnoses]
    if everything:
        incidents += [_noise(failure_class, count) for failure_class, count in reading.noise]
    return {"incidents": incidents, "lines": reading.lines, "ignored": reading.ignored}


def _incident(found: Diagnosis, *, why: bool) -> dict[str, Any]:
    document: dict[str, Any] = {
        "class": found.failure_class,
        "verdict": str(found.verdict),
        "severity": str(found.severity),
        "connector": found.connector,
        "task": found.task,
        "worker": found.worker,
        "first_seen": iso(found.first_seen),
        "last_seen": iso(found.last_seen),
        "count": found.count,
        "cause": found.cause,
        "consequences": list(found.consequences),
        "next_step": found.next_step,
    }
    return document | ({"evidence": list(found.evidence)} if why else {})


def _noise(failure_class: str, count: int) -> dict[str, Any]:
    entry = BY_ID[failure_class]
    return {
        "class": failure_class, "verdict": str(entry.verdict), "severity": str(entry.severity), "connector": None,
        "task": None, "worker": None, "first_seen": None, "last_seen": None, "count": count, "cause": entry.cause,
        "consequences": [], "next_step": entry.next_step,
    }  # fmt: skip


def iso(at: datetime | None) -> str | None:
    """ISO 8601 in UTC; None for a line that has no date."""
    if at is None or at.year <= HOUR_ZERO.year:
        return None
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@contextmanager
def _opened(name: str) -> Iterator[BinaryIO]:
    """A file or standard input, unzipped where it is zipped."""
    with nullcontext(sys.stdin.buffer) if name == STDIN else Path(name).open("rb") as raw:
        begin = io.BufferedReader(raw) if not isinstance(raw, io.BufferedReader) else raw  # type: ignore[type-var]
        zipped = begin.peek(2)[:2] == b"\x1f\x8b"
        yield cast("BinaryIO", gzip.GzipFile(fileobj=begin)) if zipped else begin


def named(err: Exception) -> str:
    """What could not be read, and why."""
    if isinstance(err, OSError) and err.filename:
        return f"{err.filename}: {err.strerror}"
    return f"the input: {err}"
