"""What people are told, how loudly, and when again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from connectops.decide.alerting import describe_restart, remind, sentence, tell
from connectops.decide.incident import opened
from connectops.decide.intent import tailored
from connectops.decide.loudness import louder
from connectops.model import (
    Action,
    Change,
    ConnectorId,
    ConnectorRecord,
    Decision,
    Health,
    Incident,
    Intent,
    Mode,
    Notice,
    Phase,
    RepairPolicy,
    Severity,
)
from tests.builders import ARN, MINUTE, NOW, ONPREM, ORDERS, a_diagnosis, a_failed_look
from tests.fakes import World

POLICY = RepairPolicy()


def an_open_record(connector: ConnectorId = ORDERS, **more: Any) -> ConnectorRecord:
    plain = replace(opened(ConnectorRecord(connector), NOW, NOW), phase=Phase.REFUSED, diagnosis=a_diagnosis())
    incident = replace(plain, **more)
    return ConnectorRecord(connector, incident=incident, arn=ARN if connector == ORDERS else None)


def incident_of(record: ConnectorRecord) -> Incident:
    assert record.incident is not None
    return record.incident


def a_notice(record: ConnectorRecord, change: Change = Change.OPENED) -> Notice:
    policy = tailored(POLICY, record, NOW)
    told = tell(record, incident_of(record), change, Severity.PAGE, policy, NOW, "Nothing yet.")
    return told.outbox[-1]


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (Severity.INFO, Severity.WARNING, Severity.WARNING),
        (Severity.PAGE, Severity.WARNING, Severity.PAGE),
        (Severity.INFO, Severity.INFO, Severity.INFO),
    ],
)
def test_the_louder_of_two(one: Severity, other: Severity, both: Severity) -> None:
    assert louder(one, other) is louder(other, one) is both


def test_each_notice_of_an_incident_has_an_id_of_its_own_that_stays_the_same() -> None:
    record = an_open_record()
    first = tell(record, incident_of(record), Change.OPENED, Severity.INFO, POLICY, NOW, "One.")
    again = tell(record, incident_of(record), Change.OPENED, Severity.INFO, POLICY, NOW, "One.")
    second = tell(first, incident_of(first), Change.RESOLVED, Severity.INFO, POLICY, NOW, "Two.")
    assert first.outbox == again.outbox
    assert len({notice.id for notice in second.outbox}) == 2
    assert (incident_of(second).told_at, incident_of(second).told) == (NOW, Severity.INFO)


@pytest.mark.parametrize(
    ("told", "hours", "reminded"),
    [
        (Severity.PAGE, 3.9, None),
        (Severity.PAGE, 4, Severity.PAGE),
        (Severity.WARNING, 4, Severity.WARNING),
        (None, 100, None),
    ],
)
def test_what_stays_open_is_said_again_as_loudly_every_four_hours(
    told: Severity | None, hours: float, reminded: Severity | None
) -> None:
    record = an_open_record(told=told, told_at=NOW if told else None)
    said = remind(record, POLICY, NOW + hours * 60 * MINUTE).outbox
    assert [notice.severity for notice in said] == ([reminded] if reminded else [])


@pytest.mark.parametrize(
    ("changes", "minutes", "paged"),
    [
        ({"silent": True}, 14.9, False),
        ({"silent": True}, 15, True),
        ({"health": Health.STALLED}, 15, True),
        ({"health": Health.FAILED}, 15, False),
        ({"silent": True, "told": Severity.PAGE}, 15, False),
    ],
)
def test_what_delivers_nothing_for_a_quarter_of_an_hour_pages_once(
    changes: dict[str, Any], minutes: float, *, paged: bool
) -> None:
    told_once: dict[str, Any] = {"told": Severity.INFO, "told_at": NOW}
    record = an_open_record(**(told_once | changes))
    said = remind(record, POLICY, NOW + minutes * MINUTE)
    assert bool(said.outbox) is paged
    if paged:
        assert said.outbox[0].severity is Severity.PAGE
        assert remind(said, POLICY, NOW + (minutes + 1) * MINUTE).outbox == said.outbox


def test_nothing_is_said_again_without_an_incident() -> None:
    record = ConnectorRecord(ORDERS)
    assert remind(record, POLICY, NOW) is record


OF_ONE_CONNECTOR = [change for change in Change if not change.startswith("fleet-")]
"""What is told of several at once has titles of its own: see test_fleet."""


@pytest.mark.parametrize("change", OF_ONE_CONNECTOR)
def test_every_change_has_a_title_with_the_name_and_says_what_to_do(change: Change) -> None:
    notice = a_notice(an_open_record(), change)
    assert "orders" in notice.title
    assert "{" not in notice.title
    assert notice.next_step


@pytest.mark.parametrize(("connector", "command"), [(ORDERS, ARN), (ONPREM, "curl -X POST")])
def test_advice_is_a_command_to_run(connector: ConnectorId, command: str) -> None:
    assert command in a_notice(an_open_record(connector), Change.ADVISED).next_step


def test_a_failure_without_a_cause_says_so_and_where_to_look() -> None:
    notice = a_notice(an_open_record(diagnosis=None, health=Health.FAILED))
    assert (notice.cause, notice.failure_class, notice.verdict) == ("no cause was logged", "UNKNOWN", None)
    assert "connectops diagnose" in notice.next_step


def test_a_silent_connector_is_told_as_stalled_and_in_plain_words() -> None:
    notice = a_notice(an_open_record(silent=True))
    assert "STALLED" in notice.title
    assert "delivers nothing" in notice.what_happened


def test_consequences_and_deaths_are_said() -> None:
    diagnosis = a_diagnosis(consequences=("CONNECT_OFFSET_FLUSH_TIMEOUT",))
    said = a_notice(an_open_record(diagnosis=diagnosis)).what_happened
    assert "CONNECT_OFFSET_FLUSH_TIMEOUT" in said
    assert "was killed" in said


def test_the_owner_of_the_tag_is_named() -> None:
    assert a_notice(replace(an_open_record(), tags=(("owner", "team-orders"),))).owner == "team-orders"


@pytest.mark.parametrize(
    ("action", "words"), [(Action.RESTART_TASKS, "the failed tasks"), (Action.RESTART_CONNECTOR, "the whole connector")]
)
def test_a_restart_says_what_is_restarted(action: Action, words: str) -> None:
    assert words in describe_restart(Decision(action, ""), 2)


@pytest.mark.parametrize(
    ("text", "said"), [("it is so", "It is so."), ("It is so.", "It is so."), ("orders", "Orders.")]
)
def test_a_reason_becomes_a_sentence(text: str, said: str) -> None:
    assert sentence(text) == said


@pytest.mark.parametrize(
    ("mode", "told"),
    [
        (Mode.REPAIR, [("opened", "info"), ("quarantined", "page")]),
        (Mode.ADVISE, [("advised", "warning")]),
        (Mode.OFF, [("advised", "warning")]),
    ],
)
def test_an_hour_of_looks_is_told_by_its_changes(mode: Mode, told: list[tuple[str, str]]) -> None:
    world = World(RepairPolicy(mode=mode))
    world.sight.sees = a_failed_look()
    for minute in range(60):
        world.take(a_failed_look(NOW + minute * MINUTE), minute * MINUTE)
    assert world.voice.changes == told


@pytest.mark.parametrize(("told", "reminders"), [(Severity.INFO, ["warning"]), (Severity.WARNING, [])])
def test_what_may_not_page_is_not_told_at_each_look_for_want_of_a_page(told: Severity, reminders: list[str]) -> None:
    record = an_open_record(silent=True, told_at=NOW, told=told)
    policy = replace(POLICY, intent=Intent(severity=Severity.WARNING))
    for minute in range(16, 30):
        record = remind(record, policy, NOW + minute * MINUTE)
    assert [str(notice.severity) for notice in record.outbox] == reminders
