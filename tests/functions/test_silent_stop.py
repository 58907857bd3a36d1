"""The commonest outage of Debezium 1.6 and 3.2, from a file and as it is deployed: one INFO line, RUNNING, and silence.

The lines are those of `a-db-restart` until its recorder restarted the connector, and 300 s more of its commit lines.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import batched

import pytest
from typer.testing import CliRunner

from cli.main import app
from connectops.decide.response import consider
from connectops.model import ConnectorId, ConnectorRecord, Finding, Platform, RepairPolicy, Verdict
from functions.read_worker_logs import handler
from tests.builders import MINUTE, a_look
from tests.decide.labelled import as_msk_connect, recorded
from tests.functions.test_cut_traces import SETTINGS, Queue
from tests.log_group import Event, LogGroup, subscription

NAME = ConnectorId(Platform.MSK_CONNECT, "msk", "db-restart")
STOPPED = datetime(2026, 11, 23, 1, 14, 20, 142_000, tzinfo=UTC)
FINISHED = "INFO [db-restart|task-0] Finished streaming (io.debezium.pipeline.ChangeEventSourceCoordinator:160)"
CONNECTED = "INFO [db-restart|task-0] Connected to MySQL binlog at 127.0.0.1:13316, starting at MySqlOffsetContext [sourceInfo=x] (io.debezium.connector.mysql.MySqlStreamingChangeEventSource:916)"


def stamped(at: datetime, rest: str) -> str:
    return f"[{at:%Y-%m-%d %H:%M:%S},{at.microsecond // 1000:03d}] {rest}"


def silence() -> list[str]:
    (sample,) = [each for each in recorded() if each.id == "a-db-restart"]
    lines = sample.text.splitlines()
    lines = lines[: next(n for n, line in enumerate(lines) if "Stopping task db-restart-0" in line)]
    commit = [line for line in lines if "|offsets]" in line][-2:]
    last = datetime.fromisoformat(f"{commit[-1][1:20]}+00:00")
    later = [last + timedelta(seconds=5 * n) for n in range(1, 61)]
    return [*lines, *(stamped(at, line.partition("] ")[2]) for at in later for line in commit)]


def with_line(seconds: float, rest: str) -> list[str]:
    """The silence with one more line so many seconds after the stop."""
    lines, at = silence(), STOPPED + timedelta(seconds=seconds)
    more = stamped(at, rest)
    place = next(n for n, line in enumerate(lines) if line.startswith("[20") and line[:25] > more[:25])
    return [*lines[:place], more, *lines[place:]]


def with_keep_alive(*seconds: int) -> list[str]:
    """The silence, and the words of the binlog client by java.util.logging so many seconds after the stop."""
    lines = silence()
    for each in seconds:
        at = STOPPED + timedelta(seconds=each)
        place = next(
            n for n, line in enumerate(lines) if line.startswith("[20") and line[1:20] > f"{at:%Y-%m-%d %H:%M:%S}"
        )
        clock = f"{at:%b} {at.day}, {at.year} {at.hour % 12 or 12}:{at:%M:%S} {at:%p}"
        words = "WARNING: Failed to restore connection to 127.0.0.1:13316. Next attempt in 60000ms"
        lines[place:place] = [f"{clock} com.github.shyiko.mysql.binlog.BinaryLogClient$5 run", words]
    return lines


OUTAGES = {
    "nothing follows": (silence(), 1),
    "a reconnect in time": (with_line(118, CONNECTED), 0),
    "an orderly stop right after": (with_line(0.001, FINISHED), 0),
    "an orderly stop right before": (with_line(-0.001, FINISHED), 0),
}


@pytest.mark.parametrize("layout", ["kafka", "msk-connect"])
@pytest.mark.parametrize("what", OUTAGES)
def test_a_file_of_it_is_one_incident_that_a_restart_cures_or_none(what: str, layout: str) -> None:
    lines, incidents = OUTAGES[what]
    text = "\n".join(lines)
    answer = CliRunner().invoke(app, ["diagnose", "--json"], as_msk_connect(text) if layout == "msk-connect" else text)
    found = json.loads(answer.stdout)["incidents"]
    told = [(each["class"], each["verdict"], each["connector"]) for each in found]
    assert told == [("MYSQL_CONN_LOST", "RESTART_WITH_BACKOFF", "db-restart")] * incidents


class Deployment:
    """The log reader and the one who decides; nobody restarts anything, so that every restart that is due is seen."""

    def __init__(self) -> None:
        self.record = ConnectorRecord(NAME)
        self.due: list[datetime] = []

    def open_connectors(self) -> frozenset[ConnectorId]:
        return frozenset((NAME,)) if self.record.is_open else frozenset()

    def hear(self, events: Sequence[Event], now: datetime) -> None:
        queue = Queue()
        around = LogGroup(events).around()
        handler.read(subscription(events), SETTINGS, self, queue, around)  # type: ignore[arg-type]
        for finding in queue.sent.values():
            assert finding.connector == NAME
            self._take(finding, now)

    def look(self, at: datetime) -> None:
        self._take(Finding(NAME, at, f"{at}", look=a_look(at, connector=NAME)), at)

    def _take(self, finding: Finding, now: datetime) -> None:
        step = consider(self.record, finding, RepairPolicy(), now)
        self.record = step.record
        if step.decision.action.restarts:
            self.due.append(now)


def delivered(lines: Sequence[str]) -> Iterator[tuple[datetime, list[Event]]]:
    """Batches of 20 lines, each with the time when it arrives."""
    events: list[Event] = json.loads(as_msk_connect("\n".join(lines)))["events"]
    for batch in batched(events, 20, strict=False):
        at = datetime.fromtimestamp(batch[-1]["timestamp"] / 1000, UTC) + timedelta(seconds=2)
        yield at, [{"id": e["eventId"], "timestamp": e["timestamp"], "message": e["message"]} for e in batch]


def played(lines: Sequence[str]) -> Deployment:
    deployment = Deployment()
    next_look = STOPPED - MINUTE
    for at, events in delivered(lines):
        while next_look <= at:
            deployment.look(next_look)
            next_look += MINUTE
        deployment.hear(events, at)
    for _ in range(3):
        deployment.look(next_look)
        next_look += MINUTE
    return deployment


def test_deployed_it_is_one_incident_that_is_restarted_when_silence_has_lasted() -> None:
    deployment = played(silence())
    incident = deployment.record.incident
    assert incident is not None
    assert incident.diagnosis is not None
    told = (incident.diagnosis.failure_class, incident.diagnosis.verdict, incident.silent)
    assert told == ("MYSQL_CONN_LOST", Verdict.RESTART_WITH_BACKOFF, True)
    patience = RepairPolicy().silent_stop_after
    assert STOPPED + patience <= min(deployment.due) <= STOPPED + patience + 4 * MINUTE


@pytest.mark.parametrize("words", [1, 3, 5])
def test_deployed_a_client_that_cannot_connect_is_restarted_only_when_it_is_silent_too(words: int) -> None:
    (first, *_) = played(with_keep_alive(*range(60, 60 * words + 1, 60))).due
    silent = STOPPED + words * MINUTE + RepairPolicy().silent_stop_after
    assert silent <= first <= silent + 4 * MINUTE


@pytest.mark.parametrize("what", [what for what, (_, incidents) in OUTAGES.items() if not incidents])
def test_deployed_what_explains_the_stop_leaves_nothing_to_suspect(what: str) -> None:
    deployment = played(OUTAGES[what][0])
    assert deployment.record.incident is None
    assert deployment.record.suspicions == ()
    assert (deployment.record.outbox, deployment.due) == ((), [])
