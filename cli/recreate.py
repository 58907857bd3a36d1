"""`connectops recreate NAME`: the plan for a connector on MSK Connect that can only be created anew."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import typer

from cli.deployed import Deployed
from cli.naming import NotNamed
from cli.recreate_subject import Known, read
from connectops.decide.recreate import RecreatePlan, as_json, plan_recreation
from connectops.errors import ConnectOpsError

DONE, REFUSED, UNREACHABLE = range(3)
SUGGESTED_FILE = "recreate.json"
OTHER_TAGS = "Of its tags only those of ConnectOps are remembered: add the others."


def run(name: str, stack: str, *, write: Path | None, as_json: bool) -> int:
    """Print the plan, or write what create-connector wants; the exit code."""
    try:
        known = read(name, Deployed.of(stack))
    except (NotNamed, ConnectOpsError) as err:
        sys.stderr.write(f"connectops recreate: {err}\n")
        return UNREACHABLE
    plan = plan_recreation(known.subject, str(write or SUGGESTED_FILE))
    if write is not None:
        return _write(known, plan, write)
    return _show_json(known, plan) if as_json else _show(known, plan)


def _warnings(known: Known, plan: RecreatePlan) -> tuple[str, ...]:
    unread = (f"Its worker configuration could not be read: {known.unread}.",) if known.unread else ()
    return (*unread, *plan.warnings, *((OTHER_TAGS,) if known.remembered_at else ()))


def _show_json(known: Known, plan: RecreatePlan) -> int:
    at = known.remembered_at
    answer = {
        "connector": known.key,
        "state": known.subject.description.get("connectorState"),
        "from": "remembered" if at else "live",
        "remembered_at": at and at.isoformat(),
        "not_live_because": known.not_live_because,
        "request": plan.shown(),
        "missing": plan.missing,
        "warnings": _warnings(known, plan),
        "steps": plan.steps,
    }
    typer.echo(json.dumps(answer, indent=2, ensure_ascii=False))
    return DONE


def _show(known: Known, plan: RecreatePlan) -> int:
    state = known.subject.description.get("connectorState", "UNKNOWN")
    if known.remembered_at:
        typer.echo(f"{known.key} could not be described now: {known.not_live_because}")
        when = f"{known.remembered_at:%Y-%m-%d %H:%M} UTC"
        typer.echo(f"This is what it was at {when}, when it was {state}; no secret is remembered.")
    else:
        typer.echo(f"{known.key} is {state}.")
    typer.echo("ConnectOps never deletes or creates a connector: check this plan and run it yourself.\n")
    typer.echo(as_json(plan.shown()))
    for line in (*_warnings(known, plan), *(f"Missing, --write refuses: {each}" for each in plan.missing)):
        typer.echo(f"! {line}")
    typer.echo("\nTo run, one after the other:\n")
    for step in plan.steps:
        typer.echo(f"  {step}")
    return DONE


def _write(known: Known, plan: RecreatePlan, file: Path) -> int:
    if plan.missing:
        sys.stderr.write("connectops recreate: nothing was written, the new connector would lack:\n")
        sys.stderr.writelines(f"  {each}\n" for each in plan.missing)
        return REFUSED
    try:
        file.touch(mode=0o600, exist_ok=False)
        file.write_text(as_json(plan.request), encoding="utf-8")
    except OSError as err:
        sys.stderr.write(f"connectops recreate: nothing was written: {err}\n")
        return REFUSED
    for line in _warnings(known, plan):
        typer.echo(f"! {line}")
    typer.echo(f"{file} holds the connector's secrets: only you can read it; remove it when you are done.")
    return DONE
