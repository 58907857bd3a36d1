"""What may reach the one who decides, by the names that docs/transitions.md gives it: the rows there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from cli.situations import CONNECTOR, NOW, RUNNING, UNSEEN, Situation, a_cause, a_look
from connectops.decide.answers import is_taken
from connectops.decide.claim import claim
from connectops.decide.health import assess
from connectops.decide.incident import Step
from connectops.decide.orders import carried_out, claim_order, hear_order
from connectops.decide.response import consider
from connectops.model import (
    ApiCall,
    ConnectorState,
    Diagnosis,
    Finding,
    Health,
    Life,
    Look,
    Order,
    OrderKind,
    RepairPolicy,
    SignOfLife,
    Silence,
    Suspicion,
    Update,
    UpdateState,
    Verdict,
)

Taken = Callable[[Situation, RepairPolicy], tuple[Step, Health]]
"""Takes one observation in, from one situation: what is decided, and the health that is known then."""

LONG = timedelta(minutes=20)
LOOKS = {
    "healthy, records flow": a_look(RUNNING, flows=True),
    "healthy, nothing flows": a_look(RUNNING),
    "no records for three heartbeats": replace(a_look(RUNNING), heartbeat=timedelta(seconds=10)),
    "some tasks failed": a_look(RUNNING, 1, 1),
    "all tasks failed": a_look(RUNNING, 0, 1),
    "the connector failed": a_look(ConnectorState.FAILED, 0, 1),
    "no tasks": a_look(RUNNING, 0),
    "tasks UNASSIGNED or RESTARTING (a rebalance)": a_look(RUNNING, 0, 0, 1),
    "UNASSIGNED (a rebalance)": a_look(ConnectorState.UNASSIGNED, 0, 0, 1),
    "in transition": a_look(ConnectorState.UPDATING),
    "in transition for longer than its time": replace(
        a_look(ConnectorState.UPDATING), update=Update("ARN", UpdateState.IN_PROGRESS, NOW - LONG)
    ),
    "its last update was rolled back": replace(
        a_look(RUNNING, flows=True), update=Update("ARN", UpdateState.ROLLED_BACK, NOW - timedelta(minutes=2), NOW)
    ),
    "paused": a_look(ConnectorState.PAUSED),
    "stopped": a_look(ConnectorState.STOPPED),
    "gone": a_look(ConnectorState.GONE),
    "not seen": UNSEEN,
}
LINES: dict[str, Diagnosis | Suspicion | SignOfLife] = {
    "a task died, a restart helps": a_cause(Verdict.RESTART_NOW),
    "a task died, a restart helps later": a_cause(Verdict.RESTART_WITH_BACKOFF),
    "a restart does not help": a_cause(Verdict.DO_NOT_RESTART, cap=0),
    "an error that is retried": a_cause(Verdict.RESTART_WITH_BACKOFF, killed=False),
    "handled by itself": a_cause(Verdict.IGNORE, killed=False),
    **{
        f"suspicion: {str(silence).lower().replace('_', ' ')}": Suspicion(
            silence, NOW, a_cause(Verdict.RESTART_WITH_BACKOFF)
        )
        for silence in Silence
    },
    **{f"sign of life: {str(life).lower().replace('_', ' ')}": SignOfLife(life, NOW) for life in Life},
}
CALLS = {
    "an update, a restart, a resume": ApiCall("UpdateConnector", "alice", NOW),
    "a deletion": ApiCall("DeleteConnector", "alice", NOW),
    "one that was refused": ApiCall("UpdateConnector", "alice", NOW, refused="AccessDenied"),
}


def of_looks() -> dict[str, Taken]:
    return {name: _sees(look) for name, look in LOOKS.items()}


def of_lines() -> dict[str, Taken]:
    return {name: _considers(_line(line)) for name, line in LINES.items()}


def of_calls() -> dict[str, Taken]:
    return {name: _considers(Finding(CONNECTOR, NOW, "", call=call)) for name, call in CALLS.items()}


def of_orders() -> dict[str, Taken]:
    kinds = {str(kind): _obeys(kind) for kind in OrderKind}
    return {**kinds, "restart, with force": _obeys(OrderKind.RESTART, force=True)}


def of_last_looks() -> dict[str, Taken]:
    """The look just before a restart that is due."""
    return {name: _claims(look) for name, look in LOOKS.items()}


def _line(line: Diagnosis | Suspicion | SignOfLife) -> Finding:
    finding = Finding(CONNECTOR, NOW, "")
    match line:
        case Diagnosis():
            return replace(finding, diagnosis=line)
        case Suspicion():
            return replace(finding, suspicion=line)
        case SignOfLife():
            return replace(finding, sign=line)


def _considers(finding: Finding) -> Taken:
    """With the last look, where a restart is due: it sees what is the case."""

    def considers(at: Situation, policy: RepairPolicy) -> tuple[Step, Health]:
        step = consider(at.record, finding, policy, NOW)
        return (claim(step.record, at.look, policy, NOW) if step.decision.action.restarts else step), at.health

    return considers


def _sees(look: Look) -> Taken:
    taken = _considers(Finding(CONNECTOR, NOW, "", look=look))
    return lambda at, policy: (taken(replace(at, look=look), policy)[0], assess(look))


def _claims(look: Look) -> Taken:
    return lambda at, policy: (claim(at.record, look, policy, NOW), assess(look))


def _obeys(kind: OrderKind, *, force: bool = False) -> Taken:
    until = None if kind.acts or kind is OrderKind.RELEASE else NOW + timedelta(hours=1)
    order = Order(f"{kind}", kind, "alice", NOW, until, force)

    def obeys(at: Situation, policy: RepairPolicy) -> tuple[Step, Health]:
        step = hear_order(at.record, order, policy, NOW) or claim_order(at.record, order, at.look, policy, NOW)
        if kind is OrderKind.RESTART or not is_taken(step.record, order):
            return step, at.health
        done = carried_out(step.record, order, "the platform accepted it", policy, NOW)
        return done, Health.PAUSED if kind is OrderKind.PAUSE else Health.HEALTHY

    return obeys
