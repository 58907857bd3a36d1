"""The `connectops` command: a list of commands. Each imports what it needs when it runs, so that all start quickly."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Watch, diagnose and repair Kafka Connect connectors."
)


@app.callback()
def connectops() -> None:
    """Watch, diagnose and repair Kafka Connect connectors."""


@app.command()
def diagnose(
    files: Annotated[
        list[str] | None, typer.Argument(help="Log files (plain or gzip); standard input without.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Noise too.")] = False,
    why: Annotated[bool, typer.Option("--why", help="Show the lines that it rests on.")] = False,
) -> None:
    """Find root causes, verdicts and next steps in worker logs, in any layout."""
    from cli.diagnose import run

    raise typer.Exit(run(files or [], as_json=as_json, everything=everything, why=why))


@app.command()
def unknowns(
    files: Annotated[
        list[str] | None,
        typer.Argument(help="Log files (plain or gzip), - for standard input; without, the deployment."),
    ] = None,
    stack: Annotated[str, typer.Option(help="The deployed stack, in the usual AWS environment.")] = "connectops",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """List errors that no failure class describes, by count: from worker logs, or from a deployment's incidents."""
    from cli.unknowns import run

    raise typer.Exit(run(files or [], stack, as_json=as_json))


@app.command()
def explain(name: Annotated[str, typer.Argument(help="A failure class, or - for a list.")]) -> None:
    """Say what a failure class means, how to be sure, and what to do."""
    from cli.explain import run

    raise typer.Exit(run(name))


@app.command()
def runbook(
    file: Annotated[str | None, typer.Argument(help="Where to write it; standard output without.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Only see whether the file is up to date.")] = False,
) -> None:
    """Make the runbook from the catalogue."""
    from cli.runbook import run

    raise typer.Exit(run(file, check=check))


@app.command(hidden=True)
def overlaps(files: Annotated[list[str], typer.Argument(help="Files with samples.")]) -> None:
    """Show which classes match the same record, and what decides between them (for authors of the catalogue)."""
    from cli.overlaps import run

    raise typer.Exit(run(files))


@app.command()
def status(
    cluster: Annotated[list[str] | None, typer.Option(metavar="NAME=URL", help="A Kafka Connect cluster.")] = None,
    credentials: Annotated[
        list[str] | None, typer.Option(metavar="NAME=FILE", help="Its credentials, JSON in the form of its secret.")
    ] = None,
    *,
    msk_connect: Annotated[bool, typer.Option(help="Look at MSK Connect.")] = True,
    metric_period: Annotated[float, typer.Option(min=1, help="Period of its metrics in seconds.")] = 60,
    metric_window: Annotated[float, typer.Option(min=1, help="How far back they are read, in seconds.")] = 600,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show every connector and its health, on MSK Connect (usual AWS environment) and on Kafka Connect clusters.

    --cluster and --credentials may be repeated. Exits with 2 if nothing can be seen.
    """
    from datetime import timedelta

    from cli.status import run

    code = run(
        cluster or [],
        credentials or [],
        msk_connect=msk_connect,
        metric_period=timedelta(seconds=metric_period),
        metric_window=timedelta(seconds=metric_window),
        as_json=as_json,
    )
    raise typer.Exit(code)


@app.command(hidden=True)
def transitions() -> None:
    """Print docs/transitions.md: what is decided on each observation, state by state and phase by phase."""
    from cli.transitions import run

    raise typer.Exit(run())


@app.command()
def replay(
    folder: Annotated[Path, typer.Argument(help="A folder with worker.log and status.jsonl, plain or .gz.")],
    policy: Annotated[Path | None, typer.Option(help="A policy file (YAML), to try on the past.")] = None,
    connector: Annotated[
        str | None, typer.Option(metavar="CLUSTER/NAME", help="Whose past the policy file is to take it for.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show what ConnectOps would have done: a recorded past through the code that decides at work, touching nothing."""
    from cli.replay import run

    raise typer.Exit(run(folder, policy, connector, as_json=as_json))


@app.command()
def simulate(
    file: Annotated[Path, typer.Argument(help="A made fleet with what happens to it (YAML), see docs/simulate.md.")],
    policy: Annotated[Path | None, typer.Option(help="A policy file (YAML), to try on it.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show what ConnectOps would do for a made fleet with scripted failures, by the code that decides at work."""
    from cli.simulate import run

    raise typer.Exit(run(file, policy, as_json=as_json))


STACK = typer.Option(help="The deployed stack, in the usual AWS environment.")
NAME = typer.Argument(help="A connector's name, or CLUSTER/NAME where two clusters have it (MSK Connect is msk).")
WAIT = typer.Option(help="Wait for the outcome and show it.")
LASTS = typer.Option("--for", metavar="DURATION", help="How long, as 30m, 2h or 1d; 31 days at most.")


def _order(kind: str, name: str, stack: str, *, lasts: str | None = None, force: bool = False, wait: bool) -> None:
    from cli.orders import run
    from connectops.model import OrderKind

    raise typer.Exit(run(OrderKind(kind), name, stack, lasts=lasts, force=force, wait=wait))


@app.command()
def restart(
    name: Annotated[str, NAME],
    stack: Annotated[str, STACK] = "connectops",
    *,
    force: Annotated[bool, typer.Option("--force", help="Even if it does not help, or others hold it.")] = False,
    wait: Annotated[bool, WAIT] = True,
) -> None:
    """Restart a connector through the deployment: claimed, followed and proven like its own restarts.

    Exits with 1 if it is refused or not proven, with 2 if the deployment cannot be asked, with 3 if no answer comes.
    """
    _order("restart", name, stack, force=force, wait=wait)


@app.command()
def pause(
    name: Annotated[str, NAME], stack: Annotated[str, STACK] = "connectops", *, wait: Annotated[bool, WAIT] = True
) -> None:
    """Pause a connector; ConnectOps never resumes it by itself."""
    _order("pause", name, stack, wait=wait)


@app.command()
def resume(
    name: Annotated[str, NAME], stack: Annotated[str, STACK] = "connectops", *, wait: Annotated[bool, WAIT] = True
) -> None:
    """Resume a connector that is paused or stopped."""
    _order("resume", name, stack, wait=wait)


@app.command()
def ack(
    name: Annotated[str, NAME],
    lasts: Annotated[str, LASTS] = "4h",
    stack: Annotated[str, STACK] = "connectops",
    *,
    wait: Annotated[bool, WAIT] = True,
) -> None:
    """Say that you work on a connector's incident: no reminders and no pages for a while."""
    _order("ack", name, stack, lasts=lasts, wait=wait)


@app.command()
def silence(
    name: Annotated[str, NAME],
    lasts: Annotated[str, LASTS],
    stack: Annotated[str, STACK] = "connectops",
    *,
    wait: Annotated[bool, WAIT] = True,
) -> None:
    """Tell nobody of a connector for a while; it is watched and repaired as before."""
    _order("silence", name, stack, lasts=lasts, wait=wait)


@app.command()
def hold(
    name: Annotated[str, NAME],
    lasts: Annotated[str, LASTS],
    stack: Annotated[str, STACK] = "connectops",
    *,
    wait: Annotated[bool, WAIT] = True,
) -> None:
    """Restart nothing of a connector and page nobody for a while."""
    _order("hold", name, stack, lasts=lasts, wait=wait)


@app.command()
def release(
    name: Annotated[str, NAME], stack: Annotated[str, STACK] = "connectops", *, wait: Annotated[bool, WAIT] = True
) -> None:
    """End a connector's quarantine, hold, silence and acknowledgement: the next look decides anew."""
    _order("release", name, stack, wait=wait)


@app.command()
def mode(
    wanted: Annotated[str | None, typer.Argument(metavar="[repair|advise|off]", help="Without: show it.")] = None,
    lasts: Annotated[str | None, LASTS] = None,
    stack: Annotated[str, STACK] = "connectops",
    *,
    wait: Annotated[bool, WAIT] = True,
) -> None:
    """Say what the whole deployment may do by itself, or show it; the template's Mode is the most it can be."""
    from cli.mode import run

    raise typer.Exit(run(wanted, stack, lasts=lasts, wait=wait))


@app.command()
def incidents(
    name: Annotated[
        str | None, typer.Argument(help="Only those of a connector: its name, or CLUSTER/NAME (MSK Connect is msk).")
    ] = None,
    stack: Annotated[str, STACK] = "connectops",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """List a deployment's incidents of 90 days: open ones first, then the newest first.

    Exits with 2 if the deployment cannot be asked.
    """
    from cli.incidents import run

    raise typer.Exit(run(name, stack, as_json=as_json))


@app.command()
def incident(
    wanted: Annotated[str, typer.Argument(metavar="ID", help="Its id, or so much of it as is like no other's.")],
    stack: Annotated[str, STACK] = "connectops",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show all that is known of one incident: evidence, decisions with reasons, attempts, notices, people's orders.

    Exits with 2 if there is no such incident, or the deployment cannot be asked.
    """
    from cli.incident import run

    raise typer.Exit(run(wanted, stack, as_json=as_json))


@app.command()
def recreate(
    name: Annotated[str, NAME],
    stack: Annotated[str, STACK] = "connectops",
    write: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the input of create-connector, with its secrets, for you alone."),
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Print how a FAILED connector on MSK Connect is deleted and created again; ConnectOps never does it itself.

    Of one that is gone it prints what is remembered, without secrets. Exits with 1 if --write is refused because
    something would be missing, with 2 if nothing is known of it.
    """
    from cli.recreate import run

    raise typer.Exit(run(name, stack, write=write, as_json=as_json))


policy_files = typer.Typer(no_args_is_help=True, help="Policy files.")
app.add_typer(policy_files, name="policy")


@policy_files.callback()
def policies() -> None:
    """Policy files."""


@policy_files.command("check")
def policy_check(
    file: Annotated[Path, typer.Argument(help="A policy file (YAML), see docs/policy.md.")],
    connector: Annotated[
        list[str] | None, typer.Option(metavar="CLUSTER/NAME", help="Show what holds for it; may be repeated.")
    ] = None,
    at: Annotated[str | None, typer.Option(metavar="TIME", help="At this time (ISO 8601) instead of now.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Check a policy file as the deployment would, and show what it means for connectors.

    Exits with 1 if anything in it is wrong, with 2 if it cannot be read.
    """
    from cli.policy_check import run

    raise typer.Exit(run(file, connector or [], at, as_json=as_json))


plugin = typer.Typer(no_args_is_help=True, help="Connector plugins for MSK Connect.")
app.add_typer(plugin, name="plugin")


@plugin.callback()
def plugins() -> None:
    """Connector plugins for MSK Connect."""


@plugin.command("pack")
def plugin_pack(
    source: Annotated[Path, typer.Argument(help="Debezium's -plugin.tar.gz, a ZIP file, a jar, or a folder of jars.")],
    bucket: Annotated[str, typer.Option(help="The S3 bucket for the ZIP file, in the region of MSK Connect.")],
    name: Annotated[str | None, typer.Option(help="Instead of the source's own; a checksum is added.")] = None,
    *,
    register: Annotated[bool, typer.Option("--register", help="Create the custom plugin and wait for it.")] = False,
    allow_conflicts: Annotated[bool, typer.Option(help="Take jars that are there in two versions.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Turn a published connector into the ZIP file that MSK Connect wants; check, upload and register it."""
    from cli.plugin import run

    code = run(source, bucket, name=name, register=register, allow_conflicts=allow_conflicts, as_json=as_json)
    raise typer.Exit(code)


@app.command()
def preflight(
    targets: Annotated[
        list[str], typer.Argument(help="Connector configurations (JSON, properties, templates), or ARNs.")
    ],
    debezium: Annotated[str | None, typer.Option(help="Version of the plugin, as 2.7.4, where it is not told.")] = None,
    connect: Annotated[str | None, typer.Option(help="Version of Kafka Connect, as 3.7.x.")] = None,
    worker: Annotated[Path | None, typer.Option(help="The worker's properties.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Say what will fail or hurt in a connector's configuration, why, and what to do.

    Exits with 1 if anything would fail, with 2 if something cannot be looked at.
    """
    from cli.preflight import run

    raise typer.Exit(run(targets, debezium=debezium, connect=connect, worker=worker, as_json=as_json))
