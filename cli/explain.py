"""`connectops explain`: what a failure class means, how to be sure, what to do."""

from __future__ import annotations

import sys

from connectops.decide.catalogue import BY_ID, CATALOGUE
from connectops.decide.catalogue.runbook import section

UNKNOWN_NAME = 2


def run(name: str) -> int:
    """Print one class, or with `-` a list of all; the exit code."""
    if name == "-":
        width = max(len(entry.id) for entry in CATALOGUE)
        sys.stdout.writelines(f"{entry.id:<{width}}  {entry.cause}\n" for entry in CATALOGUE)
        return 0
    entry = BY_ID.get(name.upper())
    if entry is None:
        near = [known for known in BY_ID if name.upper() in known]
        hint = f"; did you mean {', '.join(near[:5])}?" if near else "; `connectops explain -` lists all"
        sys.stderr.write(f"connectops explain: no class {name!r}{hint}\n")
        return UNKNOWN_NAME
    from rich.console import Console
    from rich.markdown import Markdown

    Console().print(Markdown(section(entry)))
    return 0
