"""A line that names the cause and the line that shows the failure may come in two subscription events."""

from __future__ import annotations

import json
from functools import cache

import pytest

from connectops.decide.hints import HINT_WORDS
from connectops.findings import deduplication_id
from connectops.model import Verdict
from tests.decide.labelled import as_msk_connect, recorded
from tests.functions.test_cut_traces import NOT_ALLOWED, PREFIX, lines, read, told
from tests.log_group import Event, LogGroup

LOST = {("pgslotdroppedd", "PG_SLOT_MISSING", Verdict.DO_NOT_RESTART)}
HINT, PROOF = "trying to read redo log starting at PostgresOffsetContext", "Creating replication slot with command"


@cache
def events() -> tuple[Event, ...]:
    """A worker that Debezium 2.7.4 runs on; its slot is dropped while it is stopped."""
    (sample,) = [each for each in recorded() if each.id == "pg-slot-dropped-d"]
    found = json.loads(as_msk_connect(sample.text))["events"]
    return tuple({"id": e["eventId"], "timestamp": e["timestamp"], "message": e["message"]} for e in found)


def places(word: str) -> list[int]:
    return [n for n, each in enumerate(events()) if word in each["message"]]


@pytest.mark.parametrize("order", [1, -1], ids=["in order", "in reverse"])
@pytest.mark.parametrize("after_hint", [1, 4, 8])
def test_a_slot_that_is_made_anew_for_a_stored_offset_is_a_lost_one(after_hint: int, order: int) -> None:
    (hint,), (_, proof) = places(HINT), places(PROOF)
    place = hint + after_hint
    assert hint < place <= proof
    halves = [events()[hint - 50 : place], events()[place : proof + 50]]
    assert told(read(LogGroup(events()), *halves[::order])) == LOST


def test_both_in_one_batch_ask_nobody_and_tell_the_same() -> None:
    (hint,), (_, proof) = places(HINT), places(PROOF)
    log = LogGroup(events())
    whole = read(log, events()[hint - 50 : proof + 50])
    assert told(whole) == LOST
    assert [asked for asked in log.asked if "filterPattern" in asked] == []
    (apart,) = [each for each in read(LogGroup(events()), events()[hint + 3 : proof + 50]) if each.diagnosis]
    assert deduplication_id(apart) in {deduplication_id(each) for each in whole}


def test_a_slot_of_a_first_start_is_nothing() -> None:
    first, second = places(PROOF)
    log = LogGroup(events())
    assert told(read(log, events()[first - 5 : first + 5])) == set()
    without = tuple(each for each in events() if HINT not in each["message"])
    assert told(read(LogGroup(without), without[second - 6 : second + 5])) == set()


@pytest.mark.parametrize(("minutes", "found"), [(4, LOST), (6, set())])
def test_a_hint_is_believed_as_long_as_in_one_batch(minutes: int, found: set[object]) -> None:
    (hint,), (_, proof) = places(HINT), places(PROOF)
    late = [event | {"timestamp": event["timestamp"] + minutes * 60_000} for event in events()[proof : proof + 1]]
    assert told(read(LogGroup([*events()[: hint + 1], *late]), late)) == found


def test_without_the_permission_each_batch_is_read_alone() -> None:
    (hint,) = places(HINT)
    log = LogGroup(events())
    assert told(read(log, events()[hint + 3 :][:20], settings=NOT_ALLOWED)) == set()
    assert log.asked == []


@pytest.mark.parametrize("refusal", ["AccessDeniedException", "ThrottlingException"])
def test_a_refused_question_leaves_the_batch_as_it_is(refusal: str) -> None:
    (hint,) = places(HINT)
    assert told(read(LogGroup(events(), refusal=refusal), events()[hint + 3 :][:20])) == set()


DEATH = "[2026-11-23 01:10:09,000] ERROR [orders|task-0] WorkerSourceTask{id=orders-0} Task threw an uncaught and unrecoverable exception. Task is being killed and will not recover until manually restarted (org.apache.kafka.connect.runtime.WorkerTask:212)"
PURGED = "[2026-11-23 01:10:05,000] INFO [orders|task-0] Connector requires binlog file 'binlog.1', but MySQL only has binlog.7 (io.debezium.connector.mysql.MySqlConnectorTask:300)"
OTHERS = PURGED.replace("orders|", "users|")


@pytest.mark.parametrize(
    ("before", "failure_class"), [(PURGED, "MYSQL_BINLOG_POSITION_LOST"), (OTHERS, "CONNECT_TASK_KILLED_UNKNOWN")]
)
def test_a_death_without_a_cause_has_the_one_that_was_named_before(before: str, failure_class: str) -> None:
    earlier, later = lines(PREFIX + before), lines(PREFIX + DEATH, seconds=9)
    ((_, found, _),) = told(read(LogGroup([*earlier, *later]), earlier, later))
    assert found == failure_class


def test_what_is_looked_for_fits_into_one_question() -> None:
    """A filter pattern has 1024 characters at most, and its words stand in quotation marks."""
    assert sum(len(word) + 4 for word in HINT_WORDS) <= 1024
    assert all(len(word) >= 8 and '"' not in word for word in HINT_WORDS)
