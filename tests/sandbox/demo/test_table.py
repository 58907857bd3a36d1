"""What the live table shows of a connector."""

from __future__ import annotations

from dataclasses import replace

from connectops.decide.state import State
from connectops.model import (
    Action,
    Change,
    ConnectorRecord,
    ConnectorState,
    Decision,
    Incident,
    Phase,
    Severity,
    TimelineEntry,
)
from sandbox.demo.observation import Sight
from sandbox.demo.seen import Seen
from sandbox.demo.table import changes, row_of
from tests.builders import NOW, ORDERS, a_failed_look, a_look, a_refusal, a_suspicion
from tests.notices import a_notice

SEEN = Seen(ORDERS, incident=None, ended=(), suspected=False, notices=(), restarts=0)
UNKNOWN_TO_THE_LEDGER = Sight(ConnectorRecord(ORDERS), SEEN)
REFUSED = Incident(
    "i1",
    ORDERS,
    NOW,
    Phase.REFUSED,
    NOW,
    diagnosis=a_refusal(),
    decision=Decision(Action.REFUSE, "a restart does harm"),
)


def test_a_connector_that_the_ledger_does_not_know_shows_its_health_alone():
    row = row_of(UNKNOWN_TO_THE_LEDGER, a_look())
    assert (row.health, row.cause, row.decision, row.attempts, row.notice) == (State.HEALTHY, "", "", "", "")


def test_a_connector_that_no_platform_shows_is_unknown():
    assert row_of(UNKNOWN_TO_THE_LEDGER, None).health is State.UNKNOWN


def test_an_open_incident_shows_its_cause_its_decision_and_the_last_notice():
    told = (a_notice(change=Change.OPENED, severity=Severity.INFO), a_notice(change=Change.REFUSED))
    sight = Sight(ConnectorRecord(ORDERS, incident=REFUSED), replace(SEEN, incident=REFUSED, notices=told))
    row = row_of(sight, a_failed_look())
    assert (row.cause, row.decision) == ("MYSQL_BINLOG_POSITION_LOST", "REFUSE: a restart does harm")
    assert (row.notice, row.severity) == ("refused (page)", Severity.PAGE)


def test_an_ended_incident_shows_how_it_ended():
    ended = replace(REFUSED, timeline=(TimelineEntry(NOW, "CLOSED", "somebody paused it"),))
    row = row_of(
        replace(UNKNOWN_TO_THE_LEDGER, seen=replace(SEEN, ended=(ended,))), a_look(state=ConnectorState.PAUSED)
    )
    assert (row.health, row.decision) == (State.PAUSED, "CLOSED: somebody paused it")


def test_a_suspicion_is_shown_as_a_question():
    sight = Sight(ConnectorRecord(ORDERS, suspicions=(a_suspicion(),)), replace(SEEN, suspected=True))
    assert row_of(sight, a_look()).cause == "SILENT_STOP?"


def test_a_row_is_news_only_once():
    row = row_of(UNKNOWN_TO_THE_LEDGER, a_look())
    assert changes({}, [row]) == [row]
    assert changes({row.connector: row}, [row]) == []
