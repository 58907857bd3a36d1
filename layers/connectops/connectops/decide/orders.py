"""A person's orders: what speaks against one, what it changes at once, and the claim before it is carried out.

An order is taken once, however often it is delivered, and not at all when it comes late: who gave it has looked again
since. What a person orders is theirs: `force` overrules what would hold ConnectOps itself back, never the platform.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from connectops.decide import alerting
from connectops.decide.claim import claimed
from connectops.decide.incident import Step, closed_by_hand, noted, opened
from connectops.decide.intent import tailored
from connectops.decide.restart_policy import choose_restart, verdict_of
from connectops.errors import ConnectOpsError
from connectops.model import (
    Action,
    Answer,
    AnsweredOrder,
    Change,
    ConnectorRecord,
    ConnectorState,
    DataImpact,
    Decision,
    Incident,
    Look,
    Mode,
    Order,
    OrderKind,
    Phase,
    Platform,
    RepairPolicy,
    Reprieve,
    Severity,
    Verdict,
)

TOO_LATE = timedelta(minutes=15)
LONGEST = timedelta(days=31)
ORDERS_KEPT = 10

_AT_STAKE = {
    DataImpact.LOST: "data would stay lost, or more be lost",
    DataImpact.DUPLICATED: "records would be written twice",
    DataImpact.SAFE: "no data would be lost, and nothing cured",
    DataImpact.UNKNOWN: "what it would cost is not known",
}
_OUT = (ConnectorState.PAUSED, ConnectorState.STOPPED)
_FORCE = "order it with --force if you mean it"


@dataclass(frozen=True, slots=True)
class Obedience:
    """What follows from an order: the record to be saved; `carries_out` says that the platform is called then."""

    step: Step
    carries_out: bool = False


def answer_of(record: ConnectorRecord, order_id: str) -> AnsweredOrder | None:
    return next((each for each in record.orders if each.order.id == order_id), None)


def hear_order(record: ConnectorRecord, order: Order, policy: RepairPolicy, now: datetime) -> Step | None:
    """What an order changes at once; None if the connector has to be looked at before."""
    if answer_of(record, order.id):
        return Step(record, Decision(Action.NOTHING, "this order was taken already"))
    if now - order.at > TOO_LATE:
        return _refused(record, order, f"it came later than {TOO_LATE} after it was given: give it again", now)
    match order.kind:
        case OrderKind.ACK:
            return _acknowledge(record, order, policy, now)
        case OrderKind.SILENCE | OrderKind.HOLD:
            return _stay(record, order, policy, now)
        case OrderKind.RELEASE:
            return _release(record, order, policy, now)
        case OrderKind.RESTART | OrderKind.PAUSE | OrderKind.RESUME:
            return None


def claim_order(record: ConnectorRecord, order: Order, look: Look, policy: RepairPolicy, now: datetime) -> Obedience:
    """The look before a restart, pause or resume: what speaks against it, or the record that claims it."""
    record = replace(
        record,
        tags=record.tags if look.tags is None else look.tags,
        arn=look.arn or record.arn,
        connect_version=look.connect_version or record.connect_version,
    )
    policy = tailored(policy, record, now)
    against = _speaks_against(record, order, look, policy)
    if against:
        return Obedience(_refused(record, order, against, now))
    record = _answered(record, order, Answer.TAKEN, f"{order.kind} is asked for", now)
    if order.kind is not OrderKind.RESTART:
        return Obedience(Step(record, Decision(Action.NOTHING, f"{order.by} ordered: {order.kind}")), carries_out=True)
    incident = replace(record.incident or opened(record, now, now, now), state=look.state)
    action = choose_restart(record, incident) if record.incident else Action.RESTART_CONNECTOR
    decision = Decision(action, f"{order.by} ordered it", incident.failure_class, verdict_of(incident))
    return Obedience(Step(claimed(record, incident, decision, now, order.id), decision), carries_out=True)


def carried_out(record: ConnectorRecord, order: Order, said: str, policy: RepairPolicy, now: datetime) -> Step:
    """The platform took the call, or may have taken it."""
    policy = tailored(policy, record, now)
    decision = Decision(Action.NOTHING, f"{order.by} ordered: {order.kind}")
    if order.kind is OrderKind.PAUSE:
        step = closed_by_hand(record, f"{order.by} paused it", policy, now)
        return replace(step, record=_answered(step.record, order, Answer.DONE, said, now))
    if order.kind is OrderKind.RESTART and record.incident:
        decision = replace(decision, action=record.incident.attempts[-1].action)
        told = alerting.sentence(f"{order.by} ordered a restart; the next looks will tell whether records flow again")
        record = alerting.tell(record, record.incident, Change.ORDERED, Severity.INFO, policy, now, told)
    return Step(_answered(record, order, Answer.DONE, said, now), decision)


def turned_down(before: ConnectorRecord, order: Order, error: ConnectOpsError, now: datetime) -> Step:
    """The platform said no and changed nothing: all is as `before` the claim, but for the answer."""
    return _refused(before, order, str(error), now)


def _speaks_against(record: ConnectorRecord, order: Order, look: Look, policy: RepairPolicy) -> str | None:
    if policy.most is not Mode.REPAIR:
        return f"this stack touches nothing: its template's Mode is {policy.most}"
    if look.state is ConnectorState.GONE:
        return "there is no such connector"
    if look.state is ConnectorState.UNKNOWN:
        return f"it cannot be seen: {look.blind_because or 'the platform gave no data'}"
    match order.kind:
        case OrderKind.RESUME:
            return None if look.state in _OUT else f"it is {look.state}: there is nothing to resume"
        case OrderKind.PAUSE if look.state in _OUT:
            return f"it is {look.state} already"
        case OrderKind.RESTART if look.state in _OUT:
            return f"it is {look.state}: resume it"
    msk = record.connector.platform is Platform.MSK_CONNECT
    if look.state is not ConnectorState.RUNNING and (msk or look.state is not ConnectorState.FAILED):
        return f"it is {look.state}, and the platform takes only a RUNNING connector"
    return _restart_would_harm(record, policy, force=order.force) if order.kind is OrderKind.RESTART else None


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


def _acknowledge(record: ConnectorRecord, order: Order, policy: RepairPolicy, now: datetime) -> Step:
    reprieve = _reprieve(order, now)
    if isinstance(reprieve, str):
        return _refused(record, order, reprieve, now)
    if record.incident is None and record.failed_update is None:
        return _refused(record, order, "it has no open incident", now)
    said = f"{order.by} works on it until {reprieve.until:%Y-%m-%d %H:%M} UTC: no reminder and no page"
    record = replace(
        record,
        incident=record.incident and replace(record.incident, acknowledged=reprieve),
        failed_update=record.failed_update and replace(record.failed_update, acknowledged=reprieve),
    )
    return _done(record, order, said, policy, now)


def _stay(record: ConnectorRecord, order: Order, policy: RepairPolicy, now: datetime) -> Step:
    reprieve = _reprieve(order, now)
    if isinstance(reprieve, str):
        return _refused(record, order, reprieve, now)
    until = f"until {reprieve.until:%Y-%m-%d %H:%M} UTC"
    if order.kind is OrderKind.SILENCE:
        said = f"nobody is told of it {until}; it is watched and repaired as before"
        return Step(_answered(replace(record, silence=reprieve), order, Answer.DONE, said, now), _nothing(order))
    said = f"nothing is restarted and nobody is paged {until}"
    return _done(replace(record, hold=reprieve), order, said, policy, now)


def _reprieve(order: Order, now: datetime) -> Reprieve | str:
    """What was asked for, or what is wrong with it."""
    if order.until is None:
        return "it has no end"
    if not now < order.until <= now + LONGEST:
        return f"it ends at {order.until:%Y-%m-%d %H:%M} UTC, expected a time to come within {LONGEST.days} days"
    return Reprieve(order.by, now, order.until)


def _release(record: ConnectorRecord, order: Order, policy: RepairPolicy, now: datetime) -> Step:
    """The next look decides anew; the restarts of the day stay counted."""
    incident = record.incident
    ended = [name for name in ("hold", "silence") if (kept := getattr(record, name)) and kept.until > now]
    failed_update = record.failed_update
    if (incident and incident.acknowledged) or (failed_update and failed_update.acknowledged):
        ended.append("acknowledgement")
    if incident and incident.barred:
        ended.append("the platform's refusal")
    if incident and incident.phase is Phase.QUARANTINED:
        ended.append("quarantine")
        record, incident = replace(record, backoff_attempts=0), replace(incident, phase=Phase.WAITING, decision=None)
    if not ended:
        return _refused(record, order, "it is neither quarantined nor held, silenced or acknowledged", now)
    incident = incident and replace(incident, acknowledged=None, barred=None)
    failed_update = failed_update and replace(failed_update, acknowledged=None)
    record = replace(record, incident=incident, failed_update=failed_update, hold=None, silence=None)
    return _done(record, order, f"ended: {', '.join(ended)}; the next look decides anew", policy, now)


def _done(record: ConnectorRecord, order: Order, said: str, policy: RepairPolicy, now: datetime) -> Step:
    """Done, and told in the incident's thread, if people have heard of the incident."""
    record = _answered(record, order, Answer.DONE, said, now)
    if record.incident and record.incident.told_at:
        told = alerting.sentence(f"{order.by}, {order.kind}: {said}")
        record = alerting.tell(record, record.incident, Change.ORDERED, Severity.INFO, policy, now, told)
    return Step(record, _nothing(order))


def _refused(record: ConnectorRecord, order: Order, why: str, now: datetime) -> Step:
    said = Decision(Action.NOTHING, f"{order.by} ordered {order.kind}, which is refused: {why}")
    return Step(_answered(record, order, Answer.REFUSED, why, now), said)


def _nothing(order: Order) -> Decision:
    return Decision(Action.NOTHING, f"{order.by} ordered: {order.kind}")


def _answered(record: ConnectorRecord, order: Order, answer: Answer, said: str, now: datetime) -> ConnectorRecord:
    others = tuple(each for each in record.orders if each.order.id != order.id)
    answered = AnsweredOrder(order, answer, said, now)
    incident: Incident | None = record.incident
    if incident:
        incident = noted(incident, now, f"{order.by} ordered {order.kind}: {answer}", said)
    return replace(record, incident=incident, orders=(*others, answered)[-ORDERS_KEPT:])
