"""Tasks and flow of connectors on MSK Connect, read as seldom as that is safe: CloudWatch is paid for by the series.

A connector is read at every look while anything is open about it, while it is not well, after it changed, and where its
worker lines do not reach us: then metrics are the only sight of its tasks. Any other is read once in `quiet`; a task of
it that dies writes a line, the line opens a suspicion, and what is open is read at every look.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zlib import crc32

from connectops.model import ConnectorId, ConnectorState, Flow, Look, Tasks
from connectops.observe.msk_connect import Listing
from connectops.observe.task_metrics import Measured, TaskMetrics

type IsWell = Callable[[Look], bool]
"""Whether a look shows perfect health, see decide.health."""

_NO_DATAPOINT = "CloudWatch has no recent datapoint of its tasks"


@dataclass(frozen=True, slots=True)
class Economy:
    """How seldom a connector is read that is well and writes to one of `log_groups`; zero is at every look."""

    quiet: timedelta = timedelta(0)
    log_groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Known:
    """What was last measured of a connector that was well then, of which version, in which of its rounds."""

    tasks: Tasks
    flow: Flow | None
    version: str
    turn: int


class MskMetrics:
    """Remembers from look to look what it measured of those that are well; a fresh process reads them all."""

    def __init__(self, metrics: TaskMetrics, economy: Economy, is_well: IsWell) -> None:
        self._metrics = metrics
        self._economy = economy
        self._is_well = is_well
        self._well: dict[ConnectorId, _Known] = {}

    def add(
        self, listing: Listing, looks: Iterable[Look], open_connectors: frozenset[ConnectorId], now: datetime
    ) -> tuple[Look, ...]:
        """The looks with what is known of tasks and flow; those that do not say RUNNING have none."""
        looks = tuple(looks)
        running = {look.connector: look for look in looks if look.state is ConnectorState.RUNNING}
        self._forget(running, listing.versions)
        measured = {connector: self._remembered(look) for connector, look in running.items() if connector in self._well}
        close = {connector for connector, look in running.items() if self._is_close(look, open_connectors)}
        due = [look for look in running.values() if look.connector not in close and self._is_due(look, now)]
        measured |= self._glance(due, listing.versions, now)
        close |= {look.connector for look in due if look.connector not in self._well}
        in_full = [look for look in running.values() if look.connector in close]
        measured |= self._read(in_full, listing.versions, open_connectors, now)
        return tuple(measured.get(look.connector, look) for look in looks)

    def _forget(self, running: Mapping[ConnectorId, Look], versions: Mapping[str, str]) -> None:
        """What stopped running, or is not what it was, has to show anew that it is well."""
        self._well = {
            connector: known
            for connector, known in self._well.items()
            if connector in running and known.version == _version(running[connector], versions)
        }

    def _remembered(self, look: Look) -> Look:
        known = self._well[look.connector]
        return replace(look, tasks=known.tasks, flow=known.flow)

    def _is_close(self, look: Look, open_connectors: Collection[ConnectorId]) -> bool:
        lines_reach_us = look.log_group in self._economy.log_groups
        return look.connector in open_connectors or look.connector not in self._well or not lines_reach_us

    def _is_due(self, look: Look, now: datetime) -> bool:
        return self._well[look.connector].turn != self._turn(look.connector, now)

    def _turn(self, connector: ConnectorId, now: datetime) -> int:
        """Changes once in `quiet`, for each connector at another time, so that looks cost about the same."""
        quiet = self._economy.quiet.total_seconds()
        return int((now.timestamp() + crc32(connector.key.encode()) % quiet) // quiet) if quiet else 0

    def _glance(self, looks: Collection[Look], versions: Mapping[str, str], now: datetime) -> dict[ConnectorId, Look]:
        """As many tasks run as when all was well, and records flow where they must: well still. Else it is not said."""
        flowing = {look.connector.name for look in looks if look.heartbeat}
        counted = {look.connector.name for look in looks if not self._beats_alone(look)}
        measured = self._metrics.glance(counted, flowing, now)
        found: dict[ConnectorId, Look] = {}
        for look in looks:
            before, seen = self._well[look.connector].tasks, measured[look.connector.name]
            running = seen.running if look.connector.name in counted else self._proven_by_records(seen, now)
            if running and running[0] == before.running and not seen.blind_because:
                tasks = replace(before, seen_at=running[1])
                found[look.connector] = replace(look, tasks=tasks, flow=seen.flow)
            self._note(look.connector, found.get(look.connector), versions, now)
        return found

    def _beats_alone(self, look: Look) -> bool:
        """One task that must write in every period: as long as it does, it runs, and need not be counted."""
        beats = look.heartbeat is not None and self._metrics.shows_each(look.heartbeat)
        return beats and self._well[look.connector].tasks.total == 1

    def _proven_by_records(self, seen: Measured, now: datetime) -> tuple[int, datetime] | None:
        flow = seen.flow
        return (1, flow.records_at) if flow and flow.records_at and self._metrics.moves(flow, now) else None

    def _read(
        self,
        looks: Collection[Look],
        versions: Mapping[str, str],
        open_connectors: Collection[ConnectorId],
        now: datetime,
    ) -> dict[ConnectorId, Look]:
        """Both counts of tasks; the flow of what is open or has a heartbeat."""
        flowing = {look.connector.name for look in looks if look.heartbeat or look.connector in open_connectors}
        measured = self._metrics.measure([look.connector.name for look in looks], flowing, now)
        found = {look.connector: _with_metrics(look, measured[look.connector.name]) for look in looks}
        for connector, look in found.items():
            self._note(connector, look, versions, now)
        return found

    def _note(self, connector: ConnectorId, look: Look | None, versions: Mapping[str, str], now: datetime) -> None:
        self._well.pop(connector, None)
        if look and look.tasks and self._economy.quiet and self._is_well(look):
            turn = self._turn(connector, now)
            self._well[connector] = _Known(look.tasks, look.flow, _version(look, versions), turn)


def _version(look: Look, versions: Mapping[str, str]) -> str:
    return versions.get(look.arn or "", "")


def _with_metrics(look: Look, measured: Measured) -> Look:
    why = measured.blind_because or (None if measured.tasks else _NO_DATAPOINT)
    return replace(look, tasks=measured.tasks, flow=measured.flow, blind_because=why or look.blind_because)
