"""What stands in the record of a person's order: that it was taken, done or refused, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from connectops.decide import alerting
from connectops.decide.incident import Step
from connectops.decide.timeline import noted
from connectops.model import (
    Action,
    Answer,
    AnsweredOrder,
    Change,
    ConnectorRecord,
    Decision,
    Order,
    RepairPolicy,
    Severity,
)

ORDERS_KEPT = 10


def answer_of(record: ConnectorRecord, order_id: str) -> AnsweredOrder | None:
    return next((each for each in record.orders if each.order.id == order_id), None)


def is_taken(record: ConnectorRecord, order: Order) -> bool:
    """Whether it is being carried out, or was when whoever did so died."""
    answered_order = answer_of(record, order.id)
    return answered_order is not None and answered_order.answer is Answer.TAKEN


def answered(record: ConnectorRecord, order: Order, answer: Answer, said: str, now: datetime) -> ConnectorRecord:
    others = tuple(each for each in record.orders if each.order.id != order.id)
    incident = record.incident and noted(record.incident, now, f"{order.by} ordered {order.kind}: {answer}", said)
    last = AnsweredOrder(order, answer, said, now)
    return replace(record, incident=incident, orders=(*others, last)[-ORDERS_KEPT:])


def done(record: ConnectorRecord, order: Order, said: str, policy: RepairPolicy, now: datetime) -> Step:
    """Done, and told in the incident's thread, if people have heard of the incident."""
    record = answered(record, order, Answer.DONE, said, now)
    if record.incident and record.incident.told_at:
        told = alerting.sentence(f"{order.by}, {order.kind}: {said}")
        record = alerting.tell(record, record.incident, Change.ORDERED, Severity.INFO, policy, now, told)
    return Step(record, ordered(order))


def refused(record: ConnectorRecord, order: Order, why: str, now: datetime) -> Step:
    said = Decision(Action.NOTHING, f"{order.by} ordered {order.kind}, which is refused: {why}")
    return Step(answered(record, order, Answer.REFUSED, why, now), said)


def ordered(order: Order) -> Decision:
    return Decision(Action.NOTHING, f"{order.by} ordered: {order.kind}")
