"""Policies that are broken on purpose: each must be caught. `python -m tests.safety.mutants` shows by what.

A mutant replaces a few functions of the repair for as long as its context lasts. It is caught if a history of the
simulator breaks a rule, or if a story that the tests tell comes out differently.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from io import StringIO
from typing import Any
from unittest.mock import patch

import pytest

from connectops import respond as rooms
from connectops.decide import (
    alerting,
    attempt,
    evidence,
    fleet_limits,
    intent,
    lines,
    looks,
    loudness,
    orders,
    patience,
    probing,
    proof,
    rebalance,
    reprieves,
    restart_policy,
    shared_failure,
    transfer,
)
from connectops.decide import claim as claims
from connectops.decide import incident as incidents
from connectops.decide.incident import Step, nothing
from connectops.decide.response import consider
from connectops.decide.tags import Tags, read_tags
from connectops.errors import ActionRefused, ConnectOpsError, MessageNotDelivered, ObservationFailed, OutcomeUnknown
from connectops.model import (
    UNKNOWN_CLASS,
    Action,
    AttemptEnd,
    Change,
    ClusterLock,
    ConnectorRecord,
    ConnectorState,
    Decision,
    Diagnosis,
    Health,
    Incident,
    Look,
    Mode,
    Order,
    Phase,
    RepairPolicy,
    Reprieve,
    RestartBudget,
    Severity,
    Verdict,
)
from tests import fakes
from tests.safety.fleet_history import FleetHistory
from tests.safety.history import History
from tests.safety.rules import BrokenRule


@dataclass(frozen=True, slots=True)
class Mutant:
    """A broken policy: `changes` are (module, name, replacement)."""

    name: str
    changes: tuple[tuple[object, str, object], ...]
    of_fleets: bool = False
    """Whether only several connectors can show it."""

    @contextmanager
    def alive(self) -> Iterator[None]:
        with ExitStack() as stack:
            for module, name, changed in self.changes:
                stack.enter_context(patch.object(module, name, changed))
            yield


def _no_claim(doors: rooms.Doors, finding: Any, policy: RepairPolicy) -> rooms.Outcome:
    """Restarts first, and writes down afterwards that it was claimed."""
    now = doors.clock()
    read = doors.records.load(finding.connector)
    step = consider(rooms.follow_up(doors, read, policy, now), finding, policy, now)
    if step.decision.action.restarts:
        step = claims.claim(step.record, rooms.look_once_more(doors, step.record, now), policy, now)
    if step.decision.action.restarts:
        step = rooms._restart(doors, step.record, step, policy)
    return rooms.deliver(doors, rooms.Outcome(step.decision, doors.records.save(step.record, now, step.ended)))


def _acts_twice(doors: rooms.Doors, claimed: ConnectorRecord, step: Step, policy: RepairPolicy) -> Step:
    """Tries the call again where no answer came."""
    try:
        doors.hands.restart(claimed.connector, claimed.arn, step.decision.action, claimed.connect_version)
    except OutcomeUnknown:
        return _RESTART(doors, claimed, step, policy)
    except (ActionRefused, ObservationFailed) as err:
        return attempt.refused(claimed, err, policy, doors.clock())
    return step


_RESTART = rooms._restart
_RULE = restart_policy.rule
_FORBIDDEN = restart_policy._forbidden
_CLAIM = claims.claim


def _seen(look: Look) -> Look:
    return replace(look, state=ConnectorState.RUNNING) if look.state is ConnectorState.UNKNOWN else look


def _unpaused(look: Look) -> Look:
    paused = look.state in (ConnectorState.PAUSED, ConnectorState.STOPPED)
    return replace(look, state=ConnectorState.RUNNING) if paused else look


def _claims(changed: Callable[[Look], Look]) -> tuple[tuple[object, str, object], ...]:
    """The last look before a restart, looked at wrongly."""

    def claim(record: ConnectorRecord, look: Look, policy: RepairPolicy, now: Any) -> Step:
        return _CLAIM(record, changed(look), policy, now)

    return ((rooms, "claim", claim),)


def _uncapped(record: ConnectorRecord, incident: Incident, policy: RepairPolicy, now: Any) -> Decision | None:
    found = _FORBIDDEN(record, incident, policy, now)
    return None if found and found.action is Action.PAGE else found


def _unlimited_day(record: ConnectorRecord, incident: Incident, policy: RepairPolicy, now: Any) -> Decision | None:
    found = _FORBIDDEN(record, incident, policy, now)
    return None if found and "limit" in found.reason else found


def _lenient(known: Diagnosis | None, new: Diagnosis) -> bool:
    return known is None or new.failure_class != UNKNOWN_CLASS


def _everything(incident: Incident) -> Verdict:
    return Verdict.RESTART_WITH_BACKOFF


def _guesses(record: ConnectorRecord, look: Look, policy: RepairPolicy, now: Any) -> Step:
    """Takes what it could not see for failed."""
    return looks._failing(record, replace(look, tasks=None), Health.FAILED, policy, now)


def _acts_in_any_mode(record: ConnectorRecord, incident: Incident, policy: RepairPolicy, now: Any) -> Decision:
    return _RULE(record, incident, replace(policy, mode=Mode.REPAIR), now)


def _forgets_at_once(record: ConnectorRecord, policy: RepairPolicy, now: Any) -> Step:
    return nothing(replace(record, backoff_attempts=0, recent_attempts=()), "healthy")


def _swallows(doors: rooms.Doors, outcome: rooms.Outcome) -> rooms.Outcome:
    """Empties the outbox before it tells, so that what was not delivered is lost."""
    kept = outcome.record.outbox
    if not kept:
        return outcome
    saved = doors.records.save(replace(outcome.record, outbox=()), doors.clock())
    for notice in kept:
        try:
            doors.voice.publish(notice)
        except MessageNotDelivered:
            break
    return replace(outcome, record=saved)


def _repeats(record: ConnectorRecord, policy: RepairPolicy, now: Any) -> ConnectorRecord:
    if record.incident is None:
        return record
    return alerting.tell(record, record.incident, Change.REMINDER, Severity.WARNING, policy, now, "Still there.")


def _holds_in_silence(record: ConnectorRecord, incident: Incident, why: str, policy: RepairPolicy, now: Any) -> Step:
    waiting = replace(incident, phase=Phase.WAITING)
    return Step(replace(record, incident=waiting), Decision(Action.WAIT, why, incident.failure_class))


def _well_spelt(tags: Iterable[tuple[str, str]]) -> Tags:
    return replace(read_tags(tags), forbidden=None)


def _short(order: Order, now: datetime) -> Reprieve | str:
    kept = _REPRIEVE(order, now)
    return kept if isinstance(kept, str) else replace(kept, until=kept.at + (kept.until - kept.at) / 2)


_REPRIEVE = reprieves._reprieve


def _spends_all(budget: RestartBudget, record: ConnectorRecord, policy: RepairPolicy, now: datetime) -> RestartBudget:
    return replace(budget, claims=(*budget.claims, now))


def _takes_what_is_held(lock: ClusterLock, record: ConnectorRecord, policy: RepairPolicy, now: datetime) -> ClusterLock:
    return replace(lock, holder=record.connector.key, until=now + policy.empty_assignment_after)


def _is_free_at_once(lock: ClusterLock, *rest: Any, busy: bool) -> ClusterLock:
    return _RELEASE(lock, *rest, busy=False)


def _spends_an_attempt(record: ConnectorRecord, error: ConnectOpsError, policy: RepairPolicy, now: datetime) -> Step:
    if record.incident is None:
        return nothing(record, str(error))
    return attempt.end_attempt(record, record.incident, AttemptEnd.NOT_PROVEN, policy, now, str(error))


def _asks_no_database(doors: rooms.Doors, step: Step, now: datetime) -> Look:
    return rooms.look_once_more(doors, step.record, now)


def _waits_for_ever(incident: Incident, policy: RepairPolicy, now: datetime) -> Decision:
    return Decision(Action.WAIT, "one sight is no proof", incident.failure_class)


_RELEASE = fleet_limits.release

MUTANTS = (
    Mutant("no claim: acts before it writes", ((rooms, "respond", _no_claim), (fakes, "respond", _no_claim))),
    Mutant("calls again where no answer came", ((rooms, "_restart", _acts_twice),)),
    Mutant("no cap", ((restart_policy, "_forbidden", _uncapped),)),
    Mutant("no limit a day", ((restart_policy, "_forbidden", _unlimited_day),)),
    Mutant("no backoff", ((restart_policy, "backoff", lambda *_: timedelta(0)),)),
    Mutant("forgets its attempts at once", ((looks, "_cooling_down", _forgets_at_once),)),
    Mutant("restarts what somebody paused", _claims(_unpaused)),
    Mutant("restarts what it could not see just before", _claims(_seen)),
    Mutant(
        "restarts in a rebalance",
        ((claims, "is_rebalancing", lambda *_: False), (orders, "is_rebalancing", lambda *_: False)),
    ),
    Mutant("restarts what a rebalance left without a task", ((rebalance, "assigned_from", lambda *_: None),)),
    Mutant("asks again at once after a 409", ((fleet_limits, "release", _is_free_at_once),)),
    Mutant("counts a 409 as an attempt", ((rooms, "refused", _spends_an_attempt),)),
    Mutant("lets a person restart beside a restart", ((fleet_limits, "take", lambda lock, *_: lock),)),
    Mutant("does not count what a person restarts", ((fleet_limits, "count", lambda budget, *_: budget),)),
    Mutant("takes what it could not see for failed", ((looks, "stay_blind", _guesses),)),
    Mutant("ignores the tags", ((intent, "read_tags", lambda _: Tags()),)),
    Mutant("ignores holds and windows", ((intent, "_holds", lambda *_: ()),)),
    Mutant("ignores maintenance windows", ((intent, "held_until", lambda *_: None),)),
    Mutant("takes a tag that it does not understand for none", ((intent, "read_tags", _well_spelt),)),
    Mutant("lets a policy file loosen the mode", ((intent, "strictest", lambda *modes: modes[-1]),)),
    Mutant("tells of what is silenced", ((loudness, "is_silenced", lambda *_: False),)),
    Mutant("carries an order out again", ((orders, "answer_of", lambda *_: None),)),
    Mutant("carries an order out that comes late", ((orders, "TOO_LATE", timedelta(days=1)),)),
    Mutant("resumes what was not paused, restarts what was", ((orders, "_speaks_against", lambda *_: None),)),
    Mutant("restarts what does harm without force", ((orders, "_restart_would_harm", lambda *_, **__: None),)),
    Mutant("ends a hold before its time", ((reprieves, "_reprieve", _short),)),
    Mutant("takes what was seen before an update for news", ((transfer, "hand_over", lambda record, *_: record),)),
    Mutant("does not wait for the cause that the log may tell", ((patience, "awaits_its_cause", lambda _: False),)),
    Mutant("restarts while a name does not resolve", ((patience, "may_resolve_from", lambda _: None),)),
    Mutant("restarts while the database is away", ((rooms, "_last_look", _asks_no_database),)),
    Mutant("keeps an unknown death to itself", ((incidents, "unproven", _waits_for_ever),)),
    Mutant("believes a status that does not show a death", ((proof, "_was_shown", lambda _: True),)),
    Mutant("takes a look at one death for one at the next", ((lines, "_is_another_death", lambda *_: False),)),
    Mutant("ends a death that no status shows and nobody was told of", ((proof, "_told_long_ago", lambda *_: True),)),
    Mutant("proves a restart by records of before a refusal", ((proof, "_refused_at", lambda each: each.opened_at),)),
    Mutant(
        "leaves open what came of a restart",
        tuple((room, "interrupted", lambda record, incident, *_: (record, incident)) for room in (incidents, claims)),
    ),
    Mutant("restarts whatever died", ((restart_policy, "verdict_of", _everything),)),
    Mutant("lets noise hide a refusal", ((evidence, "outranks", _lenient),)),
    Mutant("takes old evidence for fresh", ((evidence, "is_fresh", lambda *_: True),)),
    Mutant("takes a repeated line for news", ((evidence, "is_unheard", lambda *_: True),)),
    Mutant("acts on one look", ((evidence, "is_sufficient", lambda *_: True),)),
    Mutant("acts in every mode", ((incidents, "rule", _acts_in_any_mode), (claims, "rule", _acts_in_any_mode))),
    Mutant("forgets what it could not say", ((rooms, "deliver", _swallows),)),
    Mutant("says the same at every look", ((alerting, "remind", _repeats),)),
    Mutant("takes running tasks for a proof", ((proof, "weigh_restart", lambda *_: proof.Proof.BY_TASKS),)),
    Mutant("never gives an attempt up", ((proof, "weigh_restart", lambda *_: proof.Proof.NOT_YET),)),
    Mutant(
        "waits for a busy platform for ever",
        ((attempt, "held", _holds_in_silence), (claims, "held", _holds_in_silence)),
    ),
    Mutant("ignores the budget of the fleet", ((fleet_limits, "spend", _spends_all),), of_fleets=True),
    Mutant("ignores the lock of a cluster", ((fleet_limits, "take", _takes_what_is_held),), of_fleets=True),
    Mutant("restarts all instead of one probe", ((probing, "admit", lambda part, *_: part),), of_fleets=True),
    Mutant(
        "never ends a common incident",
        ((shared_failure, "see_who_is_left", lambda part, *_: part),),
        of_fleets=True,
    ),
)
TESTS = tuple(
    f"tests/decide/test_{name}.py"
    for name in (
        "life_of_an_incident",
        "what_could_go_wrong",
        "tags",
        "orders",
        "orders_in_a_fleet",
        "patience",
        "database_away",
        "rebalance",
        "transfer",
        "policy_file",
    )
)


def caught_by(mutant: Mutant, histories: int) -> str | None:
    """What catches a mutant: a broken rule and its seed, or the tests; None if it lives."""
    kind = FleetHistory if mutant.of_fleets else History
    tests = ("tests/decide/test_fleet.py",) if mutant.of_fleets else TESTS
    with mutant.alive():
        for seed in range(histories):
            try:
                kind(seed, respond=rooms.respond).run()
            except (BrokenRule, AttributeError, IndexError) as err:
                return f"seed {seed}: {str(err)[:70]}"
        with redirect_stdout(StringIO()):
            end = pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *tests])
    if end not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        message = f"the tests could not be run ({end!r}), which catches nobody: {', '.join(tests)}"
        raise RuntimeError(message)
    return "the tests of decide/" if end == pytest.ExitCode.TESTS_FAILED else None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--histories", type=int, default=400, help="how many histories a mutant may survive")
    wanted, alive = parser.parse_args(), 0
    for mutant in MUTANTS:
        killer = caught_by(mutant, wanted.histories)
        alive += killer is None
        sys.stdout.write(f"{mutant.name:45} {killer or 'LIVES'}\n")
    sys.stdout.write(f"{len(MUTANTS)} mutants, {alive} live\n")
    return min(alive, 1)


if __name__ == "__main__":
    sys.exit(main())
