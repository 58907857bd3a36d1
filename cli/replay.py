"""`connectops replay`: what ConnectOps would have done, from a folder with a recorded past."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from cli.policy_file import read_policy
from cli.recording import read_recording
from cli.rehearsal import Decided, Replay, replay
from connectops.decide.state import state_of
from connectops.errors import MalformedEvent, SettingsError
from connectops.model import ConnectorRecord, Health, Incident, Notice, RepairPolicy

UNREADABLE = 2


def run(folder: Path, policy: Path | None, connector: str | None, *, as_json: bool) -> int:
    """Replay, print; the exit code."""
    try:
        chosen = read_policy(policy, connector) if policy else RepairPolicy()
        past = replay(read_recording(folder), chosen)
    except (OSError, MalformedEvent, SettingsError) as err:
        sys.stderr.write(f"connectops replay: {err}\n")
        return UNREADABLE
    if as_json:
        sys.stdout.write(json.dumps(report(past), indent=2) + "\n")
    else:
        _show(past)
    return 0


def report(run: Replay) -> dict[str, Any]:
    """The document of `--json`."""
    return {
        "decisions": [decision_report(decided) for decided in run.decisions],
        "notices": [notice_report(notice) for notice in run.notices],
        "final": final_report(run.record, run.health, run.ledger.ended),
    }


def notice_report(notice: Notice) -> dict[str, Any]:
    return {"t": iso(notice.at), "event": notice.change, "severity": notice.severity, "title": notice.title}


def decision_report(decided: Decided) -> dict[str, Any]:
    decision = decided.decision
    return {
        "t": iso(decided.at),
        "state": decided.state,
        "decision": decision.action,
        "class": decision.failure_class,
        "verdict": decision.verdict,
        "reason": decision.reason,
        "until": iso(decision.until) if decision.until else None,
    }


def final_report(record: ConnectorRecord, health: Health, ended: Sequence[Incident]) -> dict[str, Any]:
    """Where it stands at the end, with the cause of the open incident or suspicion, else of the last that `ended`."""
    causes = [record.incident.diagnosis if record.incident else None]
    causes += [suspicion.diagnosis for suspicion in record.suspicions]
    causes += [incident.diagnosis for incident in ended[-1:]]
    cause = next((cause for cause in causes if cause), None)
    return {
        "state": state_of(record, health),
        "class": cause.failure_class if cause else None,
        "verdict": cause.verdict if cause else None,
    }


def iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _show(run: Replay) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("time (UTC)", "state", "decision", "class", "reason", title=run.connector.name, title_justify="left")
    for decided in run.decisions:
        decision = decided.decision
        until = f" (until {decision.until:%H:%M:%S})" if decision.until else ""
        what = f"{decision.action}{until}"
        table.add_row(f"{decided.at:%H:%M:%S}", decided.state, what, decision.failure_class, decision.reason)
    console = Console()
    console.print(table)
    for notice in run.notices:
        console.print(f"{notice.at:%H:%M:%S} told ({notice.severity}): {notice.title}", markup=False)
