"""What counts as which course: the ledger alone proves nothing, the calls and the notices have to agree with it."""

from __future__ import annotations

from dataclasses import replace

from connectops.model import (
    Action,
    Attempt,
    AttemptEnd,
    Change,
    Incident,
    Notice,
    Phase,
    Severity,
)
from sandbox.demo.expectation import Course, Expectation
from sandbox.demo.seen import Seen
from tests.builders import NOW, ORDERS, a_diagnosis, a_refusal
from tests.notices import a_notice

UNTOUCHED = Seen(ORDERS, incident=None, ended=(), suspected=False, notices=(), restarts=0)
REFUSED = Incident("i1", ORDERS, NOW, Phase.REFUSED, NOW, diagnosis=a_refusal())
PROVEN = Attempt(1, Action.RESTART_CONNECTOR, "PG_CONN_LOST", NOW, end=AttemptEnd.PROVEN)
CURED = Incident("i2", ORDERS, NOW, Phase.PROVING, NOW, diagnosis=a_diagnosis(), attempts=(PROVEN,))


def told(change: Change, severity: Severity = Severity.INFO) -> Notice:
    return a_notice(id=f"{change}", connector=ORDERS, change=change, severity=severity)


RESTARTED = replace(UNTOUCHED, ended=(CURED,), notices=(told(Change.RESOLVED),), restarts=1)
PAGED = replace(UNTOUCHED, incident=REFUSED, notices=(told(Change.REFUSED, Severity.PAGE),))


def test_nothing_known_nothing_told_nothing_done_is_quiet():
    assert UNTOUCHED.course is Course.QUIET


def test_a_suspicion_is_not_quiet_yet():
    assert replace(UNTOUCHED, suspected=True).course is None


def test_a_notice_is_not_quiet_although_nothing_is_open():
    assert replace(UNTOUCHED, notices=(told(Change.RESOLVED),)).course is None


def test_a_restart_that_was_called_proven_and_told_is_restarted():
    assert RESTARTED.course is Course.RESTARTED


def test_a_restart_that_only_the_ledger_knows_of_is_none():
    assert replace(RESTARTED, restarts=0).course is None


def test_a_restart_without_proof_is_none():
    unproven = replace(CURED, attempts=(replace(PROVEN, end=AttemptEnd.NOT_PROVEN),))
    assert replace(RESTARTED, ended=(unproven,)).course is None


def test_a_restart_whose_end_nobody_was_told_of_is_none():
    assert replace(RESTARTED, notices=()).course is None


def test_an_incident_that_is_refused_and_paged_is_refused():
    assert PAGED.course is Course.REFUSED


def test_a_refusal_after_a_restart_is_none():
    assert replace(PAGED, restarts=1).course is None


def test_a_refusal_that_did_not_page_is_held_back():
    assert replace(PAGED, notices=(told(Change.REFUSED, Severity.WARNING),)).course is Course.HELD_BACK


def test_a_refusal_that_nobody_was_told_of_is_none():
    assert replace(PAGED, notices=()).course is None


def test_a_quarantine_after_restarts_with_its_page_is_quarantined():
    given_up = replace(REFUSED, phase=Phase.QUARANTINED)
    seen = replace(PAGED, incident=given_up, restarts=2, notices=(told(Change.QUARANTINED, Severity.PAGE),))
    assert seen.course is Course.QUARANTINED


def test_an_incident_that_a_persons_pause_has_closed_is_left_alone():
    assert replace(UNTOUCHED, notices=(told(Change.OPENED), told(Change.CLOSED))).course is Course.LEFT_ALONE


def test_a_page_for_a_paused_connector_is_not_leaving_it_alone():
    notices = (told(Change.REFUSED, Severity.PAGE), told(Change.CLOSED))
    assert replace(UNTOUCHED, notices=notices).course is None


def test_the_right_course_under_the_right_name_fits():
    expectation = Expectation(frozenset({Course.REFUSED}), frozenset({"MYSQL_BINLOG_POSITION_LOST"}))
    assert PAGED.fits(expectation)


def test_the_right_course_under_another_name_does_not_fit():
    assert not PAGED.fits(Expectation(frozenset({Course.REFUSED}), frozenset({"PG_CONN_LOST"})))


def test_another_course_does_not_fit():
    assert not PAGED.fits(Expectation(frozenset({Course.RESTARTED}), frozenset()))
