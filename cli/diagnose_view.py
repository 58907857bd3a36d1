"""What `connectops diagnose` shows to people."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from connectops.decide.catalogue import BY_ID
from connectops.decide.diagnosis import Reading
from connectops.model import Diagnosis, Verdict

COLOUR = {
    Verdict.DO_NOT_RESTART: "red",
    Verdict.RESTART_WITH_BACKOFF: "yellow",
    Verdict.RESTART_NOW: "green",
    Verdict.IGNORE: "dim",
}
WORDS = {
    Verdict.DO_NOT_RESTART: "do not restart",
    Verdict.RESTART_WITH_BACKOFF: "restart, with backoff",
    Verdict.RESTART_NOW: "restart now",
    Verdict.IGNORE: "nothing to do",
}


def show(reading: Reading, *, everything: bool, why: bool) -> None:
    """Print the incidents, and with `everything` what was noise."""
    console = Console()
    for found in reading.diagnoses:
        console.print(_panel(found, why=why))
    if not reading.diagnoses:
        console.print("[green]No incident found.[/green]")
    if everything and reading.noise:
        table = Table("noise", "lines", title_justify="left")
        for failure_class, count in reading.noise:
            table.add_row(failure_class, str(count))
        console.print(table)
    console.print(f"[dim]{reading.lines} lines read, {reading.ignored} of them tell of no failure.[/dim]")


def _panel(found: Diagnosis, *, why: bool) -> Panel:
    entry = BY_ID.get(found.failure_class)
    lines = [f"[bold]{escape(entry.cause if entry else 'An error that the catalogue does not describe.')}[/bold]"]
    lines.append(f"[dim]cause[/dim]    {escape(found.cause)}")
    lines.append(f"[dim]verdict[/dim]  [{COLOUR[found.verdict]}]{WORDS[found.verdict]}[/]")
    lines.append(f"[dim]next[/dim]     {escape(found.next_step)}")
    if found.consequences:
        lines.append(f"[dim]led to[/dim]   {', '.join(found.consequences)}")
    if why:
        lines += ["[dim]lines[/dim]", *(f"  [dim]{escape(line)}[/dim]" for line in found.evidence)]
    where = found.connector or "no connector named"
    task = "" if found.task is None else f", task {found.task}"
    times = "" if found.count == 1 else f" ({found.count} times)"
    return Panel(
        "\n".join(lines),
        title=f"{found.failure_class} · {escape(where)}{task}{times}",
        title_align="left",
        border_style=COLOUR[found.verdict],
    )
