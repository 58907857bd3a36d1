"""Where what was read of connectors outlives the process that read it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Protocol

from connectops.model import ConnectorId, Facts


class Memory(Protocol):
    """Where facts outlive the process; both raise Unreachable."""

    def recall(self, connectors: Collection[ConnectorId]) -> Mapping[ConnectorId, Facts]: ...

    def remember(self, facts: Facts, now: datetime) -> None: ...


class Keep(Protocol):
    """Where the last description of each connector outlives it, without its secrets; raises Unreachable."""

    def __call__(self, connector: ConnectorId, answer: Mapping[str, Any], now: datetime) -> None: ...


class NoMemory:
    """For a process that looks once."""

    def recall(self, connectors: Collection[ConnectorId]) -> Mapping[ConnectorId, Facts]:
        return {}

    def remember(self, facts: Facts, now: datetime) -> None:
        return
