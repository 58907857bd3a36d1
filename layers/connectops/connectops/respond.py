"""From a finding to its outcome: load, decide, look once more, claim, act, note, tell.

Claim before acting: the attempt is in the ledger before the platform is called, so a crash costs one missed restart
and never two. Record after telling: a notice leaves the ledger's outbox after it was delivered, so a crash costs one
repeated message and never a silent failure. The doors are protocols: the function opens them to AWS, a replay to a
recording.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from connectops.act.actor import Actor
from connectops.act.switch import Switch
from connectops.decide.attempt import accepted, follow, lose_sight, refused
from connectops.decide.claim import claim
from connectops.decide.fleet import concerns, take_part, wait_for_others
from connectops.decide.incident import Step
from connectops.decide.response import consider
from connectops.errors import (
    ActionRefused,
    LostRace,
    MessageNotDelivered,
    NotFound,
    ObservationFailed,
    OutcomeUnknown,
    Overtaken,
)
from connectops.model import (
    Concerns,
    ConnectorId,
    ConnectorRecord,
    ConnectorState,
    Decision,
    Endpoint,
    Finding,
    FleetItem,
    Incident,
    Look,
    Notice,
    Operation,
    Phase,
    RepairPolicy,
    Surroundings,
    Verdict,
)

TRIES = 5
"""So often a step is weighed anew because others of the fleet wrote first; then the finding comes again."""


class Records(Protocol):
    """The ledger, as far as a response needs it."""

    def load(self, connector: ConnectorId) -> ConnectorRecord: ...

    def around(self, concerns: Concerns) -> Surroundings: ...

    def save(
        self,
        record: ConnectorRecord,
        now: datetime,
        ended: Incident | None = None,
        beside: tuple[FleetItem, ...] = (),
    ) -> ConnectorRecord: ...


class Sight(Protocol):
    """The last look before a restart, and the operation that a restart became."""

    def look(self, connector: ConnectorId, arn: str | None, at: datetime) -> Look: ...

    def operation(self, record: ConnectorRecord) -> Operation | None: ...


class Reach(Protocol):
    """Tries to reach a database from where its connectors run."""

    def away(self, database: Endpoint) -> str | None:
        """Why it cannot be reached, None if it can. Raises ObservationFailed where nobody could try."""
        ...


class Voice(Protocol):
    """Where notices go."""

    def publish(self, notice: Notice) -> None: ...


@dataclass(frozen=True, slots=True)
class Doors:
    """Everything outside that a response touches; `clock` is read only after the world has answered."""

    records: Records
    sight: Sight
    hands: Actor
    voice: Voice
    clock: Callable[[], datetime]
    switch: Switch | None = None
    """Pauses and resumes, on a person's order only; None where there is nothing to switch."""
    reach: Reach | None = None
    """None where nothing stands in the databases' network."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one finding: the decision, the record as saved, what was told and what could not be.

    `untold` says why a notice is still in the outbox; `lost` are notices that the topic will never accept.
    """

    decision: Decision
    record: ConnectorRecord
    ended: Incident | None = None
    restarted: bool = False
    told: tuple[Notice, ...] = ()
    untold: str | None = None
    lost: tuple[Notice, ...] = ()


def respond(doors: Doors, finding: Finding, policy: RepairPolicy) -> Outcome:
    """Take one finding to its end. Raises LostRace and Unreachable of the ledger: the finding comes again."""
    now = doors.clock()
    read = doors.records.load(finding.connector)
    followed = follow_up(doors, read, policy, now)
    step = consider(followed, finding, policy, now)
    if step.decision.action.restarts:
        step = _wait_for_others(doors, read, step, policy, now)
    if step.decision.action.restarts:
        step = claim(step.record, _last_look(doors, step, now), policy, now)
    step, saved = write(doors, read, step, policy, now)
    restarts = step.unclaimed is not None
    if restarts:
        claimed, step = saved, _restart(doors, saved, step, policy)
        step, saved = write(doors, claimed, step, policy, doors.clock())
    return deliver(doors, Outcome(step.decision, saved, step.ended, restarts))


def _wait_for_others(doors: Doors, read: ConnectorRecord, step: Step, policy: RepairPolicy, now: datetime) -> Step:
    """A thousand that wait for their turn ask the ledger, not the platform."""
    around = doors.records.around(concerns(read, replace(step, unclaimed=step.record), policy, now))
    return wait_for_others(read, step, around, policy, now)


def write(
    doors: Doors, before: ConnectorRecord, step: Step, policy: RepairPolicy, now: datetime
) -> tuple[Step, ConnectorRecord]:
    """Write a step, as the fleet allows it, together with what it means for the fleet: one write, all or nothing."""
    for _ in range(TRIES):
        wanted = concerns(before, step, policy, now)
        around = doors.records.around(wanted) if wanted else Surroundings()
        part = take_part(before, step, around, policy, now)
        items = part.items(around)
        if part.record == before and not items:
            return part.step, before
        with suppress(Overtaken):
            return part.step, doors.records.save(part.record, now, part.step.ended, items)
    raise LostRace(f"{before.connector.key}: others of the fleet were first {TRIES} times")


def follow_up(doors: Doors, record: ConnectorRecord, policy: RepairPolicy, now: datetime) -> ConnectorRecord:
    """Bring a restart that is being carried out forward."""
    if record.incident is None or record.incident.phase is not Phase.RESTARTING:
        return record
    try:
        operation = doors.sight.operation(record)
    except (ObservationFailed, NotFound):
        return lose_sight(record, policy, now).record
    return follow(record, operation, policy, now).record


def look_once_more(doors: Doors, record: ConnectorRecord, now: datetime) -> Look:
    """The connector as it is just before anything is done to it; UNKNOWN with the reason where it is not seen."""
    try:
        return doors.sight.look(record.connector, record.arn, now)
    except NotFound:
        return Look(record.connector, now, ConnectorState.GONE)
    except ObservationFailed as err:
        return Look(record.connector, now, ConnectorState.UNKNOWN, blind_because=f"not seen before the restart: {err}")


def _last_look(doors: Doors, step: Step, now: datetime) -> Look:
    """As `look_once_more`; where only the world outside can have been mended, also whether its database answers."""
    look = look_once_more(doors, step.record, now)
    if doors.reach is None or look.database is None or step.decision.verdict is not Verdict.RESTART_WITH_BACKOFF:
        return look
    with suppress(ObservationFailed):
        return replace(look, database_away=doors.reach.away(look.database))
    return look


def _restart(doors: Doors, claimed: ConnectorRecord, step: Step, policy: RepairPolicy) -> Step:
    """The one call that changes a connector. An answer that was lost leaves the claim standing, to be followed."""
    try:
        done = doors.hands.restart(claimed.connector, claimed.arn, step.decision.action, claimed.connect_version)
    except (ActionRefused, ObservationFailed) as err:
        return refused(claimed, err, policy, doors.clock())
    except OutcomeUnknown as err:
        record = accepted(claimed, None, None, str(err), policy, doors.clock())
    else:
        record = accepted(claimed, done.operation, done.restarted_at, done.remark, policy, doors.clock())
    return Step(record, step.decision)


def deliver(doors: Doors, outcome: Outcome) -> Outcome:
    """Empty the outbox; what could not be delivered stays there, and keeps the connector open until it is."""
    told: list[Notice] = []
    lost: list[Notice] = []
    untold = None
    for notice in outcome.record.outbox:
        try:
            doors.voice.publish(notice)
            told.append(notice)
        except MessageNotDelivered as err:
            untold = str(err)
            if not err.permanent:
                break
            lost.append(notice)
    record = replace(outcome.record, outbox=outcome.record.outbox[len(told) + len(lost) :])
    if record != outcome.record:
        record = doors.records.save(record, doors.clock())
    return replace(outcome, record=record, told=tuple(told), untold=untold, lost=tuple(lost))
