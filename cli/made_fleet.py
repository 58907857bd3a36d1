"""A fleet that does not exist and what happens to it, moment by moment: what a file of `connectops simulate` says."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from connectops.model import ConnectorId, OrderKind, SharedSource


class Event(StrEnum):
    """What may happen; the file calls it so."""

    TASK_DIES = "task-dies"
    CONNECTOR_FAILS = "connector-fails"
    FALLS_SILENT = "falls-silent"
    """RUNNING, and nothing is delivered any more."""
    SOURCE_AWAY = "source-away"
    """All that share a source die one after the other, and again at each start, until it is back."""
    LOGS = "logs"
    """Lines, and nothing else."""
    PAUSED = "paused"
    STOPPED = "stopped"
    RESUMED = "resumed"
    DELETED = "deleted"
    MENDED = "mended"
    """A person ends its trouble, whatever it is, and restarts it."""
    ORDERED = "ordered"
    """A person gives an order to ConnectOps, as with `connectops hold`."""
    UPDATING = "updating"
    REBALANCING = "rebalancing"
    """Its tasks are nobody's for a while; Kafka Connect answers 409 to a restart."""
    UNSEEN = "unseen"
    """The platform does not answer about it."""

    @property
    def breaks(self) -> bool:
        return self in (Event.TASK_DIES, Event.CONNECTOR_FAILS, Event.FALLS_SILENT, Event.SOURCE_AWAY)


@dataclass(frozen=True, slots=True)
class Cause:
    """What its worker says of a failure: nothing, lines, or what lines of a failure class amount to."""

    failure_class: str | None = None
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the script. `to` are those it happens to, `lasts` is how long (None: until something else does).

    `helps_after` is from when on a restart cures it, None never; `heals_after` when it ends without one, None never.
    `within` is how far the failures of those that share a source are apart.
    """

    at: timedelta
    event: Event
    to: tuple[ConnectorId, ...]
    source: SharedSource | None = None
    cause: Cause = Cause()
    lasts: timedelta | None = None
    helps_after: timedelta | None = timedelta(0)
    heals_after: timedelta | None = None
    within: timedelta = timedelta(0)
    order: OrderKind | None = None
    force: bool = False


@dataclass(frozen=True, slots=True)
class MadeConnector:
    """One connector as the file describes it. `idle`: nothing is written, so records flow only by a heartbeat."""

    id: ConnectorId
    shares: tuple[SharedSource, ...] = ()
    tags: tuple[tuple[str, str], ...] | None = None
    tasks: int = 1
    heartbeat: timedelta | None = None
    idle: bool = False


@dataclass(frozen=True, slots=True)
class MadeFleet:
    """`size` is how many connectors the whole fleet has, those included that the file does not name."""

    begin: datetime
    lasts: timedelta
    size: int
    look_every: timedelta
    restart_takes: timedelta
    """How long an operation of MSK Connect lasts."""
    connectors: tuple[MadeConnector, ...] = ()
    script: tuple[Happening, ...] = field(default=())
