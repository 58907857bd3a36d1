"""A ledger for simulated pasts and futures: what the table does, with its versions, in memory."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from connectops.errors import LostRace, Overtaken
from connectops.fleet_items import Versioned, key_of
from connectops.model import (
    ClusterLock,
    Concerns,
    ConnectorId,
    ConnectorRecord,
    FleetItem,
    Incident,
    Member,
    Membership,
    RestartBudget,
    SourceRecord,
    Surroundings,
)


@dataclass
class LedgerInMemory:
    records: dict[str, ConnectorRecord] = field(default_factory=dict)
    ended: list[Incident] = field(default_factory=list)
    shared: dict[str, FleetItem] = field(default_factory=dict)

    def load(self, connector: ConnectorId) -> ConnectorRecord:
        return self.records.get(connector.key, ConnectorRecord(connector))

    def around(self, concerns: Concerns) -> Surroundings:
        return Surroundings(
            budget=self._item(RestartBudget()) if concerns.budget else None,
            lock=self._item(ClusterLock(concerns.cluster)) if concerns.cluster is not None else None,
            sources=tuple(self._item(SourceRecord(source)) for source in concerns.sources),
            members=self._members(concerns.members_of) if concerns.members_of else (),
        )

    def save(
        self,
        record: ConnectorRecord,
        now: datetime,
        ended: Incident | None = None,
        beside: tuple[FleetItem, ...] = (),
    ) -> ConnectorRecord:
        if self.load(record.connector).version != record.version:
            raise LostRace(record.connector.key)
        for item in beside:
            there = self.shared.get(name_of(item))
            if isinstance(item, Versioned) and getattr(there, "version", 0) != item.version:
                raise Overtaken(name_of(item))
        written = replace(record, version=record.version + 1)
        self.records[record.connector.key] = written
        self.ended += [ended] if ended else []
        for item in beside:
            self.shared[name_of(item)] = (
                replace(item, version=item.version + 1) if isinstance(item, Versioned) else item
            )
        return written

    def _item[Item: (RestartBudget, ClusterLock, SourceRecord)](self, fresh: Item) -> Item:
        found = self.shared.get(name_of(fresh))
        return found if isinstance(found, type(fresh)) else fresh

    def _members(self, membership: Membership) -> tuple[Member, ...]:
        return tuple(
            item
            for item in self.shared.values()
            if isinstance(item, Member) and item.incident_id == membership.incident_id
        )


def name_of(item: FleetItem) -> str:
    key = key_of(item)
    return f"{key['pk']['S']} {key['sk']['S']}"
