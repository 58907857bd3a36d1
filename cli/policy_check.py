"""`connectops policy check`: whether a policy file is right, and what it means for a connector at a time."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer

from cli.policy_file import read_policy
from connectops.decide.intent import tailored
from connectops.decide.moments import A_MOMENT, moment
from connectops.errors import SettingsError
from connectops.ledger import connector_of
from connectops.model import ConnectorRecord, RepairPolicy

WRONG = 1
UNREADABLE = 2


def run(file: Path, connectors: list[str], at: str | None, *, as_json: bool) -> int:
    """Check, print; the exit code."""
    now = moment(at) if at else datetime.now(UTC)
    if now is None:
        raise typer.BadParameter(f"--at {at}: expected {A_MOMENT}")
    if strange := [key for key in connectors if "/" not in key]:
        raise typer.BadParameter(f"--connector {strange[0]}: expected cluster/name, such as msk/orders")
    try:
        policy = read_policy(file)
    except OSError as err:
        sys.stderr.write(f"connectops policy check: {err}\n")
        return UNREADABLE
    except SettingsError as err:
        _complain(err.problems, as_json=as_json)
        return WRONG
    meant = {key: meaning(policy, key, now) for key in connectors}
    if as_json:
        sys.stdout.write(json.dumps({"problems": [], "connectors": meant}, indent=2) + "\n")
        return 0
    sys.stdout.write(f"{file.name} is right: {len(policy.rules[1:])} entries under connectors\n")
    for key, what in meant.items():
        sys.stdout.write(f"\n{key}\n" + "".join(f"  {name}: {value}\n" for name, value in what.items()))
    return 0


def meaning(policy: RepairPolicy, key: str, now: datetime) -> dict[str, Any]:
    """What holds for a connector by the file alone; its tags and the template's Mode may be stricter."""
    own = tailored(policy, ConnectorRecord(connector_of(key)), now)
    intent = own.intent
    return {
        "mode": own.mode,
        "restart": "off" if intent.forbidden else "on",
        "max-restarts": own.restarts_per_incident,
        "first-backoff": f"{own.first_backoff.total_seconds():g}s",
        "severity": intent.severity or "as the cause",
        "owner": intent.owner or "nobody",
        "held until": intent.held_until.isoformat() if intent.held_until else "not held",
    }


def _complain(problems: tuple[str, ...], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps({"problems": problems, "connectors": {}}, indent=2) + "\n")
        return
    for problem in problems:
        sys.stderr.write(f"{problem}\n")
