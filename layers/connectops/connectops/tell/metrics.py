"""Our own metrics: counts, written as one line of CloudWatch's embedded metric format for each set of dimensions.

Dimensions are few and bounded: `service` always, `Platform` where a count has one. Connector names are never one here.
"""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import Protocol

from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from connectops.model import AttemptEnd, Change, Incident, Notice, Platform

NAMESPACE = "ConnectOps"


class Count(StrEnum):
    """What is counted, each a number of the noun that it names."""

    POLL_COMPLETED = "PollCompleted"
    """Polls that came to their end and saw something: the dead-man alarm waits for these."""
    CONNECTORS_SEEN = "ConnectorsSeen"
    HEALTHY_CONNECTORS = "HealthyConnectors"
    UNHEALTHY_CONNECTORS = "UnhealthyConnectors"
    UNKNOWN_CONNECTORS = "UnknownConnectors"
    FAILED_TASKS = "FailedTasks"
    CLUSTERS_NOT_SEEN = "ClustersNotSeen"
    """Clusters (MSK Connect is one) whose connectors could not be listed, wholly or in part."""
    FINDINGS_SENT = "FindingsSent"
    RESTARTS_ATTEMPTED = "RestartsAttempted"
    RESTARTS_PROVEN = "RestartsProven"
    RESTARTS_REFUSED = "RestartsRefused"
    CONNECTORS_QUARANTINED = "ConnectorsQuarantined"
    INCIDENTS_OPENED = "IncidentsOpened"
    INCIDENTS_RESOLVED = "IncidentsResolved"
    NOTICES_PUBLISHED = "NoticesPublished"


class Tally:
    """Adds up the counts of one invocation; `flush` writes them to standard output and begins anew."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._counts: Counter[tuple[Platform | None, Count]] = Counter()

    def add(self, count: Count, number: int = 1, platform: Platform | None = None) -> None:
        """Zero counts too: a metric that says 0 is not missing."""
        self._counts[platform, count] += number

    def flush(self) -> None:
        for platform in dict.fromkeys(platform for platform, _ in self._counts):
            line = EphemeralMetrics(namespace=NAMESPACE, service=self._service)
            if platform:
                line.add_dimension("Platform", platform)
            for (of, count), number in self._counts.items():
                if of is platform:
                    line.add_metric(count, MetricUnit.Count, number)
            line.flush_metrics()
        self._counts.clear()


class Response(Protocol):
    """What a response did, as far as it is counted."""

    @property
    def restarted(self) -> bool: ...

    @property
    def ended(self) -> Incident | None: ...

    @property
    def told(self) -> tuple[Notice, ...]: ...


_COUNT_OF = {
    Change.OPENED: Count.INCIDENTS_OPENED,
    Change.REFUSED: Count.RESTARTS_REFUSED,
    Change.QUARANTINED: Count.CONNECTORS_QUARANTINED,
    Change.RESOLVED: Count.INCIDENTS_RESOLVED,
}


def count_outcome(tally: Tally, outcome: Response) -> None:
    """Count one response: restarts when they are asked for or proven, changes when people are told of them."""
    tally.add(Count.RESTARTS_ATTEMPTED, int(outcome.restarted))
    proven = (
        [attempt for attempt in outcome.ended.attempts if attempt.end is AttemptEnd.PROVEN] if outcome.ended else []
    )
    tally.add(Count.RESTARTS_PROVEN, len(proven))
    tally.add(Count.NOTICES_PUBLISHED, len(outcome.told))
    for notice in outcome.told:
        if count := _COUNT_OF.get(notice.change):
            tally.add(count)
