"""What lines mean together: the last cause counts, silence counts, what heals was nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from connectops.decide.diagnosis import Reading, diagnose, diagnose_trace
from connectops.decide.diagnosis_lines import PREFILTER
from connectops.decide.diagnosis_unknown import root_of
from connectops.model import Life, LogRecord, Silence, Verdict
from connectops.observe.worker_logs import stitch
from tests.decide.labelled import recorded

T0 = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def line(seconds: float, level: str, message: str, logger: str = "org.apache.kafka.connect.runtime.WorkerTask") -> str:
    at = f"{T0 + timedelta(seconds=seconds):%Y-%m-%d %H:%M:%S,%f}"[:-3]
    return f"[{at}] {level} [orders|task-0] {message} ({logger}:1)"


def killed(seconds: float, *causes: str) -> list[str]:
    text = "WorkerSourceTask{id=orders-0} Task threw an uncaught and unrecoverable exception. Task is being killed and will not recover until manually restarted"
    return [line(seconds, "ERROR", text), *causes]


def retry(seconds: float, *causes: str) -> list[str]:
    return [
        line(seconds, "ERROR", "Producer failure", "io.debezium.pipeline.ErrorHandler"),
        *causes,
        line(seconds, "WARN", "Retry 1 of unlimited retries will be attempted", "io.debezium.pipeline.ErrorHandler"),
        line(
            seconds, "WARN", "Going to restart connector after 10 sec. after a retriable exception",
            "io.debezium.connector.common.BaseSourceTask",
        ),
    ]  # fmt: skip


def stopped(seconds: float) -> str:
    return line(
        seconds, "INFO", "Stopped reading binlog after 3 events, no new offset was recorded",
        "io.debezium.connector.mysql.MySqlStreamingChangeEventSource",
    )  # fmt: skip


def connected(seconds: float) -> str:
    return line(
        seconds, "INFO", "Connected to MySQL binlog at db:3306, starting at MySqlOffsetContext []",
        "io.debezium.connector.mysql.MySqlStreamingChangeEventSource",
    )  # fmt: skip


def commit(seconds: float, records: int) -> str:
    return line(
        seconds, "INFO", f"WorkerSourceTask{{id=orders-0}} flushing {records} outstanding messages for offset commit",
        "org.apache.kafka.connect.runtime.WorkerSourceTask",
    )  # fmt: skip


def started(seconds: float) -> str:
    return line(seconds, "INFO", "Successfully restarted task", "io.debezium.connector.common.BaseSourceTask")


LOST = ["java.io.EOFException: Failed to read next byte from position 800"]
DENIED = ["java.sql.SQLException: Access denied for user 'dbz'@'h' (using password: YES)"]
PURGED = [
    "com.github.shyiko.mysql.binlog.network.ServerException: Could not find first log file name in binary log index file"
]


def of_file(lines: list[str]) -> Reading:
    return diagnose(stitch(lines, wanted=PREFILTER), lines=len(lines), to_the_end=True)


def of_batch(lines: list[str]) -> Reading:
    return diagnose(stitch(lines, wanted=PREFILTER), lines=len(lines))


def classes(reading: Reading) -> list[str]:
    return [each.failure_class for each in reading.diagnoses]


# ── silence ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def a_cut_recording() -> list[str]:
    (sample,) = [each for each in recorded() if each.id == "a-db-restart-cut"]
    return sample.text.splitlines()


def commits_until(seconds: int) -> list[str]:
    begin = datetime(2026, 11, 23, 1, 14, 20, tzinfo=UTC)
    text = "INFO [db-restart|task-0|offsets] WorkerSourceTask{id=db-restart-0} flushing 0 outstanding messages for offset commit (org.apache.kafka.connect.runtime.WorkerSourceTask:502)"
    return [f"[{begin + timedelta(seconds=n):%Y-%m-%d %H:%M:%S},000] {text}" for n in range(10, seconds, 10)]


def test_a_stop_that_nothing_follows_is_a_lost_connection() -> None:
    (found,) = of_file([*a_cut_recording(), *commits_until(300)]).diagnoses
    assert (found.failure_class, found.verdict) == ("MYSQL_CONN_LOST", Verdict.RESTART_WITH_BACKOFF)
    assert found.connector == "db-restart"


@pytest.mark.parametrize(("seconds", "incidents"), [(118, 0), (149, 0), (151, 1)])
def test_a_reconnect_in_time_makes_it_nothing(seconds: int, incidents: int) -> None:
    assert len(of_file([stopped(0), connected(seconds), commit(300, 0)]).diagnoses) == incidents


@pytest.mark.parametrize("beside", [-3, 3])
def test_an_orderly_stop_beside_it_makes_it_nothing(beside: float) -> None:
    finished = line(10 + beside, "INFO", "Finished streaming", "io.debezium.pipeline.ChangeEventSourceCoordinator")
    lines = [stopped(10), finished] if beside > 0 else [finished, stopped(10)]
    assert of_file([*lines, commit(400, 0)]).diagnoses == ()


def test_a_failure_beside_it_is_the_incident_itself() -> None:
    assert classes(of_file([*killed(0, *PURGED), stopped(0.1)])) == ["MYSQL_BINLOG_POSITION_LOST"]


@pytest.mark.parametrize(("records", "incidents"), [(0, 1), (5, 0)])
def test_only_commits_that_carry_records_are_flow(records: int, incidents: int) -> None:
    assert len(of_file([stopped(0), commit(100, records)]).diagnoses) == incidents


def test_a_commit_right_after_the_stop_tells_of_records_before_it() -> None:
    assert len(of_file([stopped(0), commit(30, 5)]).diagnoses) == 1


def test_in_a_batch_a_stop_is_a_suspicion_only() -> None:
    reading = of_batch([stopped(0), commit(10, 0)])
    assert reading.diagnoses == ()
    assert [each.silence for each in reading.suspicions] == [Silence.SILENT_STOP]


def test_in_a_batch_a_reconnect_cancels_it_and_is_told() -> None:
    reading = of_batch([stopped(0), connected(60)])
    assert reading.suspicions == ()
    assert [each.life for each in reading.signs] == [Life.RECONNECTED]


def keep_alive(seconds: float) -> list[str]:
    """The binlog client's own words, by java.util.logging: no connector is named, as there is none in its thread."""
    at = T0 + timedelta(seconds=seconds)
    clock = f"{at:%b} {at.day}, {at.year} {at.hour % 12 or 12}:{at:%M:%S} {at:%p} com.github.shyiko.mysql.binlog.BinaryLogClient$5 run"
    return [clock, "WARNING: Failed to restore connection to db:3306. Next attempt in 60000ms"]


def test_a_client_that_cannot_connect_is_no_silence() -> None:
    (found,) = of_batch([stopped(0), *keep_alive(90), *keep_alive(180)]).suspicions
    assert (found.silence, found.diagnosis.failure_class) == (Silence.KEEP_ALIVE, "MYSQL_CONN_LOST")
    assert "Next attempt in" in found.diagnosis.cause
    assert found.diagnosis.connector == "orders"


def test_in_a_file_it_is_the_lost_connection_once() -> None:
    (found,) = of_file([stopped(0), *keep_alive(90), *keep_alive(180), commit(200, 0)]).diagnoses
    assert (found.failure_class, found.verdict) == ("MYSQL_CONN_LOST", Verdict.RESTART_WITH_BACKOFF)


def test_it_is_over_when_the_client_is_connected() -> None:
    lines = [stopped(0), *keep_alive(90), *keep_alive(180), connected(240), commit(500, 3)]
    assert of_file(lines).diagnoses == ()
    assert of_batch(lines).suspicions == ()


def test_trying_is_not_failing() -> None:
    text = "INFO: Keepalive: Trying to restore lost connection to db:3306"
    (found,) = of_batch([stopped(0), keep_alive(60)[0], text]).suspicions
    assert found.silence is Silence.SILENT_STOP


SCANNED = [
    "java.lang.NoClassDefFoundError: javax/jms/MessageListener",
    "\tat java.base/java.lang.Class.forName0(Native Method)",
    "\tat org.reflections.ReflectionUtils.forName(ReflectionUtils.java:388)",
    "\tat org.reflections.Reflections.expandSuperTypes(Reflections.java:381)",
]


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("could not get type for name javax.jms.MessageListener", []),
        ("Unable to inspect a class", []),
        ("Failed to discover sink connectors", ["CONNECT_CLASS_CONFLICT"]),
        ("Stopping due to error", ["CONNECT_CLASS_CONFLICT"]),
    ],
)
def test_a_class_that_only_the_scan_for_plugins_misses_is_nothing(statement: str, found: list[str]) -> None:
    level = "ERROR" if found else "WARN"
    assert classes(of_file([line(0, level, statement, "org.reflections.Reflections"), *SCANNED])) == found


ASSIGNED = "[Worker clientId=connect-1, groupId=g] Joined group at generation 3 with protocol version 2 and got assignment: Assignment{{error=0, leader='l', leaderUrl='u', offset=5, connectorIds=[{0}], taskIds=[{0}], revokedConnectorIds=[], revokedTaskIds=[], delay={1}}} with rebalance delay: {1}"
HERDER = "org.apache.kafka.connect.runtime.distributed.DistributedHerder"


def test_a_worker_without_work_waits_before_it_is_a_failure() -> None:
    empty = line(0, "INFO", ASSIGNED.format("", 300000), HERDER)
    assert [d.verdict for d in of_file([empty, commit(100, 0)]).diagnoses] == [Verdict.IGNORE]
    assert [d.verdict for d in of_file([empty, commit(400, 0)]).diagnoses] == [Verdict.RESTART_WITH_BACKOFF]
    (found,) = of_batch([empty]).suspicions
    assert (found.silence, found.diagnosis.verdict) == (Silence.EMPTY_ASSIGNMENT, Verdict.RESTART_WITH_BACKOFF)


def test_a_worker_that_gets_work_is_well() -> None:
    empty, full = (
        line(0, "INFO", ASSIGNED.format("", 300000), HERDER),
        line(300, "INFO", ASSIGNED.format("a", 0), HERDER),
    )
    assert of_file([empty, full]).diagnoses == ()


# ── Debezium's own restarts ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_retry_that_came_back_is_nothing() -> None:
    reading = of_file([*retry(0, *LOST), started(11), commit(60, 3)])
    assert reading.diagnoses == ()
    assert dict(reading.noise)["NOISE_RETRIABLE_HANDLED"] == 1


def test_a_retry_that_did_not_come_back_is_a_failure_at_the_end_of_a_file() -> None:
    assert classes(of_file(retry(0, *LOST))) == ["MYSQL_CONN_LOST"]


def test_a_retry_that_started_again_is_well_at_the_end_of_a_file() -> None:
    assert of_file([*retry(0, *LOST), started(11)]).diagnoses == ()


def test_a_retry_that_started_again_and_failed_again_is_not_well_because_it_has_just_started() -> None:
    assert classes(of_file([*retry(0, *LOST), started(11), *retry(12, *LOST), started(23)])) == ["MYSQL_CONN_LOST"]


def test_a_retry_that_stays_up_after_a_relapse_is_well() -> None:
    lines = [*retry(0, *LOST), started(11), *retry(12, *LOST), started(23), commit(23 + 301, 0)]
    assert of_file(lines).diagnoses == ()


def test_a_retry_that_started_again_is_still_a_suspicion_in_a_batch() -> None:
    reading = of_batch([*retry(0, *LOST), started(11)])
    assert [each.silence for each in reading.suspicions] == [Silence.INTERNAL_RETRY]
    assert [each.life for each in reading.signs] == [Life.STARTED]


def test_a_retry_that_delivers_again_is_nothing_in_a_batch() -> None:
    assert of_batch([*retry(0, *LOST), started(11), commit(60, 3)]).suspicions == ()


def test_a_retry_is_a_suspicion_in_a_batch() -> None:
    reading = of_batch(retry(0, *LOST))
    assert reading.diagnoses == ()
    assert [each.silence for each in reading.suspicions] == [Silence.INTERNAL_RETRY]


def test_a_retry_for_a_lost_position_is_a_failure_at_once() -> None:
    reading = of_batch([*retry(0, *PURGED), started(11)])
    assert classes(reading) == ["MYSQL_BINLOG_POSITION_LOST"]
    assert reading.suspicions == ()


def test_a_retry_that_ends_in_death_is_one_incident() -> None:
    (found,) = of_batch([*retry(0, *LOST), *killed(10, *LOST)]).diagnoses
    assert found.killed
    assert found.count == 2


# ── the root of several ───────────────────────────────────────────────────────────────────────────────────────────────


def test_the_last_cause_counts() -> None:
    (found,) = of_batch([*retry(0, *LOST), *killed(11, *DENIED)]).diagnoses
    assert (found.failure_class, found.verdict) == ("MYSQL_AUTH_FAILED", Verdict.DO_NOT_RESTART)
    assert found.consequences == ("MYSQL_CONN_LOST",)


def test_a_milder_cause_after_a_strict_one_does_not_soften_it() -> None:
    (found,) = of_batch([*killed(0, *PURGED), *killed(5, *LOST)]).diagnoses
    assert (found.failure_class, found.verdict) == ("MYSQL_BINLOG_POSITION_LOST", Verdict.DO_NOT_RESTART)


def test_four_blocks_of_one_failure_are_one_incident() -> None:
    wrapped = [
        "org.apache.kafka.connect.errors.ConnectException: An exception occurred in the change event producer. This connector will be stopped.",
        f"Caused by: {PURGED[0]}",
    ]
    failure = line(0, "ERROR", "Producer failure", "io.debezium.pipeline.ErrorHandler")
    processing = line(0, "ERROR", "Error during binlog processing. Last offset stored = null", "io.debezium.X")
    (found,) = of_batch([processing, failure, *PURGED, *killed(1, *wrapped)]).diagnoses
    assert found.failure_class == "MYSQL_BINLOG_POSITION_LOST"
    assert found.killed


def test_a_wrapper_alone_does_not_hide_the_cause_before_it() -> None:
    failure = line(0, "ERROR", "Producer failure", "io.debezium.pipeline.ErrorHandler")
    wrapper = "org.apache.kafka.connect.errors.ConnectException: An exception occurred in the change event producer. This connector will be stopped."
    (found,) = of_batch([failure, *PURGED, *killed(1, wrapper)]).diagnoses
    assert (found.failure_class, found.killed) == ("MYSQL_BINLOG_POSITION_LOST", True)


def test_flush_timeouts_are_consequences_of_an_outage() -> None:
    flush = line(
        0, "ERROR", "WorkerSourceTask{id=orders-0} Failed to flush, timed out while waiting for producer to flush outstanding 9 messages",
        "org.apache.kafka.connect.runtime.WorkerSourceTask",
    )  # fmt: skip
    expired = "org.apache.kafka.common.errors.TimeoutException: Expiring 9 record(s) for a-0:120000 ms has passed since batch creation"
    (found,) = of_batch([flush, *killed(30, expired)]).diagnoses
    assert found.failure_class == "KAFKA_DELIVERY_FAILED"
    assert found.consequences == ("CONNECT_OFFSET_FLUSH_TIMEOUT",)


def test_one_flush_timeout_alone_is_no_incident() -> None:
    text = "WorkerSourceTask{id=orders-0} Timed out waiting to flush offsets to storage; will try again on next flush interval with latest offsets"
    assert of_batch([line(0, "ERROR", text)]).diagnoses == ()


def test_two_failures_far_apart_with_life_between_are_two() -> None:
    lines = [*killed(0, *LOST), connected(60), *killed(3600, *PURGED)]
    assert classes(of_file(lines)) == ["MYSQL_CONN_LOST", "MYSQL_BINLOG_POSITION_LOST"]


def test_two_nameless_roots_of_one_failure_are_one_incident() -> None:
    """Both explain what the connector died of; between them somebody else lived."""
    nameless = [
        f"[2026-11-23 12:{minute:02d}:00,000] ERROR Unable to connect (io.debezium.connector.mysql.MySqlConnection:1)\n"
        "javax.net.ssl.SSLHandshakeException: PKIX path building failed: unable to find valid certification path to requested target"
        for minute in (0, 9)
    ]
    living = line(240, "INFO", "Successfully restarted task", "io.debezium.connector.common.BaseSourceTask")
    lines = [
        *nameless[0].split("\n"),
        living.replace("[orders|task-0] ", ""),
        living.replace("orders", "users"),
        *killed(300, *LOST),
        *nameless[1].split("\n"),
    ]
    found = of_file(lines).diagnoses
    assert [(d.connector, d.failure_class) for d in found] == [("orders", "EXTERNAL_TLS_FAILURE")]


def test_a_refused_configuration_has_nothing_to_restart() -> None:
    refused = line(0, "ERROR", "Failed testing connection for jdbc:mysql://db:3306 with user 'dbz'", "io.debezium.X")
    cause = [
        "com.mysql.cj.jdbc.exceptions.CommunicationsException: Communications link failure",
        "Caused by: java.net.ConnectException: Connection refused",
    ]
    (found,) = of_batch([refused, *cause]).diagnoses
    assert (found.failure_class, found.verdict, found.restart_cap) == ("MYSQL_CONN_LOST", Verdict.DO_NOT_RESTART, 0)


def test_an_error_during_a_stop_is_noise() -> None:
    stop = line(0, "INFO", "Stopping task orders-0", "org.apache.kafka.connect.runtime.Worker")
    closed = "org.apache.kafka.common.KafkaException: Producer closed while send in progress"
    assert of_batch([stop, *killed(2, closed)]).diagnoses == ()
    assert classes(of_batch(killed(2, closed))) != []


# ── unknown ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_unknown_error_has_its_cause_and_a_fingerprint_without_numbers() -> None:
    one, other = (
        of_batch(killed(0, f"com.example.StrangeException: reactor {n} went away on 10.0.0.{n}")).diagnoses[0]
        for n in (1, 2)
    )
    assert one.failure_class == "UNKNOWN"
    assert one.cause == "com.example.StrangeException: reactor 1 went away on 10.0.0.1"
    assert one.fingerprint == other.fingerprint


@pytest.mark.parametrize(
    ("cause", "verdict"),
    [
        ("com.example.StrangeException: reactor went away", Verdict.RESTART_WITH_BACKOFF),
        ("com.example.StrangeException: connection reset, try again", Verdict.RESTART_WITH_BACKOFF),
        ("com.example.StrangeException: invalid setting", Verdict.DO_NOT_RESTART),
        ("com.example.StrangeException: cannot parse record", Verdict.DO_NOT_RESTART),
        ("com.example.StrangeException: stored position is no longer there", Verdict.DO_NOT_RESTART),
        ("java.lang.NullPointerException", Verdict.DO_NOT_RESTART),
    ],
)
def test_an_unknown_error_is_worth_one_restart_at_most(cause: str, verdict: Verdict) -> None:
    (found,) = of_batch(killed(0, cause)).diagnoses
    assert (found.verdict, found.restart_cap) == (verdict, 1 if verdict.restarts else 0)


def test_an_unknown_error_never_hides_a_known_one() -> None:
    (found,) = of_batch([*killed(0, *PURGED), *killed(5, "com.example.StrangeException: reactor went away")]).diagnoses
    assert found.failure_class == "MYSQL_BINLOG_POSITION_LOST"


SINK_DIED = "WorkerSinkTask{id=orders-0} Task threw an uncaught and unrecoverable exception. Task is being killed and will not recover until manually restarted. Error: "


@pytest.mark.parametrize(
    ("error", "failure_class", "cause"),
    [
        ("com.acme.Gone: the reactor went away", "UNKNOWN", "com.acme.Gone: the reactor went away"),
        (
            "java.net.UnknownHostException: es.acme",
            "AWS_DNS_FAILURE",
            SINK_DIED + "java.net.UnknownHostException: es.acme",
        ),
        ("null", "CONNECT_TASK_KILLED_UNKNOWN", SINK_DIED + "null"),
    ],
)
def test_a_sink_task_whose_trace_is_missing_died_of_what_its_line_says(
    error: str, failure_class: str, cause: str
) -> None:
    (found,) = of_batch([line(0, "ERROR", SINK_DIED + error)]).diagnoses
    assert (found.failure_class, found.cause) == (failure_class, cause)


@pytest.mark.parametrize(("level", "expected"), [("ERROR", ["UNKNOWN"]), ("WARN", [])])
def test_an_error_that_names_its_exception_in_its_own_words_is_read_without_a_trace(
    level: str, expected: list[str]
) -> None:
    said = "Query failed: com.acme.jdbc.StrangeException: [Acme](77) reactor went away"
    assert [d.failure_class for d in of_batch([line(0, level, said)]).diagnoses] == expected


def test_a_death_whose_trace_is_noise_elsewhere_is_a_death_without_a_name() -> None:
    (found,) = of_batch(
        killed(0, "org.apache.kafka.connect.errors.ConnectException: Thread interrupted while batch writing")
    ).diagnoses
    assert (found.failure_class, found.verdict) == ("CONNECT_TASK_KILLED_UNKNOWN", Verdict.RESTART_WITH_BACKOFF)


# ── REST status ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_trace_of_a_status_is_a_death_with_its_cause() -> None:
    trace = "io.debezium.DebeziumException: Couldn't obtain encoding for database shop\n\tat a.B.c(B.java:1)\nCaused by: org.postgresql.util.PSQLException: FATAL: the database system is starting up\n"
    found = diagnose_trace(trace, connector="orders", task=2, at=T0)
    assert (found.failure_class, found.killed, found.connector, found.task) == ("PG_CONN_LOST", True, "orders", 2)
    assert found.last_seen == T0


def test_what_is_noise_in_a_log_is_a_death_in_a_status() -> None:
    noise = "Couldn't commit processed log positions with the source database due to a concurrent connector shutdown or restart"
    found = diagnose_trace(noise, connector="orders", task=0, at=T0)
    assert (found.failure_class, found.killed) == ("CONNECT_TASK_KILLED_UNKNOWN", True)
    assert found.cause == noise


@pytest.mark.parametrize("trace", ["", "\n\n", "no trace at all", "java.lang.Exception", "\tat a.B.c(B.java:1)"])
def test_a_trace_that_says_nothing_is_a_death_without_a_name(trace: str) -> None:
    found = diagnose_trace(trace, connector=None, task=None, at=T0)
    assert found.failure_class in ("CONNECT_TASK_KILLED_UNKNOWN", "UNKNOWN")
    assert found.killed


ODD, ROOT = "java.lang.RuntimeException: odd", "Caused by: com.acme.Refused: the root"


@pytest.mark.parametrize(
    "causes",
    [
        (ODD, ROOT, "Suppressed: com.acme.Closing: while closing"),
        (ODD, "Suppressed: com.acme.Closing: while closing", ROOT),
        (ODD, ROOT, "[CIRCULAR REFERENCE: java.lang.RuntimeException: odd]"),
        ("com.acme.Refused: the root", "Wrapped by: java.lang.IllegalStateException: odd"),
    ],
)
def test_the_root_is_found_in_suppressed_circular_and_backward_traces(causes: tuple[str, ...]) -> None:
    assert root_of(LogRecord(T0, "ERROR", "", causes=causes)).endswith("com.acme.Refused: the root")


def test_of_two_causes_that_weigh_alike_the_suppressed_one_is_not_the_root() -> None:
    causes = (
        "io.debezium.DebeziumException: x",
        "Caused by: java.net.SocketTimeoutException: connect timed out",
        "Suppressed: java.net.ConnectException: Connection refused",
    )
    frames = ("at org.postgresql.Driver.connect(Driver.java:1)",)
    (found,) = diagnose([LogRecord(T0, "ERROR", "x", causes=causes, frames=frames)], to_the_end=True).diagnoses
    assert found.failure_class == "PG_CONN_LOST"
    assert "connect timed out" in found.cause


@pytest.mark.parametrize(("after", "classes"), [([], ["PG_SLOT_MISSING"]), ([started(9)], [])])
def test_a_trace_below_an_info_line_counts_only_where_it_is_all_there_is(after: list[str], classes: list[str]) -> None:
    calm = line(0, "INFO", "Retrying the read", "io.debezium.embedded.EmbeddedEngine")
    gone = ['org.postgresql.util.PSQLException: ERROR: replication slot "orders" does not exist']
    assert [each.failure_class for each in of_file([calm, *gone, *after]).diagnoses] == classes


# ── what one line tells of many ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("attempt", "found"), [(1, []), (4, []), (5, ["PG_WAL_REMOVED"]), (20, ["PG_WAL_REMOVED"])])
def test_a_line_that_counts_itself_needs_no_others_in_its_batch(attempt: int, found: list[str]) -> None:
    text = (
        "Cannot obtain valid replication slot 'orders' for plugin 'pgoutput' and database 'shop' "
        f"[during attempt {attempt} out of 900, concurrent tx probably blocks taking snapshot."
    )
    logger = "io.debezium.connector.postgresql.connection.PostgresConnection"
    assert classes(of_batch([line(0, "WARN", text, logger)])) == found
