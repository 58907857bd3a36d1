"""What changes a connector looks like from outside: one call, one value.

`restart` raises, besides what it returns:

    ActionRefused       the platform said no, nothing was changed (NotFound, Busy, Forbidden)
    ObservationFailed   the call did not go out, nothing was changed (Unreachable, Rebalancing, NotAllowed)
    OutcomeUnknown      it may have been carried out, wholly or in part: look before anything else
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from connectops.model import Action, ConnectorId


@dataclass(frozen=True, slots=True)
class Attempted:
    """A restart that the platform accepted.

    `operation` is the ARN of the connector operation to follow (MSK Connect); `restarted_at` is set where there is
    nothing to follow (Kafka Connect, whose answer ends it; advice, which does nothing).
    """

    operation: str | None = None
    restarted_at: datetime | None = None
    remark: str = ""


class Actor(Protocol):
    """Carries out a decision: `action` is RESTART_TASKS or RESTART_CONNECTOR."""

    def restart(
        self, connector: ConnectorId, arn: str | None, action: Action, connect_version: str | None
    ) -> Attempted: ...


def is_at_least(version: str | None, minimum: tuple[int, int]) -> bool:
    """Whether a version of Kafka Connect ("3.7.x", "2.7.1", "3.9.0-SNAPSHOT") is `minimum` or newer; unknown is not."""
    numbers = (version or "").split(".")[:2]
    if len(numbers) < 2 or not all(number.isdecimal() for number in numbers):
        return False
    return (int(numbers[0]), int(numbers[1])) >= minimum
