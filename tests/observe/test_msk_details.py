"""What is read of a connector besides its state, and when it is read again: botocore's Stubber answers, in this order."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.stub import Stubber

from connectops.decide.update_story import with_story
from connectops.errors import Unreachable
from connectops.model import ConnectorId, ConnectorState, Facts, Look, Platform, UpdateState
from connectops.observe import msk_connect
from connectops.observe.memory import NoMemory
from connectops.observe.msk_connect import Listing
from connectops.observe.msk_details import MskDetails
from connectops.observe.updates import Updates
from tests.msk_stub import AT, Msk, described, operation, operation_described, summary, tagged, updates_listed

NOTHING_OPEN: frozenset[ConnectorId] = frozenset()
SECOND = timedelta(seconds=1)


@dataclass
class Kept:
    """A memory that outlives processes, and may be away."""

    facts: dict[ConnectorId, Facts] = field(default_factory=dict)
    writes: int = 0
    away: bool = False

    def recall(self, connectors: Collection[ConnectorId]) -> Mapping[ConnectorId, Facts]:
        if self.away:
            raise Unreachable("the table is away")
        return {each: self.facts[each] for each in connectors if each in self.facts}

    def remember(self, facts: Facts, now: datetime) -> None:
        if self.away:
            raise Unreachable("the table is away")
        self.facts[facts.connector] = facts
        self.writes += 1


def on_msk(name: str) -> ConnectorId:
    return ConnectorId(Platform.MSK_CONNECT, "msk", name)


def details(msk: Msk, memory: Kept | None = None, **more: Any) -> MskDetails:
    return MskDetails(msk.eye, memory or NoMemory(), **({"in_turn": 0} | more))


def listing(*summaries: dict[str, Any]) -> Listing:
    looks = tuple(msk_connect._look(each, AT) for each in summaries)  # type: ignore[arg-type]  # a summary of the stub's
    return Listing(looks, {each["connectorArn"]: each["currentVersion"] for each in summaries})


def read(stubber: Stubber, name: str, interval: str = "1000", **tags: str) -> None:
    """Both calls that a new connector costs."""
    described(stubber, name, **{"heartbeat.interval.ms": interval})
    tagged(stubber, name, **tags)


def seen(
    reader: MskDetails, listing: Listing, open_connectors: frozenset[ConnectorId] = NOTHING_OPEN, at: datetime = AT
) -> dict[str, Look]:
    return {look.connector.name: look for look in reader.add(listing, open_connectors, at)}


def test_a_new_connector_is_read_and_nothing_of_its_configuration_stays(msk: Msk) -> None:
    described(msk.connect, "orders", **{"heartbeat.interval.ms": "1000", "database.password": "hunter2"})
    tagged(msk.connect, "orders", owner="shop")
    memory = Kept()
    reader = details(msk, memory)
    look = seen(reader, listing(summary("orders")))["orders"]
    assert (look.heartbeat, look.tags) == (SECOND, (("owner", "shop"),))
    assert "hunter2" not in repr((look, memory, vars(reader)))


def test_what_is_unchanged_is_not_read_again(msk: Msk) -> None:
    reader = details(msk)
    read(msk.connect, "orders", owner="shop")
    first = seen(reader, listing(summary("orders")))["orders"]
    second = seen(reader, listing(summary("orders")))["orders"]
    assert (second.heartbeat, second.tags) == (first.heartbeat, first.tags) == (SECOND, (("owner", "shop"),))


def test_a_new_version_is_described_again(msk: Msk) -> None:
    reader = details(msk)
    for version, interval in (("V1", "1000"), ("V2", "2000")):
        read(msk.connect, "orders", interval)
        look = seen(reader, listing(summary("orders", version=version)))["orders"]
        assert look.heartbeat == int(interval) * timedelta(milliseconds=1)


def test_a_new_state_has_the_tags_read_again_and_not_the_configuration(msk: Msk) -> None:
    reader = details(msk)
    read(msk.connect, "orders")
    seen(reader, listing(summary("orders")))
    tagged(msk.connect, "orders", restart="off")
    look = seen(reader, listing(summary("orders", "FAILED")))["orders"]
    assert (look.heartbeat, look.tags) == (SECOND, (("restart", "off"),))


def test_what_is_opened_is_read_once_and_again_when_it_opens_again(msk: Msk) -> None:
    reader = details(msk)
    read(msk.connect, "orders")
    seen(reader, listing(summary("orders")))
    orders = frozenset({on_msk("orders")})
    tagged(msk.connect, "orders", owner="shop")
    assert seen(reader, listing(summary("orders")), orders)["orders"].tags == (("owner", "shop"),)
    seen(reader, listing(summary("orders")), orders)
    seen(reader, listing(summary("orders")))
    tagged(msk.connect, "orders", owner="sales")
    assert seen(reader, listing(summary("orders")), orders)["orders"].tags == (("owner", "sales"),)


def test_of_the_unchanged_a_few_are_read_in_turn_until_all_were(msk: Msk) -> None:
    names = [f"c{number}" for number in range(7)]
    kept = {on_msk(name): Facts(on_msk(name), "K3AEGXETSR30VB", ConnectorState.RUNNING) for name in names}
    reader = details(msk, Kept(kept), in_turn=2)
    asked: list[str] = []
    for tick in range(4):
        there = listing(*map(summary, names))
        for _ in range(2):
            msk.connect.add_response("list_tags_for_resource", {"tags": {"connectops:owner": f"tick {tick}"}})
        looks = seen(reader, there)
        asked += [name for name in names if (("owner", f"tick {tick}"),) == looks[name].tags]
    assert len(asked) == 8
    assert set(asked) == set(names)


def test_a_fresh_process_does_not_begin_where_each_other_begins(msk: Msk) -> None:
    names = [f"c{number}" for number in range(50)]
    kept = {on_msk(name): Facts(on_msk(name), "K3AEGXETSR30VB", ConnectorState.RUNNING) for name in names}
    first = set()
    for minute in range(10):
        there = listing(*map(summary, names))
        tagged_now = {"tags": {"connectops:owner": "shop"}}
        msk.connect.add_response("list_tags_for_resource", tagged_now)
        looks = seen(details(msk, Kept(dict(kept)), in_turn=1), there, at=AT + minute * 60 * SECOND)
        first |= {name for name, look in looks.items() if look.tags}
    assert len(first) > 5


def test_an_empty_region_has_no_turn(msk: Msk) -> None:
    assert seen(details(msk, in_turn=5), listing()) == {}


def test_calls_are_bounded_and_those_in_need_come_first(msk: Msk) -> None:
    there = listing(summary("a"), summary("b"), summary("c"))
    for name in ("c", "a"):
        read(msk.connect, name)
    looks = seen(details(msk, at_most=2), there, frozenset({on_msk("c")}))
    assert {name: look.heartbeat for name, look in looks.items()} == {"a": SECOND, "b": None, "c": SECOND}


def test_one_connector_that_may_not_be_described_hides_no_other_and_is_asked_for_again_in_turn(msk: Msk) -> None:
    reader = details(msk)
    there = listing(summary("a"), summary("b"))
    msk.connect.add_client_error("describe_connector", "AccessDeniedException", "no", 403)
    read(msk.connect, "b")
    looks = seen(reader, there)
    assert looks["a"].blind_because == "MSK Connect: DescribeConnector: not allowed (AccessDeniedException)"
    assert (looks["a"].state, looks["a"].heartbeat, looks["a"].tags) == (ConnectorState.RUNNING, None, None)
    assert (looks["b"].blind_because, looks["b"].heartbeat) == (None, SECOND)
    assert seen(reader, listing(summary("a"), summary("b")))["a"].blind_because is None
    reader._in_turn, reader._turn = 1, 0
    read(msk.connect, "a", "2000")
    assert seen(reader, listing(summary("a"), summary("b")))["a"].heartbeat == 2 * SECOND


def test_a_throttled_call_ends_the_asking_for_this_look(msk: Msk) -> None:
    reader = details(msk)
    there = listing(summary("a"), summary("b"))
    msk.connect.add_client_error("describe_connector", "TooManyRequestsException", "Rate exceeded", 429)
    looks = seen(reader, there, frozenset({on_msk("a")}))
    assert (looks["b"].heartbeat, looks["b"].blind_because) == (None, None)
    for name in ("a", "b"):
        read(msk.connect, name)
    looks = seen(reader, listing(summary("a"), summary("b")), frozenset({on_msk("a")}))
    assert (looks["a"].heartbeat, looks["b"].heartbeat) == (SECOND, SECOND)


def test_tags_that_cannot_be_read_are_not_taken_for_none(msk: Msk) -> None:
    there = listing(summary("orders"))
    described(msk.connect, "orders", **{"heartbeat.interval.ms": "1000"})
    msk.connect.add_client_error("list_tags_for_resource", "TooManyRequestsException", "Rate exceeded", 429)
    look = seen(details(msk), there)["orders"]
    assert (look.heartbeat, look.tags) == (SECOND, None)
    assert look.blind_because == "MSK Connect: ListTagsForResource: TooManyRequestsException"


def test_a_connector_that_goes_while_it_is_read_is_told_and_hides_no_other(msk: Msk) -> None:
    there = listing(summary("a"), summary("b"))
    msk.connect.add_client_error("describe_connector", "NotFoundException", "gone", 404)
    read(msk.connect, "b")
    looks = seen(details(msk), there)
    assert looks["a"].blind_because == "MSK Connect: DescribeConnector: the connector is gone"
    assert looks["b"].heartbeat == SECOND


def test_tags_are_read_only_where_they_are_wanted(msk: Msk) -> None:
    described(msk.connect, "orders", **{"heartbeat.interval.ms": "1000"})
    look = seen(details(msk, tags=False), listing(summary("orders")))["orders"]
    assert (look.heartbeat, look.tags) == (SECOND, None)


# ── the description that outlives its connector ───────────────────────────────────────────────────────────────────────


@dataclass
class Shelf:
    """Keeps the version of each description that it was given; may be away."""

    kept: list[str] = field(default_factory=list)
    away: bool = False

    def __call__(self, connector: ConnectorId, answer: Mapping[str, Any], now: datetime) -> None:
        if self.away:
            raise Unreachable("the table is away")
        self.kept.append(answer["connectorConfiguration"]["heartbeat.interval.ms"])


def test_each_new_version_is_kept_once(msk: Msk) -> None:
    shelf = Shelf()
    reader = details(msk, keep=shelf)
    for version, interval in (("V1", "1000"), ("V1", "1000"), ("V2", "2000")):
        if f"{version} {interval}" != "V1 1000" or not shelf.kept:
            read(msk.connect, "orders", interval)
        seen(reader, listing(summary("orders", version=version)))
    assert shelf.kept == ["1000", "2000"]


def test_what_could_not_be_kept_is_described_again_and_hides_nothing(msk: Msk) -> None:
    shelf = Shelf(away=True)
    reader = details(msk, keep=shelf)
    read(msk.connect, "orders")
    look = seen(reader, listing(summary("orders")))["orders"]
    assert (look.heartbeat, look.blind_because) == (SECOND, None)
    shelf.away = False
    read(msk.connect, "orders")
    seen(reader, listing(summary("orders")))
    seen(reader, listing(summary("orders")))
    assert shelf.kept == ["1000"]


def test_what_an_earlier_process_kept_is_not_kept_again_and_what_an_earlier_release_did_not_is(msk: Msk) -> None:
    memory, shelf = Kept(), Shelf()
    read(msk.connect, "orders")
    seen(details(msk, memory, keep=shelf), listing(summary("orders")))
    seen(details(msk, memory, keep=shelf), listing(summary("orders")))
    assert shelf.kept == ["1000"]
    memory.facts[on_msk("orders")] = replace(memory.facts[on_msk("orders")], kept=None)
    read(msk.connect, "orders")
    seen(details(msk, memory, keep=shelf), listing(summary("orders")))
    assert shelf.kept == ["1000", "1000"]


# ── updates ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def following(msk: Msk, memory: Kept | None = None, **more: Any) -> MskDetails:
    """Reads updates, and no tags."""
    return details(msk, memory, tags=False, updates=Updates(msk.client, with_story), **more)


def an_update(state: str) -> dict[str, Any]:
    return operation(1, AT, "UPDATE_CONNECTOR_CONFIGURATION", connectorOperationState=state)


def test_a_new_state_and_a_new_version_have_the_updates_read_and_what_is_unchanged_has_not(msk: Msk) -> None:
    reader = following(msk)
    described(msk.connect, "orders")
    updates_listed(msk.connect, "orders")
    assert seen(reader, listing(summary("orders")))["orders"].update is None
    seen(reader, listing(summary("orders")))
    updates_listed(msk.connect, "orders", an_update("UPDATE_COMPLETE"))
    assert seen(reader, listing(summary("orders", "PAUSED")))["orders"].update is not None
    described(msk.connect, "orders")
    updates_listed(msk.connect, "orders", an_update("UPDATE_COMPLETE"))
    seen(reader, listing(summary("orders", "PAUSED", version="V2")))
    seen(reader, listing(summary("orders", "PAUSED", version="V2")))


def test_an_update_is_followed_at_each_look_to_its_end_and_no_further(msk: Msk) -> None:
    reader = following(msk)
    described(msk.connect, "orders")
    states = [
        ("UPDATING", "UPDATE_IN_PROGRESS", UpdateState.IN_PROGRESS),
        ("UPDATING", "ROLLBACK_IN_PROGRESS", UpdateState.IN_PROGRESS),
        ("RUNNING", "ROLLBACK_IN_PROGRESS", UpdateState.IN_PROGRESS),
        ("RUNNING", "ROLLBACK_COMPLETE", UpdateState.ROLLED_BACK),
    ]
    for state, said, found in states:
        updates_listed(msk.connect, "orders", an_update(said))
        if said == "ROLLBACK_COMPLETE":
            operation_described(msk.connect, an_update(said))
        update = seen(reader, listing(summary("orders", state)))["orders"].update
        assert update
        assert update.state is found
    update = seen(reader, listing(summary("orders")))["orders"].update
    assert update
    assert update.state is UpdateState.ROLLED_BACK


def test_what_is_opened_and_whose_turn_it_is_have_their_updates_read(msk: Msk) -> None:
    kept = {on_msk("orders"): Facts(on_msk("orders"), "K3AEGXETSR30VB", ConnectorState.RUNNING)}
    updates_listed(msk.connect, "orders", an_update("UPDATE_COMPLETE"))
    opened = seen(following(msk, Kept(dict(kept))), listing(summary("orders")), frozenset({on_msk("orders")}))
    assert opened["orders"].update
    updates_listed(msk.connect, "orders", an_update("UPDATE_COMPLETE"))
    assert seen(following(msk, Kept(dict(kept)), in_turn=1), listing(summary("orders")))["orders"].update


def test_a_failed_update_is_known_to_the_next_process_without_secrets(msk: Msk) -> None:
    memory = Kept()
    described(msk.connect, "orders")
    updates_listed(msk.connect, "orders", an_update("ROLLBACK_COMPLETE"))
    story = {"targetConnectorConfiguration": {"database.password": "hunter2"}}
    operation_described(msk.connect, an_update("ROLLBACK_COMPLETE") | story)
    seen(following(msk, memory), listing(summary("orders")))
    update = seen(following(msk, memory), listing(summary("orders")))["orders"].update
    assert update
    assert update.state is UpdateState.ROLLED_BACK
    assert "hunter2" not in repr(memory)


def test_operations_that_may_not_be_listed_hide_nothing_else_and_are_not_asked_for_at_each_look(msk: Msk) -> None:
    reader = following(msk)
    described(msk.connect, "orders", **{"heartbeat.interval.ms": "1000"})
    msk.connect.add_client_error("list_connector_operations", "AccessDeniedException", "no", 403)
    look = seen(reader, listing(summary("orders")))["orders"]
    assert (look.state, look.heartbeat, look.update) == (ConnectorState.RUNNING, SECOND, None)
    assert look.blind_because == "MSK Connect: ListConnectorOperations: not allowed (AccessDeniedException)"
    seen(reader, listing(summary("orders")))


# ── what outlives a process ───────────────────────────────────────────────────────────────────────────────────────────


def test_what_an_earlier_process_read_is_known(msk: Msk) -> None:
    memory = Kept()
    read(msk.connect, "orders", owner="shop")
    seen(details(msk, memory), listing(summary("orders")))
    look = seen(details(msk, memory), listing(summary("orders")))["orders"]
    assert (look.heartbeat, look.tags) == (SECOND, (("owner", "shop"),))


def test_what_changed_between_two_processes_is_read_again(msk: Msk) -> None:
    memory = Kept()
    read(msk.connect, "orders")
    seen(details(msk, memory), listing(summary("orders", version="V1")))
    read(msk.connect, "orders", "2000")
    look = seen(details(msk, memory), listing(summary("orders", version="V2")))["orders"]
    assert look.heartbeat == 2 * SECOND


def test_only_what_is_new_is_written(msk: Msk) -> None:
    memory = Kept()
    reader = details(msk, memory, in_turn=1)
    read(msk.connect, "orders", owner="shop")
    seen(reader, listing(summary("orders")))
    tagged(msk.connect, "orders", owner="shop")
    seen(reader, listing(summary("orders")))
    assert memory.writes == 1
    tagged(msk.connect, "orders", owner="sales")
    seen(reader, listing(summary("orders")))
    assert memory.writes == 2


def test_a_memory_that_is_away_costs_calls_and_hides_nothing(msk: Msk) -> None:
    memory = Kept(away=True)
    reader = details(msk, memory)
    read(msk.connect, "orders", owner="shop")
    assert seen(reader, listing(summary("orders")))["orders"].heartbeat == SECOND
    memory.away = False
    assert seen(reader, listing(summary("orders")))["orders"].tags == (("owner", "shop"),)
    assert memory.facts[on_msk("orders")].tags == (("owner", "shop"),)


@pytest.mark.parametrize("name", ["orders", "a" * 128, "Orders_2-x"])
def test_names_of_every_kind_are_known_again(msk: Msk, name: str) -> None:
    memory = Kept()
    read(msk.connect, name)
    seen(details(msk, memory), listing(summary(name)))
    assert seen(details(msk, memory), listing(summary(name)))[name].heartbeat == SECOND
