"""Connectors that share something, each with its own decider: told as what all of them see, do and say."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from connectops.errors import Busy
from connectops.model import (
    Action,
    DataImpact,
    FleetPhase,
    Mode,
    Phase,
    RepairPolicy,
    Shared,
    SharedSource,
    Verdict,
)
from tests.builders import MINUTE, NOW, a_diagnosis, a_look, a_refusal
from tests.fleets import DATABASE, LOST, SUBNET, Fleet, changes_of, on_msk, on_rest

# ── the budget ──


@pytest.mark.parametrize(("fleet_size", "restarts"), [(1, 1), (9, 1), (10, 2), (24, 4), (25, 5), (1_000, 5)])
def test_no_more_restarts_a_minute_than_a_fifth_of_the_fleet_and_never_more_than_five(fleet_size, restarts):
    fleet = Fleet(9, fleet_size=fleet_size, shares=())
    fleet.fails(0)
    outcomes = fleet.fails(1)
    assert len(fleet.restarted) == restarts
    waiting = outcomes[-1].decision
    assert (waiting.action, waiting.until) == (Action.WAIT, NOW + 2 * MINUTE)
    assert "the whole fleet may have" in waiting.reason


def test_what_the_budget_held_back_comes_when_its_minute_is_over_and_not_before():
    fleet = Fleet(2, fleet_size=2, shares=())
    fleet.fails(0)
    fleet.fails(1)
    fleet.fails(1.99, 1)
    assert fleet.restarted == ["msk/c0"]
    fleet.fails(2, 1)
    assert fleet.restarted == ["msk/c0", "msk/c1"]


def test_a_fleet_whose_size_nobody_knows_is_small():
    fleet = Fleet(3, fleet_size=0, shares=())
    fleet.fails(0)
    fleet.fails(1)
    assert len(fleet.restarted) == 1


def test_what_was_held_back_is_as_it_was_before_and_no_attempt_of_it_counts():
    fleet = Fleet(2, fleet_size=2, shares=())
    fleet.fails(0)
    fleet.fails(1)
    held = fleet.record(on_msk(1))
    assert (held.recent_attempts, held.backoff_attempts) == ((), 0)
    assert held.incident is not None
    assert (held.incident.phase, held.incident.attempts, held.incident.looks) == (Phase.WAITING, (), 2)


# ── the lock of a cluster ──


def test_a_self_managed_cluster_has_one_restart_at_a_time():
    fleet = Fleet(3, shares=(), on_msk_connect=False)
    fleet.fails(0)
    outcomes = fleet.fails(1)
    assert fleet.restarted == ["onprem/c0"]
    assert "onprem/c0 is being restarted" in outcomes[1].decision.reason


def test_the_next_one_comes_when_a_look_has_shown_the_first_one_settled():
    fleet = Fleet(2, shares=(), on_msk_connect=False)
    fleet.fails(0)
    fleet.fails(1)
    fleet.fails(1.9, 1)
    assert fleet.restarted == ["onprem/c0"]
    fleet.flows(2, 0)
    fleet.fails(2.1, 1)
    assert fleet.restarted == ["onprem/c0", "onprem/c1"]


@pytest.mark.parametrize(("minutes", "restarts"), [(6.4, 1), (6.6, 2)])
def test_a_holder_that_nobody_looks_at_any_more_blocks_for_as_long_as_a_rebalance_lasts(minutes, restarts):
    fleet = Fleet(2, shares=(), on_msk_connect=False)
    fleet.fails(0)
    fleet.fails(1)
    fleet.fails(minutes, 1)
    assert len(fleet.restarted) == restarts


def test_busy_is_no_failure_and_nobody_asks_the_cluster_for_a_minute():
    fleet = Fleet(2, shares=(), on_msk_connect=False)
    fleet.fails(0)
    fleet.hands.refuses = Busy("rebalancing (409)")
    first, second = fleet.fails(1)
    assert "busy" in first.decision.reason
    assert "rebalancing" in second.decision.reason
    assert second.decision.until == NOW + 2 * MINUTE
    fleet.hands.refuses = None
    assert fleet.fails(1.9, 1)[0].decision.action is Action.WAIT
    fleet.fails(2, 1)
    assert fleet.restarted == ["onprem/c1"]
    assert fleet.record(on_rest(0)).recent_attempts == ()


def test_clusters_do_not_wait_for_each_other_nor_msk_connect_for_any():
    fleet = Fleet(2, shares=())
    fleet.fails(0)
    fleet.fails(1)
    assert len(fleet.restarted) == 2


# ── a shared source ──


def test_two_that_fail_alike_are_two_and_three_are_one_incident():
    fleet = Fleet(3)
    fleet.dies(0, LOST, 0, 1)
    assert changes_of(fleet) == []
    fleet.dies(0.1, LOST, 2)
    assert changes_of(fleet) == [("fleet-opened", "page")]
    (page,) = (notice for notice in fleet.voice.said if notice.shared)
    assert page.members == ("msk/c0", "msk/c1", "msk/c2")
    assert page.shared == "the database host db.shop"
    assert page.title == "3 connectors fail alike: PG_CONN_LOST"


def test_those_that_share_nothing_stay_alone():
    fleet = Fleet(5, shares=())
    fleet.dies(0, LOST)
    assert changes_of(fleet) == []


def test_those_whose_causes_are_not_alike_stay_alone():
    fleet = Fleet(4)
    fleet.dies(0, LOST, 0, 1)
    fleet.dies(0, a_refusal("PG_PERMISSION"), 2)
    fleet.dies(0, a_diagnosis("KAFKA_UNREACHABLE"), 3)
    assert changes_of(fleet) == []


@pytest.mark.parametrize(("minutes", "incidents"), [(9.9, 1), (10, 0)])
def test_alike_is_within_ten_minutes(minutes, incidents):
    policy = RepairPolicy(first_backoff=timedelta(hours=1))
    fleet = Fleet(3, policy=policy)
    fleet.dies(0, LOST, 0, 1)
    fleet.dies(minutes, LOST, 2)
    assert len(changes_of(fleet)) == incidents


def test_one_is_restarted_first_and_the_others_wait_for_its_proof():
    fleet = Fleet(4)
    fleet.dies(0, LOST)
    outcomes = fleet.fails(1)
    assert fleet.restarted == ["msk/c0"]
    assert all(outcome.decision.action is Action.WAIT for outcome in outcomes[1:])
    assert "msk/c0 is restarted first" in outcomes[1].decision.reason
    assert outcomes[1].decision.until == NOW + 26 * MINUTE
    fleet.flows(3, 0)
    assert fleet.incident().phase is FleetPhase.PROVEN
    fleet.fails(3.1, 1, 2, 3)
    assert fleet.restarted == ["msk/c0", "msk/c1", "msk/c2", "msk/c3"]
    assert changes_of(fleet) == [("fleet-opened", "page"), ("fleet-proven", "info")]


def test_the_others_follow_in_batches_of_the_budget():
    fleet = Fleet(9)
    fleet.dies(0, LOST)
    fleet.fails(1)
    fleet.flows(3, 0)
    fleet.fails(3.1, *range(1, 9))
    assert len(fleet.restarted) == 1 + 5
    fleet.fails(4.1, *range(1, 9))
    assert len(fleet.restarted) == 9


def test_nobody_follows_an_incident_that_somebody_else_holds_in_the_same_moment(monkeypatch):
    """Between the reading of the incident and the claim of a follower another member finds that it failed again."""
    fleet = Fleet(4)
    fleet.dies(0, LOST)
    fleet.fails(1)
    fleet.flows(3, 0)
    save = fleet.records.save

    def after_another(record, now, ended=None, beside=()):
        if fleet.incident().phase is FleetPhase.PROVEN and record.incident.phase is Phase.RESTARTING:
            held = replace(fleet.incident(), phase=FleetPhase.HELD, until=NOW + 20 * MINUTE)
            save(fleet.record(on_msk(3)), now, None, (replace(fleet.source(), incident=held),))
        return save(record, now, ended, beside)

    monkeypatch.setattr(fleet.records, "save", after_another)
    fleet.fails(3.1, 1)
    assert fleet.restarted == ["msk/c0"]


def test_a_probe_that_fails_holds_all_until_its_pause_is_over():
    fleet = Fleet(4)
    fleet.dies(0, LOST)
    fleet.fails(1)
    fleet.fails(3, 0)
    fleet.fails(4, 0)
    assert fleet.incident().phase is FleetPhase.HELD
    outcomes = fleet.fails(5.9, 1, 2, 3)
    assert fleet.restarted == ["msk/c0"]
    assert "did not cure it, so all are held" in outcomes[0].decision.reason
    assert outcomes[0].decision.until == NOW + 6 * MINUTE
    fleet.fails(6, 1, 2, 3)
    assert fleet.restarted == ["msk/c0", "msk/c1"]
    assert changes_of(fleet) == [("fleet-opened", "page"), ("fleet-held", "warning")]


def test_probes_that_go_on_failing_end_with_a_page_and_nobody_is_restarted_any_more():
    fleet = Fleet(12)
    fleet.dies(0, LOST)
    for minute in range(1, 180):
        fleet.fails(minute)
    assert len(fleet.restarted) == 7
    assert changes_of(fleet)[:3] == [("fleet-opened", "page"), ("fleet-held", "warning"), ("fleet-gave-up", "page")]
    fleet.fails(600)
    assert changes_of(fleet)[3:] == [("reminder", "page")]
    assert len(fleet.restarted) == 7


def test_what_is_still_open_hours_after_the_proof_is_told_again_to_a_person():
    fleet = Fleet(4)
    fleet.dies(0, LOST)
    fleet.fails(1)
    fleet.flows(2, 0)
    assert fleet.incident().phase is FleetPhase.PROVEN
    fleet.reads(a_refusal("PG_SLOT_MISSING", NOW + 3 * MINUTE), 1)
    told = changes_of(fleet)
    fleet.fails(2 + 4 * 60 - 1, 1, 2)
    assert changes_of(fleet) == told
    fleet.fails(3 + 4 * 60, 1, 2)
    assert changes_of(fleet) == [*told, ("reminder", "warning")]


def test_one_that_works_again_after_all_shows_the_others_the_way():
    fleet = Fleet(4)
    fleet.dies(0, LOST)
    for minute in range(1, 300):
        fleet.fails(minute)
    assert fleet.incident().phase is FleetPhase.GAVE_UP
    fleet.flows(300, 3)
    fleet.flows(301, 3)
    assert fleet.incident().phase is FleetPhase.PROVEN
    restarted = len(fleet.restarted)
    fleet.fails(302, 0, 1, 2)
    assert len(fleet.restarted) > restarted


def test_a_probe_that_somebody_paused_makes_room_for_another():
    fleet = Fleet(4)
    fleet.dies(0, LOST)
    fleet.fails(1)
    fleet.sees(a_look(NOW + 2 * MINUTE, state="PAUSED"), on_msk(0))  # type: ignore[arg-type]
    fleet.fails(2.1, 1, 2)
    assert fleet.restarted == ["msk/c0", "msk/c1"]


def test_a_probe_that_is_never_heard_of_again_makes_room_after_its_time():
    fleet = Fleet(3)
    fleet.dies(0, LOST)
    fleet.fails(1)
    fleet.fails(25.9, 1, 2)
    assert fleet.restarted == ["msk/c0"]
    fleet.fails(26, 1, 2)
    assert fleet.restarted == ["msk/c0", "msk/c1"]


def test_one_that_fails_after_the_proof_is_a_probe_of_its_own():
    fleet = Fleet(5)
    fleet.dies(0, LOST, 0, 1, 2)
    fleet.fails(1, 0, 1, 2)
    fleet.flows(3, 0)
    fleet.dies(4, LOST, 3, 4)
    fleet.fails(5, 3, 4)
    assert "msk/c3" in fleet.restarted
    assert "msk/c4" not in fleet.restarted


def test_those_that_wait_do_not_ask_the_platform():
    fleet = Fleet(4)
    fleet.dies(0, LOST)
    asked: list[str] = []
    look = fleet.sight.look
    fleet.sight.look = lambda connector, arn, at: asked.append(connector.name) or look(connector, arn, at)  # type: ignore[method-assign, func-returns-value]
    fleet.fails(1)
    assert asked == ["c0"]


# ── what people hear ──


def test_people_hear_of_all_at_once_and_of_none_besides():
    fleet = Fleet(8)
    fleet.dies(0, LOST)
    fleet.fails(1)
    for minute in range(2, 4):
        fleet.fails(minute, *range(1, 8))
    fleet.flows(4, 0)
    fleet.fails(5, *range(1, 8))
    fleet.fails(6, 6, 7)
    for minute in range(7, 11):
        fleet.flows(minute, *range(8))
    alone = [(str(notice.change), notice.connector.name) for notice in fleet.voice.said if not notice.shared]
    assert alone == [("opened", "c0"), ("opened", "c1")]
    assert changes_of(fleet) == [("fleet-opened", "page"), ("fleet-proven", "info"), ("fleet-resolved", "info")]
    assert fleet.voice.said[-1].members == tuple(f"msk/c{n}" for n in range(8))
    assert all(fleet.record(connector).incident is None for connector in fleet.connectors)
    assert fleet.source().incident is None


def test_an_incident_that_is_over_is_remembered_with_when_it_ended():
    fleet = Fleet(3)
    fleet.dies(0, LOST)
    for minute in range(1, 5):
        fleet.fails(minute)
    before = fleet.incident()
    for minute in range(5, 10):
        fleet.flows(minute, 0, 1, 2)
    [ended] = fleet.ended_together()
    assert (ended.id, ended.names, ended.opened_at) == (before.id, before.names, before.opened_at)
    assert ended.ended_at == fleet.voice.said[-1].at
    assert ended.notices == len(changes_of(fleet))


def test_it_is_not_over_before_the_last_one_is():
    fleet = Fleet(3)
    fleet.dies(0, LOST)
    for minute in range(1, 5):
        fleet.fails(minute)
    fleet.flows(5, 0, 1)
    fleet.flows(6, 0, 1)
    fleet.flows(7, 0, 1)
    assert "fleet-resolved" not in [change for change, _ in changes_of(fleet)]
    assert fleet.record(on_msk(0)).fleet is None


def test_a_cause_that_no_restart_cures_is_told_once_for_all_and_nothing_is_restarted():
    fleet = Fleet(6)
    fleet.dies(0, a_refusal("PG_PERMISSION"))
    fleet.fails(1)
    assert fleet.restarted == []
    refused = [notice for notice in fleet.voice.said if not notice.shared]
    assert len(refused) == 2
    assert changes_of(fleet) == [("fleet-opened", "page")]


def test_a_lost_connection_that_turns_out_to_be_a_refusal_is_told_once_for_all():
    fleet = Fleet(6)
    fleet.dies(0, LOST)
    for number in range(6):
        fleet.reads(a_refusal("PG_PERMISSION", NOW + 0.5 * MINUTE), number)
    fleet.fails(1)
    assert fleet.restarted == []
    assert changes_of(fleet) == [("fleet-opened", "page"), ("cause-changed", "page")]
    assert [str(notice.change) for notice in fleet.voice.said if not notice.shared] == ["opened", "opened"]


def test_data_that_is_lost_is_paged_though_others_merely_lost_their_connection():
    fleet = Fleet(4)
    fleet.dies(0, LOST)
    lost = a_refusal("PG_SLOT_MISSING", NOW + 0.5 * MINUTE, data=DataImpact.LOST)
    fleet.reads(lost, 3)
    pages = [notice for notice in fleet.voice.said if notice.failure_class == "PG_SLOT_MISSING"]
    assert [(str(notice.severity), notice.connector) for notice in pages] == [("page", on_msk(3))]
    fleet.fails(1)
    assert fleet.restarted == ["msk/c0"]


def test_one_whose_cause_is_about_something_else_goes_its_own_way():
    fleet = Fleet(4)
    fleet.dies(0, LOST)
    fleet.reads(a_refusal("CONNECT_CONFIG_INVALID", NOW + 0.5 * MINUTE), 3)
    assert fleet.voice.said[-1].shared is None
    assert fleet.voice.said[-1].failure_class == "CONNECT_CONFIG_INVALID"
    fleet.fails(1, 3)
    assert fleet.record(on_msk(3)).fleet is None
    assert fleet.record(on_msk(3)).incident is not None


def test_advice_is_given_once_for_all():
    fleet = Fleet(5, policy=RepairPolicy(mode=Mode.ADVISE))
    fleet.dies(0, LOST)
    for minute in range(1, 5):
        fleet.fails(minute)
    assert fleet.restarted == []
    assert changes_of(fleet) == [("fleet-opened", "page")]


def test_those_without_a_cause_are_alike_where_they_share_anything():
    fleet = Fleet(4, shares=(SUBNET,))
    fleet.fails(0)
    fleet.fails(1)
    assert changes_of(fleet) == [("fleet-opened", "page")]
    assert fleet.restarted == ["msk/c0", "msk/c1"]


@pytest.mark.parametrize(("verdict", "first"), [(Verdict.RESTART_NOW, 2), (Verdict.RESTART_WITH_BACKOFF, 0)])
def test_what_is_restarted_at_once_may_be_before_anybody_knows_that_it_is_not_alone(verdict, first):
    fleet = Fleet(5, shares=(SharedSource(Shared.KAFKA, "b-1"),))
    fleet.dies(0, a_diagnosis("KAFKA_PRODUCER_FENCED", verdict=verdict))
    assert len(fleet.restarted) == first


def test_whoever_was_restarted_before_is_the_probe_though_it_never_got_to_join():
    fleet = Fleet(5, shares=(SharedSource(Shared.KAFKA, "b-1"),))
    fleet.dies(0, a_diagnosis("KAFKA_PRODUCER_FENCED", verdict=Verdict.RESTART_NOW))
    assert fleet.incident(fleet.shares[0]).probe == "msk/c0"
    fleet.flows(2, 0)
    assert fleet.incident(fleet.shares[0]).phase is FleetPhase.PROVEN
    fleet.fails(2.1, 2, 3, 4)
    assert len(fleet.restarted) == 5


def test_the_most_telling_of_what_they_share_gives_the_incident_its_name():
    fleet = Fleet(4, shares=(SUBNET, DATABASE))
    fleet.dies(0, LOST)
    assert fleet.source(DATABASE).incident is not None
    assert fleet.source(SUBNET).incident is None


def test_different_databases_in_one_subnet_that_lose_their_connections_are_one_outage_of_the_network():
    fleet = Fleet(4, shares=(SUBNET,))
    fleet.dies(0, LOST, 0)
    fleet.dies(0, a_diagnosis("MYSQL_CONN_LOST"), 1)
    fleet.dies(0, a_diagnosis("KAFKA_UNREACHABLE"), 2)
    assert fleet.source(SUBNET).incident is not None


def test_a_thousand_connectors_that_lose_one_database_are_one_page_one_probe_and_then_five_a_minute():
    fleet = Fleet(1_000, fleet_size=1_000)
    fleet.dies(0, LOST)
    fleet.fails(1)
    assert fleet.restarted == ["msk/c0"]
    fleet.flows(3, 0)
    fleet.fails(4)
    assert len(fleet.restarted) == 6
    pages = [notice for notice in fleet.voice.said if str(notice.severity) == "page"]
    assert len(pages) == 1
    assert len(fleet.incident().names) <= 20
