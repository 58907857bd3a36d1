"""A step of one connector with what is known of the fleet around it, and what changes of both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from connectops.decide.incident import Step
from connectops.model import (
    ConnectorRecord,
    FleetIncident,
    FleetItem,
    FleetPhase,
    Incident,
    Member,
    SharedSource,
    SourceRecord,
    Surroundings,
)


@dataclass(frozen=True, slots=True)
class Part:
    """`record` is that of the step; what the rooms of the fleet change in it holds, claimed or not."""

    step: Step
    around: Surroundings
    over: FleetIncident | None = None
    """The incident of a shared source that ended by this step."""

    @property
    def record(self) -> ConnectorRecord:
        return self.step.record

    @property
    def shared(self) -> FleetIncident | None:
        """The incident of a shared source that the connector takes part in; None if it takes part in none any more."""
        fleet = self.record.fleet
        source = fleet and self.source(fleet.source)
        found = source.incident if source else None
        return found if fleet and found and found.id == fleet.incident_id else None

    def waiting_for(self, probe: str) -> FleetIncident | None:
        """The incident that waits for the proof of this one, whether it has joined it yet or not."""
        found = [source.incident for source in self.around.sources if source.incident]
        return next((shared for shared in found if shared.phase is FleetPhase.PROBING and shared.probe == probe), None)

    def source(self, name: SharedSource) -> SourceRecord | None:
        return next((source for source in self.around.sources if source.source == name), None)

    def changed(self, change: Callable[[ConnectorRecord], ConnectorRecord]) -> Part:
        unclaimed = self.step.unclaimed and change(self.step.unclaimed)
        return replace(self, step=replace(self.step, record=change(self.step.record), unclaimed=unclaimed))

    def with_incident(self, change: Callable[[Incident], Incident]) -> Part:
        def changed(record: ConnectorRecord) -> ConnectorRecord:
            return replace(record, incident=change(record.incident)) if record.incident else record

        return self.changed(changed)

    def with_source(self, source: SourceRecord) -> Part:
        others = [source if each.source == source.source else each for each in self.around.sources]
        return replace(self, around=replace(self.around, sources=tuple(others)))

    def with_shared(self, shared: FleetIncident) -> Part:
        source = self.source(shared.source)
        return self.with_source(replace(source, incident=shared)) if source else self

    def with_member(self, member: Member) -> Part:
        others = [each for each in self.around.members if each.connector != member.connector]
        return replace(self, around=replace(self.around, members=(*others, member)))

    def items(self, read: Surroundings) -> tuple[FleetItem, ...]:
        """What has to be written besides the record, given what was read.

        A restart that an incident of several allows is claimed together with it, changed or not: it must not be held by
        somebody else in the same moment.
        """
        found: list[FleetItem] = []
        if self.around.budget and self.around.budget != read.budget:
            found.append(self.around.budget)
        if self.around.lock and self.around.lock != read.lock:
            found.append(self.around.lock)
        allowed_by = self.record.fleet.source if self.record.fleet and self.step.unclaimed else None
        found += [source for source in self.around.sources if source not in read.sources or source.source == allowed_by]
        known = {member.connector: member for member in read.members}
        found += [member for member in self.around.members if known.get(member.connector) != member]
        return (*found, self.over) if self.over else tuple(found)
