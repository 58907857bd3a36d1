"""A connector with tasks that are being assigned or restarted: that is waited for, as long as a rebalance may take."""

from __future__ import annotations

from connectops.decide.health import assess, assess_anyway
from connectops.model import ConnectorRecord, Health, Look, RepairPolicy

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
