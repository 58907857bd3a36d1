"""From an ERROR line to the restart call, and what an incident reads and writes: the functions as they are deployed.

A task dies, its lines arrive, a look sees it, it is restarted, records flow, and in the end all is forgotten. Own time
is what the functions take, each call to AWS 50 ms long; what CloudWatch Logs and SQS take to deliver, and the minute
until the next look, are not ours. Cold is the first event of a new process, after import and clients.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools.utilities.typing import LambdaContext

from benchmarks import handler_start
from benchmarks.cloud import Cloud, Counted
from benchmarks.looking import LATENCY, MINUTE, ROOT, deployed, settle, silenced, tick
from functions.read_worker_logs import handler as reader
from functions.respond_to_findings import handler as responder

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import MessageTypeDef

VICTIM = "db-restart"
"""The connector in the recorded lines of the event."""
HEARD_AT = datetime(2026, 11, 23, 1, 47, 10, tzinfo=UTC)
"""Two seconds after its task died there."""
RUNS, COLD_RUNS = 10, 5
LONGEST = 60
"""Looks; an incident that is open for longer never ends."""
GOAL = 1.0
"""Seconds."""


@dataclass
class Incident:
    """One life of an incident in a fleet of ten, by its own clock.

    `steps` are the functions that ran until the restart call: name, seconds besides the waiting for AWS, calls.
    """

    cloud: Cloud
    now: datetime = HEARD_AT - 3 * MINUTE
    steps: list[tuple[str, float, int]] = field(default_factory=list)
    ledger: Counted = field(default_factory=Counted)
    responses: int = 0

    def __post_init__(self) -> None:
        reader._composition.cache_clear()
        responder._composition.cache_clear()
        composition = responder._composition()
        self._composition = replace(composition, doors=replace(composition.doors, clock=lambda: self.now))
        reader._composition()
        settle(self.cloud, self.now)

    def live(self, *, to_its_end: bool = True) -> None:
        """From the first line about the dead task until the ledger has nothing open any more, or the restart."""
        self.now = HEARD_AT
        self.cloud.failed.add(VICTIM)
        self._run("read the lines", self._read_lines)
        self._respond()
        self.now = self.now.replace(second=0)
        for _ in range(LONGEST):
            if self.cloud.restart and not to_its_end:
                return
            self.now += MINUTE
            look = tick(self.cloud, self.now)
            self._note("look", look.own_seconds, look.calls)
            if not self._respond():
                return
        raise AssertionError("the incident never ended")

    def _read_lines(self) -> None:
        event = json.loads((ROOT / "events/read_worker_logs/task_killed.json").read_text())
        with silenced(reader.logger):
            reader.lambda_handler(event, LambdaContext())

    def _respond(self) -> int:
        """How many findings were waiting."""
        records = self._take()
        if records:
            self._run("respond", lambda: self._answer(records))
        self.responses += len(records)
        return len(records)

    def _answer(self, records: list[dict[str, Any]]) -> None:
        respond = responder.metrics.log_metrics(lambda event, _: responder.respond_to_all(event, self._composition))
        with silenced(responder.logger):
            answer = respond({"Records": records}, LambdaContext())
        if answer["batchItemFailures"]:
            raise AssertionError(f"not answered: {answer}")

    def _run(self, name: str, function: Callable[[], None]) -> None:
        was_restarted = self.cloud.restart is not None
        self.cloud.count()
        begun = self.cloud.own_clock()
        function()
        ended, calls = self.cloud.own_clock(), self.cloud.counted.calls.total()
        if self.cloud.restart and not was_restarted:
            ended, calls = self.cloud.restart
            self.steps.append((name, ended - begun, calls))
        self._note(name, ended - begun, calls)
        self.ledger.add(self.cloud.count())

    def _note(self, name: str, seconds: float, calls: int) -> None:
        if self.cloud.restart is None:
            self.steps.append((name, seconds, calls))

    def _take(self) -> list[dict[str, Any]]:
        sqs, url = boto3.client("sqs"), os.environ["CONNECTOPS_FINDINGS_QUEUE_URL"]
        taken: list[dict[str, Any]] = []
        while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["All"]).get(
            "Messages"
        ):
            for message in found:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                taken.append(_as_lambda_hands_it_on(message))
        return taken

    @property
    def own_seconds(self) -> float:
        return sum(seconds for _, seconds, _ in self.steps)

    @property
    def calls(self) -> int:
        return sum(calls for *_, calls in self.steps)


def _as_lambda_hands_it_on(message: MessageTypeDef) -> dict[str, Any]:
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:findings.fifo",
    }


def an_incident(*, to_its_end: bool = True) -> Incident:
    cloud = Cloud([VICTIM, *(f"connector-{number}" for number in range(9))])
    with deployed(cloud):
        incident = Incident(cloud)
        incident.live(to_its_end=to_its_end)
        reader._composition.cache_clear()
        responder._composition.cache_clear()
    return incident


def _cold() -> list[float]:
    """Own seconds of incidents that are each the first event of both functions: import, clients and all."""
    starts = handler_start.own_starts("read_worker_logs", "respond_to_findings")
    first = [float(handler_start.printed_by("-m", "benchmarks.repairing", "--first")) for _ in range(COLD_RUNS)]
    return [sum(starts) + seconds for seconds in first]


def main() -> None:
    """Print own time to the restart call, warm and cold, and what a whole incident reads and writes."""
    warm = [an_incident(to_its_end=False) for _ in range(RUNS)]
    walk = ", ".join(name for name, *_ in warm[0].steps)
    print(f"from an ERROR line to the restart call: {walk}")
    print(f"{'':10}{'p50 s':>8}{'p95 s':>8}{'calls':>8}   and with {LATENCY * 1000:.0f} ms for each call to AWS")
    missed = False
    for name, seconds in (("warm", [each.own_seconds for each in warm]), ("cold", _cold())):
        p50, p95 = statistics.median(seconds), statistics.quantiles(seconds, n=20, method="inclusive")[-1]
        waited = LATENCY * warm[0].calls
        print(f"{name:10}{p50:>8.2f}{p95:>8.2f}{warm[0].calls:>8}   {p50 + waited:.2f} and {p95 + waited:.2f}")
        missed |= p95 > GOAL
    print(f"goal: p95 of own time <= {GOAL} s, cold start excluded and included: {'missed' if missed else 'met'}")
    whole = an_incident()
    ledger = whole.ledger
    print(
        f"the ledger in a whole incident of {whole.responses} findings: {ledger.reads} items read,"
        f" {ledger.writes} written ({ledger.read_units:.0f} and {ledger.write_units} request units)"
    )


if __name__ == "__main__":
    if "--first" in sys.argv:
        print(an_incident(to_its_end=False).own_seconds)
    else:
        main()
