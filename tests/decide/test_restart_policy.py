"""Whether, when and how: both sides of each boundary."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from connectops.decide.incident import opened
from connectops.decide.intent import tailored
from connectops.decide.restart_policy import backoff, choose_restart, due_at, restart_cap, rule
from connectops.model import (
    UNKNOWN_CLASS,
    Action,
    Attempt,
    AttemptEnd,
    ConnectorId,
    ConnectorRecord,
    ConnectorState,
    Diagnosis,
    Health,
    Incident,
    Mode,
    RepairPolicy,
    Verdict,
)
from tests.builders import MINUTE, NOW, ONPREM, ORDERS, SECOND, a_diagnosis, a_refusal

POLICY = RepairPolicy()
NOW_VERDICT, LATER = Verdict.RESTART_NOW, Verdict.RESTART_WITH_BACKOFF


def an_incident(connector: ConnectorId = ORDERS, **more: object) -> Incident:
    plain = opened(ConnectorRecord(connector), NOW, NOW, NOW)
    return replace(plain, **({"diagnosis": a_diagnosis(), "health": Health.FAILED, "looks": 2} | more))  # type: ignore[arg-type]  # names of Incident's fields


def an_attempt(number: int = 1, ended_at: datetime = NOW, end: AttemptEnd = AttemptEnd.FAILED_AGAIN) -> Attempt:
    return Attempt(number, Action.RESTART_TASKS, "PG_CONN_LOST", ended_at, ended_at=ended_at, end=end)


def a_record(attempts: int = 0, connector: ConnectorId = ORDERS, **more: object) -> ConnectorRecord:
    tried = tuple(an_attempt(number + 1) for number in range(attempts))
    plain = ConnectorRecord(connector, recent_attempts=tried, backoff_attempts=attempts, connect_version="3.7.x")
    return replace(plain, **more)  # type: ignore[arg-type]  # names of ConnectorRecord's fields


@pytest.mark.parametrize(
    ("done", "verdict", "minutes"),
    [
        (0, NOW_VERDICT, 0),
        (0, LATER, 1),
        *[(done, verdict, minutes) for verdict in (NOW_VERDICT, LATER) for done, minutes in
          [(1, 2), (2, 6), (3, 12), (4, 20), (5, 30), (6, 42), (7, 56), (8, 60), (50, 60)]],
    ],
)  # fmt: skip
def test_the_pause_grows_with_the_attempts_up_to_an_hour(done: int, verdict: Verdict, minutes: int) -> None:
    assert backoff(done, verdict, POLICY) == minutes * MINUTE


@pytest.mark.parametrize(
    ("diagnosis", "at_most", "cap"),
    [
        (None, 7, 1),
        (a_diagnosis(UNKNOWN_CLASS, restart_cap=7), 7, 1),
        (a_diagnosis(), 7, 7),
        (a_diagnosis(), 3, 3),
        (a_diagnosis(restart_cap=2), 7, 2),
        (a_diagnosis(UNKNOWN_CLASS), 0, 0),
        (a_refusal(), 7, 0),
    ],
)
def test_a_cause_is_worth_so_many_restarts(diagnosis: Diagnosis | None, at_most: int, cap: int) -> None:
    assert restart_cap(an_incident(diagnosis=diagnosis), replace(POLICY, restarts_per_incident=at_most)) == cap


@pytest.mark.parametrize(("verdict", "seconds"), [(NOW_VERDICT, 0), (LATER, 60)])
def test_the_first_restart_is_due_after_its_first_pause(verdict: Verdict, seconds: int) -> None:
    incident = an_incident(diagnosis=a_diagnosis(verdict=verdict))
    assert due_at(a_record(), incident, POLICY) == NOW + seconds * SECOND


def test_a_later_restart_is_due_after_the_end_of_the_last_one_and_up_to_a_tenth_more() -> None:
    due = due_at(a_record(3), an_incident(), POLICY)
    assert NOW + 12 * MINUTE <= due < NOW + 13.2 * MINUTE


def test_connectors_that_fail_together_do_not_come_back_in_step() -> None:
    names = [ConnectorId(ORDERS.platform, "msk", f"orders-{number}") for number in range(20)]
    dues = {due_at(a_record(1, name), an_incident(name), POLICY) for name in names}
    assert len(dues) == len(names)


@pytest.mark.parametrize(("seconds", "action"), [(59.9, Action.WAIT), (60, Action.RESTART_TASKS)])
def test_a_restart_waits_until_it_is_due(seconds: float, action: Action) -> None:
    decision = rule(a_record(), an_incident(), POLICY, NOW + seconds * SECOND)
    assert decision.action is action
    assert (decision.until == NOW + MINUTE) is (action is Action.WAIT)


@pytest.mark.parametrize(
    ("incident", "action"),
    [
        (an_incident(), Action.RESTART_TASKS),
        (an_incident(health=Health.DEGRADED), Action.RESTART_TASKS),
        (an_incident(health=Health.FAILED, state=ConnectorState.RUNNING), Action.RESTART_TASKS),
        (an_incident(health=Health.FAILED, state=ConnectorState.FAILED), Action.RESTART_CONNECTOR),
        (an_incident(health=Health.NO_TASKS), Action.RESTART_CONNECTOR),
        (an_incident(health=Health.STALLED), Action.RESTART_CONNECTOR),
        (an_incident(health=None), Action.RESTART_CONNECTOR),
        (an_incident(silent=True), Action.RESTART_CONNECTOR),
        (an_incident(attempts=(an_attempt(),)), Action.RESTART_CONNECTOR),
        (an_incident(attempts=(an_attempt(end=AttemptEnd.REFUSED),)), Action.RESTART_TASKS),
    ],
)
def test_only_failed_tasks_are_restarted_first(incident: Incident, action: Action) -> None:
    assert choose_restart(a_record(), incident) is action


@pytest.mark.parametrize(
    ("connector", "version", "action"),
    [
        (ORDERS, "3.7.x", Action.RESTART_TASKS),
        (ORDERS, "3.6.2", Action.RESTART_CONNECTOR),
        (ONPREM, "3.0.0", Action.RESTART_TASKS),
        (ONPREM, "2.8.1", Action.RESTART_CONNECTOR),
        (ONPREM, None, Action.RESTART_CONNECTOR),
        (ONPREM, "trunk", Action.RESTART_CONNECTOR),
    ],
)
def test_what_cannot_restart_only_failed_tasks_is_restarted_whole(
    connector: ConnectorId, version: str | None, action: Action
) -> None:
    assert choose_restart(a_record(connector=connector, connect_version=version), an_incident(connector)) is action


@pytest.mark.parametrize(
    ("record", "incident", "words"),
    [
        (a_record(), an_incident(diagnosis=a_refusal()), "does not cure"),
        (a_record(), an_incident(state=ConnectorState.FAILED), "only a RUNNING connector"),
        (a_record(), an_incident(barred="AccessDenied"), "refused the restart: AccessDenied"),
        (a_record(tags=(("restart", "off"),)), an_incident(), "hands off"),
        (a_record(), an_incident(health=Health.STUCK), "another operation"),
    ],
)
@pytest.mark.parametrize("mode", Mode)
def test_what_may_not_be_restarted_is_refused_in_every_mode(
    record: ConnectorRecord, incident: Incident, words: str, mode: Mode
) -> None:
    policy = tailored(replace(POLICY, mode=mode), record, NOW)
    decision = rule(record, incident, policy, NOW + 60 * MINUTE)
    assert decision.action is Action.REFUSE
    assert words in decision.reason


def test_a_failed_connector_of_kafka_connect_may_be_restarted() -> None:
    incident = an_incident(ONPREM, state=ConnectorState.FAILED)
    assert rule(a_record(connector=ONPREM), incident, POLICY, NOW + MINUTE).action is Action.RESTART_CONNECTOR


@pytest.mark.parametrize(("done", "action"), [(6, Action.RESTART_TASKS), (7, Action.PAGE)])
def test_the_cap_is_the_last_restart(done: int, action: Action) -> None:
    old = NOW - timedelta(days=2)
    record = a_record(done, recent_attempts=tuple(an_attempt(number, old) for number in range(done)))
    assert rule(record, an_incident(), POLICY, NOW + 10 * MINUTE).action is action


@pytest.mark.parametrize(("hours", "action"), [(23.9, Action.PAGE), (24, Action.RESTART_TASKS)])
def test_seven_restarts_within_a_day_are_the_limit(hours: float, action: Action) -> None:
    then = NOW - timedelta(hours=hours)
    record = a_record(recent_attempts=tuple(an_attempt(number, then) for number in range(7)))
    incident = an_incident(noticed_at=NOW - MINUTE)
    decision = rule(record, incident, POLICY, NOW)
    assert decision.action is action


@pytest.mark.parametrize(
    ("mode", "words"), [(Mode.ADVISE, "advice: restart the failed tasks now"), (Mode.OFF, "repair is switched off")]
)
def test_without_repair_a_restart_that_is_due_is_only_said(mode: Mode, words: str) -> None:
    decision = rule(a_record(9), an_incident(), replace(POLICY, mode=mode), NOW + 120 * MINUTE)
    assert (decision.action, decision.verdict) == (Action.NOTHING, LATER)
    assert words in decision.reason


def test_every_decision_names_the_cause_and_its_verdict() -> None:
    for incident in (an_incident(), an_incident(diagnosis=a_refusal()), an_incident(diagnosis=None)):
        decision = rule(a_record(), incident, POLICY, NOW + MINUTE)
        assert decision.failure_class == incident.failure_class
        assert decision.verdict is not None
