"""`connectops incidents`: what a deployment's ledger remembers of failures, open or ended."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli import shared_incidents
from cli.deployed import Deployed
from cli.diagnose import iso
from cli.moments import ENDED, moment
from cli.shared_incidents import SharedIncident, gather
from connectops.errors import ConnectOpsError
from connectops.ledger import Unread, connector_of
from connectops.model import FleetIncident, Incident, Member, Severity

UNREACHABLE = 2
_STYLE = {Severity.PAGE: "red", Severity.WARNING: "yellow", Severity.INFO: "", None: "dim"}


def run(name: str | None, stack: str, *, as_json: bool) -> int:
    """List them; the exit code. `name` is a connector's name in any cluster, or its key."""
    try:
        known = remembered(stack)
    except ConnectOpsError as err:
        sys.stderr.write(f"connectops incidents: {err}\n")
        return UNREACHABLE
    chosen = [each for each in known.incidents if name in (None, each.connector.name, each.connector.key)]
    shared = [each for each in known.shared if name is None or any(is_named(key, name) for key in each.names)]
    for line in known.unread:
        typer.echo(f"not read: {line}", err=True)
    if as_json:
        answer = {
            "incidents": [summary(each) for each in chosen],
            "shared": [shared_incidents.summary(each) for each in shared],
            "not_read": known.unread,
        }
        typer.echo(json.dumps(answer, indent=2))
    else:
        shared_incidents.show_list(shared)
        _show(chosen, name)
    return 0


def is_named(key: str, name: str) -> bool:
    """Whether `name`, a name in any cluster or a key, means the connector of that key."""
    return name in (key, connector_of(key).name)


@dataclass(frozen=True, slots=True)
class Remembered:
    """Open ones first and the newest first; `unread` says what could not be read, and why."""

    incidents: list[Incident]
    shared: list[SharedIncident]
    unread: list[str]


def remembered(stack: str) -> Remembered:
    """All that the ledger remembers of failures. Raises Unreachable."""
    incidents: list[Incident] = []
    shared: list[FleetIncident | Member] = []
    unread: list[str] = []
    for each in Deployed.of(stack).ledger.every_incident():
        match each:
            case Incident():
                incidents.append(each)
            case FleetIncident() | Member():
                shared.append(each)
            case Unread():
                unread.append(f"{each.where}: {each.why}")
    incidents.sort(key=lambda each: (each.ended_at is None, each.opened_at, each.id), reverse=True)
    return Remembered(incidents, gather(shared), unread)


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
