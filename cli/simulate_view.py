"""A simulation as people read it: what the script does, what is decided and what is told, in the order of time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.made_fleet import Event, Happening
from cli.simulation import Simulation
from connectops.model import Decision, Notice

NAMES_SHOWN = 3

type Row = tuple[str | None, ...]


def show(run: Simulation, finals: Sequence[Mapping[str, Any]]) -> None:
    """The timeline, then where each one stands."""
    console = Console()
    timeline = Table("time (UTC)", "connector", "state", "decision", "class", "reason")
    rows = [*_happened(run), *_decided(run), *_told(run)]
    for at, row in sorted(rows, key=lambda each: each[0]):
        timeline.add_row(f"{at:%H:%M:%S}", *(cell and escape(cell) for cell in row))
    console.print(timeline)
    ends = Table("connector", "at the end", "class", "restarts")
    for final in finals:
        ends.add_row(escape(final["connector"]), final["state"], final["class"], str(final["restarts"]))
    console.print(ends)


def _happened(run: Simulation) -> Iterable[tuple[datetime, Row]]:
    for each in run.happened:
        what = each.happening
        whom = what.source.key if what.source else _names([connector.key for connector in what.to])
        yield each.at, (whom, "", f"[{what.event}]", "", _what(what))


def _decided(run: Simulation) -> Iterable[tuple[datetime, Row]]:
    """One row for all of whom the same was decided at once."""
    alike: dict[tuple[datetime, Row], list[str]] = {}
    for connector, decided in run.decisions:
        key = (decided.at, (decided.state, *_decision(decided.decision)))
        alike.setdefault(key, []).append(connector.key)
    return ((at, (_names(names), *row)) for (at, row), names in alike.items())


def _decision(decision: Decision) -> Row:
    until = f" (until {decision.until:%H:%M:%S})" if decision.until else ""
    return f"{decision.action}{until}", decision.failure_class, decision.reason


def _told(run: Simulation) -> Iterable[tuple[datetime, Row]]:
    return ((notice.at, (_of_whom(notice), "", f"told: {notice.severity}", "", notice.title)) for notice in run.notices)


def _of_whom(notice: Notice) -> str:
    return _names(notice.members) if notice.shared else notice.connector.key


def _names(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else ""
    return ", ".join(names[:NAMES_SHOWN]) + more


def _what(happening: Happening) -> str:
    lasts = f"for {_plain(happening.lasts)}" if happening.lasts else ""
    cause = happening.order or happening.cause.failure_class or (happening.cause.lines or [""])[0]
    cures = {None: "no restart cures it", timedelta(0): ""}
    helps = cures.get(happening.helps_after, f"a restart cures it after {_plain(happening.helps_after)}")
    if not happening.event.breaks or happening.event is Event.SOURCE_AWAY:
        helps = ""
    return ", ".join(part for part in (cause, lasts, helps) if part)


def _plain(span: timedelta | None) -> str:
    seconds = span.total_seconds() if span else 0
    return f"{seconds / 60:g} min" if seconds >= 120 else f"{seconds:g} s"
