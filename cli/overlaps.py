"""`connectops overlaps`: which signatures of other classes also match a file of samples, and why the right one wins."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from connectops.decide.catalogue.entry import Role
from connectops.decide.diagnosis import matcher
from connectops.decide.diagnosis_lines import PREFILTER
from connectops.decide.diagnosis_matching import Match
from connectops.observe.worker_logs import stitch
from connectops.observe.worker_logs_text import read_text

_SAMPLE = re.compile(r"^=== .*$", re.MULTILINE)


def run(files: list[str]) -> int:
    """A line a record that more than one class matches: file, class that wins, others, the reason."""
    for file in files:
        found = {each for sample in _SAMPLE.split(Path(file).read_text()) for each in overlaps(sample.encode())}
        sys.stdout.writelines(
            f"{Path(file).name}\t{winner}\t{other}\t{reason}\n" for winner, other, reason in sorted(found)
        )
    return 0


def overlaps(raw: bytes) -> set[tuple[str, str, str]]:
    """Pairs of classes that match the same record, with what decides between them."""
    found = set()
    for text in read_text(raw):
        for record in stitch(text.lines, times=text.times or None, wanted=PREFILTER):
            matches = matcher().find(record)
            for other in matches[1:]:
                if other.entry is not matches[0].entry and other.role is not Role.HINT:
                    found.add((matches[0].entry.id, other.entry.id, _reason(matches[0], other)))
    return found


def _reason(first: Match, other: Match) -> str:
    if first.signature.weight > other.signature.weight:
        return f"{first.signature.weight.name.lower()} outweighs {other.signature.weight.name.lower()}"
    if first.depth > other.depth:
        return "the deeper cause"
    return "the catalogue's order"
