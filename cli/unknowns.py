"""`connectops unknowns`: errors that the catalogue does not describe, from worker logs or from a deployment's table."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.deployed import Deployed
from cli.diagnose import UNREADABLE, UNREADABLE_INPUT, iso, named, texts_of
from connectops.decide.diagnosis_lines import NOISE_LOGGERS, PREFILTER
from connectops.decide.unknown_errors import UnknownError, in_incidents, in_records
from connectops.errors import ConnectOpsError
from connectops.ledger import Unread
from connectops.model import Incident, LogRecord
from connectops.observe.worker_logs import stitch_texts

CONNECTORS_SHOWN = 3


def run(files: Sequence[str], stack: str, *, as_json: bool) -> int:
    """Show them, the most frequent first; the exit code. Without files they are those of the stack's incidents."""
    try:
        found = in_records(_records(files)) if files else in_incidents(_remembered(stack))
    except (*UNREADABLE_INPUT, ConnectOpsError) as err:
        sys.stderr.write(f"connectops unknowns: cannot read {named(err)}\n")
        return UNREADABLE
    if as_json:
        sys.stdout.write(json.dumps({"unknowns": [_document(error) for error in found]}, indent=2) + "\n")
    else:
        _show(found)
    return 0


def _records(files: Sequence[str]) -> list[LogRecord]:
    return stitch_texts(texts_of(files), PREFILTER, NOISE_LOGGERS).records


def _remembered(stack: str) -> Iterator[Incident]:
    for each in Deployed.of(stack).ledger.every_incident():
        if isinstance(each, Incident):
            yield each
        elif isinstance(each, Unread):
            sys.stderr.write(f"connectops unknowns: not read: {each.where}: {each.why}\n")


def _document(error: UnknownError) -> dict[str, Any]:
    return {
        "fingerprint": error.fingerprint,
        "count": error.count,
        "exception": error.exception,
        "cause": error.cause,
        "first_seen": iso(error.first_seen),
        "last_seen": iso(error.last_seen),
        "connectors": sorted(error.connectors),
    }


def _show(found: Sequence[UnknownError]) -> None:
    console = Console()
    if not found:
        console.print("[green]No unknown error found.[/green]")
        return
    table = Table("count", "fingerprint", "cause", "connectors", "last seen", show_lines=True)
    for error in found:
        names = sorted(error.connectors)
        rest = f" and {len(names) - CONNECTORS_SHOWN} more" if len(names) > CONNECTORS_SHOWN else ""
        who = escape(", ".join(names[:CONNECTORS_SHOWN]) + rest)
        table.add_row(str(error.count), error.fingerprint, escape(error.cause), who, iso(error.last_seen) or "")
    console.print(table)
    console.print("[dim]docs/adding-a-class.md shows how to teach ConnectOps one of them.[/dim]")
