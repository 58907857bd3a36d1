"""The live table: one line for each connector; without a terminal one line for each change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rich import box
from rich.table import Table
from rich.text import Text

from connectops.decide.health import assess
from connectops.decide.state import State, state_of
from connectops.model import MSK_CLUSTER, ConnectorId, ConnectorRecord, Health, Incident, Look, Severity
from sandbox.demo.observation import Sight

HEADINGS = ("connector", "platform", "health", "cause", "decision", "attempts", "notice")
_COLOURS = {
    State.HEALTHY: "green",
    State.COOLDOWN: "green",
    State.PAUSED: "blue",
    State.STOPPED: "blue",
    State.UNKNOWN: "magenta",
    State.TRANSITION: "yellow",
    State.RESTARTING: "yellow",
    State.PROVING: "yellow",
    State.RETRYING: "yellow",
}
_LOUDNESS = {Severity.INFO: "cyan", Severity.WARNING: "yellow", Severity.PAGE: "bold red"}


@dataclass(frozen=True, slots=True)
class Row:
    """What is shown of one connector; all of it is text that people read."""

    connector: str
    platform: str
    health: State
    cause: str
    decision: str
    attempts: str
    notice: str
    severity: Severity | None

    @property
    def line(self) -> str:
        """The row without a terminal."""
        said = [self.connector, self.health, self.cause, self.decision]
        said += [f"attempts: {self.attempts}"] if self.attempts else []
        return " | ".join(part for part in (*said, self.notice) if part)


def row_of(sight: Sight, look: Look | None) -> Row:
    """`look` is what the platform shows now, None if it shows nothing."""
    record, seen = sight.record, sight.seen
    incident = record.incident or (seen.ended[0] if seen.ended else None)
    notice = seen.notices[-1] if seen.notices else None
    health = assess(look) if look else Health.UNKNOWN
    return Row(
        connector=record.connector.name,
        platform=_platform(record.connector),
        health=state_of(record, health),
        cause=incident.failure_class if incident else _suspected(record),
        decision=_decision(incident, is_open=record.incident is not None),
        attempts=str(incident.restarts) if incident and incident.restarts else "",
        notice=f"{notice.change} ({notice.severity})" if notice else "",
        severity=notice.severity if notice else None,
    )


def _platform(connector: ConnectorId) -> str:
    return "MSK Connect" if connector.cluster == MSK_CLUSTER else connector.cluster


def _suspected(record: ConnectorRecord) -> str:
    return f"{record.suspicions[0].silence}?" if record.suspicions else ""


def _decision(incident: Incident | None, *, is_open: bool) -> str:
    if incident is None:
        return ""
    if not is_open and incident.timeline:
        return f"{incident.timeline[-1].what}: {incident.timeline[-1].why}"
    return f"{incident.decision.action}: {incident.decision.reason}" if incident.decision else ""


def draw(rows: Iterable[Row]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, expand=True)
    for heading in HEADINGS:
        ratio = 1 if heading == "decision" else None  # it takes what the others leave
        table.add_column(heading, ratio=ratio, no_wrap=True, overflow="ellipsis")
    for row in rows:
        notice = Text(row.notice, style=_LOUDNESS[row.severity] if row.severity else "")
        health = Text(row.health, style=_COLOURS.get(row.health, "red"))
        table.add_row(row.connector, row.platform, health, row.cause, row.decision, row.attempts, notice)
    return table


def changes(before: Mapping[str, Row], rows: Iterable[Row]) -> list[Row]:
    """The rows that say something new."""
    return [row for row in rows if before.get(row.connector) != row]
