"""The demo as people start it: it must be able to fail."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def run(*options: str) -> tuple[int, dict[str, str]]:
    """The exit code, and of each connector in the summary whether it went as expected (✓ or ✗)."""
    command = [sys.executable, "-m", "sandbox.demo", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=180, check=False)
    summary = done.stdout.partition("Summary")[2].splitlines()
    marks = {line.split()[1]: line.split()[0] for line in summary if line.strip().startswith(("✓", "✗"))}
    assert marks, f"no summary: {done.stdout[-2000:]} {done.stderr[-2000:]}"
    return done.returncode, marks


def test_a_label_that_is_not_true_fails_the_demo_in_its_row_alone():
    code, marks = run("--only", "binlog-purged", "noise-quiet", "--flip", "binlog-purged", "--patience", "14")
    assert (code, marks) == (1, {"binlog-purged": "✗", "noise-quiet": "✓", "(MSK": "✓", "(Slack)": "✓"})


def test_without_repair_every_restart_row_fails_and_the_others_do_not():
    rows = ["sink-deadlock-d", "pg-db-down-60s-d", "sink-db-down-60s-e", "a-binlog-purged"]
    code, marks = run("--mode", "off", "--only", *rows, "--patience", "16")
    assert (code, marks) == (
        1,
        {
            "sinkdeadlockd": "✗",
            "pgdbdown60sd": "✗",
            "sinkdbdown60se": "✗",
            "binlog-purged": "✓",
            "(MSK": "✓",
            "(Slack)": "✓",
        },
    )
