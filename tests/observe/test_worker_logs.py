"""Physical lines become records: every layout, interleaved threads, missing lines, floods."""

import pytest

from connectops.decide.diagnosis_lines import PREFILTER
from connectops.model import LogRecord
from connectops.observe.worker_logs import stitch
from connectops.observe.worker_logs_text import read_text

KILLED = "WorkerSourceTask{id=orders-0} Task threw an uncaught and unrecoverable exception. Task is being killed and will not recover until manually restarted"
TASK = f"[2026-11-23 01:10:00,000] ERROR [orders|task-0] {KILLED} (org.apache.kafka.connect.runtime.WorkerTask:233)"
NOISE = "[2026-11-23 01:10:00,001] INFO [AdminClient clientId=a] Node 1 disconnected. (org.apache.kafka.clients.NetworkClient:937)"
TRACE = [
    "org.apache.kafka.connect.errors.ConnectException: An exception occurred in the change event producer. This connector will be stopped.",
    "\tat io.debezium.pipeline.ErrorHandler.setProducerThrowable(ErrorHandler.java:42)",
    "\tat java.base/java.lang.Thread.run(Thread.java:829)",
    "Caused by: io.debezium.DebeziumException: Failed to read next byte from position 800",
    "\t... 7 more",
    "Caused by: java.io.EOFException: Failed to read next byte from position 800",
    "\t... 3 more",
]
CAUSES = (TRACE[0], TRACE[3], TRACE[5])


def the_record(lines: list[str]) -> LogRecord:
    (found,) = [record for record in stitch(lines, wanted=PREFILTER) if record.level == "ERROR" or not record.level]
    return found


def test_a_trace_belongs_to_its_statement() -> None:
    found = the_record([TASK, *TRACE])
    assert found.causes == CAUSES
    assert len(found.frames) == 4
    assert found.connector == "orders"
    assert found.task == 0
    assert found.logger == "org.apache.kafka.connect.runtime.WorkerTask"
    assert found.message == KILLED
    assert found.size == 8


@pytest.mark.parametrize("place", range(1, len(TRACE) + 1))
def test_a_line_of_another_thread_inside_a_trace_costs_nothing(place: int) -> None:
    lines = [TASK, *TRACE]
    lines.insert(place, NOISE)
    assert the_record(lines).causes == CAUSES


def test_two_workers_in_one_stream_are_kept_apart() -> None:
    one, other = "[Worker-0bb8afa0b01391c41] ", "[Worker-0bb8afa0b01391c42] "
    mixed = [f"{one}{TASK}", f"{other}{TASK.replace('orders', 'users')}"]
    for line in TRACE:
        mixed += [one + line, other + line]
    records = stitch(mixed, wanted=PREFILTER)
    assert [(r.connector, r.causes, r.worker) for r in records] == [
        ("orders", CAUSES, "0bb8afa0b01391c41"),
        ("users", CAUSES, "0bb8afa0b01391c42"),
    ]


def test_a_trace_without_its_header_is_a_unit() -> None:
    found = the_record(TRACE)
    assert found.level == ""
    assert found.causes == CAUSES


def test_a_trace_that_lost_its_first_lines_keeps_its_causes() -> None:
    assert the_record(TRACE[2:]).causes == CAUSES[1:]


def test_lines_of_level_info_are_dropped_unless_wanted() -> None:
    wanted = "[2026-11-23 01:10:00,001] INFO [orders|task-0] Stopped reading binlog after 3 events, no new offset was recorded (io.debezium.connector.mysql.MySqlStreamingChangeEventSource:1173)"
    assert [r.message[:22] for r in stitch([NOISE, wanted, NOISE], wanted=PREFILTER)] == ["Stopped reading binlog"]
    assert len(stitch([NOISE, wanted, NOISE])) == 3


def test_a_trace_below_a_line_of_level_info_is_kept() -> None:
    header = "[2026-11-23 01:10:00,001] INFO Failed to create channel due to  (org.apache.kafka.common.network.OtherBuilder:227)"
    (found,) = stitch([header, *TRACE], wanted=PREFILTER)
    assert found.level == "INFO"
    assert found.causes == CAUSES


def test_a_flood_of_one_line_is_counted() -> None:
    line = "[2026-11-23 01:10:{:02d},000] WARN [orders|task-0] [Producer clientId=connector-producer-orders-0] Got error produce response in correlation id {} on topic-partition orders-0, splitting and retrying (5 attempts left). Error: MESSAGE_TOO_LARGE (org.apache.kafka.clients.producer.internals.Sender:609)"
    records = stitch([line.format(n // 100, n) for n in range(5_000)], wanted=PREFILTER)
    assert len(records) == 20
    assert sum(record.repeats for record in records) == 5_000
    assert records[-1].last_at is not None
    assert records[-1].last_at.second == 49


def test_what_goes_on_after_another_record_is_counted_anew() -> None:
    flood = "[2026-11-23 01:10:{:02d},{:03d}] WARN [Worker clientId=c, groupId=g] Connection to node -1 (b/10.0.0.1:9092) could not be established. Node may not be available. (org.apache.kafka.clients.NetworkClient:850)"
    life = "[2026-11-23 01:10:30,000] INFO [orders|task-0] WorkerSourceTask{id=orders-0} finished initialization and start (org.apache.kafka.connect.runtime.AbstractWorkerSourceTask:278)"
    lines = [flood.format(n // 100, n % 100) for n in range(6_000)]
    lines.insert(3_000, life)
    records = stitch(lines, wanted=PREFILTER)
    place = next(n for n, record in enumerate(records) if record.level == "INFO")
    assert sum(record.repeats for record in records[:place]) == 3_000
    assert sum(record.repeats for record in records[place + 1 :]) == 3_000
    assert len(records) < 50


def test_two_floods_that_alternate_are_both_counted() -> None:
    one = "[2026-11-23 01:10:{:02d},000] WARN Connection to node -1 could not be established. (org.apache.kafka.clients.NetworkClient:850)"
    other = "[2026-11-23 01:10:{:02d},000] WARN Bootstrap broker b:9092 disconnected (org.apache.kafka.clients.NetworkClient:1200)"
    records = stitch([each.format(n // 100) for n in range(5_000) for each in (one, other)], wanted=PREFILTER)
    assert len(records) < 50
    assert sum(record.repeats for record in records) == 10_000


def test_a_message_of_several_lines_is_kept_whole() -> None:
    header = "[2026-11-23 01:10:00,000] ERROR [orders|task-0] Encountered change event 'Event' for table a.b whose schema isn't known to this connector."
    more = "Use the mysqlbinlog tool to view the problematic event: mysqlbinlog --start-position=4 (io.debezium.X:1064)"
    assert the_record([header, more]).message.endswith(more)


LAYOUTS = {
    "kafka 2.7": f"[2020-11-04 10:29:24,101] ERROR {KILLED} (org.apache.kafka.connect.runtime.WorkerTask:179)",
    "confluent image": f"[2020-11-04 10:29:24,101] ERROR {KILLED} (org.apache.kafka.connect.runtime.WorkerTask)",
    "confluent for kubernetes": f"[2020-11-04 10:29:24,101] ERROR [orders|task-0] {KILLED} (org.apache.kafka.connect.runtime.WorkerTask:179) - app=connect, clusterId=confluent, server=0",
    "strimzi log4j1": f"2020-11-04 10:29:24,101 ERROR [orders|task-0] {KILLED} (org.apache.kafka.connect.runtime.WorkerTask) [task-thread-orders-0]",
    "strimzi log4j2": f"2020-11-04 10:29:24 ERROR [task-thread-orders-0] WorkerTask:251 - {KILLED}",
    "debezium image": f"2020-11-04 10:29:24,101 ERROR  ||  {KILLED}   [org.apache.kafka.connect.runtime.WorkerTask]",
    "quarkus": f"2020-11-04 10:29:24 ERROR [org.apache.kafka.connect.runtime.WorkerTask] (task-thread-orders-0) {KILLED}",
    "spring": f"2020-11-04 10:29:24.101 ERROR 1 --- [task-thread-orders-0] o.a.kafka.connect.runtime.WorkerTask   : {KILLED}",
    "logback": f"2020-11-04 10:29:24.101 [task-thread-orders-0] ERROR org.apache.kafka.connect.runtime.WorkerTask - {KILLED}",
    "slf4j-simple": f"[task-thread-orders-0] ERROR org.apache.kafka.connect.runtime.WorkerTask - {KILLED}",
    "without time": f"ERROR [orders|task-0] {KILLED} (org.apache.kafka.connect.runtime.WorkerTask:195)",
    "without bracket": f"2020-11-04 10:29:24,101] ERROR {KILLED} (org.apache.kafka.connect.runtime.WorkerTask:179)",
    "log4j 1.x, 2016": f"2020-11-04 10:29:24,101 - ERROR [task-thread-orders-0] (org.apache.kafka.connect.runtime.WorkerTask.run:183) - {KILLED}",
    "json, ecs": f'{{"@timestamp":"2020-11-04T10:29:24.101Z","log.level":"ERROR","message":"{KILLED}","log.logger":"org.apache.kafka.connect.runtime.WorkerTask"}}',
    "json, logstash": f'{{"timestamp":"2020-11-04T10:29:24.101Z","level":"ERROR","message":"{KILLED}","logger_name":"org.apache.kafka.connect.runtime.WorkerTask","mdc":{{"connector.context":"[orders|task-0] "}}}}',
    "json, instant": f'{{"instant":{{"epochSecond":1604485764}},"level":"ERROR","loggerName":"org.apache.kafka.connect.runtime.WorkerTask","message":"{KILLED}"}}',
}  # fmt: skip
WRAPPINGS = {
    "plain": "{}", "msk connect": "[Worker-0bb8afa0b01391c41] {}", "docker-compose": "connect-1  | {}",
    "docker-compose v1": "connect_1          | {}", "kubectl timestamps": "2024-01-01T00:00:00.123456789Z {}",
    "pod and time": "[kafkaconnect-9e4947f-2]2019-10-29T18:57:52.282205[kafka-connect]{}",
    "kubectl prefix": "[pod/connect-0/connect] {}", "cri": "2024-01-01T00:00:00.123456789Z stderr F {}",
    "journald": "Nov 23 10:00:00 host connect-distributed[4711]: {}", "quoted": "> {}",
    "csv": '1700108453000,"{}"', "aws logs tail": "2022-01-11T15:18:55.000000+00:00 stream-1 [Worker-0bb8afa0b01391c41] {}",
    "aws logs tail short": "2022-01-11T15:18:55 [Worker-0bb8afa0b01391c41] {}", "airbyte": "2023-11-09 13:10:13 source > {}",
    "colours": "\x1b[31m{}\x1b[0m",
}  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_is_read(layout: str) -> None:
    found = the_record([LAYOUTS[layout], *TRACE])
    assert found.level == "ERROR"
    assert found.message.endswith(KILLED)
    assert found.causes == CAUSES
    assert (found.connector, found.task) == ("orders", 0)
    assert "WorkerTask" in found.logger


@pytest.mark.parametrize("wrapping", WRAPPINGS)
def test_every_wrapping_is_taken_off(wrapping: str) -> None:
    text = "\n".join(WRAPPINGS[wrapping].format(line) for line in [TASK, *TRACE])
    (log,) = read_text(text.encode())
    (found,) = stitch(log.lines, wanted=PREFILTER)
    assert found.causes == CAUSES
    assert found.connector == "orders"


def test_java_util_logging_takes_two_lines() -> None:
    lines = [
        "Jun 06, 2025 7:32:57 AM com.github.shyiko.mysql.binlog.BinaryLogClient connect",
        "INFO: Connected to 127.0.0.1:3306 at mysql-bin.000001/3429 (sid:9001, cid:63)",
    ]
    (found,) = stitch(lines, wanted=PREFILTER)
    assert found.message.startswith("Connected to 127.0.0.1:3306")
    assert found.logger.endswith("BinaryLogClient")
    assert (found.at.hour, found.at.minute) == (7, 32)


def test_an_old_jvm_s_last_words_are_kept() -> None:
    (found,) = stitch(['Exception: java.lang.OutOfMemoryError thrown from the UncaughtExceptionHandler in thread "x"'])
    assert found.level == "FATAL"


@pytest.mark.parametrize(
    ("line", "connector"),
    [
        ("[2026-11-23 01:10:00,000] ERROR [a.b c-1|task-3|offsets] x (org.X:1)", "a.b c-1"),
        ("[2026-11-23 01:10:00,000] WARN [Producer clientId=connector-producer-my-src-12] x (org.X:1)", "my-src"),
        ("[2026-11-23 01:10:00,000] WARN WorkerSinkTask{id=s3-sink-0} x (org.X:1)", "s3-sink"),
        ("[2026-11-23 01:10:00,000] ERROR WorkerConnector{id=my-c} Error while starting connector (org.X:1)", "my-c"),
        (
            "[2026-11-23 01:10:00,000] ERROR Uncaught exception in REST call to /connectors/my-c/restart (org.X:1)",
            "my-c",
        ),
        ("[2026-11-23 01:10:00,000] ERROR Uncaught exception in REST call to /connector-plugins/my-c (org.X:1)", None),
        (
            "[2026-11-23 01:10:00,000] WARN [Worker clientId=c, groupId=__amazon_msk_connect_cluster_shop_0f1e2d3c-0000-1111-2222-333344445555-1] x (org.X:1)",
            "shop",
        ),
        ("[2026-11-23 01:10:00,000] WARN [Worker clientId=connect-1, groupId=connect-cluster] x (org.X:1)", None),
    ],
)
def test_the_connector_comes_from_the_names_in_the_line(line: str, connector: str | None) -> None:
    (found,) = stitch([line])
    assert found.connector == connector


def test_the_newest_first_copy_of_a_console_is_turned_round() -> None:
    lines = [f"[2026-11-23 01:10:{second:02d},000] WARN x {second} (org.X:1)" for second in range(9, 0, -1)]
    (log,) = read_text("\n".join(lines).encode())
    assert log.lines == lines[::-1]


def test_the_trace_of_a_status_is_read_from_its_json() -> None:
    status = b'{"name":"orders","connector":{"state":"RUNNING","worker_id":"a"},"tasks":[{"id":2,"state":"FAILED","trace":"java.io.EOFException: x\\n\\tat a.B.c(B.java:1)"}]}'
    (log,) = read_text(status)
    (found,) = stitch(log.lines)
    assert (found.connector, found.task, found.causes) == ("orders", 2, ("java.io.EOFException: x",))
