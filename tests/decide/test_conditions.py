"""Conditions of a restart: both sides of each, by what the ledger's record tells."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from connectops.decide.catalogue import BY_ID, CATALOGUE
from connectops.decide.catalogue.entry import Condition, Fact, FailureClass
from connectops.decide.catalogue.runbook import section
from connectops.decide.conditions import quiet_from, speaks_against
from connectops.decide.incident import opened
from connectops.decide.lines import hear_life
from connectops.decide.looks import weigh_look
from connectops.decide.restart_policy import due_at, rule
from connectops.model import (
    Action,
    Attempt,
    AttemptEnd,
    ConnectorRecord,
    Health,
    Incident,
    Life,
    Mode,
    RepairPolicy,
    Verdict,
)
from tests.builders import MINUTE, NOW, ORDERS, SECOND, a_diagnosis, a_failed_look, a_look, a_sign

POLICY = RepairPolicy()
HOUR = 60 * MINUTE


def an_incident(failure_class: str, *ends: AttemptEnd, **more: object) -> Incident:
    tried = tuple(
        Attempt(number, Action.RESTART_TASKS, failure_class, NOW, ended_at=NOW, end=end)
        for number, end in enumerate(ends, start=1)
    )
    plain = opened(ConnectorRecord(ORDERS), NOW, NOW, NOW)
    incident = replace(plain, diagnosis=a_diagnosis(failure_class), health=Health.FAILED, looks=2, attempts=tried)
    return replace(incident, **more)  # type: ignore[arg-type]  # names of Incident's fields


def a_record(incident: Incident, **more: object) -> ConnectorRecord:
    record = ConnectorRecord(ORDERS, incident=incident, recent_attempts=incident.attempts, connect_version="3.7.x")
    return replace(record, **more)  # type: ignore[arg-type]  # names of ConnectorRecord's fields


FENCED = an_incident("KAFKA_PRODUCER_FENCED", AttemptEnd.PROVEN)


@pytest.mark.parametrize(("later", "refused"), [(10 * MINUTE - SECOND, True), (10 * MINUTE, False)])
def test_a_fenced_producer_that_comes_back_within_ten_minutes_is_not_restarted_again(
    later: timedelta, *, refused: bool
) -> None:
    decision = rule(a_record(FENCED), FENCED, POLICY, NOW + later)
    assert (decision.action is Action.REFUSE) is refused
    assert ("came back" in decision.reason) is refused


def test_a_restart_for_another_cause_is_no_first_time() -> None:
    other = replace(FENCED.attempts[0], failure_class="PG_CONN_LOST")
    assert speaks_against(a_record(FENCED, recent_attempts=(other,)), FENCED, NOW + MINUTE) is None


def test_a_restart_that_the_platform_refused_was_none() -> None:
    refused = an_incident("KAFKA_PRODUCER_FENCED", AttemptEnd.REFUSED)
    assert speaks_against(a_record(refused), refused, NOW + MINUTE) is None


UNRESOLVED = an_incident("AWS_DNS_FAILURE", AttemptEnd.FAILED_AGAIN)


@pytest.mark.parametrize(
    ("created_before", "worked_at", "refused"),
    [
        (HOUR - SECOND, None, True),
        (HOUR, None, False),
        (HOUR - SECOND, NOW - MINUTE, False),
        (None, None, False),
    ],
)
def test_a_new_connector_that_never_worked_is_worth_one_restart(
    created_before: timedelta | None, worked_at: datetime | None, *, refused: bool
) -> None:
    created_at = NOW - created_before if created_before else None
    record = a_record(UNRESOLVED, created_at=created_at, worked_at=worked_at)
    assert (rule(record, UNRESOLVED, POLICY, NOW + HOUR).action is Action.REFUSE) is refused


def test_its_first_restart_is_tried() -> None:
    first = an_incident("AWS_DNS_FAILURE")
    record = a_record(first, created_at=NOW - MINUTE)
    assert rule(record, first, POLICY, NOW + HOUR).action is Action.RESTART_TASKS


@pytest.mark.parametrize(
    ("heard", "refused"), [(("PG_SLOT_MISSING",), True), (("PG_SLOT_ACTIVE",), False), ((), False)]
)
def test_a_lost_connection_is_not_restarted_when_a_line_said_that_the_slot_is_gone(
    heard: tuple[str, ...], *, refused: bool
) -> None:
    lost = an_incident("PG_CONN_LOST", diagnosis=a_diagnosis(consequences=heard))
    decision = rule(a_record(lost), lost, POLICY, NOW + HOUR)
    assert (decision.action is Action.REFUSE) is refused


@pytest.mark.parametrize(
    ("heard_after", "due_after"),
    [(0 * SECOND, 60), (50 * SECOND, 110), (9 * MINUTE, 600), (30 * MINUTE, 600)],
)
def test_a_restart_waits_until_no_line_named_the_database_for_a_minute_but_no_more_than_ten(
    heard_after: timedelta, due_after: int
) -> None:
    lost = an_incident("PG_CONN_LOST", heard_at=NOW + heard_after)
    assert due_at(a_record(lost), lost, POLICY) == NOW + due_after * SECOND


def test_what_says_to_restart_at_once_does_not_wait_for_quiet() -> None:
    at_once = a_diagnosis(verdict=Verdict.RESTART_NOW)
    lost = an_incident("PG_CONN_LOST", diagnosis=at_once, heard_at=NOW + 50 * SECOND)
    assert due_at(a_record(lost), lost, POLICY) == NOW


@pytest.mark.parametrize("failure_class", ["CONNECT_TASK_KILLED_UNKNOWN", "NO_SUCH_CLASS"])
def test_a_class_without_conditions_has_none(failure_class: str) -> None:
    incident = an_incident(failure_class, AttemptEnd.FAILED_AGAIN, heard_at=NOW + HOUR)
    assert speaks_against(a_record(incident, created_at=NOW), incident, NOW) is None
    assert quiet_from(incident, POLICY) is None


@pytest.mark.parametrize(
    ("health", "action"),
    [
        (Health.RETRYING, Action.REFUSE),
        (Health.FAILED, Action.RESTART_TASKS),
        (Health.STALLED, Action.RESTART_CONNECTOR),
    ],
)
def test_a_slot_that_its_own_tries_do_not_get_is_not_asked_for_by_a_restart(health: Health, action: Action) -> None:
    """Measured: a task that could not be stopped held the slot for as long as its worker lived."""
    incident = an_incident("PG_SLOT_ACTIVE", health=health)
    decision = rule(a_record(incident), incident, POLICY, NOW + HOUR)
    assert decision.action is action
    assert ("one more try" in decision.reason) is (action is Action.REFUSE)


@pytest.mark.parametrize(
    ("told", "refused"),
    [
        ({"health": None}, True),
        ({"health": Health.RETRYING}, True),
        ({"health": None, "killed": True}, False),
        ({"health": None, "silent": True}, False),
        ({"health": Health.FAILED}, False),
    ],
)
def test_brokers_that_clients_still_try_to_reach_are_no_reason_to_restart_what_is_not_dead(
    told: dict[str, object], *, refused: bool
) -> None:
    diagnosis = a_diagnosis("KAFKA_UNREACHABLE", count=40, killed="killed" in told)
    shown = {name: value for name, value in told.items() if name != "killed"}
    incident = an_incident("KAFKA_UNREACHABLE", diagnosis=diagnosis, **shown)
    decision = rule(a_record(incident), incident, POLICY, NOW + HOUR)
    assert (decision.action is Action.REFUSE) is refused


def test_advice_says_what_would_be_right_for_the_cause_alone() -> None:
    advising = replace(POLICY, mode=Mode.ADVISE)
    assert rule(a_record(FENCED), FENCED, advising, NOW + 5 * MINUTE).action is Action.NOTHING


@pytest.mark.parametrize(
    ("life", "worked"),
    [(Life.RECORDS, True), (Life.RECONNECTED, True), (Life.STARTED, False), (Life.ORDERLY_STOP, False)],
)
def test_records_and_reconnects_show_that_it_worked(life: Life, *, worked: bool) -> None:
    heard = hear_life(ConnectorRecord(ORDERS), a_sign(life), POLICY, NOW).record
    assert (heard.worked_at is not None) is worked


def test_a_failing_look_shows_that_it_worked_if_records_moved_before() -> None:
    moved, still = (
        weigh_look(ConnectorRecord(ORDERS), a_failed_look(records_at=at), Health.FAILED, POLICY, NOW).record
        for at in (NOW - 5 * MINUTE, None)
    )
    assert (moved.worked_at, still.worked_at) == (NOW - 5 * MINUTE, None)


def test_a_healthy_look_shows_it_working_and_tells_when_it_was_created() -> None:
    look = a_look(created_at=NOW - HOUR)
    seen = weigh_look(ConnectorRecord(ORDERS), look, Health.HEALTHY, POLICY, NOW).record
    assert (seen.worked_at, seen.created_at) == (NOW, NOW - HOUR)


CONDITIONAL = [entry for entry in CATALOGUE if entry.only_if]


@pytest.mark.parametrize("entry", CONDITIONAL, ids=lambda entry: entry.id)
def test_the_runbook_says_each_condition_of_a_class_that_restarts(entry: FailureClass) -> None:
    assert entry.verdict.restarts or any(s.verdict and s.verdict.restarts for s in entry.signatures)
    assert all(condition.sentence in section(entry) for condition in entry.only_if)


def test_classes_that_a_condition_names_exist_and_are_not_restarted() -> None:
    named = {each for entry in CATALOGUE for condition in entry.only_if for each in condition.classes}
    assert named
    assert not any(BY_ID[each].verdict.restarts for each in named)


@pytest.mark.parametrize(
    ("condition", "sentence"),
    [
        (Condition(Fact.FIRST_TIME, timedelta(hours=24)), "Only the first time within 24 h."),
        (Condition(Fact.FIRST_TIME, timedelta(minutes=10)), "Only the first time within 10 min."),
        (Condition(Fact.NOT_SAID, classes=("A", "B")), "Only while no line says A or B."),
    ],
)
def test_a_condition_is_said_in_plain_words(condition: Condition, sentence: str) -> None:
    assert condition.sentence == sentence
