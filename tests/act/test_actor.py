from datetime import UTC, datetime

import boto3
import pytest

from connectops.act.actor import Attempted, is_at_least
from connectops.act.advise import AdvisingActor
from connectops.act.platforms import PlatformActor, actor_for
from connectops.model import Action, ConnectorId, Mode, Platform

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ON_MSK = ConnectorId(Platform.MSK_CONNECT, "msk", "orders")
ON_KAFKA = ConnectorId(Platform.KAFKA_CONNECT, "onprem", "orders")


class RecordingActor:
    def __init__(self, name: str) -> None:
        self.name = name
        self.calls: list[tuple[ConnectorId, Action]] = []

    def restart(
        self, connector: ConnectorId, arn: str | None, action: Action, connect_version: str | None
    ) -> Attempted:
        self.calls.append((connector, action))
        return Attempted(restarted_at=NOW, remark=self.name)


@pytest.mark.parametrize("version", ["3.7.x", "3.7.0", "3.10.1", "4.1.0", "3.7", "3.7.0-SNAPSHOT"])
def test_versions_from_the_minimum_on(version: str) -> None:
    assert is_at_least(version, (3, 7))


@pytest.mark.parametrize("version", ["3.6.9", "2.7.1", "3", "", None, "x.7.1", "latest"])
def test_older_and_unknown_versions(version: str | None) -> None:
    assert not is_at_least(version, (3, 7))


@pytest.mark.parametrize(("connector", "name"), [(ON_MSK, "msk"), (ON_KAFKA, "rest")])
def test_each_platform_has_its_actor(connector: ConnectorId, name: str) -> None:
    actors = {"msk": RecordingActor("msk"), "rest": RecordingActor("rest")}
    both = PlatformActor(msk_connect=actors["msk"], kafka_connect=actors["rest"])
    assert both.restart(connector, "arn", Action.RESTART_CONNECTOR, "3.7.0").remark == name
    assert actors[name].calls == [(connector, Action.RESTART_CONNECTOR)]
    assert sum(len(actor.calls) for actor in actors.values()) == 1


@pytest.mark.parametrize(
    ("action", "words"),
    [(Action.RESTART_TASKS, "restart its failed tasks"), (Action.RESTART_CONNECTOR, "restart the connector")],
)
def test_advice_says_what_would_have_been_done_and_follows_nothing(action: Action, words: str) -> None:
    attempted = AdvisingActor().restart(ON_MSK, "arn", action, None)
    assert attempted == Attempted(remark=f"advice only, nothing was touched: {words}")


@pytest.mark.parametrize("mode", [Mode.ADVISE, Mode.OFF])
def test_only_repair_gets_hands(mode: Mode) -> None:
    session = boto3.Session(region_name="eu-west-1")
    assert isinstance(actor_for(mode, session, (), lambda: NOW), AdvisingActor)
    assert isinstance(actor_for(Mode.REPAIR, session, (), lambda: NOW), PlatformActor)
