"""A past that was recorded, replayed: the same rooms decide, nothing is touched, and nothing is made up."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app

BEGIN = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
DEATH = (
    "ERROR [orders|task-0] WorkerSourceTask{id=orders-0} Task threw an uncaught and unrecoverable exception. Task is"
    " being killed and will not recover until manually restarted (org.apache.kafka.connect.runtime.WorkerTask:212)"
)
LOST = (
    "org.apache.kafka.connect.errors.ConnectException: An exception occurred in the change event producer.",
    "\tat io.debezium.pipeline.ErrorHandler.setProducerThrowable(ErrorHandler.java:67)",
    "Caused by: org.postgresql.util.PSQLException: This connection has been closed.",
    "\tat org.postgresql.jdbc.PgConnection.checkClosed(PgConnection.java:877)",
)
SILENT = (
    "INFO [orders|task-0] Stopped reading binlog after 0 events, no new offset was recorded"
    " (io.debezium.connector.mysql.MySqlStreamingChangeEventSource:1173)"
)


def at(seconds: float) -> str:
    return f"{BEGIN + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S}.000"


def a_line(seconds: float, text: str) -> str:
    moment = (BEGIN + timedelta(seconds=seconds)).strftime("%Y-%m-%d %H:%M:%S,000")
    return f"[{moment}] {text}"


def a_death(seconds: float) -> list[str]:
    return [a_line(seconds, DEATH), *LOST]


def a_status(seconds: float, *tasks: str, connector: str = "RUNNING") -> str:
    return json.dumps({"t": at(seconds), "connector": connector, "tasks": list(tasks), "trace_head": None})


def statuses(begin: int, end: int, task: str) -> list[str]:
    return [a_status(second, task) for second in range(begin, end)]


class Folder:
    def __init__(self, path: Path) -> None:
        self.path = path
        (path / "scenario.json").write_text(json.dumps({"connector": "orders", "class": "A_LIE", "verdict": "A_LIE"}))

    def holds(self, lines: list[str], statuses: list[str], *, zipped: bool = False) -> Folder:
        for name, content in (("worker.log", lines), ("status.jsonl", statuses)):
            raw = "".join(f"{line}\n" for line in content).encode()
            target = self.path / (f"{name}.gz" if zipped else name)
            target.write_bytes(gzip.compress(raw) if zipped else raw)
        return self

    def replayed(self, *options: str) -> dict[str, Any]:
        result = CliRunner().invoke(app, ["replay", str(self.path), "--json", *options])
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)  # type: ignore[no-any-return]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def actions(replayed: dict[str, Any]) -> list[str]:
    return [decision["decision"] for decision in replayed["decisions"]]


@pytest.mark.parametrize("zipped", [False, True])
def test_a_death_that_a_restart_cures_is_restarted_when_its_backoff_is_over(folder: Folder, *, zipped: bool) -> None:
    looks = statuses(0, 5, "RUNNING") + statuses(5, 90, "FAILED")
    replayed = folder.holds(a_death(4), looks, zipped=zipped).replayed()
    assert actions(replayed) == ["NOTHING", "WAIT", "RESTART_CONNECTOR"]
    waiting, restart = replayed["decisions"][1:]
    assert (waiting["class"], waiting["verdict"]) == ("PG_CONN_LOST", "RESTART_WITH_BACKOFF")
    assert waiting["until"] == at(64) + "Z"
    assert restart["t"] == at(64) + "Z"
    assert [notice["event"] for notice in replayed["notices"]] == ["opened"]


def test_a_restart_that_is_still_pending_at_the_end_stands_as_a_wait(folder: Folder) -> None:
    replayed = folder.holds(a_death(4), statuses(0, 5, "RUNNING") + statuses(5, 63, "FAILED")).replayed()
    assert actions(replayed)[-1] == "WAIT"
    assert replayed["final"] == {"state": "FAILED", "class": "PG_CONN_LOST", "verdict": "RESTART_WITH_BACKOFF"}


def test_a_restart_that_somebody_else_was_first_to_make_stands_as_a_wait(folder: Folder) -> None:
    looks = statuses(0, 5, "RUNNING") + statuses(5, 20, "FAILED") + statuses(20, 40, "RUNNING")
    replayed = folder.holds(a_death(4), looks).replayed()
    assert actions(replayed) == ["NOTHING", "WAIT", "RESOLVE"]


def test_what_goes_on_as_if_nobody_restarted_is_not_held_against_the_noted_restart(folder: Folder) -> None:
    replayed = folder.holds(a_death(4), statuses(0, 5, "RUNNING") + statuses(5, 1500, "FAILED")).replayed()
    assert actions(replayed).count("RESTART_CONNECTOR") == 1
    assert replayed["final"]["state"] == "RESTARTING"


def test_a_task_that_dies_again_after_the_noted_restart_is_held_against_it(folder: Folder) -> None:
    lines = a_death(4) + a_death(100)
    replayed = folder.holds(lines, statuses(0, 5, "RUNNING") + statuses(5, 300, "FAILED")).replayed()
    assert actions(replayed).count("RESTART_CONNECTOR") == 2


@pytest.mark.parametrize(("seconds", "ends"), [(150, ["WAIT"]), (160, ["WAIT", "RESTART_CONNECTOR"])])
def test_a_silent_stop_is_restarted_when_silence_has_lasted(folder: Folder, seconds: int, ends: list[str]) -> None:
    replayed = folder.holds([a_line(5, SILENT)], statuses(0, seconds, "RUNNING")).replayed()
    assert actions(replayed)[1:] == ends
    assert replayed["decisions"][1]["until"] == at(155) + "Z"


def test_time_stands_still_where_nothing_is_recorded(folder: Folder) -> None:
    replayed = folder.holds([a_line(5, SILENT)], statuses(0, 10, "RUNNING")).replayed()
    assert replayed["decisions"][-1]["decision"] == "WAIT"
    assert all(decision["t"] <= at(10) + "Z" for decision in replayed["decisions"])


def test_what_is_no_state_of_connect_was_not_seen(folder: Folder) -> None:
    looks = [a_status(second, connector="HTTP 404") for second in range(30)]
    replayed = folder.holds([], looks).replayed()
    assert actions(replayed) == ["NOTHING"]
    assert replayed["final"]["state"] == "UNKNOWN"


def test_nothing_of_the_scenario_but_name_stack_and_config_is_read(folder: Folder) -> None:
    replayed = folder.holds([], statuses(0, 5, "RUNNING")).replayed()
    assert replayed == {
        "decisions": [
            {
                "t": at(0) + "Z",
                "state": "HEALTHY",
                "decision": "NOTHING",
                "class": None,
                "verdict": None,
                "reason": "healthy",
                "until": None,
            }
        ],
        "notices": [],
        "final": {"state": "HEALTHY", "class": None, "verdict": None},
    }


def test_lines_of_another_connector_of_the_worker_decide_nothing(folder: Folder) -> None:
    lines = [line.replace("orders", "payments") for line in a_death(4)]
    assert actions(folder.holds(lines, statuses(0, 60, "RUNNING")).replayed()) == ["NOTHING"]


def test_a_policy_can_be_tried_on_the_past(folder: Folder) -> None:
    policy = folder.path / "policy.yaml"
    policy.write_text("mode: advise\nfirst_backoff: 10s\n")
    looks = statuses(0, 5, "RUNNING") + statuses(5, 60, "FAILED")
    replayed = folder.holds(a_death(4), looks).replayed("--policy", str(policy))
    assert actions(replayed) == ["NOTHING", "WAIT", "NOTHING"] or "advised" in [n["event"] for n in replayed["notices"]]
    assert not any(action.startswith("RESTART") for action in actions(replayed))


@pytest.mark.parametrize(("options", "restarts"), [((), True), (("--connector", "msk/orders-1"), False)])
def test_a_policy_file_is_tried_as_that_of_any_connector(
    folder: Folder, options: tuple[str, ...], *, restarts: bool
) -> None:
    policy = folder.path / "policy.yaml"
    policy.write_text("first-backoff: 10s\nconnectors: [{match: msk/orders-*, restart: off}]\n")
    looks = statuses(0, 5, "RUNNING") + statuses(5, 60, "FAILED")
    replayed = folder.holds(a_death(4), looks).replayed("--policy", str(policy), *options)
    assert any(action.startswith("RESTART") for action in actions(replayed)) is restarts


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("mode: advice", "policy.yaml, line 1: mode is 'advice', expected repair or advise or off"),
        ("mode: off\nfirst_backof: 10s", "policy.yaml, line 2: first_backof is not known"),
        ("first_backoff: soon", "expected a duration above 0, such as 90s or 10m"),
        ("restarts_per_day: many", "expected a whole number"),
        ("proof_window: 0s", "expected a duration above 0"),
        ("mode: off\nmode: repair", "line 2: mode stands there twice"),
        ("- mode", "expected keys and values"),
        ("mode: [", "is not YAML"),
    ],
)
def test_a_bad_policy_is_refused_naming_line_and_key(folder: Folder, text: str, complaint: str) -> None:
    (folder.path / "policy.yaml").write_text(text)
    folder.holds([], statuses(0, 5, "RUNNING"))
    result = CliRunner().invoke(app, ["replay", str(folder.path), "--policy", str(folder.path / "policy.yaml")])
    assert result.exit_code == 2
    assert complaint in result.stderr


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("status.jsonl", b'{"connector": "RUNNING"}', "status.jsonl, line 1: expected"),
        ("status.jsonl", b"nonsense", "status.jsonl, line 1 is not JSON"),
        ("status.jsonl", b"[]", "expected a JSON object"),
        ("status.jsonl.gz", b"nonsense", "status.jsonl.gz is not gzip"),
        ("worker.log", b"no line has a time\n", "no line carries a time"),
        ("scenario.json", b"{", "scenario.json is not JSON"),
    ],
)
def test_a_folder_that_cannot_be_read_is_told_by_file_and_line(
    tmp_path: Path, name: str, content: bytes, complaint: str
) -> None:
    (tmp_path / name).write_bytes(content)
    result = CliRunner().invoke(app, ["replay", str(tmp_path), "--json"])
    assert (result.exit_code, result.stdout) == (2, "")
    assert complaint in result.stderr


def test_an_empty_folder_is_told_what_was_expected(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["replay", str(tmp_path)])
    assert result.exit_code == 2
    assert "expected worker.log and status.jsonl" in result.stderr


def test_people_get_a_table(folder: Folder) -> None:
    folder.holds(a_death(4), statuses(0, 5, "RUNNING") + statuses(5, 30, "FAILED"))
    result = CliRunner().invoke(app, ["replay", str(folder.path)])
    assert "PG_CONN_LOST" in result.stdout
    assert "told (info)" in result.stdout
