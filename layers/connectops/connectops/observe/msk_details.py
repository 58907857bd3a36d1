"""What the list of connectors does not tell of each: heartbeat, database, tags, updates; read as seldom as is safe.

They are read when a connector is new, when its `currentVersion` or its state changes, when something is open about it
and while it is being updated; of all others a few are read in turn at each look, for tags change without a sign. What
was read is remembered, in this process and in the table, so that a cold start does not ask for everything again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from zlib import crc32

from connectops.errors import NotFound, ObservationFailed, Unreachable
from connectops.model import ConnectorId, ConnectorState, Facts, Look, UpdateState
from connectops.observe.memory import Keep, Memory
from connectops.observe.msk_connect import Listing, MskConnect
from connectops.observe.updates import Updates

IN_TURN = 5
"""So many connectors a look are read although nothing about them has changed."""
READ_A_LOOK = 20
"""These calls are throttled for the account: what a large fleet needs at once is read over several looks."""


class MskDetails:
    """Remembers from look to look. `in_turn` and `at_most` count connectors; each costs two to four calls.

    Without `updates`, operations are not read; without `keep`, no description is kept.
    """

    def __init__(
        self,
        msk: MskConnect,
        memory: Memory,
        in_turn: int = IN_TURN,
        at_most: int = READ_A_LOOK,
        *,
        tags: bool = True,
        updates: Updates | None = None,
        keep: Keep | None = None,
    ) -> None:
        self._msk = msk
        self._memory = memory
        self._in_turn = in_turn
        self._at_most = at_most
        self._wants_tags = tags
        self._updates = updates
        self._keep_description = keep
        self._facts: dict[ConnectorId, Facts] = {}
        self._kept: dict[ConnectorId, Facts] = {}
        self._recalled: frozenset[ConnectorId] = frozenset()
        self._refused: dict[ConnectorId, tuple[str, ConnectorState]] = {}
        self._read_since_open: frozenset[ConnectorId] = frozenset()
        self._turn: int | None = None

    def add(self, listing: Listing, open_connectors: frozenset[ConnectorId], at: datetime) -> tuple[Look, ...]:
        """The looks with what is known of each. A call that fails is told in its own look.

        When waiting helps, the others are left to the next look too.
        """
        self._recall(listing.looks)
        versions = {look.connector: listing.versions.get(look.arn or "", "") for look in listing.looks}
        blind: dict[ConnectorId, str] = {}
        read: set[ConnectorId] = set()
        for look in self._due(listing.looks, versions, open_connectors, at):
            try:
                self._read(look, versions[look.connector])
            except (ObservationFailed, NotFound) as err:
                blind[look.connector] = str(err)
                if err.waiting_helps:
                    break
            read.add(look.connector)
        self._read_since_open = open_connectors & (self._read_since_open | read)
        self._keep(at)
        return tuple(self._with_facts(look, blind.get(look.connector)) for look in listing.looks)

    def _due(
        self,
        looks: tuple[Look, ...],
        versions: Mapping[ConnectorId, str],
        open_connectors: frozenset[ConnectorId],
        at: datetime,
    ) -> Iterator[Look]:
        """Those in need first, each once, `at_most` in all."""
        due: dict[ConnectorId, Look] = {}
        due |= _by_connector(look for look in looks if look.connector in open_connectors - self._read_since_open)
        due |= _by_connector(look for look in looks if self._has_changed(look, versions[look.connector]))
        due |= _by_connector(look for look in looks if self._is_being_updated(look))
        due |= _by_connector(self._next_in_turn(looks, at))
        yield from list(due.values())[: self._at_most]

    def _has_changed(self, look: Look, version: str) -> bool:
        if self._refused.get(look.connector) == (version, look.state):
            return False
        known = self._facts.get(look.connector)
        return known is None or self._is_to_be_described(known, version) or known.state != look.state

    def _is_to_be_described(self, known: Facts, version: str) -> bool:
        """Also where its description could not be kept, or was not by an earlier release."""
        return known.version != version or (self._keep_description is not None and known.kept != version)

    def _is_being_updated(self, look: Look) -> bool:
        """Followed to its end, also where the connector's state changes before that of its operation."""
        known = self._facts.get(look.connector)
        refused = look.connector in self._refused
        return bool(known and known.update and known.update.state is UpdateState.IN_PROGRESS and not refused)

    def _next_in_turn(self, looks: tuple[Look, ...], at: datetime) -> list[Look]:
        """The next few. A fresh process begins anywhere, or those at the end of the list would wait for ever."""
        size = min(self._in_turn, len(looks))
        if not size:
            return []
        begin = (crc32(at.isoformat().encode()) if self._turn is None else self._turn) % len(looks)
        self._turn = begin + size
        return [*looks, *looks][begin : begin + size]

    def _read(self, look: Look, version: str) -> None:
        facts = self._facts.get(look.connector) or Facts(look.connector)
        try:
            if self._is_to_be_described(facts, version):
                facts = self._described(facts, look, version)
            if self._wants_tags:
                facts = replace(facts, tags=self._msk.tags(look.arn or ""))
            if self._updates:
                facts = replace(facts, update=self._updates.latest(look.arn or "", facts.update))
            facts = replace(facts, state=look.state)
            self._refused.pop(look.connector, None)
        except (ObservationFailed, NotFound) as err:
            if not err.waiting_helps:
                self._refused[look.connector] = (version, look.state)
            raise
        finally:
            self._facts[look.connector] = facts

    def _described(self, facts: Facts, look: Look, version: str) -> Facts:
        described = self._msk.describe(look.arn or "", look.at)
        facts = replace(facts, version=version, heartbeat=described.look.heartbeat, shares=described.look.shares)
        if self._keep_description:
            with suppress(Unreachable):
                self._keep_description(look.connector, described.answer, look.at)
                facts = replace(facts, kept=version)
        return facts

    def _with_facts(self, look: Look, blind_because: str | None) -> Look:
        facts = self._facts.get(look.connector)
        return replace(
            look,
            heartbeat=facts.heartbeat if facts else None,
            shares=facts.shares if facts and facts.shares else look.shares,
            tags=facts.tags if facts else None,
            update=facts.update if facts else None,
            blind_because=blind_because or look.blind_because,
        )

    def _recall(self, looks: tuple[Look, ...]) -> None:
        """What an earlier process read; it is only a saving, so a table that is away is no reason not to look."""
        listed = frozenset(look.connector for look in looks)
        new = listed - self._recalled
        if not new:
            return
        try:
            self._kept |= self._memory.recall(new)
        except Unreachable:
            return
        self._facts |= {connector: self._kept[connector] for connector in new if connector in self._kept}
        self._recalled |= new

    def _keep(self, now: datetime) -> None:
        for connector, facts in self._facts.items():
            if self._kept.get(connector) == facts:
                continue
            try:
                self._memory.remember(facts, now)
            except Unreachable:
                return
            self._kept[connector] = facts


def _by_connector(looks: Iterable[Look]) -> dict[ConnectorId, Look]:
    return {look.connector: look for look in looks}
