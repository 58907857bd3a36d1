"""What is wrong with a trial: each way to fail is told, and what went as it must is not."""

from __future__ import annotations

from dataclasses import replace

from connectops.model import (
    Action,
    Attempt,
    AttemptEnd,
    Change,
    DataImpact,
    Health,
    Incident,
    Notice,
    Phase,
    Severity,
    Verdict,
)
from sandbox.demo.seen import Seen
from sandbox.live.scenario import Course, Rows, cured, found_out, healed, quiet, refused, reported
from sandbox.live.trials.judging import Facts, Twin, course_of, judge
from tests.builders import NOW, ORDERS, a_diagnosis, a_refusal
from tests.notices import a_notice

RUNS = ("RUNNING", "RUNNING")
PROVEN = Attempt(1, Action.RESTART_CONNECTOR, "PG_CONN_LOST", NOW, end=AttemptEnd.PROVEN)
CURED = Incident("i1", ORDERS, NOW, Phase.PROVING, NOW, diagnosis=a_diagnosis(), attempts=(PROVEN,))
REFUSED = Incident("i2", ORDERS, NOW, Phase.REFUSED, NOW, diagnosis=a_refusal("PG_PERMISSION"))
NOTHING = Seen(ORDERS, incident=None, ended=(), suspected=False, notices=(), restarts=0)


def told(change: Change, severity: Severity = Severity.INFO, incident: str = "i1") -> Notice:
    return a_notice(id=f"{incident}/{change}", incident_id=incident, change=change, severity=severity)


RESTARTED = replace(
    NOTHING, ended=(CURED,), notices=(told(Change.OPENED), told(Change.RESTARTED), told(Change.RESOLVED)), restarts=1
)
PAGED = replace(NOTHING, incident=REFUSED, notices=(told(Change.REFUSED, Severity.PAGE, "i2"),))
MENDED = replace(PAGED, incident=None, ended=(REFUSED,), notices=(*PAGED.notices, told(Change.RESOLVED, incident="i2")))
HEALED = replace(NOTHING, ended=(replace(CURED, attempts=()),), notices=(told(Change.OPENED), told(Change.RESOLVED)))


def facts(decided: Seen, final: Seen | None = None, *, restarts: int = 0, lost: frozenset[str] = frozenset()) -> Facts:
    return Facts(decided, final or decided, (NOW,) * restarts, RUNS, 9, lost)


def test_a_restart_that_cured_and_was_told_passes() -> None:
    assert judge(cured("PG_CONN_LOST"), facts(RESTARTED, restarts=1)) == ()


def test_a_refusal_that_a_person_mended_passes() -> None:
    assert judge(refused("PG_PERMISSION"), facts(PAGED, MENDED)) == ()


def test_what_nobody_noticed_passes_where_nothing_failed() -> None:
    assert judge(quiet(), facts(NOTHING)) == ()


def test_what_healed_by_itself_and_was_told_passes_where_it_heals() -> None:
    assert course_of(HEALED) is Course.HEALED
    assert judge(healed("PG_CONN_LOST"), facts(HEALED)) == ()


def test_what_healed_by_itself_but_was_paged_does_not_count_as_healed() -> None:
    assert course_of(replace(HEALED, notices=(told(Change.OPENED, Severity.PAGE), *HEALED.notices[1:]))) is None


def test_a_restart_that_shows_a_cause_which_none_cures_counts_as_found_out() -> None:
    late = replace(PAGED, restarts=1)
    assert course_of(late) is Course.FOUND_OUT
    assert judge(found_out("PG_PERMISSION"), facts(late, replace(MENDED, restarts=1), restarts=1)) == ()


def test_a_second_restart_after_the_cause_was_found_is_a_complaint() -> None:
    late = replace(PAGED, restarts=2)
    said = judge(found_out("PG_PERMISSION"), facts(late, replace(MENDED, restarts=2), restarts=2))
    assert said == ("2 restarts reached the platform, expected 0 to 1",)


def test_a_restart_where_none_may_be_is_the_first_complaint() -> None:
    said = judge(refused("PG_PERMISSION"), facts(PAGED, MENDED, restarts=1))
    assert said == ("it was restarted 1 times, and a restart is useless or harmful here",)


def test_more_restarts_than_the_cause_is_worth_are_a_complaint() -> None:
    said = judge(cured("PG_CONN_LOST", restarts=(1, 2)), facts(RESTARTED, restarts=3))
    assert said == ("3 restarts reached the platform, expected 1 to 2",)


def test_a_restart_that_only_the_ledger_knows_of_is_a_complaint() -> None:
    assert "0 restarts reached the platform, expected 1 to 7" in judge(cured("PG_CONN_LOST"), facts(RESTARTED))


def test_another_course_is_a_complaint() -> None:
    said = judge(cured("PG_CONN_LOST"), facts(PAGED, MENDED, restarts=1))
    assert said[0] == "expected restarted and proven, saw not restarted, paged"


def test_another_name_of_the_cause_is_a_complaint() -> None:
    said = judge(refused("PG_WAL_LEVEL", "PG_SLOT_MISSING"), facts(PAGED, MENDED))
    assert said == ("the cause is PG_SLOT_MISSING or PG_WAL_LEVEL, it was named PG_PERMISSION",)


def test_any_name_will_do_where_none_is_right() -> None:
    assert judge(refused(), facts(PAGED, MENDED)) == ()


def test_another_verdict_is_a_complaint() -> None:
    said = judge(cured("PG_CONN_LOST", verdicts=(Verdict.RESTART_NOW,)), facts(RESTARTED, restarts=1))
    assert said == ("the verdict is RESTART_NOW, it was RESTART_WITH_BACKOFF",)


def test_a_page_is_a_complaint_where_nobody_is_needed() -> None:
    loud = replace(RESTARTED, notices=(told(Change.OPENED, Severity.PAGE), *RESTARTED.notices[1:]))
    assert judge(cured("PG_CONN_LOST"), facts(loud, restarts=1))[0].startswith("somebody was paged: ")
    assert judge(cured("PG_CONN_LOST", may_page=True), facts(loud, restarts=1)) == ()


def test_one_change_of_one_incident_is_told_once() -> None:
    twice = replace(RESTARTED, notices=(told(Change.OPENED), told(Change.OPENED), told(Change.RESOLVED)))
    assert judge(cured("PG_CONN_LOST"), facts(twice, restarts=1)) == ("opened was told 2 times",)


def test_several_restarts_may_be_told() -> None:
    more = replace(RESTARTED, notices=(told(Change.RESTARTED), told(Change.RESTARTED), told(Change.RESOLVED)))
    assert judge(cured("PG_CONN_LOST"), facts(more, restarts=2)) == ()


def test_an_end_that_nobody_was_told_is_a_complaint() -> None:
    silent = replace(MENDED, notices=MENDED.notices[:1])
    assert judge(refused("PG_PERMISSION"), facts(PAGED, silent)) == (
        "the end was not told; the last notice is refused",
    )


def test_an_incident_that_outlives_its_mending_is_a_complaint() -> None:
    assert judge(refused("PG_PERMISSION"), facts(PAGED)) == ("its incident is still open (REFUSED)",)


def test_a_connector_that_does_not_run_in_the_end_is_a_complaint() -> None:
    said = judge(quiet(), replace(facts(NOTHING), states=("RUNNING", "FAILED")))
    assert said == ("in the end it is RUNNING, FAILED, expected RUNNING, RUNNING",)


def test_lost_rows_are_a_complaint_where_all_must_arrive() -> None:
    assert judge(quiet(), facts(NOTHING, lost=frozenset({"row-7"}))) == ("of 9 rows these never arrived: row-7",)


def test_lost_rows_pass_where_the_loss_was_told() -> None:
    lossy = replace(REFUSED, diagnosis=a_refusal("PG_SLOT_MISSING", data=DataImpact.LOST))
    final = replace(MENDED, ended=(lossy,))
    assert judge(refused("PG_SLOT_MISSING", rows=Rows.LOST), facts(PAGED, final, lost=frozenset({"row-7"}))) == ()


def test_lost_rows_are_a_complaint_where_only_something_else_was_told() -> None:
    said = judge(refused("PG_PERMISSION", rows=Rows.LOST), facts(PAGED, MENDED, lost=frozenset({"row-7"})))
    assert said == ("rows are lost and nobody was told: row-7",)


def test_a_loss_that_does_not_happen_is_a_complaint_too() -> None:
    assert judge(quiet(rows=Rows.LOST_UNSEEN), facts(NOTHING)) == ("no row is lost, although this cause loses some",)


def test_a_twin_that_heals_by_itself_makes_the_cure_worthless() -> None:
    trial = replace(facts(RESTARTED, restarts=1), twin=Twin(recovered=True, restarts=0, seconds=131))
    said = judge(cured("PG_CONN_LOST"), trial)
    assert said == ("its twin in mode off healed by itself within 131 s: the restart proves nothing",)


def test_a_twin_that_stays_broken_passes() -> None:
    trial = replace(facts(RESTARTED, restarts=1), twin=Twin(recovered=False, restarts=0, seconds=131))
    assert judge(cured("PG_CONN_LOST"), trial) == ()


def test_a_twin_that_was_restarted_is_a_complaint() -> None:
    trial = replace(facts(RESTARTED, restarts=1), twin=Twin(recovered=False, restarts=1, seconds=131))
    assert judge(cured("PG_CONN_LOST"), trial) == ("its twin in mode off was restarted 1 times",)


TAKEN_BACK = replace(NOTHING, notices=(told(Change.UPDATE_FAILED, Severity.WARNING, "i3-update"),))


def test_an_update_that_was_told_while_the_connector_works_on_passes_where_one_fails() -> None:
    after = replace(TAKEN_BACK, notices=(*TAKEN_BACK.notices, told(Change.RESOLVED, incident="i3-update")))
    assert course_of(TAKEN_BACK) is Course.REPORTED
    assert judge(reported("MSK_UPDATE_ROLLED_BACK"), facts(TAKEN_BACK, after)) == ()


def test_an_update_that_nobody_was_told_of_is_a_complaint() -> None:
    assert (
        judge(reported("MSK_UPDATE_ROLLED_BACK"), facts(NOTHING))[0] == "expected works on, update reported, saw quiet"
    )


def test_a_restart_after_a_failed_update_is_no_report_of_it() -> None:
    assert course_of(replace(TAKEN_BACK, restarts=1)) is None


def test_a_client_that_tries_for_ever_has_run_its_course_when_a_person_was_paged() -> None:
    waiting = replace(REFUSED, phase=Phase.WAITING, health=Health.RETRYING)
    opened = told(Change.OPENED, incident="i2")
    assert course_of(replace(NOTHING, incident=waiting, notices=(opened,))) is None
    paged = (opened, told(Change.REMINDER, Severity.PAGE, "i2"))
    assert course_of(replace(NOTHING, incident=waiting, notices=paged)) is Course.TRYING
    assert course_of(replace(NOTHING, incident=waiting, notices=paged, restarts=1)) is None
