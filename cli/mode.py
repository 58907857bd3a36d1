"""`connectops mode`: what the whole deployment may do by itself, as a person says, or as it stands."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import sleep

import typer

from cli.deployed import Deployed
from connectops.decide.intent import strictest
from connectops.decide.moments import A_DURATION, duration
from connectops.errors import ConnectOpsError, Unreachable
from connectops.model import Mode, StandingOrder
from connectops.policy import mode_of
from connectops.standing import StandingOrders

DONE, UNREACHABLE, NO_ANSWER = 0, 2, 3
ANSWER_WITHIN_SECONDS = 90


def run(wanted: str | None, stack: str, *, lasts: str | None, wait: bool) -> int:
    """Set or show it; the exit code."""
    if wanted is not None and wanted not in list(Mode):
        raise typer.BadParameter(f"{wanted}: expected {' or '.join(Mode)}")
    length = duration(lasts) if lasts else None
    if lasts and length is None:
        raise typer.BadParameter(f"--for {lasts}: expected {A_DURATION}")
    try:
        deployed = Deployed.of(stack)
        if wanted is None:
            return _show(deployed)
        return _set(deployed, Mode(wanted), length, wait=wait)
    except ConnectOpsError as err:
        sys.stderr.write(f"connectops mode: {err}\n")
        return UNREACHABLE


def _show(deployed: Deployed) -> int:
    now, order = datetime.now(UTC), deployed.standing.load().mode
    said, template = mode_of(order, now), Mode(deployed.mode)
    typer.echo(f"{strictest(template, said or template)} (the template says {template})")
    if order and said:
        until = f" until {order.until:%Y-%m-%d %H:%M} UTC" if order.until else ""
        typer.echo(f"{order.by} said {said} at {order.at:%Y-%m-%d %H:%M} UTC{until}")
    return DONE


def _set(deployed: Deployed, mode: Mode, lasts: timedelta | None, *, wait: bool) -> int:
    if deployed.queue is None:
        raise Unreachable("the stack has no queue of findings: update it")
    before, now = deployed.standing.load().mode, datetime.now(UTC)
    order = StandingOrder(deployed.caller(), now, now + lasts if lasts else None, mode=mode)
    deployed.queue.send([order])
    typer.echo(f"{order.by} orders: mode {mode}")
    if strictest(mode, Mode(deployed.mode)) is not mode:
        typer.echo(f"the template's Mode is {deployed.mode}: it is the most that this stack may do")
    return follow(deployed.standing, before, order, sleep) if wait else DONE


def follow(
    standing: StandingOrders, before: StandingOrder | None, order: StandingOrder, pause: Callable[[float], None]
) -> int:
    """Wait until it stands; the exit code. Raises Unreachable."""
    for _ in range(ANSWER_WITHIN_SECONDS):
        stands = standing.load().mode
        if stands is not None and stands != before and _is_same(stands, order):
            typer.echo(f"it stands: mode {order.mode}")
            return DONE
        pause(1)
    typer.echo("no answer yet: the deployment is busy or away")
    return NO_ANSWER


def _is_same(one: StandingOrder, other: StandingOrder) -> bool:
    """But for the times, which are those of the queue."""
    plain = {"at": other.at, "until": other.until}
    return replace(one, **plain) == other  # type: ignore[arg-type]  # names of fields
