"""How much may be restarted at once: the budget of the whole fleet, and one at a time on a self-managed cluster."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from connectops.model import (
    ClusterLock,
    ConnectorRecord,
    Phase,
    Platform,
    RepairPolicy,
    RestartBudget,
)


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a restart that is right is not done now, and until when at most (None: until something else happens)."""

    reason: str
    until: datetime | None = None


def budget_limit(fleet_size: int, policy: RepairPolicy) -> int:
    """At most so many restarts in a window: a share of the fleet, one at least. A fleet that nobody saw is small."""
    return max(1, min(policy.fleet_restarts, fleet_size * policy.fleet_percent // 100))


def count(budget: RestartBudget, record: ConnectorRecord, policy: RepairPolicy, now: datetime) -> RestartBudget:
    """The budget with one more restart, whether there was room for it or not. What was spent is never given back."""
    claims = tuple(at for at in budget.claims if now - at < policy.budget_window)
    return replace(budget, fleet_size=record.fleet_size or budget.fleet_size, claims=(*claims, now))


def spend(budget: RestartBudget, record: ConnectorRecord, policy: RepairPolicy, now: datetime) -> RestartBudget | Hold:
    """The budget with one more restart, or why there is none to be had."""
    spent = count(budget, record, policy, now)
    limit = budget_limit(spent.fleet_size, policy)
    too_many = len(spent.claims) - limit
    if too_many > 0:
        window = f"{policy.budget_window.total_seconds():g} s"
        until = sorted(spent.claims)[too_many - 1] + policy.budget_window
        return Hold(f"the whole fleet may have {limit} restarts in {window}", until)
    return spent


def take(lock: ClusterLock, record: ConnectorRecord, policy: RepairPolicy, now: datetime) -> ClusterLock | Hold:
    """The lock, held for this connector as long as a rebalance may last; or who holds it."""
    taken = lock.until is not None and now < lock.until and lock.holder != record.connector.key
    if not taken:
        return replace(lock, holder=record.connector.key, until=now + policy.empty_assignment_after)
    why = f"{lock.holder} is being restarted" if lock.holder else "it is rebalancing, or busy"
    return Hold(f"one restart at a time on cluster {lock.cluster}: {why}", lock.until)


def release(
    lock: ClusterLock,
    before: ConnectorRecord,
    after: ConnectorRecord,
    policy: RepairPolicy,
    now: datetime,
    *,
    busy: bool,
) -> ClusterLock:
    """Free again once the restart is through; after a "busy" nobody asks the cluster for a while."""
    if lock.holder != after.connector.key or not needs_lock(before) or needs_lock(after):
        return lock
    return replace(lock, holder=None, until=now + policy.first_backoff if busy else None)


def needs_lock(record: ConnectorRecord) -> bool:
    """Whether a restart on a self-managed cluster is on its way, and no look has shown its tasks settled since."""
    incident = record.incident
    if record.connector.platform is not Platform.KAFKA_CONNECT or incident is None or not incident.attempts:
        return False
    restarting = incident.phase in (Phase.RESTARTING, Phase.PROVING) and incident.attempts[-1].ended_at is None
    return restarting and not incident.looks and not incident.healthy_looks
