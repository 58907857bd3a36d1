"""A fleet for tests: several connectors that share something, each with its own decider, looked at in turn."""

from __future__ import annotations

from dataclasses import replace

from connectops.model import (
    ConnectorId,
    Diagnosis,
    FleetIncident,
    Look,
    Platform,
    RepairPolicy,
    Shared,
    SharedSource,
    SourceRecord,
)
from connectops.respond import Outcome
from tests.builders import MINUTE, NOW, SECOND, a_diagnosis, a_failed_look, a_look, finding
from tests.fakes import World

DATABASE = SharedSource(Shared.DATABASE, "db.shop")
SUBNET = SharedSource(Shared.SUBNET, "subnet-1")


def on_msk(number: int) -> ConnectorId:
    return ConnectorId(Platform.MSK_CONNECT, "msk", f"c{number}")


def on_rest(number: int) -> ConnectorId:
    return ConnectorId(Platform.KAFKA_CONNECT, "onprem", f"c{number}")


class Fleet(World):
    """Several connectors, looked at in turn; they share what `shares` says."""

    def __init__(
        self,
        size: int = 4,
        *,
        fleet_size: int = 100,
        shares: tuple[SharedSource, ...] = (DATABASE,),
        policy: RepairPolicy | None = None,
        on_msk_connect: bool = True,
    ) -> None:
        super().__init__(policy)
        self.connectors = [on_msk(n) if on_msk_connect else on_rest(n) for n in range(size)]
        self.fleet_size, self.shares = fleet_size, shares
        self.sight.sees = a_failed_look(shares=shares)

    def sees(self, look: Look, connector: ConnectorId) -> Outcome:
        seen = replace(look, connector=connector, shares=self.shares, fleet_size=self.fleet_size)
        return self.take(seen, look.at - NOW)

    def reads(self, cause: Diagnosis, number: int) -> Outcome:
        connector = self.connectors[number]
        at = cause.last_seen or NOW
        return self.take(finding(replace(cause, connector=connector.name), connector), at - NOW)

    def fails(self, minutes: float, *numbers: int) -> list[Outcome]:
        """A look at each of them, or at all, that sees it failed."""
        at = NOW + minutes * MINUTE
        return [self.sees(a_failed_look(at), self.connectors[n]) for n in numbers or range(len(self.connectors))]

    def flows(self, minutes: float, *numbers: int) -> list[Outcome]:
        at = NOW + minutes * MINUTE
        return [self.sees(a_look(at, records_at=at - SECOND), self.connectors[n]) for n in numbers]

    def dies(self, minutes: float, cause: Diagnosis, *numbers: int) -> list[Outcome]:
        """A look first, so that it is known what they share, then the line that says why."""
        self.fails(minutes, *numbers)
        at = NOW + minutes * MINUTE
        seen = replace(cause, first_seen=at, last_seen=at)
        return [self.reads(seen, n) for n in numbers or range(len(self.connectors))]

    @property
    def restarted(self) -> list[str]:
        return [key for key, _ in self.hands.restarts]

    def source(self, source: SharedSource = DATABASE) -> SourceRecord:
        return next(
            (item for item in self.records.shared.values() if isinstance(item, SourceRecord) and item.source == source),
            SourceRecord(source),
        )

    def incident(self, source: SharedSource = DATABASE) -> FleetIncident:
        found = self.source(source).incident
        assert found is not None
        return found

    def ended_together(self) -> list[FleetIncident]:
        return [item for item in self.records.shared.values() if isinstance(item, FleetIncident)]


LOST = a_diagnosis("PG_CONN_LOST")


def changes_of(fleet: Fleet) -> list[tuple[str, str]]:
    return [(str(notice.change), str(notice.severity)) for notice in fleet.voice.said if notice.shared]
