"""Who carries out what the API has accepted: nobody, after some time, or real workers (`sandbox.live.door`)."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

from sandbox.aws.world import Switches
from sandbox.records import LiveWorker

if TYPE_CHECKING:
    from sandbox.aws.kafkaconnect.resources import Connector, CustomPlugin, Operation

type Rollback = Literal["", "IN_PROGRESS", "COMPLETE", "FAILED"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How work ended; `error` has `code` and `message`. `rollback` is that of an update that failed."""

    error: dict[str, str] | None = None
    rollback: Rollback = ""


class Work(Protocol):
    """Something that goes on by itself; its outcome is None until it has ended."""

    def outcome(self) -> Outcome | None: ...


class Workers(Protocol):
    """Each method begins its work and returns at once; states and requests have been checked by the API.

    `take` and `create` may refuse at once with an error of the service.
    """

    def take(self, plugin: CustomPlugin) -> Work: ...

    def create(self, connector: Connector) -> Work: ...

    def update(self, connector: Connector, operation: Operation, target: Mapping[str, Any]) -> Work:
        """`target` are the settings of CreateConnector that become others, and `skipHealthValidation`."""
        ...

    def restart(self, connector: Connector, *, only_failed_tasks: bool) -> Work: ...

    def pause(self, connector: Connector) -> Work: ...

    def resume(self, connector: Connector) -> Work: ...

    def delete(self, connector: Connector) -> Work: ...

    def running(self, connector: Connector) -> list[LiveWorker]:
        """The processes behind a connector."""
        ...


class Elapsing:
    """Work that consists in waiting; durations are real seconds."""

    def __init__(self, seconds: float, outcome: Outcome | None = None) -> None:
        self._due, self._outcome = time.monotonic() + seconds, outcome or Outcome()

    def outcome(self) -> Outcome | None:
        return self._outcome if time.monotonic() >= self._due else None


class ImaginaryWorkers:
    """Everything succeeds after `operation_seconds`."""

    def __init__(self, switches: Switches) -> None:
        self._switches = switches

    def take(self, plugin: CustomPlugin) -> Work:
        return self._elapsing()

    def create(self, connector: Connector) -> Work:
        return self._elapsing()

    def update(self, connector: Connector, operation: Operation, target: Mapping[str, Any]) -> Work:
        return self._elapsing()

    def restart(self, connector: Connector, *, only_failed_tasks: bool) -> Work:
        return self._elapsing()

    def pause(self, connector: Connector) -> Work:
        return self._elapsing()

    def resume(self, connector: Connector) -> Work:
        return self._elapsing()

    def delete(self, connector: Connector) -> Work:
        return self._elapsing()

    def running(self, connector: Connector) -> list[LiveWorker]:
        return []

    def _elapsing(self) -> Work:
        return Elapsing(self._switches.operation_seconds)
