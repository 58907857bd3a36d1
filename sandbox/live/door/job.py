"""Work that a thread does."""

from __future__ import annotations

import logging
from collections.abc import Callable

from sandbox.aws.kafkaconnect.work import Outcome, Rollback
from sandbox.aws.threads import background

log = logging.getLogger("sandbox")

UNKNOWN = "UnknownError.Unknown"
"""What MSK Connect says with "The last operation failed. Retry the operation."."""


class WorkFailed(Exception):
    """Work ended badly, in the words of the service."""

    def __init__(self, code: str, message: str, rollback: Rollback = "") -> None:
        super().__init__(f"{code}: {message}")
        self.outcome = Outcome({"code": code, "message": message}, rollback)


class Job:
    """Runs `do` in a thread from now on."""

    def __init__(self, do: Callable[[], None]) -> None:
        self._outcome: Outcome | None = None
        self._do = do
        background(self._run)

    def outcome(self) -> Outcome | None:
        return self._outcome

    def _run(self) -> None:
        try:
            self._do()
        except WorkFailed as failed:
            self._outcome = failed.outcome
        except Exception as err:  # the boundary of a thread: nobody above could see it, and its connector would hang
            log.exception("work of the live sandbox failed")
            self._outcome = Outcome({"code": UNKNOWN, "message": f"{type(err).__name__}: {err}"})
        else:
            self._outcome = Outcome()
