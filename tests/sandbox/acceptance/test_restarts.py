"""At most one restart and at least one notice, whatever is lost, killed, repeated or refused on the way."""

from __future__ import annotations

from connectops.model import AttemptEnd, Change, Mode, Phase, Platform, Severity
from sandbox.demo.expectation import Course
from sandbox.demo.observation import Sight
from tests.sandbox.acceptance.conftest import ignore

ONE_RESTART_CURES = "sink-deadlock-d"
TWO_RESTARTS_CURE = "sink-db-down-60s-e"
NO_RESTART_CURES = "a-binlog-purged"


def is_cured(sight: Sight) -> bool:
    return sight.seen.course is Course.RESTARTED


def is_being_proven(sight: Sight) -> bool:
    return sight.record.incident is not None and sight.record.incident.phase is Phase.PROVING


def is_refused(sight: Sight) -> bool:
    return sight.seen.course is Course.REFUSED


def deaths_of_the_responder(theatre):
    return [i for i in theatre.sandbox.invocations(function="connectops-respond-to-findings") if i.error]


def test_a_death_between_claim_and_call_gives_one_restart_and_a_death_between_call_and_record_does_too(theatre):
    before, after = theatre.name("dies-before"), theatre.name("dies-after")
    died_of_others = len(deaths_of_the_responder(theatre))
    theatre.strike("kill-before", "RestartConnector", before)
    theatre.strike("kill-after", "RestartConnector", after)
    killed_before = theatre.play(ONE_RESTART_CURES, before)
    killed_after = theatre.play(ONE_RESTART_CURES, after)

    survived = theatre.await_sight(killed_after, is_cured)
    assert [attempt.end for attempt in survived.seen.ended[0].attempts] == [AttemptEnd.PROVEN]
    assert survived.seen.restarts == 1

    survived = theatre.await_sight(killed_before, is_cured)
    ends = [attempt.end for attempt in survived.seen.ended[0].attempts]
    assert ends == [AttemptEnd.NOT_PROVEN, AttemptEnd.PROVEN]
    assert survived.seen.restarts == 1

    assert len(deaths_of_the_responder(theatre)) == died_of_others + 2


def test_every_message_delivered_twice_gives_the_restarts_and_notices_of_one_delivery(theatre):
    theatre.sandbox.deliver_twice()
    on_msk = theatre.play(ONE_RESTART_CURES)
    on_cluster = theatre.play(TWO_RESTARTS_CURE, platform=Platform.KAFKA_CONNECT)
    refused = theatre.play(NO_RESTART_CURES)

    assert theatre.await_sight(refused, is_refused).seen.restarts == 0
    cured = theatre.await_sight(on_msk, is_cured)
    assert cured.seen.restarts == 1
    assert [notice.change for notice in cured.seen.notices] == [Change.OPENED, Change.RESOLVED]
    proving = theatre.await_sight(on_cluster, lambda sight: sight.seen.restarts == 2 and is_being_proven(sight))
    assert [attempt.end for attempt in proving.record.incident.attempts] == [AttemptEnd.FAILED_AGAIN, None]
    in_slack = [posted for posted in theatre.stage.slack.messages if on_msk.name in posted.payload["text"]]
    assert in_slack


def test_what_msk_connect_refuses_to_list_is_neither_repaired_nor_paged(theatre):
    healthy = theatre.play("a-noise-quiet")
    silent = theatre.play("a-db-restart")
    theatre.await_sight(silent, lambda sight: sight.seen.suspected)
    polls = len(theatre.sandbox.invocations(function="connectops-poll-connectors"))
    theatre.sandbox.throttle("kafkaconnect", "ListConnectors", lasts=60)
    # The silence lasts 7.5 s until it is an outage: five looks later it would have been restarted long ago.
    theatre.sandbox.wait_for(
        lambda: len(theatre.sandbox.invocations(function="connectops-poll-connectors")) >= polls + 5, timeout=40
    )
    blind = theatre.sight(silent)
    assert (blind.seen.restarts, blind.seen.notices, blind.record.incident) == (0, (), None)
    assert not any(notice.severity is Severity.PAGE for notice in theatre.sight(healthy).seen.notices)

    theatre.sandbox.heal()
    assert theatre.await_sight(silent, is_cured).seen.restarts == 1
    assert theatre.sight(healthy).seen.course is Course.QUIET


def test_an_update_of_the_stack_keeps_what_is_known_and_goes_on_working(theatre):
    refused = theatre.play(NO_RESTART_CURES)
    known = theatre.await_sight(refused, is_refused)
    functions = theatre.sandbox.client("lambda")
    theatre.stage.deploy_again(Mode.ADVISE, ignore)
    advising = functions.get_function_configuration(FunctionName="connectops-respond-to-findings")
    assert advising["Environment"]["Variables"]["CONNECTOPS_MODE"] == "advise"
    advised = theatre.play(ONE_RESTART_CURES)
    theatre.await_sight(advised, lambda s: any(n.change is Change.ADVISED for n in s.seen.notices))
    assert theatre.sight(advised).seen.restarts == 0

    theatre.stage.deploy_again(Mode.REPAIR, ignore)
    assert theatre.await_sight(advised, is_cured).seen.restarts == 1
    assert theatre.sight(refused).seen.incident.id == known.seen.incident.id
    assert [n.change for n in theatre.sight(refused).seen.notices] == [Change.REFUSED]
