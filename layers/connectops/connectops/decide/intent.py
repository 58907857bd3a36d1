"""What people want for a connector: tags, policy file and commands, made into the policy that holds for it now.

Nobody is overruled into a restart: in what forbids or limits (mode, restart, max-restarts, holds and windows) the
strictest of tags, file, command and the template's parameters wins. In how loud and to whom, the one nearest to the
connector wins: its tag, then the file. Within the file a later rule stands over an earlier one, key by key.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

from connectops.decide.tags import Tags, read_tags
from connectops.decide.windows import held_until
from connectops.model import ConnectorPolicy, ConnectorRecord, Finding, Intent, Mode, RepairPolicy

STRICTNESS = (Mode.OFF, Mode.ADVISE, Mode.REPAIR)


def tailored(policy: RepairPolicy, record: ConnectorRecord, now: datetime) -> RepairPolicy:
    """The policy for one connector at one moment; `policy` is the deployment's: template's numbers, file's rules."""
    rules = [rule for rule in policy.rules if covers(rule, record.connector.key)]
    tags = read_tags(record.tags)
    numbers: dict[str, Any] = {}
    for rule in rules:
        numbers |= dict(rule.numbers)
    numbers["mode"] = strictest(policy.mode, numbers.get("mode", policy.mode))
    most = numbers.get("restarts_per_incident", policy.restarts_per_incident)
    numbers["restarts_per_incident"] = most if tags.max_restarts is None else min(most, tags.max_restarts)
    return replace(policy, **numbers, intent=_intent(rules, tags, record, now))


def strictest(*modes: Mode) -> Mode:
    return min(modes, key=STRICTNESS.index)


def as_seen(record: ConnectorRecord, finding: Finding) -> ConnectorRecord:
    """The record with the tags that a finding's look saw."""
    seen = finding.look.tags if finding.look else None
    return record if seen is None else replace(record, tags=seen)


def covers(rule: ConnectorPolicy, key: str) -> bool:
    return any(fnmatchcase(key, glob) for glob in rule.match)


def _intent(rules: Iterable[ConnectorPolicy], tags: Tags, record: ConnectorRecord, now: datetime) -> Intent:
    restart, severity, owner = True, None, None
    for rule in rules:
        restart = restart if rule.restart is None else rule.restart
        severity, owner = rule.severity or severity, rule.owner or owner
    until, because = max(_holds(rules, tags, record, now), default=(None, ""))
    return Intent(
        forbidden=tags.forbidden or (None if restart else "the policy file says restart: off"),
        held_until=until,
        held_because=because,
        severity=tags.severity or severity,
        owner=tags.owner or owner,
        tag_problems=tags.problems,
    )


def _holds(
    rules: Iterable[ConnectorPolicy], tags: Tags, record: ConnectorRecord, now: datetime
) -> Iterator[tuple[datetime, str]]:
    """Whatever holds now: until when, and why."""
    if tags.hold_until and tags.hold_until > now:
        yield tags.hold_until, "its tag connectops:hold-until"
    if record.hold and record.hold.until > now:
        yield record.hold.until, f"{record.hold.by} holds it"
    window = held_until((window for rule in rules for window in rule.windows), now)
    if window:
        yield window, "a maintenance window of the policy file"
