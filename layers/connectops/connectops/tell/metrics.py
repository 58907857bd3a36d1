"""Our own metrics: counts of nouns, in CloudWatch's embedded metric format.

Their dimension is Powertools' `service`, which the template sets to the name of the stack: each series has its price.
Only the health of each connector has one more, `connector`, and can be left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sized
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from aws_lambda_powertools.metrics import MetricUnit, single_metric

from connectops.model import AttemptEnd, Change, Health, Incident, Look, Notice

if TYPE_CHECKING:
    from aws_lambda_powertools.metrics import EphemeralMetrics
    from aws_lambda_powertools.metrics import Metrics as SharedMetrics

    type Metrics = SharedMetrics | EphemeralMetrics


NAMESPACE = "ConnectOps"
_LONGEST = 1024  # characters of a dimension's value


class Count(StrEnum):
    """What is counted."""

    POLL_COMPLETED = "PollCompleted"
    """Polls that came to their end and saw something: the dead-man alarm waits for these."""
    CONNECTORS_HEALTHY = "ConnectorsHealthy"
    CONNECTORS_UNHEALTHY = "ConnectorsUnhealthy"
    CONNECTORS_UNKNOWN = "ConnectorsUnknown"
    FAILED_TASKS = "FailedTasks"
    CLUSTERS_UNKNOWN = "ClustersUnknown"
    """Clusters (MSK Connect is one) whose connectors could not be listed, wholly or in part."""
    RESTARTS_ATTEMPTED = "RestartsAttempted"
    RESTARTS_PROVEN = "RestartsProven"
    RESTARTS_REFUSED = "RestartsRefused"
    CONNECTORS_QUARANTINED = "ConnectorsQuarantined"
    INCIDENTS_OPENED = "IncidentsOpened"
    INCIDENTS_RESOLVED = "IncidentsResolved"
    NOTICES_PUBLISHED = "NoticesPublished"
    CONNECTOR_HEALTHY = "ConnectorHealthy"
    """1 or 0 for each connector; nothing for one that is paused, stopped, in transition or out of sight."""
    POLICY_FILE_BROKEN = "PolicyFileBroken"
    """1 where the policy file could not be read or is wrong, 0 where it is right; nothing without one."""


_UNHEALTHY = frozenset({Health.DEGRADED, Health.FAILED, Health.NO_TASKS, Health.RETRYING, Health.STALLED, Health.STUCK})
_TOLD = {
    Change.OPENED: Count.INCIDENTS_OPENED,
    Change.FLEET_OPENED: Count.INCIDENTS_OPENED,
    Change.UPDATE_FAILED: Count.INCIDENTS_OPENED,
    Change.REFUSED: Count.RESTARTS_REFUSED,
    Change.QUARANTINED: Count.CONNECTORS_QUARANTINED,
    Change.RESOLVED: Count.INCIDENTS_RESOLVED,
    Change.FLEET_RESOLVED: Count.INCIDENTS_RESOLVED,
}


class Response(Protocol):
    """What a response did, as far as it is counted."""

    @property
    def restarted(self) -> bool: ...

    @property
    def ended(self) -> Incident | None: ...

    @property
    def told(self) -> tuple[Notice, ...]: ...


def count_looks(metrics: Metrics, looks: Iterable[tuple[Look, Health]], blind: Sized) -> None:
    """Count a poll. What is wrong has a point only while it is not zero: a series is paid for by the hour with a point.

    Where PollCompleted has a point and one of these has none, it is zero.
    """
    seen = [(look, health) for look, health in looks if health is not Health.GONE]
    _count(metrics, Count.CONNECTORS_HEALTHY, sum(health is Health.HEALTHY for _, health in seen))
    _count_if_any(metrics, Count.CONNECTORS_UNHEALTHY, sum(health in _UNHEALTHY for _, health in seen))
    _count_if_any(metrics, Count.CONNECTORS_UNKNOWN, sum(health is Health.UNKNOWN for _, health in seen))
    _count_if_any(metrics, Count.FAILED_TASKS, sum(look.tasks.failed for look, _ in seen if look.tasks))
    _count_if_any(metrics, Count.CLUSTERS_UNKNOWN, len(blind))


def chart_health(looks: Iterable[tuple[Look, Health]]) -> None:
    """One series a connector. CloudWatch takes printable ASCII, and names of connectors may hold more."""
    for look, health in looks:
        if health is Health.HEALTHY or health in _UNHEALTHY:
            value = int(health is Health.HEALTHY)
            with single_metric(Count.CONNECTOR_HEALTHY, MetricUnit.Count, value, namespace=NAMESPACE) as series:
                series.add_dimension("connector", look.connector.key.encode("unicode_escape").decode()[:_LONGEST])


def count_completion(metrics: Metrics) -> None:
    _count(metrics, Count.POLL_COMPLETED, 1)


def count_policy(metrics: Metrics, *, is_right: bool) -> None:
    _count(metrics, Count.POLICY_FILE_BROKEN, int(not is_right))


def count_outcome(metrics: Metrics, outcome: Response) -> None:
    """Count a response: restarts as they are asked for and proven, changes as people are told of them."""
    attempts = outcome.ended.attempts if outcome.ended else ()
    _count(metrics, Count.RESTARTS_ATTEMPTED, int(outcome.restarted))
    _count(metrics, Count.RESTARTS_PROVEN, sum(attempt.end is AttemptEnd.PROVEN for attempt in attempts))
    _count(metrics, Count.NOTICES_PUBLISHED, len(outcome.told))
    for notice in outcome.told:
        if count := _TOLD.get(notice.change):
            _count(metrics, count, 1)


def _count(metrics: Metrics, count: Count, number: int) -> None:
    metrics.add_metric(count, MetricUnit.Count, number)


def _count_if_any(metrics: Metrics, count: Count, number: int) -> None:
    if number:
        _count(metrics, count, number)
