"""Recordings of real workers, cut at every line, with noise in them, turned round: read all the same."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator

import pytest

from connectops.decide.diagnosis import diagnose
from connectops.decide.diagnosis_lines import NOISE_LOGGERS, PREFILTER
from connectops.model import LogRecord
from connectops.observe.worker_logs import HOUR_ZERO, stitch
from connectops.observe.worker_logs_assembly import Assembler, Interest
from tests.decide.labelled import Labelled, recorded

RECORDED = recorded()
CUT_EVERYWHERE = [sample for sample in RECORDED if len(sample.text) <= 200_000]
CUT_HERE_AND_THERE = [sample for sample in RECORDED if len(sample.text) > 200_000]
WORKER = "[Worker-0bb8afa0b01391c41] "


def growing(lines: list[str], cuts: list[int]) -> Iterator[tuple[int, list[LogRecord]]]:
    """The records of each prefix, without those prefixes that are read like the one before them.

    They only add a line that nobody keeps, or one more frame to a trace that has some.
    """
    assembler, begin, before = Assembler(Interest(PREFILTER, NOISE_LOGGERS), HOUR_ZERO), 0, None
    for cut in cuts:
        assembler.read(lines[begin:cut])
        begin = cut
        said = [(draft.size, bool(draft.frames)) for draft in assembler._drafts]
        if said != before:
            before = said
            yield cut, assembler.records()


def read_both_ways(lines: int, records: list[LogRecord]) -> None:
    for to_the_end in (False, True):
        reading = diagnose(records, lines=lines, to_the_end=to_the_end)
        assert 0 <= reading.ignored <= lines
        assert all(found.cause and found.failure_class for found in reading.diagnoses)


@pytest.mark.parametrize("prefix", ["", WORKER], ids=["kafka", "msk-connect"])
@pytest.mark.parametrize("sample", CUT_EVERYWHERE, ids=lambda sample: sample.id)
def test_every_prefix_of_a_recording_is_read(sample: Labelled, prefix: str) -> None:
    lines = [prefix + line for line in sample.text.splitlines()]
    for cut, records in growing(lines, list(range(1, len(lines) + 1))):
        read_both_ways(cut, records)


@pytest.mark.parametrize("sample", CUT_HERE_AND_THERE, ids=lambda sample: sample.id)
def test_two_hundred_prefixes_of_a_long_recording_are_read(sample: Labelled) -> None:
    lines = sample.text.splitlines()
    for cut, records in growing(lines, sorted(random.Random(sample.id).sample(range(1, len(lines) + 1), 200))):
        read_both_ways(cut, records)


@pytest.mark.parametrize("sample", CUT_EVERYWHERE[::6], ids=lambda sample: sample.id)
def test_lines_taken_in_one_by_one_are_what_they_are_at_once(sample: Labelled) -> None:
    lines = sample.text.splitlines()
    for cut, records in growing(lines, sorted(random.Random(sample.id).sample(range(1, len(lines) + 1), 8))):
        assert records == stitch(lines[:cut], wanted=PREFILTER, noise=NOISE_LOGGERS)


# ── what does not matter ──────────────────────────────────────────────────────────────────────────────────────────────

CHATTER = (
    "INFO [AdminClient clientId=a] Node 1 disconnected. (org.apache.kafka.clients.NetworkClient:937)",
    "INFO [Worker clientId=connect-1, groupId=lab] Session key updated (org.apache.kafka.connect.runtime.distributed.DistributedHerder:1689)",
    "WARN The configuration 'x' was supplied but isn't a known config. (org.apache.kafka.clients.admin.AdminClientConfig:369)",
)  # fmt: skip


def with_chatter(lines: list[str], dice: random.Random) -> Iterator[str]:
    at = "2026-11-23 01:00:00,000"
    for line in lines:
        yield line
        if found := re.match(r"\[(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3})", line):
            at = found[1]
        if dice.random() < 0.3:
            yield f"[{at}] {dice.choice(CHATTER)}"


TREATMENTS: dict[str, Callable[[list[str], random.Random], Iterator[str]]] = {
    "other threads between the lines": with_chatter,
    "the newest line first": lambda lines, _: reversed(lines),
    "a blank line after every line": lambda lines, _: (each for line in lines for each in (line, "")),
    "tabs lost": lambda lines, _: (line.lstrip("\t") for line in lines),
    "first bracket lost": lambda lines, _: (line.removeprefix("[") for line in lines),
}  # fmt: skip


@pytest.mark.parametrize("treatment", TREATMENTS)
@pytest.mark.parametrize("sample", RECORDED, ids=lambda sample: sample.id)
def test_a_recording_is_diagnosed_as_before(sample: Labelled, treatment: str) -> None:
    lines = list(TREATMENTS[treatment](sample.text.splitlines(), random.Random(sample.id)))
    before, after = sample.reading(), sample.reading("\n".join(lines))
    assert [(d.failure_class, d.verdict, d.connector) for d in after.diagnoses] == [
        (d.failure_class, d.verdict, d.connector) for d in before.diagnoses
    ]
