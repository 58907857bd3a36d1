"""The one entry to the life of a connector: (record, finding, policy, now) -> what to do, why, and what to remember."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from connectops.decide.evidence import dated
from connectops.decide.health import assess
from connectops.decide.incident import Step, nothing
from connectops.decide.lines import hear_failure, hear_life, hear_suspicion
from connectops.decide.looks import weigh_look
from connectops.model import ConnectorRecord, Finding, RepairPolicy


def consider(record: ConnectorRecord, finding: Finding, policy: RepairPolicy, now: datetime) -> Step:
    """Take one finding in. A decision that restarts is due, not done: see `claim.claim`."""
    if finding.look is not None:
        return weigh_look(record, finding.look, assess(finding.look), policy, now)
    if finding.diagnosis is not None:
        record = replace(record, log_group=finding.log_group or record.log_group)
        return hear_failure(record, dated(finding.diagnosis, policy, now), policy, now)
    if finding.suspicion is not None:
        return hear_suspicion(record, dated(finding.suspicion, policy, now), policy)
    if finding.sign is not None:
        return hear_life(record, dated(finding.sign, policy, now), policy, now)
    return nothing(record, "an empty finding")
