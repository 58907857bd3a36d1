"""What a person has set is not restarted against; what goes away by itself is."""

import pytest

from connectops.model import Verdict
from tests.decide.test_diagnosis import killed, line, of_file

SINK_TASK = "org.apache.kafka.connect.runtime.WorkerSinkTask"
CONSUMER = "org.apache.kafka.clients.consumer.internals.ConsumerCoordinator"


@pytest.mark.parametrize(
    ("cause", "verdict"),
    [
        ('FATAL: too many connections for role "orders"', Verdict.DO_NOT_RESTART),
        ('FATAL: too many connections for database "shop"', Verdict.DO_NOT_RESTART),
        ("FATAL: sorry, too many clients already", Verdict.RESTART_WITH_BACKOFF),
        ("FATAL: remaining connection slots are reserved for roles with the SUPERUSER attribute", Verdict.RESTART_WITH_BACKOFF),
    ],
)  # fmt: skip
def test_a_limit_of_one_s_own_is_a_person_s_and_a_full_server_is_waited_for(cause: str, verdict: Verdict) -> None:
    lost = killed(0, "io.debezium.DebeziumException: Database connection failed when reading from copy")
    refused = killed(10, "io.debezium.DebeziumException: Couldn't initialize type registry", f"Caused by: org.postgresql.util.PSQLException: {cause}")  # fmt: skip
    (found,) = of_file(lost + refused).diagnoses
    assert (found.failure_class, found.verdict) == ("PG_CONN_LOST", verdict)
    assert cause in found.cause


@pytest.mark.parametrize(
    ("cause", "verdict"),
    [
        ("FATAL: terminating connection due to idle-in-transaction timeout", Verdict.DO_NOT_RESTART),
        ("FATAL: terminating connection due to transaction timeout", Verdict.DO_NOT_RESTART),
        ("ERROR: canceling statement due to lock timeout", Verdict.RESTART_WITH_BACKOFF),
    ],
)
def test_a_snapshot_that_a_setting_ends_is_not_begun_again_and_one_that_a_lock_ends_is(
    cause: str, verdict: Verdict
) -> None:
    (found,) = of_file(killed(0, f"Caused by: org.postgresql.util.PSQLException: {cause}")).diagnoses
    assert (found.failure_class, found.verdict) == ("DBZ_SNAPSHOT_TIMEOUT", verdict)


LATE = "org.apache.kafka.clients.consumer.CommitFailedException: Offset commit cannot be completed since the consumer is not part of an active group for auto partition assignment"


def commit_refused(seconds: float) -> list[str]:
    text = "WorkerSinkTask{id=orders-0} Commit of offsets threw an unexpected exception for sequence number 1: {orders-0=OffsetAndMetadata{offset=2}}"
    return [line(seconds, "ERROR", text, SINK_TASK), LATE]


def test_a_sink_that_was_late_once_joins_again_and_is_well() -> None:
    begun = line(0, "INFO", "WorkerSinkTask{id=orders-0} Sink task finished initialization and start", SINK_TASK)
    late = line(9, "WARN", "[Consumer clientId=connector-consumer-orders-0] consumer poll timeout has expired.", CONSUMER)  # fmt: skip
    assert of_file([begun, late, *commit_refused(25)]).diagnoses == ()


def test_a_sink_that_is_late_again_and_again_is_too_slow() -> None:
    lines = [each for second in range(6) for each in commit_refused(second * 10)]
    (found,) = of_file(lines).diagnoses
    assert (found.failure_class, found.verdict) == ("CONNECT_WORKER_STALL", Verdict.RESTART_WITH_BACKOFF)


def test_a_sink_that_dies_of_being_late_is_dead() -> None:
    (found,) = of_file(killed(0, f"Caused by: {LATE}")).diagnoses
    assert (found.failure_class, found.killed) == ("CONNECT_WORKER_STALL", True)


FAILED = "org.apache.kafka.connect.errors.ConnectException: JDBC sink connector failure"
JDBC = "\tat io.debezium.connector.jdbc.JdbcSinkConnectorTask.put(JdbcSinkConnectorTask.java:95)"
HIBERNATE = "Caused by: org.hibernate.exception.GenericJDBCException: error executing work"


@pytest.mark.parametrize(
    ("cause", "failure_class", "verdict"),
    [
        ("java.sql.BatchUpdateException: Batch entry 0 INSERT INTO t (id) VALUES ((1)) was aborted: ERROR: cannot execute INSERT in a read-only transaction",
         "EXTERNAL_ENDPOINT_UNAVAILABLE", Verdict.RESTART_WITH_BACKOFF),
        ("java.sql.BatchUpdateException: Batch entry 0 INSERT INTO t (id) VALUES ((1)) was aborted: ERROR: period is closed",
         "SINK_JDBC_SCHEMA_MISMATCH", Verdict.DO_NOT_RESTART),
        ("org.apache.kafka.connect.errors.ConnectException: Configured primary key mode 'record_value' cannot have null schema",
         "SINK_JDBC_SCHEMA_MISMATCH", Verdict.DO_NOT_RESTART),
    ],
)  # fmt: skip
def test_a_target_that_takes_no_writes_is_waited_for_and_one_that_refuses_the_record_is_not(
    cause: str, failure_class: str, verdict: Verdict
) -> None:
    (found,) = of_file(killed(0, FAILED, JDBC, HIBERNATE, f"Caused by: {cause}")).diagnoses
    assert (found.failure_class, found.verdict) == (failure_class, verdict)
