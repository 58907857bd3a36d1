"""Whatever goes wrong once on the way of an incident, it is neither lost nor restarted twice.

The whole matrix, with the faults that other files strike with, is in docs/repair.md.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from connectops.findings import deduplication_id, encode, message_group
from connectops.model import AttemptEnd, Change, ConnectorId
from sandbox.demo.expectation import Course
from sandbox.demo.observation import Sight
from sandbox.playback.recording import load
from sandbox.records import Fault, Kind
from tests.builders import a_diagnosis, finding
from tests.sandbox.acceptance.conftest import RESPONDER, SAMPLES, Theatre

ONE_RESTART_CURES = "sink-deadlock-d"
POLLER, READER = "connectops-poll-connectors", "connectops-read-worker-logs"
PATIENCE = 240.0
"""Most take 20 s; an attempt whose outcome is never known takes its whole window, and machines may be busy."""
SKEW = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Trouble:
    """One fault in the calls about one connector."""

    kind: Kind
    service: str
    operation: str
    caller: str = RESPONDER
    code: str = "TooManyRequestsException"
    status: int = 429
    seconds: float = 0.0
    times: int | None = 1
    lasts: float | None = None

    def about(self, name: str) -> Fault:
        return Fault(
            self.kind,
            self.service,
            self.operation,
            self.caller,
            holds=name,
            code=self.code,
            message="no",
            status=self.status,
            seconds=self.seconds,
            times=self.times,
            lasts=self.lasts,
        )


BROKEN = {"code": "InternalServerErrorException", "status": 500}
THROTTLED = {"code": "ProvisionedThroughputExceededException", "status": 400}
TROUBLES = {
    "throttle of the restart": Trouble("error", "kafkaconnect", "RestartConnector"),
    "5xx of the restart": Trouble("error", "kafkaconnect", "RestartConnector", **BROKEN),  # type: ignore[arg-type]  # as named
    "time-out of the restart": Trouble("timeout", "kafkaconnect", "RestartConnector", seconds=1),
    "lost answer of the restart": Trouble("lost-answer", "kafkaconnect", "RestartConnector"),
    "throttle of the look before": Trouble("error", "kafkaconnect", "DescribeConnector", times=3),
    "5xx of the look before": Trouble("error", "kafkaconnect", "DescribeConnector", times=3, **BROKEN),  # type: ignore[arg-type]  # as named
    "5xx of the operation": Trouble("error", "kafkaconnect", "DescribeConnectorOperation", times=3, **BROKEN),  # type: ignore[arg-type]  # as named
    "table unavailable": Trouble("error", "dynamodb", "*", times=None, lasts=8, **BROKEN),  # type: ignore[arg-type]  # as named
    "table throttled where it is written": Trouble("error", "dynamodb", "PutItem", times=12, **THROTTLED),  # type: ignore[arg-type]  # as named
    "answer of the table lost": Trouble("lost-answer", "dynamodb", "PutItem", times=2),
    "lines' findings lost": Trouble("error", "sqs", "SendMessageBatch", READER, times=None, lasts=15, **BROKEN),  # type: ignore[arg-type]  # as named
    "looks' findings lost": Trouble("error", "sqs", "SendMessageBatch", POLLER, times=None, lasts=8, **BROKEN),  # type: ignore[arg-type]  # as named
    "notice not taken": Trouble("error", "sns", "Publish", times=8, **BROKEN),  # type: ignore[arg-type]  # as named
}


def is_cured(sight: Sight) -> bool:
    return sight.seen.course is Course.RESTARTED


def course(sight: Sight) -> dict[str, Any]:
    """What became of it: the restarts that were carried out, how the last one ended, the first and the last notice."""
    seen = sight.seen
    attempts = seen.ended[-1].attempts if seen.ended else seen.incident.attempts if seen.incident else ()
    changes = list(dict.fromkeys(notice.change for notice in seen.notices))
    return {
        "incidents": len(seen.ended),
        "restarts": seen.restarts,
        "end": attempts[-1].end if attempts else None,
        "first": changes[0] if changes else None,
        "last": changes[-1] if changes else None,
    }


def story(sight: Sight) -> list[str]:
    """What the ledger says of its incidents, step by step."""
    incidents = [*sight.seen.ended, *([sight.seen.incident] if sight.seen.incident else [])]
    return [f"{entry.at:%H:%M:%S} {entry.what}: {entry.why}" for each in incidents for entry in each.timeline]


CURED_BY_ONE = {
    "incidents": 1,
    "restarts": 1,
    "end": AttemptEnd.PROVEN,
    "first": Change.OPENED,
    "last": Change.RESOLVED,
}


def test_one_fault_on_the_way_costs_no_incident_and_no_second_restart(theatre: Theatre) -> None:
    playing: dict[str, ConnectorId] = {}
    for fault, trouble in TROUBLES.items():
        name = theatre.name("-".join(fault.replace("'", "").split()))
        theatre.sandbox.order(trouble.about(name))
        playing[fault] = theatre.play(ONE_RESTART_CURES, name)

    def courses() -> dict[str, dict[str, Any]]:
        return {fault: course(theatre.sight(connector)) for fault, connector in playing.items()}

    with suppress(TimeoutError):
        theatre.sandbox.wait_for(lambda: all(each == CURED_BY_ONE for each in courses().values()), PATIENCE, every=2)
    seen = courses()
    others = {fault: story(theatre.sight(playing[fault])) for fault in TROUBLES if seen[fault] != CURED_BY_ONE}
    assert seen == dict.fromkeys(TROUBLES, CURED_BY_ONE), json.dumps(others, indent=1)


@pytest.mark.parametrize("skew", [SKEW, -SKEW], ids=["ahead", "behind"])
def test_a_worker_whose_clock_is_two_minutes_off_is_restarted_once_and_proven(
    theatre: Theatre, skew: timedelta
) -> None:
    recording = load(SAMPLES / ONE_RESTART_CURES)
    lines = tuple(replace(line, stamp=line.stamp + skew if line.stamp else None) for line in recording.lines)
    connector = theatre.play(replace(recording, lines=lines))
    assert course(theatre.await_sight(connector, is_cured, PATIENCE)) == CURED_BY_ONE


def handled(theatre: Theatre) -> str:
    return json.dumps([invocation.event for invocation in theatre.sandbox.invocations(function=RESPONDER)])


def test_what_was_seen_before_and_comes_after_restarts_nothing(theatre: Theatre) -> None:
    connector = theatre.play(ONE_RESTART_CURES)
    cured = theatre.await_sight(connector, is_cured, PATIENCE)
    [ended] = cured.seen.ended
    assert ended.diagnosis is not None
    late = finding(a_diagnosis(ended.failure_class, ended.opened_at, connector=connector.name), connector)
    theatre.sandbox.client("sqs").send_message(
        QueueUrl=theatre.stage.outputs["FindingsQueueUrl"],
        MessageBody=encode(late),
        MessageGroupId=message_group(connector),
        MessageDeduplicationId=f"late-{deduplication_id(late)}"[:128],
    )
    theatre.sandbox.wait_for(lambda: "late-" in handled(theatre), timeout=30, every=0.5)
    polls = len(theatre.sandbox.invocations(function=POLLER))
    theatre.sandbox.wait_for(lambda: len(theatre.sandbox.invocations(function=POLLER)) >= polls + 5, timeout=40)
    after = theatre.sight(connector)
    assert (after.seen.restarts, after.record.incident) == (1, None)
