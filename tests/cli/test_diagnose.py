"""`connectops diagnose`, `explain`, `runbook`, `overlaps`: what they print, and how they refuse."""

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app
from cli.overlaps import overlaps
from connectops.decide.catalogue import CATALOGUE
from tests.decide.labelled import SAMPLES, cited, recorded

ROOT = Path(__file__).parents[2]
KEYS = [
    "class", "verdict", "severity", "connector", "task", "worker", "first_seen", "last_seen", "count", "cause",
    "consequences", "next_step",
]  # fmt: skip


def run(*arguments: str, stdin: str | bytes | None = None) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(arguments), input=stdin)
    return result.exit_code, result.stdout, result.stderr


def diagnose(*arguments: str, stdin: str | bytes | None = None) -> dict[str, Any]:
    code, out, err = run("diagnose", "--json", *arguments, stdin=stdin)
    assert code == 0, err
    document: dict[str, Any] = json.loads(out)
    return document


def the_recording(name: str) -> str:
    return next(sample.text for sample in recorded() if sample.id == name)


def test_the_document_is_exactly_what_was_promised() -> None:
    document = diagnose(str(SAMPLES / "recorded" / "a-binlog-purged" / "worker.log.gz"))
    assert list(document) == ["incidents", "lines", "ignored"]
    (incident,) = document["incidents"]
    assert list(incident) == KEYS
    assert incident["class"] == "MYSQL_BINLOG_POSITION_LOST"
    assert incident["verdict"] == "DO_NOT_RESTART"
    assert incident["severity"] == "page"
    assert incident["first_seen"].endswith("Z")
    assert document["lines"] == 4191
    assert 0 < document["ignored"] < document["lines"]


def test_standard_input_is_read_without_files() -> None:
    assert diagnose(stdin=the_recording("a-binlog-purged"))["incidents"]


def test_several_files_are_one_reading(tmp_path: Path) -> None:
    for name in ("a-binlog-purged", "pg-wal-level-d"):
        (tmp_path / f"{name}.log").write_text(the_recording(name))
    document = diagnose(*(str(file) for file in sorted(tmp_path.iterdir())))
    assert {i["class"] for i in document["incidents"]} == {"MYSQL_BINLOG_POSITION_LOST", "PG_WAL_LEVEL"}


def test_noise_is_shown_only_when_asked_for() -> None:
    text = the_recording("a-noise-worker-restart")
    assert diagnose(stdin=text)["incidents"] == []
    noise = diagnose("--all", stdin=text)["incidents"]
    assert noise
    assert all(incident["verdict"] == "IGNORE" and list(incident) == KEYS for incident in noise)


def test_the_lines_behind_a_diagnosis_are_shown_only_when_asked_for() -> None:
    (incident,) = diagnose("--why", stdin=the_recording("pg-wal-level-d"))["incidents"]
    assert list(incident) == [*KEYS, "evidence"]
    assert any("logical decoding requires" in line for line in incident["evidence"])


@pytest.mark.parametrize("text", ["", "\n\n", "nothing of interest\n", "{}", "[]", '{"events": []}', "{", "\ufeff"])
def test_what_holds_no_lines_holds_no_incident(text: str) -> None:
    assert diagnose(stdin=text)["incidents"] == []


def test_a_missing_file_is_named() -> None:
    code, _, err = run("diagnose", "/no/such/file.log")
    assert code == 2
    assert "/no/such/file.log" in err


@pytest.mark.parametrize(
    "raw", [bytes(range(256)) * 40, b"\x1f\x8b not really gzip", gzip.compress(b"x" * 99, mtime=0)[:20]]
)
def test_what_is_no_text_is_refused(raw: bytes, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(raw)
    code, _, err = run("diagnose", str(tmp_path / "file"))
    assert code == 2
    assert "cannot read" in err


def test_people_get_words() -> None:
    code, out, _ = run("diagnose", "--why", stdin=the_recording("a-binlog-purged"))
    assert code == 0
    assert "do not restart" in out
    assert "MYSQL_BINLOG_POSITION_LOST" in out


def test_people_are_told_that_nothing_was_found() -> None:
    assert "No incident found" in run("diagnose", stdin=the_recording("a-noise-quiet"))[1]


def test_a_planted_password_is_not_printed() -> None:
    text = next(sample.text for sample in cited() if sample.id == "openlineage")
    assert "planted" in text
    assert "planted" not in run("diagnose", "--json", "--why", stdin=text)[1]


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.id)
def test_every_class_is_explained(entry: Any) -> None:
    code, out, _ = run("explain", entry.id)
    assert code == 0
    assert entry.id in out


def test_all_classes_are_listed() -> None:
    assert run("explain", "-")[1].count("\n") == len(CATALOGUE)


def test_an_unknown_class_is_refused_with_a_hint() -> None:
    code, _, err = run("explain", "pg_wal")
    assert code == 2
    assert "PG_WAL_REMOVED" in err


def test_the_runbook_is_what_the_catalogue_says() -> None:
    assert run("runbook", "--check", str(ROOT / "docs" / "runbook.md"))[0] == 0


def test_a_stale_runbook_is_noticed(tmp_path: Path) -> None:
    assert run("runbook", "--check", str(tmp_path / "runbook.md"))[0] == 1


def test_every_class_has_its_section_in_the_runbook() -> None:
    text = (ROOT / "docs" / "runbook.md").read_text()
    assert all(f"\n## {entry.id}\n" in text for entry in CATALOGUE)
    assert "\n## UNKNOWN\n" in text


def test_where_two_classes_match_weight_or_depth_decides() -> None:
    """The order of the catalogue is no knowledge: nothing may rest on it."""
    found = [overlap for sample in cited() for overlap in overlaps(sample.text.encode())]
    assert found
    assert [o for o in found if o[2] == "the catalogue's order"] == []


def test_the_command_starts_quickly() -> None:
    """Nothing that only some commands need is imported for all of them."""
    code = "import sys, cli.main; print(*sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert not {"boto3", "requests", "rich.markdown", "connectops.decide.catalogue", "moto"} & set(out.stdout.split())
