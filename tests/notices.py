"""A notice for tests: a lost binlog position, as respond_to_findings tells it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from connectops.model import Change, ConnectorId, Health, Notice, Platform, Severity, Verdict

NOW = datetime(2026, 11, 23, 1, 17, 2, tzinfo=UTC)
ORDERS = ConnectorId(Platform.MSK_CONNECT, "msk", "orders-mariadb")
TOPIC_ARN = "arn:aws:sns:eu-central-1:123456789012:connectops-alerts"

_PAGE = Notice(
    id="orders-mariadb-20261123T011650-1",
    incident_id="orders-mariadb-20261123T011650",
    connector=ORDERS,
    change=Change.REFUSED,
    severity=Severity.PAGE,
    at=NOW,
    since=NOW - timedelta(seconds=12),
    title="orders-mariadb is not restarted: MYSQL_BINLOG_POSITION_LOST",
    what_happened="The binlog file at which the connector wants to read on was purged on the database server. "
    "The worker log says that a task was killed.",
    cause="io.debezium.DebeziumException: The connector is trying to read binlog starting at SourceInfo "
    "[currentGtid=null, currentBinlogFilename=mysql-bin.000003, currentBinlogPosition=1659], but this is no longer "
    "available on the server. Reconfigure the connector to use a snapshot when needed.",
    what_we_did="Refused to restart it: a restart meets the same purged binlog, and a new snapshot is your decision.",
    next_step="Keep binlogs longer (Amazon RDS: `CALL mysql.rds_set_configuration('binlog retention hours', 168)`). "
    "Then set `snapshot.mode=when_needed` and restart, or start anew with another topic prefix; changes inside the "
    "purged part are lost unless you back-fill them.",
    failure_class="MYSQL_BINLOG_POSITION_LOST",
    verdict=Verdict.DO_NOT_RESTART,
    health=Health.FAILED,
    arn="arn:aws:kafkaconnect:eu-central-1:123456789012:connector/orders-mariadb/0f6c1c5e-1d0c-4d0e-8a43-6d1a7f0d7f5c-3",
    owner="team-orders",
    log_group="/msk/connect/orders-mariadb",
)


def a_notice(**changes: Any) -> Notice:
    return replace(_PAGE, **changes)
