"""A person's orders: what speaks against one, what it changes at once, and the claim before it is carried out.

An order is taken once, however often it is delivered, and not at all when it comes late: who gave it has looked again
since. What a person orders is theirs: `force` overrules what would hold ConnectOps itself back, never the platform.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from connectops.decide import alerting
from connectops.decide.answers import answer_of, answered, ordered, refused
from connectops.decide.claim import claimed
from connectops.decide.incident import Step, closed_by_hand, opened
from connectops.decide.intent import tailored
from connectops.decide.rebalance import WAITS_FOR_TASKS, is_rebalancing
from connectops.decide.reprieves import acknowledge, release, stay
from connectops.decide.restart_policy import choose_restart, verdict_of
from connectops.errors import ConnectOpsError
from connectops.model import (
    Action,
    Answer,
    Change,
    ConnectorRecord,
    ConnectorState,
    DataImpact,
    Decision,
    Look,
    Mode,
    Order,
    OrderKind,
    Phase,
    Platform,
    RepairPolicy,
    Severity,
    Verdict,
)

TOO_LATE = timedelta(minutes=15)

_AT_STAKE = {
    DataImpact.LOST: "data would stay lost, or more be lost",
    DataImpact.DUPLICATED: "records would be written twice",
    DataImpact.SAFE: "no data would be lost, and nothing cured",
    DataImpact.UNKNOWN: "what it would cost is not known",
}
_OUT = (ConnectorState.PAUSED, ConnectorState.STOPPED)
_FORCE = "order it with --force if you mean it"


def hear_order(record: ConnectorRecord, order: Order, policy: RepairPolicy, now: datetime) -> Step | None:
    """What an order changes at once; None if the connector has to be looked at before."""
    if answer_of(record, order.id):
        return Step(record, Decision(Action.NOTHING, "this order was taken already"))
    if now - order.at > TOO_LATE:
        return refused(record, order, f"it came later than {TOO_LATE} after it was given: give it again", now)
    match order.kind:
        case OrderKind.ACK:
            return acknowledge(record, order, policy, now)
        case OrderKind.SILENCE | OrderKind.HOLD:
            return stay(record, order, policy, now)
        case OrderKind.RELEASE:
            return release(record, order, policy, now)
        case OrderKind.RESTART | OrderKind.PAUSE | OrderKind.RESUME:
            return None


def claim_order(record: ConnectorRecord, order: Order, look: Look, policy: RepairPolicy, now: datetime) -> Step:
    """The look before a restart, pause or resume: what speaks against it, or the record in which it is taken.

    Only after that was saved, and if it is taken still, may the platform be called.
    """
    record = replace(
        record,
        tags=record.tags if look.tags is None else look.tags,
        arn=look.arn or record.arn,
        connect_version=look.connect_version or record.connect_version,
    )
    policy = tailored(policy, record, now)
    against = _speaks_against(record, order, look, policy)
    if against:
        return refused(record, order, against, now)
    taken = answered(record, order, Answer.TAKEN, f"{order.kind} is asked for", now)
    if order.kind is not OrderKind.RESTART:
        return Step(taken, ordered(order))
    incident = replace(taken.incident or opened(record, now, now, now), state=look.state)
    action = choose_restart(record, incident) if record.incident else Action.RESTART_CONNECTOR
    decision = Decision(action, f"{order.by} ordered it", incident.failure_class, verdict_of(incident))
    return Step(claimed(taken, incident, decision, now, order.id), decision, unclaimed=record)


def carried_out(record: ConnectorRecord, order: Order, said: str, policy: RepairPolicy, now: datetime) -> Step:
    """The platform took the call, or may have taken it."""
    policy = tailored(policy, record, now)
    decision = ordered(order)
    if order.kind is OrderKind.PAUSE:
        step = closed_by_hand(record, f"{order.by} paused it", policy, now)
        return replace(step, record=answered(step.record, order, Answer.DONE, said, now))
    if order.kind is OrderKind.RESUME:
        record = replace(record, switched_at=now)
    if order.kind is OrderKind.RESTART and record.incident:
        decision = replace(decision, action=record.incident.attempts[-1].action)
        told = alerting.sentence(f"{order.by} ordered a restart; the next looks will tell whether records flow again")
        record = alerting.tell(record, record.incident, Change.ORDERED, Severity.INFO, policy, now, told)
    return Step(answered(record, order, Answer.DONE, said, now), decision)


def turned_down(before: ConnectorRecord, order: Order, error: ConnectOpsError, now: datetime) -> Step:
    """The platform said no and changed nothing: all is as `before` the claim, but for the answer."""
    return replace(refused(before, order, str(error), now), busy=error.waiting_helps)


def _speaks_against(record: ConnectorRecord, order: Order, look: Look, policy: RepairPolicy) -> str | None:
    if policy.most is not Mode.REPAIR:
        return f"this stack touches nothing: its template's Mode is {policy.most}"
    if look.state is ConnectorState.GONE:
        return "there is no such connector"
    if look.state is ConnectorState.UNKNOWN:
        return f"it cannot be seen: {look.blind_because or 'the platform gave no data'}"
    if against := _state_speaks_against(record, order.kind, look.state):
        return against
    if order.kind is not OrderKind.RESTART:
        return None
    if is_rebalancing(record, look, policy):
        return WAITS_FOR_TASKS
    return _restart_would_harm(record, policy, force=order.force)


def _state_speaks_against(record: ConnectorRecord, kind: OrderKind, state: ConnectorState) -> str | None:
    match kind:
        case OrderKind.RESUME:
            return None if state in _OUT else f"it is {state}: there is nothing to resume"
        case OrderKind.PAUSE if state in _OUT:
            return f"it is {state} already"
        case OrderKind.RESTART if state in _OUT:
            return f"it is {state}: resume it"
    msk = record.connector.platform is Platform.MSK_CONNECT
    if state is not ConnectorState.RUNNING and (msk or state is not ConnectorState.FAILED):
        return f"it is {state}, and the platform takes only a RUNNING connector"
    return None


def _restart_would_harm(record: ConnectorRecord, policy: RepairPolicy, *, force: bool) -> str | None:
    incident = record.incident
    if incident and incident.phase is Phase.RESTARTING:
        return "a restart is being carried out"
    if force:
        return None
    if incident and incident.phase is Phase.PROVING:
        return f"a restart is through and being proven: wait, or {_FORCE}"
    if incident and incident.diagnosis and incident.diagnosis.verdict is Verdict.DO_NOT_RESTART:
        stake = _AT_STAKE[incident.diagnosis.data]
        return f"{incident.failure_class}: a restart does not cure this cause, and {stake}; {_FORCE}"
    if policy.intent.forbidden:
        return f"{policy.intent.forbidden}; {_FORCE}"
    if policy.intent.held_until:
        until = f"{policy.intent.held_until:%Y-%m-%d %H:%M} UTC"
        return f"it is held until {until} ({policy.intent.held_because}); {_FORCE}"
    return None
