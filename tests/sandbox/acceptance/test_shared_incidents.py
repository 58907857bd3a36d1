"""Three connectors that lose one database: one incident, one probe; its proof lets the others follow, its failure holds them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from connectops.ledger import Ledger
from connectops.model import (
    Attempt,
    AttemptEnd,
    Change,
    Concerns,
    ConnectorId,
    FleetIncident,
    FleetPhase,
    Incident,
    Mode,
    Notice,
    Platform,
    Shared,
    SharedSource,
)
from sandbox import deployment
from sandbox.demo.observation import Observer
from sandbox.demo.stage import Stage
from sandbox.playback.recording import Recording, load
from tests.sandbox.acceptance.conftest import SAMPLES, Theatre, ignore
from tests.template.stack import sandbox_overrides

FIRST_RESTART_IS_IN_VAIN = "sink-db-down-60s-e"
IN_VAIN = "restart while faulty"
"""Without the recorder's marks of it, it is part of the outage, and the first restart finds the database back."""
WINDOW = timedelta(seconds=float(sandbox_overrides()["FleetWindowSeconds"]))
BACKOFF_SECONDS = 8.0
"""Two looks: whoever fails is seen to share the database before the first restart is due."""


@dataclass(frozen=True, slots=True)
class Outage:
    """Three connectors with the same database host."""

    theatre: Theatre
    database: SharedSource
    connectors: tuple[ConnectorId, ...]

    def incident(self) -> FleetIncident | None:
        stage = self.theatre.stage
        ledger = Ledger(stage.outputs["LedgerTable"], stage.session.client("dynamodb"))
        [source] = ledger.around(Concerns(sources=(self.database,))).sources
        return source.incident

    def in_phase(self, phase: FleetPhase) -> FleetIncident:
        def look() -> FleetIncident | None:
            found = self.incident()
            return found if found and found.phase is phase else None

        found = self.theatre.sandbox.wait_for(look, 60, every=0.2)
        assert found is not None
        return found

    def restarts(self) -> dict[str, int]:
        return {connector.key: self.theatre.sight(connector).seen.restarts for connector in self.connectors}

    def attempts(self) -> list[Attempt]:
        """All restarts of these connectors, whether their incidents ended or not."""
        stage = self.theatre.stage
        ledger = Ledger(stage.outputs["LedgerTable"], stage.session.client("dynamodb"))
        found = [each for each in ledger.every_incident() if isinstance(each, Incident)]
        return [attempt for each in found if each.connector in self.connectors for attempt in each.attempts]

    def told_of_all(self) -> list[Notice]:
        found = [notice for each in self.connectors for notice in self.theatre.sight(each).seen.notices]
        return sorted((notice for notice in found if notice.shared), key=lambda notice: notice.at)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    deployment.build(ignore)
    with Stage(FirstBackoffSeconds=str(BACKOFF_SECONDS)) as stage:
        stage.deploy(Mode.REPAIR, ignore)
        yield stage


@pytest.fixture(scope="module")
def observer(stage: Stage) -> Observer:
    return Observer(stage.session, stage.outputs, stage.restarts_by_rest)


def outage(stage: Stage, observer: Observer, recording: Recording, host: str, platform: Platform) -> Outage:
    theatre = Theatre(stage, observer)
    there = {**recording.configuration, "connection.url": f"jdbc:postgresql://{host}:5432/shop"}
    shared = replace(recording, scenario={**recording.scenario, "config": there})
    connectors = tuple(theatre.play(shared, platform=platform) for _ in range(3))
    return Outage(theatre, SharedSource(Shared.DATABASE, host), connectors)


@pytest.fixture(scope="module")
def curable(stage: Stage, observer: Observer) -> Outage:
    """On MSK Connect; whoever restarts first there finds the database back."""
    recording = load(SAMPLES / FIRST_RESTART_IS_IN_VAIN)
    recording = replace(recording, marks=tuple(mark for mark in recording.marks if IN_VAIN not in mark.what))
    return outage(stage, observer, recording, "db.curable.example", Platform.MSK_CONNECT)


@pytest.fixture(scope="module")
def lasting(stage: Stage, observer: Observer) -> Outage:
    """On a self-managed cluster; the first restart of each is in vain."""
    recording = load(SAMPLES / FIRST_RESTART_IS_IN_VAIN)
    return outage(stage, observer, recording, "db.lasting.example", Platform.KAFKA_CONNECT)


@pytest.fixture(autouse=True)
def both_at_once(curable: Outage, lasting: Outage) -> None:
    """The outages begin together, so that the tests take the time of one."""


def test_a_probe_that_fails_holds_the_others_and_none_of_them_is_restarted(lasting: Outage) -> None:
    held = lasting.in_phase(FleetPhase.HELD)
    assert held.probe is not None
    assert held.until is not None
    only_the_probe = {connector.key: int(connector.key == held.probe) for connector in lasting.connectors}
    assert lasting.restarts() == only_the_probe
    while time.time() < held.until.timestamp() - 0.5:
        assert lasting.restarts() == only_the_probe
        time.sleep(0.5)
    told = lasting.told_of_all()
    assert [notice.change for notice in told[:2]] == [Change.FLEET_OPENED, Change.FLEET_HELD]
    assert set(told[0].members) == {connector.key for connector in lasting.connectors}


def test_the_proof_of_one_probe_lets_the_others_follow_one_by_one(curable: Outage) -> None:
    proven = curable.in_phase(FleetPhase.PROVEN)
    curable.theatre.sandbox.wait_for(lambda: curable.incident() is None, 60, every=0.3)
    attempts = sorted((each for each in curable.attempts()), key=lambda attempt: attempt.claimed_at)
    assert [attempt.end for attempt in attempts] == [AttemptEnd.PROVEN] * 3
    assert set(curable.restarts().values()) == {1}
    assert proven.proven_at is not None
    assert attempts[0].claimed_at < proven.proven_at < attempts[1].claimed_at
    assert attempts[2].claimed_at - attempts[1].claimed_at >= WINDOW, "of a fleet of six one is restarted in a window"
    told = curable.told_of_all()
    assert [notice.change for notice in told] == [Change.FLEET_OPENED, Change.FLEET_PROVEN, Change.FLEET_RESOLVED]
    assert proven.probe == told[1].connector.key
