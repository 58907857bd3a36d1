"""A recorded past: worker lines and statuses of one connector, as those who look would have seen them."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from connectops.errors import MalformedEvent
from connectops.model import ConnectorId, ConnectorState, Look, Platform, Tasks
from connectops.observe.configuration import heartbeat
from connectops.observe.worker_logs_text import read_text

CLUSTER = "recording"
_SLICE = timedelta(seconds=3)
"""How long lines wait for their subscription batch."""

_HEADER_TIME = re.compile(r"(?:\[Worker-[0-9a-f]+\] )?\[?(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:[.,](\d{3}))?")
_VERSION = re.compile(r"\d+\.\d+")


@dataclass(frozen=True, slots=True)
class Slice:
    """The lines of a few seconds, delivered together at `at`."""

    at: datetime
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Status:
    """One status: a look without the meaning of its trace."""

    look: Look
    trace: str | None


@dataclass(frozen=True, slots=True)
class Recording:
    """Slices and statuses in the order of their times, and whose they are."""

    connector: ConnectorId
    moments: tuple[Slice | Status, ...]

    @property
    def begin(self) -> datetime:
        return _time_of(self.moments[0])


def read_recording(folder: Path) -> Recording:
    """Read `worker.log` and `status.jsonl` (plain or .gz) and, if there, `scenario.json` of a folder.

    A status is `{"t": ISO 8601 UTC, "connector": state, "tasks": [state…], "trace_head": text or null}`; a state that
    Kafka Connect does not know ("HTTP 404") was not seen. Raises MalformedEvent naming the file and what is wrong.
    """
    scenario = _scenario(folder)
    connector = ConnectorId(Platform.KAFKA_CONNECT, CLUSTER, str(scenario.get("connector") or folder.resolve().name))
    statuses = list(_statuses(folder, connector, scenario))
    slices = list(_slices(_lines(folder)))
    if not statuses and not slices:
        raise MalformedEvent(f"{folder}: expected worker.log and status.jsonl (plain or .gz)")
    return Recording(connector, tuple(sorted([*statuses, *slices], key=_time_of)))


def _time_of(moment: Slice | Status) -> datetime:
    return moment.at if isinstance(moment, Slice) else moment.look.at


def _scenario(folder: Path) -> dict[str, Any]:
    raw = _read(folder, "scenario.json")
    scenario = _object(raw, "scenario.json") if raw is not None else {}
    return {key: scenario.get(key) for key in ("connector", "stack", "config")}


def _read(folder: Path, name: str) -> bytes | None:
    for path, opened in ((folder / name, Path.read_bytes), (folder / f"{name}.gz", _unzip)):
        if path.is_file():
            return opened(path)
    return None


def _unzip(path: Path) -> bytes:
    try:
        return gzip.decompress(path.read_bytes())
    except (OSError, EOFError) as err:
        raise MalformedEvent(f"{path.name} is not gzip: {err}") from err


def _object(raw: bytes, where: str) -> dict[str, Any]:
    try:
        found = json.loads(raw)
    except ValueError as err:
        raise MalformedEvent(f"{where} is not JSON: {err}") from err
    if not isinstance(found, dict):
        raise MalformedEvent(f"{where} is {type(found).__name__}, expected a JSON object")
    return found


def _statuses(folder: Path, connector: ConnectorId, scenario: Mapping[str, Any]) -> Iterator[Status]:
    stack, config = scenario.get("stack") or {}, scenario.get("config") or {}
    version = _VERSION.search(str(stack.get("connect", ""))) if isinstance(stack, dict) else None
    seen_of_all = Look(
        connector,
        datetime.min.replace(tzinfo=UTC),
        ConnectorState.UNKNOWN,
        heartbeat=heartbeat(config) if isinstance(config, dict) else None,
        connect_version=version[0] if version else None,
    )
    for number, line in enumerate((_read(folder, "status.jsonl") or b"").splitlines(), 1):
        if line.strip():
            yield _status(_object(line, f"status.jsonl, line {number}"), f"status.jsonl, line {number}", seen_of_all)


def _status(said: Mapping[str, Any], where: str, plain: Look) -> Status:
    try:
        at = datetime.fromisoformat(said["t"])
        state, tasks = str(said["connector"]), [str(task) for task in said.get("tasks") or ()]
    except (KeyError, TypeError, ValueError) as err:
        raise MalformedEvent(f'{where}: expected {{"t": ISO 8601, "connector": state, "tasks": [state…]}}') from err
    at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    trace = said.get("trace_head")
    if state not in ConnectorState:
        return Status(replace(plain, at=at, blind_because=f"the status was {state!r}"), None)
    running, failed = tasks.count("RUNNING"), tasks.count("FAILED")
    seen = Tasks(running, failed, len(tasks) - running - failed, at)
    return Status(replace(plain, at=at, state=ConnectorState(state), tasks=seen), str(trace) if trace else None)


def _lines(folder: Path) -> Iterator[str]:
    raw = _read(folder, "worker.log")
    for stream in read_text(raw) if raw else ():
        yield from stream.lines


def _slices(lines: Iterator[str]) -> Iterator[Slice]:
    """Cut between statements only; lines that carry no time belong to the statement before."""
    begin = last = None
    held: list[str] = []
    for line in lines:
        at = _time(line)
        if at is not None:
            if begin is not None and at >= begin + _SLICE:
                yield Slice(begin + _SLICE, tuple(held))
                begin, held = at, []
            begin = begin or at
            last = max(last or at, at)
        held.append(line)
    if held and last is None:
        raise MalformedEvent("worker.log: no line carries a time, expected [YYYY-MM-DD HH:MM:SS,mmm]")
    if last is not None:
        yield Slice(last, tuple(held))


def _time(line: str) -> datetime | None:
    found = _HEADER_TIME.match(line)
    try:
        return datetime.fromisoformat(f"{found[1]}T{found[2]}.{found[3] or '000'}+00:00") if found else None
    except ValueError:
        return None
