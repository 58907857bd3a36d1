"""The one entry to the life of a connector: (record, finding, policy, now) -> what to do, why, and what to remember."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from connectops.decide import alerting
from connectops.decide.evidence import dated
from connectops.decide.failed_update import see_update_end
from connectops.decide.incident import Step, nothing, opened
from connectops.decide.intent import as_seen, tailored
from connectops.decide.lines import hear_failure, hear_life, hear_suspicion
from connectops.decide.looks import weigh_look
from connectops.decide.rebalance import assess_in_time
from connectops.decide.transfer import hear_call
from connectops.model import Change, ConnectorRecord, Finding, RepairPolicy, Severity


def consider(record: ConnectorRecord, finding: Finding, policy: RepairPolicy, now: datetime) -> Step:
    """Take one finding in. A decision that restarts is due, not done: see `claim.claim`."""
    policy = tailored(policy, as_seen(record, finding), now)
    step = _weigh(record, finding, policy, now)
    return replace(step, record=_ask_about_tags(step.record, policy, now))


def _weigh(record: ConnectorRecord, finding: Finding, policy: RepairPolicy, now: datetime) -> Step:
    if finding.look is not None:
        step = weigh_look(record, finding.look, assess_in_time(record, finding.look, policy), policy, now)
        return see_update_end(step, finding.look, policy, now)
    if finding.diagnosis is not None:
        record = replace(record, log_group=finding.log_group or record.log_group)
        return hear_failure(record, dated(finding.diagnosis, policy, now), policy, now)
    if finding.suspicion is not None:
        return hear_suspicion(record, dated(finding.suspicion, policy, now), policy, now)
    if finding.sign is not None:
        return hear_life(record, dated(finding.sign, policy, now), policy, now)
    if finding.call is not None:
        return hear_call(record, finding.call, policy, now)
    return nothing(record, "an order, or an empty finding")


def _ask_about_tags(record: ConnectorRecord, policy: RepairPolicy, now: datetime) -> ConnectorRecord:
    """Tell once what tags say that is not understood; mended tags may go wrong again."""
    problems = policy.intent.tag_problems
    if problems == record.tag_problems_told:
        return record
    record = replace(record, tag_problems_told=problems)
    if not problems:
        return record
    said = alerting.sentence("; ".join(problems))
    told = alerting.tell(
        record, opened(record, now, now, now), Change.NOT_UNDERSTOOD, Severity.WARNING, policy, now, said
    )
    return replace(told, incident=record.incident)
