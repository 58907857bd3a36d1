"""`connectops restart`, `pause`, `resume`, `ack`, `silence`, `hold` and `release`: an order, and what becomes of it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import sleep
from uuid import uuid4

import typer

from cli.deployed import Deployed
from cli.naming import Named, NotNamed, find_connector, what_there_is
from connectops.decide.answers import answer_of
from connectops.decide.moments import A_DURATION, duration
from connectops.decide.reprieves import LONGEST
from connectops.errors import ConnectOpsError, Unreachable
from connectops.ledger import Ledger
from connectops.model import Answer, Attempt, AttemptEnd, ConnectorRecord, Finding, Order, OrderKind

DONE, REFUSED, UNREACHABLE, NO_ANSWER = range(4)
ANSWER_WITHIN = timedelta(seconds=90)
PROOF_WITHIN = timedelta(minutes=15)
BETWEEN_LOOKS = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How the desk waits: `pause` sleeps, `say` shows one line of progress."""

    pause: Callable[[float], None] = sleep
    say: Callable[[str], None] = typer.echo


def run(kind: OrderKind, name: str, stack: str, *, lasts: str | None, force: bool, wait: bool) -> int:
    """Give an order, show what becomes of it; the exit code."""
    until_in = _lasts(lasts) if lasts is not None else None
    try:
        deployed = Deployed.of(stack)
        named = find_connector(name, what_there_is(deployed))
        order = _order(kind, named, deployed.caller(), until_in, force=force)
        if deployed.queue is None:
            raise Unreachable(f"stack {stack} has no queue of findings: update it")
        deployed.queue.send([Finding(named.connector, order.at, order.id, order=order)])
        typer.echo(f"{order.by} orders: {kind} {named.connector.key}")
        return follow(deployed.ledger, named, order, Waiting()) if wait else DONE
    except (NotNamed, ConnectOpsError) as err:
        sys.stderr.write(f"connectops {kind}: {err}\n")
        return UNREACHABLE


def _lasts(text: str) -> timedelta:
    lasts = duration(text)
    if lasts is None or lasts > LONGEST:
        raise typer.BadParameter(f"--for {text}: expected {A_DURATION}, {LONGEST.days} days at most")
    return lasts


def _order(kind: OrderKind, named: Named, by: str, lasts: timedelta | None, *, force: bool) -> Order:
    now = datetime.now(UTC)
    return Order(uuid4().hex, kind, by, now, now + lasts if lasts else None, force, named.arn)


def follow(ledger: Ledger, named: Named, order: Order, waiting: Waiting) -> int:
    """Wait for the answer, and after a restart for its proof; the exit code. Raises Unreachable."""
    record = _wait(ledger, named, lambda record: answer_of(record, order.id) is not None, ANSWER_WITHIN, waiting)
    answered = answer_of(record, order.id) if record else None
    if record is None or answered is None:
        waiting.say("no answer yet: the deployment is busy or away. The order stands for 15 minutes.")
        return NO_ANSWER
    waiting.say(f"{answered.answer}: {answered.said}")
    if answered.answer is Answer.REFUSED:
        return REFUSED
    if order.kind is not OrderKind.RESTART:
        return DONE
    waiting.say("waiting for records to flow again (the restart goes on if you stop waiting)")
    return _prove(ledger, named, order, waiting)


def _prove(ledger: Ledger, named: Named, order: Order, waiting: Waiting) -> int:
    def is_over(record: ConnectorRecord) -> bool:
        attempt = _attempt(record, order)
        return attempt is None or attempt.end is not None

    record = _wait(ledger, named, is_over, PROOF_WITHIN, waiting)
    attempt = _attempt(record, order) if record else None
    if attempt is None or attempt.end is None:
        waiting.say("not proven yet")
        return NO_ANSWER
    waiting.say(f"{attempt.end}: {attempt.remark or 'no more is known'}")
    return DONE if attempt.end is AttemptEnd.PROVEN else REFUSED


def _attempt(record: ConnectorRecord, order: Order) -> Attempt | None:
    return next((each for each in record.recent_attempts if each.order == order.id), None)


def _wait(
    ledger: Ledger,
    named: Named,
    is_there: Callable[[ConnectorRecord], bool],
    within: timedelta,
    waiting: Waiting,
) -> ConnectorRecord | None:
    for _ in range(int(within / BETWEEN_LOOKS)):
        record = ledger.load(named.connector)
        if is_there(record):
            return record
        waiting.pause(BETWEEN_LOOKS.total_seconds())
    return None
