"""A person's restart among others: it waits for no budget and no probe, is counted, and never shares a cluster."""

from __future__ import annotations

import pytest

from connectops.errors import Busy, Forbidden
from connectops.model import Answer, ClusterLock, ConnectorId, FleetPhase, OrderKind, Phase, RestartBudget
from connectops.respond import Outcome
from tests.builders import MINUTE, NOW, a_failed_look, a_look, an_order, finding
from tests.fleets import LOST, Fleet, on_msk, on_rest


def order(fleet: Fleet, connector: ConnectorId, minutes: float = 0, *, force: bool = False) -> Outcome:
    after = minutes * MINUTE
    return fleet.take(finding(an_order(OrderKind.RESTART, NOW + after, force=force), connector), after)


def answer(fleet: Fleet, connector: ConnectorId) -> tuple[Answer, str]:
    last = fleet.record(connector).orders[-1]
    return last.answer, last.said


def lock(fleet: Fleet) -> ClusterLock:
    found = fleet.records.shared["#cluster/onprem LOCK"]
    assert isinstance(found, ClusterLock)
    return found


def claims(fleet: Fleet) -> int:
    found = fleet.records.shared.get("#fleet BUDGET", RestartBudget())
    assert isinstance(found, RestartBudget)
    return len(found.claims)


# ── the budget ──


def test_a_person_is_not_refused_where_the_budget_is_spent():
    fleet = Fleet(3, fleet_size=2, shares=())
    fleet.fails(0)
    fleet.fails(1)
    assert fleet.restarted == ["msk/c0"]
    order(fleet, on_msk(1), 1.1)
    order(fleet, on_msk(2), 1.2)
    assert fleet.restarted == ["msk/c0", "msk/c1", "msk/c2"]
    assert claims(fleet) == 3


@pytest.mark.parametrize(("minutes", "restarts"), [(1.9, 1), (2.1, 2)])
def test_what_a_person_restarts_is_counted_and_the_others_wait_until_its_minute_is_over(minutes, restarts):
    fleet = Fleet(2, fleet_size=2, shares=())
    fleet.fails(0)
    order(fleet, on_msk(0), 1)
    fleet.fails(minutes, 1)
    assert len(fleet.restarted) == restarts


def test_who_waits_behind_several_orders_is_told_when_there_is_room_and_not_before():
    fleet = Fleet(4, fleet_size=2, shares=())
    fleet.fails(0)
    for number, minutes in enumerate([1, 1.2, 1.4]):
        order(fleet, on_msk(number), minutes)
    [waiting] = fleet.fails(1.5, 3)
    assert waiting.decision.until == NOW + 2.4 * MINUTE
    fleet.fails(2.3, 3)
    assert len(fleet.restarted) == 3
    fleet.fails(2.4, 3)
    assert fleet.restarted[-1] == "msk/c3"


# ── the lock of a cluster ──


@pytest.mark.parametrize("force", [False, True])
def test_a_person_does_not_restart_beside_another_restart_of_the_cluster_even_with_force(force):
    fleet = Fleet(2, shares=(), on_msk_connect=False)
    fleet.fails(0)
    fleet.fails(1, 0)
    before = fleet.record(on_rest(1)).incident
    order(fleet, on_rest(1), 1.1, force=force)
    assert fleet.restarted == ["onprem/c0"]
    refused, said = answer(fleet, on_rest(1))
    assert refused is Answer.REFUSED
    assert "onprem/c0 is being restarted: give it again when it is free, at 12:06:30 UTC at the latest" in said
    after = fleet.record(on_rest(1)).incident
    assert before is not None
    assert after is not None
    assert (after.phase, after.attempts) == (before.phase, ())
    assert claims(fleet) == 1


def test_once_the_other_one_is_settled_the_order_is_carried_out():
    fleet = Fleet(2, shares=(), on_msk_connect=False)
    fleet.fails(0)
    fleet.fails(1, 0)
    fleet.flows(2, 0)
    order(fleet, on_rest(1), 2.1)
    assert fleet.restarted == ["onprem/c0", "onprem/c1"]


def test_nothing_is_restarted_beside_what_a_person_restarts_until_it_is_settled():
    fleet = Fleet(2, shares=(), on_msk_connect=False)
    fleet.fails(0)
    order(fleet, on_rest(0), 0.5)
    fleet.fails(1, 1)
    assert fleet.restarted == ["onprem/c0"]
    fleet.flows(1.5, 0)
    fleet.fails(1.6, 1)
    assert fleet.restarted == ["onprem/c0", "onprem/c1"]


@pytest.mark.parametrize(("minutes", "restarts"), [(6.4, 1), (6.6, 2)])
def test_the_lock_of_an_order_ends_by_its_time_like_any_other(minutes, restarts):
    fleet = Fleet(2, shares=(), on_msk_connect=False)
    order(fleet, on_rest(0), 1)
    order(fleet, on_rest(1), minutes)
    assert len(fleet.restarted) == restarts


def test_busy_keeps_everybody_off_the_cluster_for_a_minute_persons_too():
    fleet = Fleet(2, shares=(), on_msk_connect=False)
    fleet.hands.refuses = Busy("rebalancing (409)")
    order(fleet, on_rest(0))
    assert answer(fleet, on_rest(0)) == (Answer.REFUSED, "rebalancing (409)")
    fleet.hands.refuses = None
    order(fleet, on_rest(1), 0.9)
    assert "it is rebalancing, or busy" in answer(fleet, on_rest(1))[1]
    order(fleet, on_rest(1), 1)
    assert fleet.restarted == ["onprem/c1"]


def test_what_the_platform_forbids_leaves_the_cluster_free():
    fleet = Fleet(2, shares=(), on_msk_connect=False)
    fleet.hands.refuses = Forbidden("no")
    order(fleet, on_rest(0))
    assert lock(fleet).holder is None
    fleet.hands.refuses = None
    order(fleet, on_rest(1), 0.1)
    assert fleet.restarted == ["onprem/c1"]


def test_orders_on_msk_connect_wait_for_no_cluster():
    fleet = Fleet(2, shares=())
    fleet.flows(0, 0, 1)
    fleet.sight.sees = a_look()
    order(fleet, on_msk(0))
    order(fleet, on_msk(1))
    assert len(fleet.restarted) == 2


# ── a shared source ──


def test_what_a_person_restarts_of_those_that_fail_alike_is_the_probe():
    fleet = Fleet(4)
    fleet.dies(0, LOST)
    order(fleet, on_msk(2), 0.5)
    assert (fleet.incident().phase, fleet.incident().probe) == (FleetPhase.PROBING, "msk/c2")
    fleet.fails(1, 0, 1, 3)
    assert fleet.restarted == ["msk/c2"]
    fleet.flows(3, 2)
    fleet.fails(3.5, 0)
    assert fleet.restarted == ["msk/c2", "msk/c0"]


def test_a_person_does_not_wait_for_the_proof_of_a_probe_which_stays_the_probe():
    fleet = Fleet(4)
    fleet.dies(0, LOST)
    fleet.fails(1)
    order(fleet, on_msk(2), 1.5)
    assert fleet.restarted == ["msk/c0", "msk/c2"]
    assert (fleet.incident().phase, fleet.incident().probe) == (FleetPhase.PROBING, "msk/c0")


def test_an_order_that_the_platform_refuses_is_no_probe():
    fleet = Fleet(4)
    fleet.dies(0, LOST)
    fleet.hands.refuses = Busy("another operation")
    order(fleet, on_msk(2), 0.5)
    assert (fleet.incident().phase, fleet.incident().probe) == (FleetPhase.GATHERED, None)
    fleet.hands.refuses = None
    fleet.fails(1)
    assert fleet.restarted == ["msk/c0"]


def test_three_that_were_well_when_a_person_restarted_them_do_not_fail_alike():
    fleet = Fleet(3)
    fleet.sight.sees = a_look(shares=fleet.shares)
    for number in range(3):
        fleet.flows(0, number)
        order(fleet, on_msk(number), 0.1)
    for number in range(3):
        fleet.sees(a_look(NOW + MINUTE), on_msk(number))
    assert fleet.source().incident is None
    assert [str(notice.change) for notice in fleet.voice.said] == ["ordered"] * 3


def test_three_that_fail_after_a_person_restarted_them_do():
    fleet = Fleet(3)
    fleet.sight.sees = a_look(shares=fleet.shares)
    for number in range(3):
        fleet.flows(0, number)
        order(fleet, on_msk(number), 0.1)
    for minutes in (1, 2):
        for number in range(3):
            fleet.sees(a_failed_look(NOW + minutes * MINUTE), on_msk(number))
    assert fleet.source().incident is not None


def test_a_connector_that_is_paused_by_order_takes_no_part_any_more():
    fleet = Fleet(3)
    fleet.dies(0, LOST)
    fleet.sight.sees = a_look(shares=fleet.shares)
    fleet.take(finding(an_order(OrderKind.PAUSE, NOW + MINUTE), on_msk(1)), MINUTE)
    record = fleet.record(on_msk(1))
    assert record.incident is None
    assert record.fleet is not None
    assert record.fleet.left
    still = fleet.record(on_msk(0)).incident
    assert still is not None
    assert still.phase is Phase.WAITING
