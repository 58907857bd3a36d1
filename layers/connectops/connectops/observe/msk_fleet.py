"""All connectors on MSK Connect in one look: one list, and of what it does not tell as little as will do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from connectops.clients.aws_reads import READ_RETRIES
from connectops.model import ConnectorId
from connectops.observe.memory import Keep, Memory, NoMemory
from connectops.observe.msk_connect import Listing, MskConnect
from connectops.observe.msk_details import MskDetails
from connectops.observe.msk_metrics import Economy, IsWell, MskMetrics
from connectops.observe.task_metrics import TaskMetrics
from connectops.observe.updates import Redact, Updates

if TYPE_CHECKING:
    import boto3


@dataclass(frozen=True, slots=True)
class Discretion:
    """What may be kept of answers that hold secrets: of a failed update, of a connector's description."""

    redact: Redact
    keep: Keep


class MskFleet:
    """Remembers from look to look."""

    def __init__(self, msk: MskConnect, details: MskDetails, metrics: MskMetrics) -> None:
        self._msk = msk
        self._details = details
        self._metrics = metrics

    @classmethod
    def watching(
        cls,
        session: boto3.Session,
        memory: Memory,
        is_well: IsWell,
        discretion: Discretion,
        *,
        metric_period: timedelta,
        metric_window: timedelta,
        economy: Economy,
    ) -> Self:
        """For looks without end."""
        client = session.client("kafkaconnect", config=READ_RETRIES)
        msk = MskConnect(client)
        metrics = TaskMetrics(session.client("cloudwatch", config=READ_RETRIES), metric_period, metric_window)
        details = MskDetails(msk, memory, updates=Updates(client, discretion.redact), keep=discretion.keep)
        return cls(msk, details, MskMetrics(metrics, economy, is_well))

    @classmethod
    def closely(
        cls,
        session: boto3.Session,
        redact: Redact | None = None,
        *,
        metric_period: timedelta,
        metric_window: timedelta,
        described_at_most: int,
    ) -> Self:
        """For a look by hand: everything at each look; updates only where `redact` says what may be shown of them."""
        client = session.client("kafkaconnect", config=READ_RETRIES)
        msk = MskConnect(client)
        metrics = TaskMetrics(session.client("cloudwatch", config=READ_RETRIES), metric_period, metric_window)
        updates = Updates(client, redact) if redact else None
        details = MskDetails(msk, NoMemory(), in_turn=0, at_most=described_at_most, updates=updates)
        return cls(msk, details, MskMetrics(metrics, Economy(), lambda _: False))

    def look(self, at: datetime, now: datetime, open_connectors: frozenset[ConnectorId]) -> Listing:
        """The listing, its looks with all that is known of each."""
        listing = self._msk.list(at)
        looks = self._details.add(listing, open_connectors, at)
        return replace(listing, looks=self._metrics.add(listing, looks, open_connectors, now))
