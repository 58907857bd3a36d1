"""A restart waits for its database, where something stands in the databases' network and can try."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from connectops.errors import Unreachable
from connectops.model import Action, Endpoint, Severity, Verdict
from tests.builders import MINUTE, NOW, a_diagnosis, a_failed_look
from tests.fakes import World

DATABASE = Endpoint("db.shop", 3306)
REFUSES = "refuses connections"


@dataclass
class FakeReach:
    """Says of each database what the test says; raises it, if that is an error."""

    says: str | Unreachable | None = None
    asked: list[Endpoint] = field(default_factory=list)

    def away(self, database: Endpoint) -> str | None:
        self.asked.append(database)
        if isinstance(self.says, Unreachable):
            raise self.says
        return self.says


@pytest.fixture
def world() -> World:
    world = World()
    world.sight.sees = a_failed_look(database=DATABASE)
    world.reach = FakeReach(REFUSES)
    return world


def minutes_go_by(world: World, minutes: range) -> list[Any]:
    return [world.take(a_failed_look(NOW + each * MINUTE), each * MINUTE).decision for each in minutes]


def test_a_restart_that_is_due_waits_while_the_database_refuses_connections(world):
    world.take(a_diagnosis())
    decisions = minutes_go_by(world, range(1, 10))
    assert {decision.action for decision in decisions} == {Action.WAIT}
    assert "db.shop:3306 refuses connections" in decisions[-1].reason
    assert (world.hands.restarts, world.record().backoff_attempts) == ([], 0)


def test_it_is_made_at_the_first_look_after_the_database_is_back(world):
    world.take(a_diagnosis())
    minutes_go_by(world, range(1, 10))
    world.reach.says = None
    minutes_go_by(world, range(10, 12))
    assert world.hands.restarts == [("msk/orders", Action.RESTART_TASKS)]
    assert world.record().incident.database_away_since is None


def test_people_hear_of_a_database_that_stays_away_for_a_quarter_of_an_hour(world):
    world.take(a_diagnosis())
    minutes_go_by(world, range(1, 30))
    [page] = [notice for notice in world.voice.said if notice.severity is Severity.PAGE]
    assert "db.shop:3306 refuses connections" in page.what_happened + page.what_we_did


def test_no_restart_is_held_back_for_more_than_an_hour_by_one_who_may_be_cut_off(world):
    world.take(a_diagnosis())
    first = 1 + 60
    minutes_go_by(world, range(1, first))
    assert world.hands.restarts == []
    minutes_go_by(world, range(first, first + 1))
    assert len(world.hands.restarts) == 1


def test_a_reach_that_does_not_say_holds_nothing_up(world):
    world.reach.says = Unreachable("the function timed out")
    world.take(a_diagnosis())
    minutes_go_by(world, range(1, 2))
    assert len(world.hands.restarts) == 1


def test_what_is_restarted_at_once_does_not_ask(world):
    world.take(a_diagnosis(verdict=Verdict.RESTART_NOW))
    assert (len(world.hands.restarts), world.reach.asked) == (1, [])


def test_a_connector_whose_database_is_not_known_is_restarted_as_ever(world):
    world.sight.sees = replace(world.sight.sees, database=None)
    world.take(a_diagnosis())
    minutes_go_by(world, range(1, 2))
    assert (len(world.hands.restarts), world.reach.asked) == (1, [])


def test_it_is_asked_only_when_a_restart_is_due(world):
    world.take(a_diagnosis())
    world.take(a_failed_look(NOW + MINUTE / 2), MINUTE / 2)
    assert world.reach.asked == []
