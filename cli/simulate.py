"""`connectops simulate`: what ConnectOps would do, for a fleet and failures that a file makes up."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from cli.fleet_file import read_fleet
from cli.policy_file import read_policy
from cli.replay import decision_report, final_report, notice_report
from cli.simulation import Simulation, simulate
from connectops.errors import SettingsError
from connectops.model import ConnectorId, Health, RepairPolicy

UNREADABLE = 2


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
        from cli.simulate_view import show

        show(simulated, [_final(simulated, connector) for connector in simulated.subjects])
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
