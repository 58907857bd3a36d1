"""What really happened to a connector: by the ledger, by the notices that were published, by the calls that arrived."""

from __future__ import annotations

from dataclasses import dataclass

from connectops.model import AttemptEnd, Change, ConnectorId, Incident, Notice, Phase, Severity
from sandbox.demo.expectation import Course, Expectation


@dataclass(frozen=True, slots=True)
class Seen:
    """`restarts` counts the calls that the platform carried out, whoever made them; `notices` holds each once."""

    connector: ConnectorId
    incident: Incident | None
    ended: tuple[Incident, ...]
    suspected: bool
    notices: tuple[Notice, ...]
    restarts: int

    @property
    def course(self) -> Course | None:
        """None as long as it is not clear, or where what happened fits no course."""
        if self.incident is None:
            return self._course_of_the_ended()
        if self.restarts:
            given_up = self.incident.phase is Phase.QUARANTINED and self._paged(Change.QUARANTINED)
            return Course.QUARANTINED if given_up else None
        if self.incident.phase is not Phase.REFUSED:
            return None
        if self._paged(Change.REFUSED, Change.CAUSE_CHANGED):
            return Course.REFUSED
        return Course.HELD_BACK if self._told(Change.REFUSED) else None

    @property
    def named(self) -> frozenset[str]:
        """The failure classes that were the cause in the end."""
        incident = self.incident or (self.ended[0] if self.ended else None)
        return frozenset({incident.failure_class}) if incident else frozenset()

    def fits(self, expectation: Expectation) -> bool:
        if self.course not in expectation.courses:
            return False
        if self.course in (Course.QUIET, Course.LEFT_ALONE) or not expectation.classes:
            return True
        return self.named <= expectation.classes

    @property
    def text(self) -> str:
        """What the summary says of it."""
        course = self.course or self._halfway()
        named = ", ".join(sorted(self.named))
        return f"{course} ({named})" if named else str(course)

    def _course_of_the_ended(self) -> Course | None:
        if self.suspected:
            return None
        if self.restarts:
            return Course.RESTARTED if self._proven() and self._told(Change.RESOLVED) else None
        if not self.notices:
            return Course.QUIET
        closed = self.notices[-1].change is Change.CLOSED
        return Course.LEFT_ALONE if closed and not any(n.severity is Severity.PAGE for n in self.notices) else None

    def _proven(self) -> bool:
        attempts = self.ended[0].attempts if self.ended else ()
        return bool(attempts) and attempts[-1].end is AttemptEnd.PROVEN

    def _halfway(self) -> str:
        if self.incident:
            return self.incident.phase.lower()
        if self.suspected:
            return "suspected"
        return f"told: {', '.join(notice.change for notice in self.notices) or 'nothing'}"

    def _told(self, *changes: Change) -> bool:
        return any(notice.change in changes for notice in self.notices)

    def _paged(self, *changes: Change) -> bool:
        return any(notice.change in changes and notice.severity is Severity.PAGE for notice in self.notices)
