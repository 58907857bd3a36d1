"""Tasks that are being assigned or restarted, or are not there at all: waited for as long as a rebalance may take.

Measured: after an outage of the brokers a worker of Kafka Connect 4.1 rejoins with an empty assignment and
`rebalance delay: 300000`; a restart answers 409, and waiting is the cure. A worker that is replaced leaves its tasks to
nobody for as long (scheduled.rebalance.max.delay.ms), on MSK Connect too: RunningTaskCount is 0 meanwhile.
"""

from __future__ import annotations

from datetime import datetime

from connectops.decide.evidence import deadline
from connectops.decide.health import assess, assess_anyway
from connectops.model import ConnectorRecord, Health, Incident, Look, RepairPolicy, Silence

WAITS_FOR_TASKS = "some of its tasks are not assigned yet, or are being restarted: that is waited for"


def assess_in_time(record: ConnectorRecord, look: Look, policy: RepairPolicy) -> Health:
    """The health that a look shows to one who remembers: tasks that never come hide no failure for ever."""
    return assess(look) if is_rebalancing(record, look, policy) else assess_anyway(look)


def is_rebalancing(record: ConnectorRecord, look: Look, policy: RepairPolicy) -> bool:
    """Whether tasks are neither running nor failed, and have not been so for longer than a rebalance may take."""
    if look.tasks is None or not look.tasks.other:
        return False
    since = record.in_transition_since or look.at
    return look.at - since < policy.empty_assignment_after


def no_tasks_since(incident: Incident, look: Look) -> datetime | None:
    """Since when it has no task; a look that does not see tasks changes nothing."""
    if look.tasks is None:
        return incident.no_tasks_since
    return None if look.tasks.total else incident.no_tasks_since or look.at


def assigned_from(record: ConnectorRecord, incident: Incident, policy: RepairPolicy) -> datetime | None:
    """From when on a rebalance can be the reason no more that it has no task, or a worker none; None if it is not."""
    said = [deadline(each, policy) for each in record.suspicions if each.silence is Silence.EMPTY_ASSIGNMENT]
    seen = [incident.no_tasks_since + policy.empty_assignment_after] if incident.no_tasks_since else []
    return max([*said, *seen], default=None)
