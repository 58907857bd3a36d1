"""The whole fleet in one look: MSK Connect and every self-managed cluster, none hiding another.

What could not be seen is UNKNOWN: never left out, and never taken for gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from connectops.clients.connect_rest import ConnectRest
from connectops.model import (
    MSK_CLUSTER,
    ConnectorId,
    ConnectorState,
    Diagnosis,
    Look,
    Platform,
)
from connectops.observe.kafka_connect import ConnectView, look_at_cluster
from connectops.observe.msk_fleet import MskFleet

CLUSTERS_AT_ONCE = 8

_MAY_BE_STARTING = "its cluster does not list it; a worker that is starting lists nothing either"
_NOT_WATCHED = "its cluster is not watched any more"


class DiagnoseTrace(Protocol):
    """What a trace means, see decide.diagnosis."""

    def __call__(self, trace: str, *, connector: str, task: int | None, at: datetime) -> Diagnosis | None: ...


@dataclass(frozen=True, slots=True)
class FleetView:
    """What one look at everything saw. `blind` says by cluster why connectors of it are UNKNOWN."""

    looks: tuple[Look, ...]
    blind: Mapping[str, str]
    is_blind: bool
    """Nothing at all could be seen, though there was something to look at."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was seen of one cluster (MSK Connect is one), and why that may not be all."""

    looks: tuple[Look, ...]
    incomplete_because: str | None


class Fleet:
    """`msk` is None where MSK Connect is not watched. Remembers from look to look which connectors there are."""

    def __init__(self, msk: MskFleet | None, clusters: Mapping[str, ConnectRest], diagnose: DiagnoseTrace) -> None:
        self._msk = msk
        self._clusters = clusters
        self._diagnose = diagnose
        self._known: frozenset[ConnectorId] = frozenset()
        self._absent: frozenset[ConnectorId] = frozenset()

    def look(self, at: datetime, now: datetime, open_connectors: frozenset[ConnectorId]) -> FleetView:
        """One look at every connector, and at those that the ledger has open wherever they are."""
        with ThreadPoolExecutor(CLUSTERS_AT_ONCE) as pool:
            answers = {name: pool.submit(self._cluster, name, rest, at, now) for name, rest in self._clusters.items()}
            seen = {name: answer.result() for name, answer in answers.items()}
        if self._msk:
            msk_connect = self._msk.look(at, now, open_connectors)
            seen[MSK_CLUSTER] = _Seen(msk_connect.looks, msk_connect.incomplete_because)
        looks = tuple(look for cluster in seen.values() for look in cluster.looks)
        blind = {name: cluster.incomplete_because for name, cluster in seen.items() if cluster.incomplete_because}
        absent = self._look_at_absent(looks, seen, at, open_connectors)
        return FleetView(looks + absent, blind, is_blind=bool(seen) and len(blind) == len(seen) and not looks)

    def _cluster(self, name: str, rest: ConnectRest, at: datetime, now: datetime) -> _Seen:
        view = look_at_cluster(name, rest, at, now)
        return _Seen(tuple(self._diagnosed(connector) for connector in view.views), view.incomplete_because)

    def _diagnosed(self, view: ConnectView) -> Look:
        if view.trace is None:
            return view.look
        name, at = view.look.connector.name, view.look.at
        return replace(view.look, diagnosis=self._diagnose(view.trace, connector=name, task=view.task, at=at))

    def _look_at_absent(
        self, listed: tuple[Look, ...], seen: Mapping[str, _Seen], at: datetime, open_connectors: frozenset[ConnectorId]
    ) -> tuple[Look, ...]:
        """Connectors that are open or were there before, and are in no list now."""
        present = frozenset(look.connector for look in listed)
        absent = (open_connectors | self._known) - present
        looks = [self._absent_look(connector, seen.get(connector.cluster), at) for connector in sorted(absent)]
        unknown = frozenset(look.connector for look in looks if look.state is ConnectorState.UNKNOWN)
        self._known, self._absent = present | unknown, absent
        return tuple(look for look in looks if look.connector in unknown | open_connectors)

    def _absent_look(self, connector: ConnectorId, cluster: _Seen | None, at: datetime) -> Look:
        if cluster is None:
            return Look(connector, at, ConnectorState.GONE, blind_because=_NOT_WATCHED)
        if cluster.incomplete_because:
            return Look(connector, at, ConnectorState.UNKNOWN, blind_because=cluster.incomplete_because)
        if connector.platform is Platform.KAFKA_CONNECT and connector not in self._absent:
            return Look(connector, at, ConnectorState.UNKNOWN, blind_because=_MAY_BE_STARTING)
        return Look(connector, at, ConnectorState.GONE)
