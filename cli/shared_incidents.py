"""Incidents of what several connectors share, as `connectops incidents` and `connectops incident ID` show them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from cli.diagnose import iso
from cli.moments import ENDED, moment
from connectops.decide.fleet_notices import describe
from connectops.model import FleetIncident, FleetPhase, Member

_WHAT_HOLDS = {
    FleetPhase.GATHERED: "the first one whose restart is due is restarted alone; the others wait for its proof",
    FleetPhase.PROBING: "{probe} is restarted; the others wait for its proof",
    FleetPhase.PROVEN: "{probe} works again; the others follow within the budget",
    FleetPhase.HELD: "the restart of {probe} did not help: all are held until {until}",
    FleetPhase.GAVE_UP: "{failures} probes failed: nothing is restarted until one of them works again",
}


@dataclass(frozen=True, slots=True)
class SharedIncident:
    """One, with those who take part in it or did, the earliest first."""

    incident: FleetIncident
    members: tuple[Member, ...]

    @property
    def id(self) -> str:
        return self.incident.id

    @property
    def names(self) -> tuple[str, ...]:
        """Keys of connectors: those that gathered may not have joined yet, or are older than what is remembered."""
        return tuple(dict.fromkeys([*(each.connector.key for each in self.members), *self.incident.names]))

    @property
    def state(self) -> str:
        return ENDED if self.incident.ended_at else self.incident.phase


def gather(found: Iterable[FleetIncident | Member]) -> list[SharedIncident]:
    """Each with its members: open ones first and the newest first."""
    incidents: dict[str, FleetIncident] = {}
    members: dict[str, list[Member]] = {}
    for each in found:
        if isinstance(each, Member):
            members.setdefault(each.incident_id, []).append(each)
        elif each.ended_at or each.id not in incidents:  # it may end while the table is read
            incidents[each.id] = each
    for joined in members.values():
        joined.sort(key=lambda one: (one.joined_at, one.connector.key))
    shared = [SharedIncident(each, tuple(members.get(each.id, ()))) for each in incidents.values()]
    return sorted(shared, key=lambda each: (each.incident.ended_at is None, each.incident.opened_at), reverse=True)


def summary(shared: SharedIncident) -> dict[str, Any]:
    """What the list says of one, for programs; times in ISO 8601."""
    known = shared.incident
    return {
        "id": known.id,
        "shared": known.source.key,
        "connectors": shared.names,
        "class": known.failure_class,
        "state": shared.state,
        "probe": known.probe,
        "failed_probes": known.failures,
        "since": iso(known.opened_at),
        "proven": iso(known.proven_at),
        "ended": iso(known.ended_at),
        "notices": known.notices,
        "last_notice": iso(known.told_at),
    }


def show_list(found: Iterable[SharedIncident]) -> None:
    title = "What several of them share"
    heads = ("id", "shared", "class", "state", "connectors", "first restarted", "since (UTC)", "last notice (UTC)")
    table = Table(*heads, title=title, title_justify="left")
    for each in found:
        known = each.incident
        cells = [known.id, describe(known.source), known.failure_class, each.state, str(len(each.names))]
        cells += [known.probe or "", moment(known.opened_at), moment(known.told_at)]
        style = "dim" if known.ended_at else "red"
        table.add_row(*(Text(cell, style, overflow="fold") for cell in cells))
    if table.row_count:
        Console().print(table)


def show(shared: SharedIncident) -> None:
    known, console = shared.incident, Console()
    ended = f", ended {moment(known.ended_at)}" if known.ended_at else ""
    console.print(f"[bold]{escape(describe(known.source))}[/bold]  {known.failure_class}  {shared.state}")
    console.print(f"[dim]{known.id}: since {moment(known.opened_at)}{ended} (all times in UTC)[/dim]")
    told = f"{known.notices} notices, the last at {moment(known.told_at)}" if known.told_at else "nobody"
    for label, said in (
        ("cause", known.cause),
        ("now", "" if known.ended_at else _what_holds(known)),
        ("proven", f"{known.probe} at {moment(known.proven_at)}" if known.proven_at else ""),
        ("next", "" if known.ended_at else known.next_step),
        ("told", told),
    ):
        if said:
            console.print(Text.assemble((f"{label:<10}", "dim"), said))
    console.print(_members(shared))
    typer.echo("What was seen and done of one of them: connectops incidents NAME")


def _what_holds(known: FleetIncident) -> str:
    return _WHAT_HOLDS[known.phase].format(probe=known.probe, until=moment(known.until), failures=known.failures)


def _members(shared: SharedIncident) -> Table:
    table = Table("connector", "class", "joined", "left", title="Connectors", title_justify="left")
    joined = {each.connector.key: each for each in shared.members}
    for name in shared.names:
        one = joined.get(name)
        cells = (one.failure_class, moment(one.joined_at), moment(one.left_at)) if one else ("", "not known", "")
        table.add_row(escape(name), *cells)
    return table
