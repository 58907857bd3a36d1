"""`connectops incidents`: what a deployment's ledger remembers of failures, open or ended."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.deployed import Deployed
from cli.diagnose import iso
from connectops.errors import ConnectOpsError
from connectops.model import Incident, Severity

UNREACHABLE = 2
ENDED = "ENDED"
_STYLE = {Severity.PAGE: "red", Severity.WARNING: "yellow", Severity.INFO: "", None: "dim"}


def run(name: str | None, stack: str, *, as_json: bool) -> int:
    """List them; the exit code. `name` is a connector's name in any cluster, or its key."""
    try:
        found, unread = remembered(stack)
    except ConnectOpsError as err:
        sys.stderr.write(f"connectops incidents: {err}\n")
        return UNREACHABLE
    chosen = [each for each in found if name in (None, each.connector.name, each.connector.key)]
    for line in unread:
        typer.echo(f"not read: {line}", err=True)
    if as_json:
        typer.echo(json.dumps({"incidents": [summary(each) for each in chosen], "not_read": unread}, indent=2))
    else:
        _show(chosen, name)
    return 0


def remembered(stack: str) -> tuple[list[Incident], list[str]]:
    """All incidents, open ones first and newest first, and what could not be read. Raises Unreachable."""
    everything = list(Deployed.of(stack).ledger.every_incident())
    found = [each for each in everything if isinstance(each, Incident)]
    found.sort(key=lambda each: (each.ended_at is None, each.opened_at, each.id), reverse=True)
    return found, [f"{each.where}: {each.why}" for each in everything if not isinstance(each, Incident)]


def summary(incident: Incident) -> dict[str, Any]:
    """What the list says of one, for programs; times in ISO 8601."""
    decision, diagnosis = incident.decision, incident.diagnosis
    return {
        "id": incident.id,
        "connector": incident.connector.key,
        "platform": incident.connector.platform,
        "class": incident.failure_class,
        "state": state(incident),
        "health": incident.health,
        "verdict": diagnosis.verdict if diagnosis else decision and decision.verdict,
        "since": iso(incident.opened_at),
        "ended": iso(incident.ended_at),
        "attempts": incident.restarts,
        "notices": incident.notices,
        "last_notice": iso(incident.told_at),
        "told": incident.told,
        "decision": decision and decision.action,
        "reason": decision and decision.reason,
    }


def state(incident: Incident) -> str:
    return ENDED if incident.ended_at else incident.phase


def moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}" if at else ""


def _show(found: Iterable[Incident], name: str | None) -> None:
    table = Table("id", "connector", "class", "state", "verdict", "since (UTC)", "restarts", "last notice (UTC)")
    for each in found:
        shown, style = summary(each), _STYLE[each.told] if each.ended_at is None else "dim"
        told = f"{moment(each.told_at)} {each.told}" if each.told_at else "nobody was told"
        cells = (
            *(str(shown[key] or "") for key in ("id", "connector", "class", "state", "verdict")),
            moment(each.opened_at),
            str(each.restarts),
            told,
        )
        table.add_row(*(Text(cell, style, overflow="fold") for cell in cells))
    if table.row_count:
        Console().print(table)
    else:
        typer.echo(f"No incident of {name} is remembered." if name else "No incident is remembered.")
