"""`connectops simulate`: what ConnectOps would do, for a fleet and failures that a file makes up."""

from __future__ import annotations

import json
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cli.fleet_file import read_fleet
from cli.made_fleet import Event, Happening
from cli.policy_file import read_policy
from cli.replay import decision_report, final_report, notice_report
from cli.simulation import Simulation, simulate
from connectops.errors import SettingsError
from connectops.model import ConnectorId, Decision, Health, RepairPolicy

UNREADABLE = 2
NAMES_SHOWN = 3


def run(file: Path, policy: Path | None, *, as_json: bool) -> int:
    """Simulate, print; the exit code."""
    try:
        chosen = read_policy(policy) if policy else RepairPolicy()
        simulated = simulate(read_fleet(file.read_text(), file.name), chosen)
    except SettingsError as err:
        sys.stderr.writelines(f"connectops simulate: {problem}\n" for problem in err.problems)
        return UNREADABLE
    except (OSError, UnicodeDecodeError) as err:
        sys.stderr.write(f"connectops simulate: {file}: {err}\n")
        return UNREADABLE
    if as_json:
        sys.stdout.write(json.dumps(report(simulated), indent=2) + "\n")
    else:
        _show(simulated)
    return 0


def report(run: Simulation) -> dict[str, Any]:
    """The document of `--json`: that of a replay, with the connector's `cluster/name` in each entry."""
    return {
        "decisions": [{"connector": connector.key, **decision_report(decided)} for connector, decided in run.decisions],
        "notices": [{"connector": notice.connector.key, **notice_report(notice)} for notice in run.notices],
        "final": [_final(run, connector) for connector in run.subjects],
    }


def _final(run: Simulation, connector: ConnectorId) -> dict[str, Any]:
    ended = [incident for incident in run.ledger.ended if incident.connector == connector]
    health = run.health.get(connector, Health.UNKNOWN)
    restarts = sum(restarted == connector for _, restarted in run.restarts)
    return {
        "connector": connector.key,
        **final_report(run.ledger.load(connector), health, ended),
        "restarts": restarts,
    }


def _show(run: Simulation) -> None:
    """What the script does, what is decided and what is told, in the order of time; then where each one stands."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    timeline = Table("time (UTC)", "connector", "state", "decision", "class", "reason", title_justify="left")
    for _, _, row in sorted(_rows(run), key=lambda each: each[:2]):
        timeline.add_row(*row)
    console.print(timeline)
    finals = Table("connector", "at the end", "class", "restarts")
    for connector in run.subjects:
        final = _final(run, connector)
        finals.add_row(connector.key, final["state"], final["class"], str(final["restarts"]))
    console.print(finals)


type Row = tuple[datetime, int, tuple[str | None, ...]]


def _rows(run: Simulation) -> list[Row]:
    """With their time, and their rank within it: what happened, what was decided, what was told."""
    from rich.markup import escape

    rows: list[Row] = []
    for happened in run.happened:
        what = happened.happening
        rows.append((happened.at, 0, (_clock(happened.at), _whom(what), "", f"[{what.event}]", "", _what(what))))
    for connector, decided in run.decisions:
        rows.append((decided.at, 1, (_clock(decided.at), connector.key, decided.state, *_decision(decided.decision))))
    for notice in run.notices:
        told = (_clock(notice.at), notice.connector.key, "", f"told: {notice.severity}", "", notice.title)
        rows.append((notice.at, 2, told))
    return [(at, rank, tuple(cell and escape(cell) for cell in row)) for at, rank, row in rows]


def _clock(at: datetime) -> str:
    return f"{at:%H:%M:%S}"


def _decision(decision: Decision) -> tuple[str | None, ...]:
    until = f" (until {_clock(decision.until)})" if decision.until else ""
    return f"{decision.action}{until}", decision.failure_class, decision.reason


def _whom(happening: Happening) -> str:
    if happening.source:
        return happening.source.key
    names = [connector.key for connector in happening.to]
    more = f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else ""
    return ", ".join(names[:NAMES_SHOWN]) + more


def _what(happening: Happening) -> str:
    lasts = f"for {_plain(happening.lasts)}" if happening.lasts else ""
    cause = happening.cause.failure_class or (happening.cause.lines or [""])[0]
    cures = {None: "no restart cures it", timedelta(0): ""}
    helps = cures.get(happening.helps_after, f"a restart cures it after {_plain(happening.helps_after)}")
    if not happening.event.breaks or happening.event is Event.SOURCE_AWAY:
        helps = ""
    return ", ".join(part for part in (cause, lasts, helps) if part)


def _plain(span: timedelta | None) -> str:
    seconds = span.total_seconds() if span else 0
    return f"{seconds / 60:g} min" if seconds >= 120 else f"{seconds:g} s"
