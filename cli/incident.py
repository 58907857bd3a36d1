"""`connectops incident ID`: all that a deployment's ledger knows of one failure."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterable

import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from cli import shared_incidents
from cli.incidents import UNREACHABLE, remembered, state, summary
from cli.moments import moment
from cli.shared_incidents import SharedIncident
from connectops.decide.catalogue.lost_position import Choice, choices_for
from connectops.errors import ConnectOpsError
from connectops.model import Attempt, Incident

NAMES_SHOWN = 5
_RECREATE = "FAILED on MSK Connect cannot be restarted: connectops recreate {key} prints the plan"


class NoSuchIncident(Exception):
    """None, or more than one, begins so; says which there are."""


def run(wanted: str, stack: str, *, as_json: bool) -> int:
    """Show it; the exit code."""
    try:
        known = remembered(stack)
        incident = find_incident(wanted, [*known.incidents, *known.shared], known.unread)
    except (ConnectOpsError, NoSuchIncident) as err:
        sys.stderr.write(f"connectops incident: {err}\n")
        return UNREACHABLE
    if isinstance(incident, SharedIncident):
        return _show_shared(incident, as_json=as_json)
    if as_json:
        choices = choices_for(incident.failure_class, incident.connector.platform)
        whole = {"summary": summary(incident), "incident": incident, "choices": choices}
        typer.echo(json.dumps(msgspec.to_builtins(whole), indent=2))
    else:
        _show(incident)
    return 0


def _show_shared(shared: SharedIncident, *, as_json: bool) -> int:
    if as_json:
        summed = shared_incidents.summary(shared)
        whole = {"summary": summed, "incident": shared.incident, "members": shared.members}
        typer.echo(json.dumps(msgspec.to_builtins(whole), indent=2))
    else:
        shared_incidents.show(shared)
    return 0


def find_incident(
    wanted: str, found: Iterable[Incident | SharedIncident], unread: Iterable[str]
) -> Incident | SharedIncident:
    """The one whose id is `wanted`, else the one whose id begins so. Raises NoSuchIncident."""
    meant = [each for each in found if wanted and each.id.startswith(wanted)]
    exact = [each for each in meant if each.id == wanted]
    match exact or meant:
        case [one]:
            return one
        case []:
            newer = [each for each in unread if wanted in each]
            known = f"; not read: {newer[0]}" if newer else "; `connectops incidents` lists them"
            raise NoSuchIncident(f"no incident {wanted!r} is remembered{known}")
        case several:
            names = ", ".join(f"{each.id} ({_about(each)})" for each in several[:NAMES_SHOWN])
            raise NoSuchIncident(f"{len(several)} incidents begin with {wanted!r}: {names}")


def _about(found: Incident | SharedIncident) -> str:
    return found.connector.key if isinstance(found, Incident) else found.incident.source.key


def _show(incident: Incident) -> None:
    console = Console()
    ended = f", ended {moment(incident.ended_at)}" if incident.ended_at else ""
    console.print(f"[bold]{escape(incident.connector.key)}[/bold]  {incident.failure_class}  {state(incident)}")
    console.print(f"[dim]{incident.id}: since {moment(incident.opened_at)}{ended} (all times in UTC)[/dim]")
    for label, said in _facts(incident):
        console.print(Text.assemble((f"{label:<10}", "dim"), said))
    if incident.attempts:
        console.print(_attempts(incident.attempts))
    console.print(_timeline(incident))
    if choices := choices_for(incident.failure_class, incident.connector.platform):
        console.print(_choices(choices))


def _facts(incident: Incident) -> list[tuple[str, str]]:
    known, decision, ack = incident.diagnosis, incident.decision, incident.acknowledged
    told = f"{incident.notices} notices, the last at {moment(incident.told_at)} ({incident.told})"
    facts = [
        ("health", incident.health or ""),
        ("cause", known.cause if known else "no cause was logged"),
        ("verdict", known.verdict if known else ""),
        ("decision", f"{decision.action}: {decision.reason}" if decision else ""),
        ("next", known.next_step if known else ""),
        ("recreate", _RECREATE.format(key=shlex.quote(incident.connector.key)) if incident.needs_recreation else ""),
        ("told", told if incident.told_at else "nobody"),
        ("taken by", f"{ack.by} until {moment(ack.until)}" if ack else ""),
        ("led to", ", ".join(known.consequences) if known else ""),
    ]
    lines = [("" if number else "lines", line) for number, line in enumerate(known.evidence if known else ())]
    return [(label, said) for label, said in (*facts, *lines) if said]


def _attempts(attempts: Iterable[Attempt]) -> Table:
    table = Table("restart", "what", "claimed", "through", "outcome", "remark", title="Restarts", title_justify="left")
    for each in attempts:
        times = f" ({each.times} times since {moment(each.first_claimed_at)})" if each.times > 1 else ""
        cells = (str(each.number), each.action, moment(each.claimed_at), moment(each.restarted_at))
        table.add_row(*cells, f"{each.end or 'not known yet'}{times}", escape(each.remark))
    return table


def _choices(choices: Iterable[Choice]) -> Table:
    title = "Its position is lost: what you can do, and its price"
    table = Table("choice", "how", "price", title=title, title_justify="left", show_lines=True)
    for each in choices:
        table.add_row(escape(each.name), escape(each.how), escape(each.price))
    return table


def _timeline(incident: Incident) -> Table:
    title = f"Timeline ({incident.left_out} entries in its middle are left out)" if incident.left_out else "Timeline"
    table = Table("when", "what", "why", title=title, title_justify="left")
    for entry in incident.timeline:
        table.add_row(moment(entry.at), escape(entry.what), escape(entry.why))
    return table
