"""Writes down what a trial saw: as a sample like those in tests/samples/recorded, and all of it where it failed."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from connectops.model import Verdict
from sandbox.live.parts import cache
from sandbox.live.scenario import RUNNING, Course, Rows
from sandbox.live.subject import Mark
from sandbox.live.trials.judging import course_of
from sandbox.live.trials.trial import Trial
from sandbox.session import SandboxSession

_FUNCTIONS = "/aws/lambda/connectops-"
_SECRET = ("password", "jaas", "secret")


def keep_sample(trial: Trial, folder: Path) -> None:
    """`worker.log.gz`, `status.jsonl.gz` and `scenario.json`; `connectops replay` and `diagnose` read them."""
    folder.mkdir(parents=True, exist_ok=True)
    statuses = (json.dumps(status.document()) for status in trial.recorder.statuses)
    _zip(folder / "worker.log.gz", _without_places(trial, "\n".join(trial.recorder.lines())))
    _zip(folder / "status.jsonl.gz", "\n".join(statuses) + "\n")
    (folder / "scenario.json").write_text(json.dumps(_label(trial), indent=1) + "\n")


def keep_evidence(trial: Trial, folder: Path) -> None:
    """The sample, the complaints, what ConnectOps decided and told, and the logs of everything that took part."""
    keep_sample(trial, folder)
    (folder / "complaints.txt").write_text("\n".join(trial.complaints) + "\n")
    if trial.sight:
        _write(folder / "ledger.json", trial.sight.record)
        _write(folder / "incidents.json", trial.sight.seen.ended)
        _write(folder / "notices.json", trial.sight.seen.notices)
    session = trial.deployed.session
    for function, lines in _function_logs(session, trial.began_at):
        (folder / f"{function}.log").write_text(lines)
    calls = [call for call in session.calls(service="kafkaconnect") if call.at >= trial.began_at and call.caller]
    _write(folder / "kafkaconnect-calls.json", calls)
    for log in trial.subject.stack.laboratory.folder.rglob("*.log"):
        if log.stat().st_size and log.name != "worker.log":
            _zip(folder / f"{log.name}.gz", log.read_text(errors="replace"))


def _function_logs(session: SandboxSession, since: float) -> Iterator[tuple[str, str]]:
    """The name of each function of ConnectOps and what it logged since the trial began."""
    logs = session.client("logs")
    for group in logs.describe_log_groups(logGroupNamePrefix=_FUNCTIONS)["logGroups"]:
        pages = logs.get_paginator("filter_log_events").paginate(
            logGroupName=group["logGroupName"], startTime=int(since * 1000)
        )
        lines = [event["message"].rstrip("\n") for page in pages for event in page["events"]]
        yield group["logGroupName"].removeprefix(_FUNCTIONS), "\n".join(lines) + "\n"


def _label(trial: Trial) -> dict[str, Any]:
    scenario, truth, facts = trial.scenario, trial.scenario.truth, trial.facts
    recipe, database = trial.subject.stack.recipe, trial.subject.stack.database
    diagnosis = facts.incident.diagnosis if facts and facts.incident else None
    course = course_of(facts.decided) if facts else None
    seen = truth.rows is not Rows.LOST_UNSEEN and Verdict.IGNORE not in truth.verdicts[:1]
    return {
        "id": scenario.id,
        "title": scenario.cause,
        "stack": {
            "connect": recipe.connect,
            "connector": f"debezium-connector-{recipe.connector} {recipe.debezium}",
            "database": type(database).__name__,
        },
        "connector": trial.subject.name,
        "config": _masked(trial.subject.configuration),
        "fault": scenario.cause,
        "class": truth.classes[0] if truth.classes else None,
        "acceptable_classes": list(truth.classes[1:]),
        "also": list(diagnosis.consequences) if diagnosis else [],
        "verdict": truth.verdicts[0],
        "acceptable_verdicts": list(truth.verdicts[1:]),
        "visible_in": "log" if seen or truth.classes else "no line",
        "state_after_fault": _state_after_fault(trial),
        "self_healed": _self_healed(trial, course),
        "restart_while_faulty": _restart_while_faulty(trial),
        "mended_by": _mended_by(trial),
        "restart_after_mending": _restart_after_mending(trial),
        "data": f"rows lost: {', '.join(sorted(facts.lost))}" if facts and facts.lost else None,
        "root_lines": list(diagnosis.evidence) if diagnosis else [],
        "marks": [{"t": _stamp(mark.at), "what": mark.what} for mark in _marks(trial)],
        "remarks": scenario.remark,
        "why": None,
    }


def _state_after_fault(trial: Trial) -> str | None:
    """The last state before anybody restarted or mended it, else the last one."""
    until = min([at.timestamp() for at in _restarts(trial)] + ([trial.mended_at] if trial.mended_at else []), default=0)
    states = [one for one in trial.recorder.statuses if not until or one.at.timestamp() <= until]
    return states[-1].states[-1] if states else None


def _self_healed(trial: Trial, course: Course | None) -> bool | None:
    if course in (Course.QUIET, Course.HEALED):
        return trial.scenario.truth.final == RUNNING
    return trial.facts.twin.recovered if trial.facts and trial.facts.twin else False


def _restart_while_faulty(trial: Trial) -> str:
    in_vain = [at for at in _restarts(trial) if trial.scenario.outage and at.timestamp() < trial.mended_at]
    return "FAILED again" if in_vain else "not applicable"


def _restart_after_mending(trial: Trial) -> str:
    restarted = _restarts(trial) or any(mark.what.startswith("restart") for mark in trial.subject.marks)
    if not restarted or trial.facts is None:
        return "not applicable"
    return "RUNNING and delivers" if trial.facts.states == RUNNING else "FAILED"


def _mended_by(trial: Trial) -> str | None:
    return next((mark.what for mark in trial.subject.marks if mark.what.startswith("fault removed")), None)


def _restarts(trial: Trial) -> tuple[datetime, ...]:
    return trial.facts.restarts if trial.facts else ()


def _marks(trial: Trial) -> Iterable[Mark]:
    ours = [Mark(at, "restart") for at in _restarts(trial)]
    return sorted([*trial.subject.marks, *ours], key=lambda mark: mark.at)


def _masked(configuration: dict[str, str]) -> dict[str, str]:
    return {
        key: "***" if any(word in key for word in _SECRET) and not value.startswith("${") else value
        for key, value in configuration.items()
    }


def _without_places(trial: Trial, text: str) -> str:
    """Paths of this machine say nothing to a reader elsewhere."""
    text = text.replace(str(trial.subject.stack.laboratory.folder), "/opt/laboratory")
    return text.replace(str(cache()), "/opt/parts")


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds")


def _zip(file: Path, text: str) -> None:
    file.write_bytes(gzip.compress(text.encode(), mtime=0))


def _write(file: Path, value: Any) -> None:
    file.write_bytes(msgspec.json.format(msgspec.json.encode(value), indent=1))
