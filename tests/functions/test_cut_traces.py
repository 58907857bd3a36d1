"""A trace that the end of a subscription event cut in two is one failure, and the worker's one connector's."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from connectops.decide.response import consider
from connectops.findings import deduplication_id
from connectops.model import (
    ConnectorId,
    ConnectorRecord,
    Finding,
    KafkaConnectCluster,
    Life,
    Phase,
    RepairPolicy,
    Verdict,
)
from connectops.settings import ReadSettings
from functions.read_worker_logs import handler
from tests.builders import NOW
from tests.functions.test_read_worker_logs import event, event_of
from tests.log_group import Event, LogGroup, subscription

PREFIX = "[Worker-0bb8afa0b01391c41] "
SETTINGS = ReadSettings(
    table_name="ledger", findings_queue_url="q", dead_letter_queue_url="d", clusters=(), log_group_connectors=(),
    complete_traces=True, trace_wait=timedelta(seconds=2),
)  # fmt: skip
NOT_ALLOWED = replace(SETTINGS, complete_traces=False)


class Queue:
    """Takes findings instead of SQS, and drops what it was sent before, as SQS does."""

    def __init__(self) -> None:
        self.sent: dict[str, Finding] = {}

    def send(self, findings: Sequence[Finding]) -> int:
        for finding in findings:
            self.sent.setdefault(deduplication_id(finding), finding)
        return len(findings)


class Ledger:
    def open_connectors(self) -> frozenset[ConnectorId]:
        return frozenset()


def read(log: LogGroup, *batches: Sequence[Event], settings: ReadSettings = SETTINGS) -> list[Finding]:
    """What is sent for batches, one subscription event each."""
    queue = Queue()
    for batch in batches:
        handler.read(subscription(batch), settings, Ledger(), queue, log.around())  # type: ignore[arg-type]
    return list(queue.sent.values())


def lines(*messages: str, seconds: int = 0) -> list[Event]:
    """Events of one worker, all of one second."""
    at = 1_795_400_000_000 + seconds * 1000
    return [{"id": f"{seconds:04d}{n:052d}", "timestamp": at, "message": m} for n, m in enumerate(messages)]


def recorded(name: str) -> list[Event]:
    found: list[Event] = event_of(event(name))["logEvents"]
    return found


def cuts(events: Sequence[Event]) -> Iterator[tuple[Sequence[Event], Sequence[Event]]]:
    return ((events[:place], events[place:]) for place in range(1, len(events)))


def told(findings: Sequence[Finding]) -> set[tuple[str, str, Verdict]]:
    """Connector, class and verdict of each failure."""
    return {(f.connector.name, f.diagnosis.failure_class, f.diagnosis.verdict) for f in findings if f.diagnosis}


def remembered(findings: Sequence[Finding]) -> dict[str, ConnectorRecord]:
    """What the one who decides makes of findings, connector by connector."""
    records: dict[str, ConnectorRecord] = {}
    for finding in findings:
        record = records.get(finding.connector.name, ConnectorRecord(finding.connector))
        records[finding.connector.name] = consider(record, finding, RepairPolicy(), NOW).record
    return records


# ── recorded ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("order", [1, -1], ids=["in order", "in reverse"])
@pytest.mark.parametrize("name", ["task_killed", "cut_inside_a_character"])
def test_a_batch_cut_anywhere_is_the_incident_that_the_whole_is(name: str, order: int) -> None:
    events = recorded(name)
    (whole,) = told(read(LogGroup(events), events))
    for halves in cuts(events):
        records = remembered(read(LogGroup(events), *halves[::order]))
        assert records.keys() == {whole[0]}
        incident = records[whole[0]].incident
        assert incident is not None
        assert incident.diagnosis is not None
        assert (incident.diagnosis.failure_class, incident.diagnosis.verdict) == whole[1:]


@pytest.mark.parametrize("name", ["internal_retry", "internal_retry_that_came_back"])
def test_a_retry_cut_anywhere_is_waited_for_and_told_to_nobody(name: str) -> None:
    events = recorded(name)
    for halves in cuts(events):
        (record,) = remembered(read(LogGroup(events), *halves)).values()
        assert record.outbox == ()
        assert record.incident is None or record.incident.phase is Phase.WATCHING
        assert record.connector.name == "pgterminatewalsendere"


def test_quiet_lines_cut_anywhere_are_nothing() -> None:
    events = recorded("quiet")
    for halves in cuts(events):
        assert read(LogGroup(events), *halves) == []


def test_without_permission_the_rest_of_a_trace_is_no_unknown_incident_of_its_own() -> None:
    events = recorded("task_killed")
    ((connector, _, verdict),) = told(read(LogGroup(events), events))
    for halves in cuts(events):
        log = LogGroup(events)
        for who, which, what in told(read(log, *halves, settings=NOT_ALLOWED)):
            assert which != "UNKNOWN" or who == connector
            assert what is verdict
        assert log.asked == []


@pytest.mark.parametrize("code", ["AccessDeniedException", "ThrottlingException", "ResourceNotFoundException"])
def test_a_log_group_that_refuses_is_as_one_that_may_not_be_read(code: str) -> None:
    events = recorded("task_killed")
    for halves in list(cuts(events))[::10]:
        assert read(LogGroup(events, refusal=code), *halves) == read(LogGroup(events), *halves, settings=NOT_ALLOWED)


# ── one trace, line by line ───────────────────────────────────────────────────────────────────────────────────────────

BEFORE = "[2026-11-23 01:10:00,000] INFO [orders|task-0|offsets] WorkerSourceTask{id=orders-0} Committing offsets (org.apache.kafka.connect.runtime.WorkerSourceTask:398)"
DEATH = "[2026-11-23 01:10:01,000] ERROR [orders|task-0] WorkerSourceTask{id=orders-0} Task threw an uncaught and unrecoverable exception. Task is being killed and will not recover until manually restarted (org.apache.kafka.connect.runtime.WorkerTask:233)"
WRAPPER = "org.apache.kafka.connect.errors.ConnectException: An exception occurred in the change event producer. This connector will be stopped."
FRAME = "\tat io.debezium.pipeline.ErrorHandler.setProducerThrowable(ErrorHandler.java:42)"
MIDDLE = "Caused by: io.debezium.DebeziumException: Could not find first log file name in binary log index file Error code: 1236; SQLSTATE: HY000."
ROOT = "Caused by: com.github.shyiko.mysql.binlog.network.ServerException: Could not find first log file name in binary log index file"
AFTER = "[2026-11-23 01:10:02,000] INFO [orders|task-0] Stopping down connector (io.debezium.connector.common.BaseSourceTask:238)"
WHOLE = ("orders", "MYSQL_BINLOG_POSITION_LOST", Verdict.DO_NOT_RESTART)


def the_trace() -> list[Event]:
    return lines(*[PREFIX + each for each in (BEFORE, DEATH, WRAPPER, FRAME, MIDDLE, FRAME, ROOT, FRAME, AFTER)])


@pytest.mark.parametrize("place", range(1, 9))
def test_both_halves_of_a_trace_tell_the_whole(place: int) -> None:
    events = the_trace()
    assert told(read(LogGroup(events), events[:place])) <= {WHOLE}
    assert told(read(LogGroup(events), events[place:])) <= {WHOLE}
    assert told(read(LogGroup(events), events[:place], events[place:])) == {WHOLE}


@pytest.mark.parametrize("place", range(2, 8))
def test_what_both_halves_tell_is_sent_once(place: int) -> None:
    events = the_trace()
    found = read(LogGroup(events), events[:place], events[place:])
    assert len([finding for finding in found if finding.diagnosis]) == 1


@pytest.mark.parametrize("late", range(1, 7))
def test_the_rest_of_a_trace_may_arrive_a_little_later(late: int) -> None:
    events = the_trace()
    log = LogGroup(events, late=late + 1)
    assert told(read(log, events[: -late - 1])) == {WHOLE}
    assert log.waited == [2.0]


def test_nobody_waits_for_what_is_there() -> None:
    events = the_trace()
    log = LogGroup(events)
    assert told(read(log, events[:4])) == {WHOLE}
    assert (log.waited, len(log.asked)) == ([], 1)


@pytest.mark.parametrize("place", [1, 9])
def test_a_trace_that_is_whole_asks_nobody(place: int) -> None:
    log = LogGroup(the_trace())
    read(log, the_trace()[:place])
    assert log.asked == []


def test_two_workers_of_one_stream_are_completed_apart() -> None:
    other = [line["message"].replace("c41]", "c42]").replace("orders", "users") for line in the_trace()]
    mixed = [line for pair in zip([line["message"] for line in the_trace()], other, strict=True) for line in pair]
    events = lines(*mixed)
    for halves in cuts(events):
        assert told(read(LogGroup(events), *halves)) == {WHOLE, ("users", *WHOLE[1:])}


def test_lines_around_a_batch_are_read_and_not_told_of_again() -> None:
    earlier = lines(PREFIX + DEATH, PREFIX + "java.lang.OutOfMemoryError: Java heap space", PREFIX + AFTER, seconds=1)
    events = [
        *earlier,
        *lines(*[each["message"] for each in the_trace()], seconds=2),
        *lines(PREFIX + AFTER, seconds=3),
    ]
    assert told(read(LogGroup(events), events[6:8])) == {WHOLE}


def test_a_beginning_that_is_too_far_away_stays_unknown() -> None:
    flood = lines(*[f"{PREFIX}{BEFORE}"] * 35_000)
    events = [*the_trace()[:4], *flood, *lines(*[each["message"] for each in the_trace()[4:]], seconds=1)]
    log = LogGroup(events)
    read(log, events[-5:])
    assert len(log.asked) <= 5


def test_lines_that_a_log_shipper_wrapped_in_json_are_completed_too() -> None:
    wrapped = [json.dumps({"log": each["message"][len(PREFIX) :], "stream": "stdout"}) for each in the_trace()]
    events = lines(*wrapped)
    for halves in cuts(events):
        assert told(read(LogGroup(events), *halves)) == {WHOLE}


# ── whose it is ───────────────────────────────────────────────────────────────────────────────────────────────────────

NAMELESS = "[2026-11-23 01:10:05,000] ERROR Stopping due to error (org.apache.kafka.connect.cli.ConnectDistributed:85)"
USERS = BEFORE.replace("orders", "users")
ONPREM = (KafkaConnectCluster("onprem", "http://connect:8083", log_group="/msk/connect/shop"),)


def test_a_nameless_line_of_a_worker_of_msk_connect_is_its_one_connector_s() -> None:
    (found,) = read(LogGroup(), lines(PREFIX + BEFORE, PREFIX + NAMELESS))
    assert found.connector.name == "orders"


def test_a_nameless_line_is_named_by_earlier_lines_of_its_worker() -> None:
    earlier = lines(PREFIX + BEFORE, PREFIX.replace("c41", "c42") + USERS)
    (found,) = read(LogGroup(earlier), lines(PREFIX + NAMELESS, seconds=500))
    assert found.connector.name == "orders"


def test_what_was_said_long_ago_names_nobody() -> None:
    (found,) = read(LogGroup(lines(PREFIX + BEFORE)), lines(PREFIX + NAMELESS, seconds=700))
    assert found.connector.name == "shop-connect-1"


def test_a_sign_of_life_without_a_name_is_that_connector_s_too() -> None:
    log = LogGroup(lines(PREFIX + BEFORE))
    stop = "[2026-11-23 01:10:05,000] INFO Finished streaming (io.debezium.pipeline.ChangeEventSourceCoordinator:300)"
    (found,) = read(log, lines(PREFIX + stop, seconds=5))
    assert found.connector.name == "orders"
    assert found.sign is not None
    assert found.sign.life is Life.ORDERLY_STOP


def test_a_worker_s_own_failure_on_a_cluster_is_that_of_every_connector_it_runs() -> None:
    log = LogGroup(lines(BEFORE, USERS))
    found = read(log, lines(NAMELESS, seconds=60), settings=replace(SETTINGS, clusters=ONPREM))
    assert [finding.connector.key for finding in found] == ["onprem/orders", "onprem/users"]


def test_what_one_of_several_connectors_says_without_a_name_is_nobody_s() -> None:
    denied = "[2026-11-23 01:10:05,000] ERROR Producer failure (io.debezium.pipeline.ErrorHandler:35)"
    cause = "java.sql.SQLException: Access denied for user 'dbz'@'h' (using password: YES)"
    log = LogGroup(lines(BEFORE, USERS))
    found = read(log, lines(BEFORE, USERS, denied, cause, seconds=60), settings=replace(SETTINGS, clusters=ONPREM))
    assert {finding.connector.key for finding in found} == {"onprem/shop-connect-1"}
