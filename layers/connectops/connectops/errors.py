"""The exceptions of ConnectOps.

    ConnectOpsError
    ├── ObservationFailed        we could not see             (waiting helps)
    │   ├── Unreachable          time-out, refused, 5xx, throttled
    │   ├── Rebalancing          Connect is rebalancing (409): ask again at the next look
    │   └── NotAllowed           401, 403, AccessDenied       (waiting does not help)
    ├── ActionRefused            the platform said no
    │   ├── NotFound             gone meanwhile               (waiting does not help)
    │   ├── Busy                 another operation or a rebalance runs (waiting helps)
    │   └── Forbidden            not allowed, or not in this state     (waiting does not help)
    ├── OutcomeUnknown           the call may or may not have been carried out: look before anything else
    ├── MessageNotDelivered      a notice did not arrive; `.permanent` says whether trying again is useless
    ├── LostRace                 somebody else wrote the record first: a normal outcome
    │   └── Overtaken            somebody else wrote what connectors have in common first: read it again
    ├── MalformedEvent           the input is not what the trigger promises (poison: never tried again)
    └── SettingsError            names every setting that is missing or wrong, and what was expected

Foreign exceptions are translated where the foreign library is called, with the original as cause.
Each error answers `waiting_helps`; whoever retries asks the error and nothing else.
"""

from __future__ import annotations

from typing import ClassVar


class ConnectOpsError(Exception):
    """The root: everything that ConnectOps raises on purpose."""

    waiting_helps: ClassVar[bool] = False


class ObservationFailed(ConnectOpsError):
    """We could not see. Not seeing is not failing: nothing is ever repaired because of this."""

    waiting_helps = True


class Unreachable(ObservationFailed):
    """Time-out, refused connection, server error or throttling."""


class Rebalancing(ObservationFailed):
    """The Connect cluster is rebalancing and does not answer for the moment."""


class NotAllowed(ObservationFailed):
    """The platform refuses to show us: credentials or permissions."""

    waiting_helps = False


class ActionRefused(ConnectOpsError):
    """The platform said no to an action, and said so clearly: nothing was changed."""


class NotFound(ActionRefused):
    """The connector is gone."""


class Busy(ActionRefused):
    """Another operation or a rebalance is running."""

    waiting_helps = True


class Forbidden(ActionRefused):
    """We may not, or the connector is in a state that does not allow it."""


class OutcomeUnknown(ConnectOpsError):
    """The call went out and no answer came back: it may have been carried out."""


class MessageNotDelivered(ConnectOpsError):
    """A message to people did not arrive.

    `permanent` is true where trying again cannot help (a deleted webhook);
    `retry_after_seconds` is what the other side asked us to wait, if it did.
    """

    def __init__(self, reason: str, *, permanent: bool = False, retry_after_seconds: float | None = None) -> None:
        super().__init__(reason)
        self.permanent = permanent
        self.retry_after_seconds = retry_after_seconds

    @property
    def waiting_helps(self) -> bool:  # type: ignore[override]  # this one error knows it per instance
        return not self.permanent


class LostRace(ConnectOpsError):
    """A conditional write failed: another writer was first."""

    waiting_helps = True


class Overtaken(LostRace):
    """A conditional write failed on an item of the fleet alone: the record is still ours to write."""


class MalformedEvent(ConnectOpsError):
    """The event, message or body is not what the trigger promises; it is dead-lettered, never tried again."""


class SettingsError(ConnectOpsError):
    """One or more settings are missing or wrong; `problems` names each with what was expected."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("invalid settings: " + "; ".join(problems))
        self.problems = problems
