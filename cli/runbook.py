"""`connectops runbook`: the catalogue as a page for people."""

from __future__ import annotations

import sys
from pathlib import Path

from connectops.decide.catalogue.runbook import page

STALE = 1


def run(file: str | None, *, check: bool) -> int:
    """Print the page, write it to a file, or check that a file is up to date; the exit code."""
    text = page()
    if file is None:
        sys.stdout.write(text)
    elif check:
        if not Path(file).exists() or Path(file).read_text() != text:
            sys.stderr.write(f"connectops runbook: {file} is not what the catalogue says: write it again\n")
            return STALE
    else:
        Path(file).write_text(text)
    return 0
