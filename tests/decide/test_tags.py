"""What tags say: each as it is meant, and what is not understood on the safe side."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectops.decide.tags import Tags, read_tags
from connectops.model import Action, Severity
from tests.builders import MINUTE, NOW, SECOND, a_diagnosis, a_failed_look, a_look, a_refusal
from tests.fakes import World

SIX = datetime(2026, 12, 1, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("restart", "on", Tags()),
        ("max-restarts", "3", Tags(max_restarts=3)),
        ("max-restarts", "0", Tags(max_restarts=0)),
        ("hold-until", "2026-12-01T06:00Z", Tags(hold_until=SIX)),
        ("hold-until", "2026-12-01T07:00+01:00", Tags(hold_until=SIX)),
        ("severity", "warning", Tags(severity=Severity.WARNING)),
        ("severity", "Page", Tags(severity=Severity.PAGE)),
        ("owner", " team orders ", Tags(owner="team orders")),
    ],
)
def test_a_tag_says_what_it_is_meant_to(key: str, value: str, said: Tags) -> None:
    assert read_tags([(key, value)]) == said


@pytest.mark.parametrize("value", ["off", "OFF", " Off "])
def test_restart_off_is_understood_in_any_case_and_is_no_problem(value: str) -> None:
    said = read_tags([("restart", value)])
    assert said.forbidden == "its tag connectops:restart=off says hands off"
    assert said.problems == ()


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("restart", "of", "'of', expected on or off"),
        ("restart", "", "'', expected on or off"),
        ("max-restarts", "-1", "expected a whole number, 0 or more"),
        ("max-restarts", "three", "'three', expected a whole number"),
        ("max-restarts", "٣", "expected a whole number"),
        ("hold-until", "tomorrow", "expected a time with its offset from UTC, such as 2026-12-01T06:00Z"),
        ("hold-until", "2026-12-01T06:00", "expected a time with its offset from UTC"),
        ("hold-until", "2026-12-01", "expected a time with its offset from UTC"),
        ("hold-until", "0001-01-01T00:00+14:00", "expected a time with its offset from UTC"),
        ("retsart", "off", "connectops:retsart is not known, expected one of restart, max-restarts"),
    ],
)
def test_what_may_have_been_meant_to_keep_us_off_does_so_until_it_is_mended(
    key: str, value: str, expected: str
) -> None:
    said = read_tags([(key, value)])
    [problem] = said.problems
    assert expected in problem
    assert said.forbidden == f"{problem}: until it is mended, nothing is restarted"


@pytest.mark.parametrize(("key", "value"), [("severity", "loud"), ("owner", ""), ("owner", "  ")])
def test_what_cannot_have_been_meant_so_is_only_told(key: str, value: str) -> None:
    said = read_tags([(key, value)])
    assert len(said.problems) == 1
    assert said.forbidden is None


@given(st.lists(st.tuples(st.text(), st.text())))
def test_no_tag_is_an_exception(tags: list[tuple[str, str]]) -> None:
    said = read_tags(tags)
    assert all(isinstance(problem, str) for problem in said.problems)


# ── in the life of a connector ────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def world() -> World:
    world = World()
    world.sight.sees = a_failed_look()
    return world


def failing(world: World, minutes: int, *tags: tuple[str, str]) -> None:
    """A connector that keeps failing, with its tags, looked at each minute."""
    world.sight.sees = a_failed_look(tags=tags)
    world.take(a_diagnosis())
    for minute in range(minutes):
        world.take(a_failed_look(NOW + minute * MINUTE, tags=tags), minute * MINUTE)


def test_a_misspelt_tag_is_told_once_and_restarts_nothing(world: World) -> None:
    failing(world, 60, ("retsart", "off"))
    assert world.hands.restarts == []
    said = [notice for notice in world.voice.said if notice.change == "not-understood"]
    assert [notice.severity for notice in said] == [Severity.WARNING]
    assert "The tag connectops:retsart is not known" in said[0].what_we_did


def test_a_tag_of_a_healthy_connector_is_told_too_and_opens_no_incident(world: World) -> None:
    world.take(a_look(tags=(("severity", "loud"),)))
    assert world.voice.changes == [("not-understood", "warning")]
    assert world.record().incident is None


def test_a_tag_that_was_mended_and_spoilt_again_is_told_again(world: World) -> None:
    for minute, value in enumerate(["of", "of", "off", "of"]):
        world.take(a_look(NOW + minute * MINUTE, tags=(("restart", value),)), minute * MINUTE)
    assert world.voice.changes == [("not-understood", "warning")] * 2


@pytest.mark.parametrize("most", [0, 1, 2])
def test_max_restarts_is_the_last_restart(world: World, most: int) -> None:
    failing(world, 120, ("max-restarts", str(most)))
    assert len(world.hands.restarts) == most
    assert ("quarantined", "page") in world.voice.changes


def test_max_restarts_allows_no_more_than_the_cause_is_worth(world: World) -> None:
    failing(world, 24 * 60, ("max-restarts", "50"))
    assert len(world.hands.restarts) == 7


def test_a_connector_is_held_until_the_time_of_its_tag_and_decided_anew_then(world: World) -> None:
    until = NOW + 30 * MINUTE
    tags = (("hold-until", until.isoformat()),)
    world.sight.sees = a_failed_look(tags=tags)
    world.take(a_diagnosis())
    held = world.take(a_failed_look(tags=tags))
    assert (held.decision.action, held.decision.until) == (Action.WAIT, until)
    world.take(a_failed_look(until - SECOND, tags=tags), 30 * MINUTE - SECOND)
    assert world.hands.restarts == []
    world.take(a_failed_look(until, tags=tags), 30 * MINUTE)
    assert len(world.hands.restarts) == 1


def test_a_refusal_pages_when_the_hold_is_over(world: World) -> None:
    tags = (("hold-until", (NOW + 30 * MINUTE).isoformat()),)
    world.take(a_look(tags=tags))
    world.take(a_refusal())
    assert world.voice.changes == [("opened", "info")]
    for minute in range(1, 40):
        world.take(a_failed_look(NOW + minute * MINUTE, tags=tags), minute * MINUTE)
    assert world.voice.changes == [("opened", "info"), ("refused", "page")]


def test_a_hold_that_begins_just_before_the_restart_is_kept(world: World) -> None:
    world.take(a_diagnosis())
    world.sight.sees = a_failed_look(tags=(("hold-until", (NOW + 60 * MINUTE).isoformat()),))
    outcome = world.take(a_failed_look(NOW + MINUTE), MINUTE)
    assert outcome.decision.action is Action.WAIT
    assert world.hands.restarts == []


@pytest.mark.parametrize(
    ("severity", "told"), [("page", "page"), ("warning", "warning"), ("info", "info"), ("PAGE", "page")]
)
def test_the_tag_says_how_loudly_a_person_is_called(world: World, severity: str, told: str) -> None:
    world.take(a_look(tags=(("severity", severity), ("owner", "team-orders"))))
    world.take(a_refusal())
    assert world.voice.changes == [("refused", told)]
    assert [notice.owner for notice in world.voice.said] == ["team-orders"]


def test_what_is_only_information_stays_so_whatever_the_tag_says(world: World) -> None:
    world.take(a_look(tags=(("severity", "page"),)))
    world.take(a_diagnosis())
    assert world.voice.changes == [("opened", "info")]
