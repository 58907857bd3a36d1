"""How long a connector may be in transition before it is stuck: each kind has its own time, and its own begin.

Sources: the AWS provider of Terraform waits 20 minutes for a creation and an update of aws_mskconnect_connector, and 10
for a deletion; a connector that cannot be created was CREATING for just over 20 minutes until it was FAILED
(crossplane-contrib/provider-upjet-aws, pull request 1162); Kafka Connect's rebalance delay is 5 minutes.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from connectops.model import ConnectorRecord, ConnectorState, Look, RepairPolicy, UpdateState


def stuck_after(state: ConnectorState, policy: RepairPolicy) -> timedelta:
    match state:
        case ConnectorState.CREATING:
            return policy.creating_stuck_after
        case ConnectorState.UPDATING:
            return policy.updating_stuck_after
        case _:
            return policy.stuck_after


def changing_since(record: ConnectorRecord, look: Look) -> datetime:
    """Since when the platform is at it, as it tells itself; else since the first look that saw it."""
    seen_since = record.in_transition_since or look.at
    if look.state is ConnectorState.CREATING and look.created_at:
        return min(look.created_at, seen_since)
    if look.state is ConnectorState.UPDATING and look.update and look.update.state is UpdateState.IN_PROGRESS:
        return look.update.at
    return seen_since
