"""`connectops transitions`: the table of docs/repair.md, asked from the code that decides.

Each row is an observation, each column a phase of an incident; a cell says what is decided and where that leads.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from connectops.decide.incident import opened
from connectops.decide.response import consider
from connectops.model import (
    Action,
    Attempt,
    ConnectorId,
    ConnectorRecord,
    ConnectorState,
    Decision,
    Diagnosis,
    Finding,
    Flow,
    Health,
    Incident,
    Life,
    Look,
    Phase,
    Platform,
    RepairPolicy,
    Severity,
    SignOfLife,
    Silence,
    Suspicion,
    Tasks,
    Verdict,
)

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
BEGIN = NOW - timedelta(minutes=5)
CONNECTOR = ConnectorId(Platform.KAFKA_CONNECT, "cluster", "connector")
POLICY = RepairPolicy()
Content = Look | Diagnosis | Suspicion | SignOfLife


def _cause(verdict: Verdict, *, killed: bool = True, cap: int = 7) -> Diagnosis:
    return Diagnosis(
        str(verdict),
        verdict,
        Severity.WARNING,
        "cause",
        "step",
        None,
        0,
        None,
        NOW,
        NOW,
        killed=killed,
        restart_cap=cap,
    )


def _look(state: ConnectorState, running: int = 1, failed: int = 0, *, flows: bool = False) -> Look:
    tasks = Tasks(running, failed, 0, NOW)
    flow = Flow(BEGIN, NOW, NOW - timedelta(seconds=1) if flows else None)
    return Look(CONNECTOR, NOW, state, tasks, flow, connect_version="3.7")


def observations() -> dict[str, Content]:
    """What may reach the one who decides, by the name that docs/repair.md gives it."""
    running = ConnectorState.RUNNING
    seen = {
        "healthy, records flow": _look(running, flows=True),
        "healthy, nothing flows": _look(running),
        "no records for three heartbeats": replace(_look(running), heartbeat=timedelta(seconds=10)),
        "some tasks failed": _look(running, 1, 1),
        "failed": _look(running, 0, 1),
        "no tasks": _look(running, 0, 0),
        "in transition": _look(ConnectorState.UPDATING),
        "paused": _look(ConnectorState.PAUSED),
        "stopped": _look(ConnectorState.STOPPED),
        "gone": _look(ConnectorState.GONE),
        "not seen": Look(CONNECTOR, NOW, ConnectorState.UNKNOWN, blind_because="no answer"),
    }
    return {
        **{f"look: {name}": look for name, look in seen.items()},
        "line: a task died, a restart helps": _cause(Verdict.RESTART_NOW),
        "line: a task died, a restart helps later": _cause(Verdict.RESTART_WITH_BACKOFF),
        "line: a restart does not help": _cause(Verdict.DO_NOT_RESTART, cap=0),
        "line: an error that is retried": _cause(Verdict.RESTART_WITH_BACKOFF, killed=False),
        "line: handled by itself": _cause(Verdict.IGNORE, killed=False),
        "line: a reader stopped": Suspicion(Silence.SILENT_STOP, NOW, _cause(Verdict.RESTART_WITH_BACKOFF)),
        **{f"line: {str(life).lower().replace('_', ' ')}": SignOfLife(life, NOW) for life in Life},
    }


def situations() -> dict[str, ConnectorRecord]:
    """A record for no incident, for an incident in each phase, and for one that only silence showed."""
    plain = ConnectorRecord(CONNECTOR, connect_version="3.7")
    found = {"no incident": plain}
    for phase in Phase:
        incident = _incident(plain, phase)
        recent = incident.attempts
        spent = 7 if phase is Phase.QUARANTINED else len(recent)
        found[str(phase)] = replace(plain, incident=incident, recent_attempts=recent, backoff_attempts=spent)
    silent = replace(_incident(plain, Phase.QUARANTINED), health=Health.STALLED, silent=True)
    found["QUARANTINED, silent"] = replace(plain, incident=silent, backoff_attempts=7)
    return found


def _incident(record: ConnectorRecord, phase: Phase) -> Incident:
    refused = phase is Phase.REFUSED
    cause = _cause(Verdict.DO_NOT_RESTART, cap=0) if refused else _cause(Verdict.RESTART_WITH_BACKOFF)
    incident = replace(
        opened(record, BEGIN, BEGIN, BEGIN),
        phase=phase,
        health=Health.FAILED,
        looks=1,
        diagnosis=None if phase is Phase.WATCHING else cause,
        last_look_at=BEGIN,
        told_at=BEGIN,
        told=Severity.INFO,
    )
    if phase is Phase.QUARANTINED:
        incident = replace(incident, decision=Decision(Action.PAGE, "the restarts are spent", incident.failure_class))
    if phase in (Phase.RESTARTING, Phase.PROVING):
        restarted = BEGIN + timedelta(minutes=1) if phase is Phase.PROVING else None
        attempt = Attempt(1, Action.RESTART_TASKS, incident.failure_class, BEGIN, restarted_at=restarted)
        incident = replace(incident, attempts=(attempt,), looks=0)
    return incident


def cell(record: ConnectorRecord, content: Content) -> str:
    """What is decided, and the phase that it leads to if it is another one."""
    finding = {
        Look: lambda: Finding(CONNECTOR, NOW, "", look=content),  # type: ignore[arg-type]  # by its type
        Diagnosis: lambda: Finding(CONNECTOR, NOW, "", diagnosis=content),  # type: ignore[arg-type]
        Suspicion: lambda: Finding(CONNECTOR, NOW, "", suspicion=content),  # type: ignore[arg-type]
        SignOfLife: lambda: Finding(CONNECTOR, NOW, "", sign=content),  # type: ignore[arg-type]
    }[type(content)]()
    step = consider(record, finding, POLICY, NOW)
    before = record.incident.phase if record.incident else None
    after = step.record.incident.phase if step.record.incident else None
    if step.decision.action.restarts:
        return f"{step.decision.action} → {Phase.RESTARTING}"
    end = "" if after == before else f" → {after or 'ended'}"
    return f"{step.decision.action}{end}"


def table() -> str:
    """Markdown."""
    columns = situations()
    lines = [f"| observation | {' | '.join(columns)} |", f"|---|{'---|' * len(columns)}"]
    lines += [
        f"| {name} | {' | '.join(cell(record, content) for record in columns.values())} |"
        for name, content in observations().items()
    ]
    return "\n".join(lines) + "\n"


def run() -> int:
    sys.stdout.write(table())
    return 0
