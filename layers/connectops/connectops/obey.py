"""From a person's order to its answer: load, weigh, look, claim, carry out, answer, tell.

As in `respond`, the claim is in the ledger before the platform is called: an order that is delivered again after a
crash is not carried out again. It is written together with what it means for the fleet. The outcome of a restart is
followed and proven like any other, by the looks that come.
"""

from __future__ import annotations

from dataclasses import replace

from connectops.decide.answers import is_taken
from connectops.decide.attempt import accepted
from connectops.decide.incident import Step
from connectops.decide.orders import carried_out, claim_order, hear_order, turned_down
from connectops.errors import ActionRefused, Forbidden, ObservationFailed, OutcomeUnknown
from connectops.model import ConnectorId, ConnectorRecord, Order, OrderKind, RepairPolicy
from connectops.respond import Doors, Outcome, deliver, follow_up, look_once_more, write


def obey(doors: Doors, connector: ConnectorId, order: Order, policy: RepairPolicy) -> Outcome:
    """Take one order to its answer. Raises LostRace and Unreachable of the ledger: the order comes again."""
    now = doors.clock()
    read = doors.records.load(connector)
    step = hear_order(read, order, policy, now)
    if step is None:
        followed = follow_up(doors, replace(read, arn=read.arn or order.arn), policy, now)
        step = claim_order(followed, order, look_once_more(doors, followed, now), policy, now)
    step, saved = write(doors, read, step, policy, now)
    if is_taken(saved, order) and not is_taken(read, order):
        taken, before = saved, replace(step.unclaimed or saved, version=saved.version)
        step, saved = write(doors, taken, _carry_out(doors, before, taken, order, policy), policy, doors.clock())
    restarted = step.decision.action.restarts
    return deliver(doors, Outcome(step.decision, saved, step.ended, restarted))


def _carry_out(
    doors: Doors, before: ConnectorRecord, claimed: ConnectorRecord, order: Order, policy: RepairPolicy
) -> Step:
    """The one call that changes a connector. An answer that was lost is looked for, never asked for again."""
    try:
        record, said = _call(doors, claimed, order, policy)
    except (ActionRefused, ObservationFailed) as err:
        return turned_down(before, order, err, doors.clock())
    except OutcomeUnknown as err:
        now = doors.clock()
        record, said = claimed, f"no answer came, it may have been carried out: {err}"
        if order.kind is OrderKind.RESTART:
            record = accepted(claimed, None, None, str(err), policy, now)
    return carried_out(record, order, said, policy, doors.clock())


def _call(doors: Doors, claimed: ConnectorRecord, order: Order, policy: RepairPolicy) -> tuple[ConnectorRecord, str]:
    connector, arn = claimed.connector, claimed.arn
    if order.kind is OrderKind.RESTART and claimed.incident:
        action = claimed.incident.attempts[-1].action
        done = doors.hands.restart(connector, arn, action, claimed.connect_version)
        now = doors.clock()
        record = accepted(claimed, done.operation, done.restarted_at, done.remark, policy, now)
        return record, f"the platform accepted it{f': {done.remark}' if done.remark else ''}"
    if doors.switch is None:
        raise Forbidden(f"{connector.key}: this stack has nothing to pause or resume with")
    if order.kind is OrderKind.PAUSE:
        doors.switch.pause(connector, arn)
    else:
        doors.switch.resume(connector, arn)
    return claimed, "the platform accepted it"
