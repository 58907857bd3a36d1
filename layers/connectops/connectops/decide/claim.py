"""The last look before a restart, and the claim: nothing is restarted that was not written down before."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from connectops.decide.attempt import held
from connectops.decide.evidence import moved_since
from connectops.decide.incident import HANDS_OFF, Step, closed_by_hand, conclude, nothing
from connectops.decide.intent import tailored
from connectops.decide.outcome import interrupted
from connectops.decide.proof import status_is_believed, status_showed_it
from connectops.decide.rebalance import WAITS_FOR_TASKS, is_rebalancing, no_tasks_since
from connectops.decide.restart_policy import rule
from connectops.decide.timeline import noted
from connectops.model import (
    Attempt,
    ConnectorRecord,
    ConnectorState,
    Decision,
    Health,
    Incident,
    Look,
    Phase,
    RepairPolicy,
)

ATTEMPTS_KEPT = 60
"""Of an incident, and of the last restarts: some days' worth of the most that a day allows."""
_ACTS_ON = (ConnectorState.RUNNING, ConnectorState.FAILED)


def claim(record: ConnectorRecord, look: Look, policy: RepairPolicy, now: datetime) -> Step:
    """The last look before a restart: if nothing speaks against it, the record that claims the attempt.

    Only if the decision still restarts, and only after the record was saved, may the platform be called.
    """
    incident = record.incident
    if incident is None:
        return nothing(record, "there is no incident any more")
    record = replace(record, tags=record.tags if look.tags is None else look.tags)
    policy = tailored(policy, record, now)
    if _is_another(record, incident, look):
        return closed_by_hand(record, "it was deleted and created anew", policy, now)
    if look.state in HANDS_OFF:
        return closed_by_hand(record, HANDS_OFF[look.state], policy, now)
    if look.state not in _ACTS_ON:
        why = look.blind_because or f"it is {look.state} just before the restart"
        return held(record, incident, why, policy, now)
    if is_rebalancing(record, look, policy):
        since = record.in_transition_since or look.at
        return held(replace(record, in_transition_since=since), incident, WAITS_FOR_TASKS, policy, now)
    version, arn = look.connect_version or record.connect_version, look.arn or record.arn
    record = replace(record, connect_version=version, arn=arn, shares=look.shares or record.shares)
    incident = replace(incident, state=look.state, no_tasks_since=no_tasks_since(incident, look))
    if _recovers(record, incident, look, policy, now):
        return held(record, incident, "it works again just before the restart", policy, now)
    decision = rule(record, incident, policy, now)
    if not decision.action.restarts:
        return conclude(record, incident, policy, now)
    away_since = (incident.database_away_since or now) if look.database_away else None
    incident = replace(incident, database_away_since=away_since)
    if away_since and now - away_since < policy.backoff_max:
        why = f"a restart now would be one into the outage: its database {look.database} {look.database_away}"
        return held(record, incident, why, policy, now)
    unclaimed = replace(record, incident=incident)
    return Step(claimed(record, incident, decision, now), decision, unclaimed=unclaimed)


def _is_another(record: ConnectorRecord, incident: Incident, look: Look) -> bool:
    """A connector that got the name after all that is known of this incident was about another one."""
    renewed = record.arn is not None and look.arn not in (None, record.arn)
    return renewed and look.created_at is not None and look.created_at > incident.failing_until


def _recovers(record: ConnectorRecord, incident: Incident, look: Look, policy: RepairPolicy, now: datetime) -> bool:
    """What was seen before the failure says nothing about its end; where no status showed it, records alone do.

    Where no task ran at all, records that move contradict it as well: lines come sooner than datapoints.
    """
    none_ran = incident.health in (Health.NO_TASKS, Health.FAILED)
    if none_ran and moved_since(record, look, incident.failing_until):
        return True
    if not status_showed_it(incident):
        return moved_since(record, look, incident.failing_until)
    tasks = look.tasks
    run_again = tasks is not None and tasks.running > 0 and not tasks.failed and tasks.seen_at > incident.failing_until
    return run_again and status_is_believed(incident, policy, now)


def claimed(
    record: ConnectorRecord, incident: Incident, decision: Decision, now: datetime, order: str | None = None
) -> ConnectorRecord:
    """The record that claims an attempt. One that is being proven, over which a person orders another, is over."""
    record, incident = interrupted(record, incident, decision.reason, now)
    number = incident.restarts + 1
    attempt = Attempt(number, decision.action, incident.failure_class, now, order=order)
    incident = replace(
        incident,
        phase=Phase.RESTARTING,
        attempts=(*incident.attempts, attempt)[-ATTEMPTS_KEPT:],
        decision=decision,
        not_before=None,
        looks=0,
        healthy_looks=0,
        no_tasks_since=None,
        database_away_since=None,
    )
    incident = noted(incident, now, decision.action, decision.reason)
    return replace(
        record,
        incident=incident,
        suspicions=(),
        recent_attempts=(*record.recent_attempts, attempt)[-ATTEMPTS_KEPT:],
        backoff_attempts=record.backoff_attempts + 1,
    )
