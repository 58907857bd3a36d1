"""`connectops transitions`: docs/transitions.md, asked from the code that decides.

Each row is an observation, each column where the connector stands; a cell says what is decided and where that leads.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from cli.observations import Taken, of_calls, of_last_looks, of_lines, of_looks, of_orders
from cli.restart_answers import of_answers, of_operations
from cli.situations import Situation, due, phases, restarting, states
from connectops.decide.incident import Step
from connectops.decide.state import state_of
from connectops.model import Action, Answer, ConnectorRecord, Health, RepairPolicy

POLICY = RepairPolicy()
NOTHING = "-"
ANYWHERE: dict[str, Callable[[], dict[str, Taken]]] = {
    "look": of_looks,
    "line of the worker log": of_lines,
    "call of the API by somebody else": of_calls,
    "order of a person": of_orders,
}
"""What may reach a connector wherever it stands."""
_HEAD = """# Every state and every observation

What is decided when something reaches ConnectOps, for each state of a connector's life ([health.md](health.md),
[repair.md](repair.md)). `connectops transitions` prints this page from the code that decides, and the tests compare
them. Every pair is decided, and each decision has its reason, which notices and the ledger show.

`-` is nothing, `→` is where it leads if it is somewhere else. The incident of a column was noticed five minutes ago,
for a cause that a restart cures with backoff, and people have heard of it. What is due to be restarted was looked at
once more, and nothing else of the fleet speaks against it.

## Every state
"""
_DUE = """## The last look before a restart

Where a restart is due, the connector is looked at once more.
"""
_ANSWERS = """## What comes of a restart

Once it was claimed, and the platform is asked. *Silent* is a connector that says RUNNING and delivers nothing.
"""
_PHASES = """## Every phase of an incident

A connector that is DEGRADED, FAILED, NO_TASKS, RETRYING or STALLED may be watched (WATCHING), wait for its restart
(WAITING), or be refused one (REFUSED: its cause is one that no restart cures).
"""


def _state(record: ConnectorRecord, health: Health) -> str:
    return str(state_of(record, health))


def _phase(record: ConnectorRecord, health: Health) -> str:  # noqa: ARG001  # as of _state
    return str(record.incident.phase) if record.incident else "no incident"


type Stands = Callable[[ConnectorRecord, Health], str]
"""Where a connector stands, as a table tells it."""


def cell(at: Situation, take: Taken, stands: Stands) -> str:
    """What is decided, and where that leads if it is somewhere else."""
    step, seen = take(at, POLICY)
    before, after = stands(at.record, at.health), stands(step.record, seen)
    said, moved = _said(step, at), "" if after == before else f"→ {after}"
    return moved if moved and said == NOTHING else f"{said} {moved}".strip()


def _said(step: Step, at: Situation) -> str:
    """The decision; for an order what became of it."""
    if step.record.orders != at.record.orders and not step.decision.action.restarts:
        return "refused" if step.record.orders[-1].answer is Answer.REFUSED else "done"
    return NOTHING if step.decision.action is Action.NOTHING else str(step.decision.action)


def _table(first: str, rows: dict[str, Taken], columns: dict[str, Situation], stands: Stands = _state) -> str:
    lines = [f"| {first} | {' | '.join(columns)} |", f"|---|{'---|' * len(columns)}"]
    for name, take in rows.items():
        lines.append(f"| {name} | {' | '.join(cell(at, take, stands) for at in columns.values())} |")
    return "\n".join(lines) + "\n"


def page() -> str:
    """Markdown."""
    return "\n".join(
        [
            _HEAD,
            *(_table(first, rows(), states()) for first, rows in ANYWHERE.items()),
            _DUE,
            _table("last look", of_last_looks(), due()),
            _ANSWERS,
            _table("answer", of_answers(), restarting()),
            _table("its operation", of_operations(), restarting()),
            _PHASES,
            *(_table(first, rows(), phases(), _phase) for first, rows in ANYWHERE.items()),
        ]
    )


def run() -> int:
    sys.stdout.write(page())
    return 0
