"""Values for tests: each builder makes a plain, valid one; a test names only what it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from connectops.findings import decode
from connectops.model import (
    ConnectorId,
    ConnectorState,
    Diagnosis,
    Finding,
    Flow,
    Life,
    Look,
    Order,
    OrderKind,
    Platform,
    Severity,
    SignOfLife,
    Silence,
    Suspicion,
    Tasks,
    Verdict,
)

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
ORDERS = ConnectorId(Platform.MSK_CONNECT, "msk", "orders")
ONPREM = ConnectorId(Platform.KAFKA_CONNECT, "onprem", "orders")
ARN = "arn:aws:kafkaconnect:eu-west-1:123456789012:connector/orders/11111111-2222-3333-4444-555555555555-1"


def a_look(
    at: datetime = NOW,
    *,
    connector: ConnectorId = ORDERS,
    state: ConnectorState = ConnectorState.RUNNING,
    running: int = 1,
    failed: int = 0,
    records_at: datetime | None = None,
    measured: bool = True,
    **more: Any,
) -> Look:
    """A look at one connector: healthy, with throughput measured and no records moving."""
    more.setdefault("arn", ARN if connector.platform is Platform.MSK_CONNECT else None)
    more.setdefault("connect_version", "3.7.x")
    flow = Flow(at - 10 * MINUTE, at, records_at) if measured else None
    return Look(connector, at, state, Tasks(running, failed, 0, at - SECOND), flow, **more)


def a_failed_look(at: datetime = NOW, **more: Any) -> Look:
    return a_look(at, running=0, failed=1, **more)


def a_diagnosis(failure_class: str = "PG_CONN_LOST", at: datetime = NOW, **more: Any) -> Diagnosis:
    """A transient cause, worth seven restarts, that killed the task."""
    plain = Diagnosis(
        failure_class,
        Verdict.RESTART_WITH_BACKOFF,
        Severity.WARNING,
        cause="PSQLException: Connection to db:5432 refused",
        next_step="Check the database.",
        connector="orders",
        task=0,
        first_seen=at,
        last_seen=at,
        killed=True,
        restart_cap=7,
    )
    return replace(plain, **more)


def a_refusal(failure_class: str = "MYSQL_BINLOG_POSITION_LOST", at: datetime = NOW, **more: Any) -> Diagnosis:
    """A cause that no restart cures, and that pages."""
    refusal = {"verdict": Verdict.DO_NOT_RESTART, "severity": Severity.PAGE, "restart_cap": 0}
    return a_diagnosis(failure_class, at, **(refusal | more))


def a_suspicion(at: datetime = NOW, silence: Silence = Silence.SILENT_STOP) -> Suspicion:
    return Suspicion(silence, at, a_diagnosis("MYSQL_CONN_LOST", at, killed=False))


def a_sign(life: Life, at: datetime = NOW) -> SignOfLife:
    return SignOfLife(life, at, "orders", 0)


def an_order(kind: OrderKind, at: datetime = NOW, **more: Any) -> Order:
    """What alice orders; ack, silence and hold for an hour."""
    until = None if kind.acts or kind is OrderKind.RELEASE else at + 60 * MINUTE
    return replace(Order(f"{kind} {at}", kind, "alice", at, until), **more)


def finding_in(body: str) -> Finding:
    """The finding in a message of the queue."""
    message = decode(body)
    assert isinstance(message, Finding)
    return message


def finding(content: Look | Diagnosis | Suspicion | SignOfLife | Order, connector: ConnectorId = ORDERS) -> Finding:
    """The finding that carries any content."""
    match content:
        case Look():
            return Finding(content.connector, content.at, f"{content.at}", look=content)
        case Diagnosis():
            at = content.last_seen or NOW
            return Finding(connector, at, f"{content.failure_class} {at}", diagnosis=content)
        case Suspicion():
            return Finding(connector, content.seen_at, f"{content.seen_at}", suspicion=content)
        case SignOfLife():
            return Finding(connector, content.at, f"{content.life} {content.at}", sign=content)
        case Order():
            return Finding(connector, content.at, content.id, order=content)
