"""The `connectops` command: a list of commands. Each imports what it needs when it runs, so that all start quickly."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Watch, diagnose and repair Kafka Connect connectors.")


@app.callback()
def connectops() -> None:
    """Watch, diagnose and repair Kafka Connect connectors."""


@app.command()
def diagnose(
    files: Annotated[list[str] | None, typer.Argument(help="Log files (plain or gzip); standard input without.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Noise too.")] = False,
    why: Annotated[bool, typer.Option("--why", help="Show the lines that it rests on.")] = False,
) -> None:
    """Find root causes, verdicts and next steps in worker logs, in any layout."""
    from cli.diagnose import run

    raise typer.Exit(run(files or [], as_json=as_json, everything=everything, why=why))
